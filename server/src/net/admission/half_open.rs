//! Sockets without a complete request, by network and age.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::Notify;

use super::prefix::Prefix;

/// Half-open sockets. Each has a number higher than those of older ones.
#[derive(Debug, Default)]
pub(super) struct HalfOpen {
    by_network: HashMap<Prefix, BTreeMap<u64, Arc<Notify>>>,
    len: usize,
}

impl HalfOpen {
    /// Number of sockets.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Number of sockets of one network.
    pub(super) fn of(&self, network: Prefix) -> usize {
        self.by_network.get(&network).map_or(0, BTreeMap::len)
    }

    /// Adds a socket; `replaced` tells it to make room.
    pub(super) fn insert(&mut self, network: Prefix, number: u64, replaced: Arc<Notify>) {
        let before = self.by_network.entry(network).or_default().insert(number, replaced);
        debug_assert!(before.is_none(), "socket numbers are unique");
        self.len += 1;
    }

    /// Removes a socket, if it is still listed.
    pub(super) fn remove(&mut self, network: Prefix, number: u64) -> Option<Arc<Notify>> {
        let sockets = self.by_network.get_mut(&network)?;
        let removed = sockets.remove(&number)?;
        self.len -= 1;
        if sockets.is_empty() {
            self.by_network.remove(&network);
        }
        Some(removed)
    }

    /// Removes the oldest socket of a network and tells it to make room.
    pub(super) fn replace_oldest_of(&mut self, network: Prefix) {
        let oldest = self.by_network.get(&network).and_then(|sockets| sockets.keys().next());
        if let Some(replaced) = oldest.copied().and_then(|number| self.remove(network, number)) {
            replaced.notify_one();
        }
    }

    /// Does so in the network with the most sockets; among equals, in that with the oldest one.
    pub(super) fn replace_oldest_of_busiest(&mut self) {
        let busiest = self
            .by_network
            .iter()
            .max_by_key(|(_, sockets)| (sockets.len(), Reverse(sockets.keys().next().copied())));
        if let Some((&network, _)) = busiest {
            self.replace_oldest_of(network);
        }
    }
}
