//! A topic that holds entries in order.

use std::collections::VecDeque;

use super::update::{Start, UpdateHead, entry_bytes, write_entry};
use super::{Told, Topic};
use crate::limits::{FEED_ENTRIES_MAX, TOPIC_UPDATE_BYTES_MAX, TOPIC_VALUE_BYTES_MAX};

/// A feed at its publisher.
#[derive(Clone, Debug)]
pub struct Feed {
    epoch: u32,
    /// The newest entries. The last one has the version of the feed, and each one before has one less.
    entries: VecDeque<Box<[u8]>>,
    version: u64,
    entries_max: usize,
    /// Entries that a subscriber gets who knows nothing yet.
    newcomers_max: usize,
}

impl Feed {
    /// A feed without entries. No other life of this topic has the same `epoch`.
    pub fn new(epoch: u32) -> Self {
        let (entries_max, newcomers_max) = (FEED_ENTRIES_MAX, FEED_ENTRIES_MAX);
        Feed { epoch, entries: VecDeque::new(), version: 0, entries_max, newcomers_max }
    }

    /// The same feed, which remembers so many entries.
    pub fn with_history(self, entries_max: usize) -> Self {
        assert!((1..=FEED_ENTRIES_MAX).contains(&entries_max), "{entries_max} is no history");
        Feed { entries_max, ..self }
    }

    /// The same feed. A subscriber who knows nothing yet gets only the newest entries, so many of them.
    pub fn for_newcomers(self, newcomers_max: usize) -> Self {
        Feed { newcomers_max, ..self }
    }

    /// Adds an entry. The oldest one goes where there are too many.
    pub fn push(&mut self, entry: &[u8]) {
        assert!(entry.len() <= TOPIC_VALUE_BYTES_MAX, "no subscriber takes {}", entry.len());
        if self.entries.len() == self.entries_max {
            self.entries.pop_front();
        }
        self.entries.push_back(entry.into());
        self.version += 1;
        debug_assert!(self.entries.len() <= self.entries_max, "the history is bounded");
    }

    /// The entries that are remembered, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().map(AsRef::as_ref)
    }

    /// The version before the oldest entry that is remembered.
    fn start(&self) -> u64 {
        self.version - self.entries.len() as u64
    }
}

impl Topic for Feed {
    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn has_news(&self, since: u64, _only: Option<&[u8]>) -> bool {
        since != self.version
    }

    fn is_conflated(&self) -> bool {
        false
    }

    fn write_update(
        &self,
        told: Told,
        _only: Option<&[u8]>,
        room: usize,
        out: &mut Vec<u8>,
    ) -> u64 {
        let since = told.version().filter(|since| *since <= self.version);
        let newest = self.entries.len().saturating_sub(self.newcomers_max);
        let first = since.map_or(newest, |since| since.saturating_sub(self.start()) as usize);
        let (mut bytes, mut end) = (0, first);
        while let Some(entry) = self.entries.get(end) {
            bytes += entry_bytes(entry);
            if bytes > room.min(TOPIC_UPDATE_BYTES_MAX) && end > first {
                break;
            }
            end += 1;
        }
        let version = self.start() + end as u64;
        let start = match since {
            Some(since) => Start::Rise(version - since),
            None => Start::Whole { epoch: self.epoch, version },
        };
        UpdateHead { is_feed: true, is_current: version == self.version, start }.write(out);
        self.entries.range(first..end).for_each(|entry| write_entry(entry, out));
        version
    }
}
