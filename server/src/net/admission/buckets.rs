//! Rate limits by network: token buckets in a table that never grows.

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use super::prefix::Prefix;
use crate::limits::BUCKET_TABLE_ENTRIES;
use crate::net::budget::TokenBucket;

/// Buckets in sets of [`WAYS`]. A keyed hash chooses the set, so nobody can aim at one.
#[derive(Debug)]
pub(super) struct Buckets {
    entries: Vec<Option<Entry>>,
    hasher: RandomState,
    per_second: u32,
    burst: u32,
}

#[derive(Clone, Debug)]
struct Entry {
    prefix: Prefix,
    seen: Instant,
    bucket: TokenBucket,
}

impl Buckets {
    /// Full buckets.
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        debug_assert!(burst < u32::MAX / 16, "the burst is multiplied by a network's factor");
        let entries = vec![None; BUCKET_TABLE_ENTRIES];
        Self { entries, hasher: RandomState::new(), per_second, burst }
    }

    /// Notes one event of an address in these networks. Returns false when one of them had too many.
    pub(super) fn note(&mut self, networks: &[(Prefix, usize)], now: Instant) -> bool {
        networks.iter().all(|&(prefix, factor)| self.take(prefix, factor as u32, now))
    }

    /// Takes a token of one network, whose budget is `factor` times the usual one.
    fn take(&mut self, prefix: Prefix, factor: u32, now: Instant) -> bool {
        let sets = BUCKET_TABLE_ENTRIES / WAYS;
        let set = self.hasher.hash_one(prefix) as usize % sets * WAYS;
        let set = &mut self.entries[set..set + WAYS];
        let at = match set.iter().position(|entry| is_of(entry, prefix)) {
            Some(at) => at,
            // `None` sorts first: free places go first, then the network longest unseen.
            None => {
                (0..WAYS).min_by_key(|&at| set[at].as_ref().map(|entry| entry.seen)).unwrap_or(0)
            }
        };
        if !is_of(&set[at], prefix) {
            let bucket = TokenBucket::new(self.per_second * factor, self.burst * factor);
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
