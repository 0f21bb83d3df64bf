//! A topic that holds a value for each key.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use super::delta::delta;
use super::update::{BoardChange, NewValue, Start, UpdateHead, change_bytes, write_change};
use super::{Told, Topic};
use crate::limits::{
    BOARD_KEYS_MAX, BOARD_TOMBSTONES_MAX, TOPIC_KEY_BYTES_MAX, TOPIC_UPDATE_BYTES_MAX,
    TOPIC_VALUE_BYTES_MAX,
};

/// A board at its publisher.
#[derive(Clone, Debug)]
pub struct Board {
    epoch: u32,
    version: u64,
    /// The newest change of each key, by the version that it made.
    changes: BTreeMap<u64, Change>,
    /// The version of the newest change of each key.
    newest: BTreeMap<Arc<[u8]>, u64>,
    /// The versions at which keys were removed.
    tombstones: BTreeSet<u64>,
    /// The version of the newest removal that is forgotten. A subscriber that was told less may hold a key that is
    /// gone.
    floor: u64,
    tombstones_max: usize,
}

#[derive(Clone, Debug)]
struct Change {
    key: Arc<[u8]>,
    /// `None`: the key was removed.
    value: Option<Box<[u8]>>,
    /// What differs from the value before, if that is shorter.
    delta: Option<Delta>,
}

#[derive(Clone, Debug)]
struct Delta {
    /// The version that made the value before.
    from: u64,
    bytes: Box<[u8]>,
}

impl Change {
    fn as_slices(&self) -> Option<(&[u8], &[u8])> {
        Some((&self.key, self.value.as_deref()?))
    }

    /// The change as it is told to a subscriber that was `told` so much, and not yet of this.
    fn news(&self, told: Told) -> BoardChange<'_> {
        let value = match (&self.value, &self.delta, told) {
            (None, _, _) => NewValue::None,
            // It was told everything when the value before was the newest one.
            (Some(_), Some(delta), Told::All(since)) if delta.from <= since => {
                NewValue::Delta(&delta.bytes)
            }
            (Some(value), _, _) => NewValue::Whole(value),
        };
        (&self.key, value)
    }
}

impl Board {
    /// An empty board. No other life of this topic has the same `epoch`.
    pub fn new(epoch: u32) -> Self {
        Board {
            epoch,
            version: 0,
            changes: BTreeMap::new(),
            newest: BTreeMap::new(),
            tombstones: BTreeSet::new(),
            floor: 0,
            tombstones_max: BOARD_TOMBSTONES_MAX,
        }
    }

    /// The same board, which remembers so many removed keys.
    #[cfg(test)]
    pub(super) fn with_tombstones(self, tombstones_max: usize) -> Self {
        Board { tombstones_max, ..self }
    }

    /// Gives a key a value. A full board gives up the key that was not changed for the longest time.
    pub fn set(&mut self, key: &[u8], value: &[u8]) {
        assert!(key.len() <= TOPIC_KEY_BYTES_MAX, "no subscriber takes a key of {}", key.len());
        assert!(value.len() <= TOPIC_VALUE_BYTES_MAX, "nor a value of {}", value.len());
        if self.get(key) == Some(value) {
            return;
        }
        if self.get(key).is_none() && self.len() == BOARD_KEYS_MAX {
            let oldest = self.changes.values().find(|change| change.value.is_some());
            let oldest = oldest.expect("a full board has a key").key.clone();
            self.remove(&oldest);
        }
        self.change(key, Some(value.into()));
    }

    /// Removes a key, if it is there.
    pub fn remove(&mut self, key: &[u8]) {
        if self.get(key).is_none() {
            return;
        }
        self.change(key, None);
        self.tombstones.insert(self.version);
        if self.tombstones.len() > self.tombstones_max
            && let Some(forgotten) = self.tombstones.pop_first()
            && let Some(change) = self.changes.remove(&forgotten)
        {
            self.newest.remove(&change.key);
            self.floor = forgotten;
        }
        debug_assert!(self.tombstones.len() <= self.tombstones_max, "removals are bounded");
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.changes.get(self.newest.get(key)?)?.value.as_deref()
    }

    /// All keys, the one first that was not changed for the longest time, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.changes.values().filter_map(Change::as_slices)
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.changes.len() - self.tombstones.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn change(&mut self, key: &[u8], value: Option<Box<[u8]>>) {
        let before = self.newest.get(key).and_then(|version| {
            self.tombstones.remove(version);
            Some((*version, self.changes.remove(version)?))
        });
        let delta = before.as_ref().and_then(|(from, before)| {
            let bytes = delta(before.value.as_deref()?, value.as_deref()?)?;
            Some(Delta { from: *from, bytes })
        });
        let key = before.map_or_else(|| key.into(), |(_, change)| change.key);
        self.version += 1;
        self.newest.insert(key.clone(), self.version);
        self.changes.insert(self.version, Change { key, value, delta });
        debug_assert_eq!(self.changes.len(), self.newest.len(), "one change is kept per key");
    }

    /// Whether it is known what has changed since a version.
    fn knows(&self, since: u64) -> bool {
        (self.floor..=self.version).contains(&since)
    }

    /// The end of the update that begins behind version `from`: its version, and whether that is all there is.
    fn end_of_update(
        &self,
        told: Told,
        room: usize,
        is_wanted: impl Fn(&Change) -> bool,
    ) -> (u64, bool) {
        let from = told.version().unwrap_or(0);
        let (mut bytes, mut end) = (0, from);
        for (version, change) in self.changes.range(from + 1..) {
            if is_wanted(change) {
                let is_first = bytes == 0;
                bytes += change_bytes(change.news(told));
                if bytes > room && !is_first {
                    return (end, false);
                }
            }
            end = *version;
        }
        (self.version, true)
    }
}

impl Topic for Board {
    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn has_news(&self, since: u64, only: Option<&[u8]>) -> bool {
        match only {
            _ if !self.knows(since) => true,
            None => since != self.version,
            Some(key) => self.newest.get(key).is_some_and(|version| *version > since),
        }
    }

    fn is_conflated(&self) -> bool {
        true
    }

    fn write_update(&self, told: Told, only: Option<&[u8]>, room: usize, out: &mut Vec<u8>) -> u64 {
        let is_known = told.version().is_some_and(|since| self.knows(since));
        let told = if is_known { told } else { Told::Nothing };
        let from = told.version().unwrap_or(0);
        // A subscriber that was told nothing holds nothing that could be removed.
        let is_wanted = |change: &Change| is_known || change.value.is_some();
        let (end, is_current) = match only {
            Some(_) => (self.version, true),
            None => self.end_of_update(told, room.min(TOPIC_UPDATE_BYTES_MAX), is_wanted),
        };
        let start = match told.version() {
            Some(since) => Start::Rise(end - since),
            None => Start::Whole { epoch: self.epoch, version: end },
        };
        UpdateHead { is_feed: false, is_current, start }.write(out);
        let mut write = |change: &Change| {
            if is_wanted(change) {
                write_change(change.news(told), out);
            }
        };
        match only {
            Some(key) => {
                let newest = self.newest.get(key).filter(|version| **version > from);
                newest.and_then(|version| self.changes.get(version)).into_iter().for_each(write);
            }
            None => {
                let news = (Bound::Excluded(from), Bound::Included(end));
                self.changes.range(news).for_each(|(_, change)| write(change));
            }
        }
        end
    }
}
