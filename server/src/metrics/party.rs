//! The metrics of parties.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::register;

/// The metrics of parties. What is refused is among the rejected messages.
#[derive(Clone, Debug)]
pub struct PartyMetrics {
    members: Gauge<u64, AtomicU64>,
    joined: Counter,
    left: Counter,
}

impl PartyMetrics {
    /// Registers them, each at zero.
    pub(super) fn register(registry: &mut Registry) -> Self {
        PartyMetrics {
            members: register(
                registry,
                "party_members",
                "Accounts that are in a party, on-line or not",
                Gauge::default(),
            ),
            joined: register(
                registry,
                "party_joins",
                "Accounts that have joined a party, or have opened one",
                Counter::default(),
            ),
            left: register(
                registry,
                "party_leaves",
                "Accounts that have left a party, were taken out, or were away for too long",
                Counter::default(),
            ),
        }
    }

    /// Notes how many accounts are in a party.
    pub fn set_members(&self, count: usize) {
        self.members.set(count as u64);
    }

    /// Counts an account that has joined a party, or left one.
    pub fn count(&self, has_joined: bool) {
        if has_joined {
            self.joined.inc()
        } else {
            self.left.inc()
        };
    }
}
