//! How often each network connects: token buckets in a table that never grows.

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use super::prefix::Prefix;
use crate::budget::TokenBucket;
use crate::limits::{ARRIVAL_TABLE_ENTRIES, ARRIVALS_BURST, ARRIVALS_PER_SECOND};

/// Buckets in sets of [`WAYS`], the set chosen by a keyed hash: nobody can aim at a set.
#[derive(Debug)]
pub(super) struct Arrivals {
    entries: Vec<Option<Entry>>,
    hasher: RandomState,
}

#[derive(Clone, Debug)]
struct Entry {
    prefix: Prefix,
    seen: Instant,
    bucket: TokenBucket,
}

impl Arrivals {
    pub(super) fn new() -> Self {
        Self { entries: vec![None; ARRIVAL_TABLE_ENTRIES], hasher: RandomState::new() }
    }

    /// Notes an arrival. False when the network, with `factor` times the usual budget, comes too often.
    pub(super) fn note(&mut self, prefix: Prefix, factor: u32, now: Instant) -> bool {
        let sets = ARRIVAL_TABLE_ENTRIES / WAYS;
        let set = self.hasher.hash_one(prefix) as usize % sets * WAYS;
        let set = &mut self.entries[set..set + WAYS];
        let at = match set.iter().position(|entry| is_of(entry, prefix)) {
            Some(at) => at,
            // `None` is the least: free places go first, then the network longest unseen.
            None => {
                (0..WAYS).min_by_key(|&at| set[at].as_ref().map(|entry| entry.seen)).unwrap_or(0)
            }
        };
        if !is_of(&set[at], prefix) {
            let bucket = TokenBucket::new(ARRIVALS_PER_SECOND * factor, ARRIVALS_BURST * factor);
            set[at] = Some(Entry { prefix, seen: now, bucket });
        }
        let Some(entry) = &mut set[at] else {
            return true;
        };
        entry.seen = now;
        entry.bucket.refill(now);
        entry.bucket.take(1)
    }
}

fn is_of(entry: &Option<Entry>, prefix: Prefix) -> bool {
    entry.as_ref().is_some_and(|entry| entry.prefix == prefix)
}

/// Entries of a set.
const WAYS: usize = 4;
