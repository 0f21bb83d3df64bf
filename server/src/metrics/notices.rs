//! The metrics of notices.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::register;

/// The metrics of what players are told.
#[derive(Clone, Debug)]
pub struct NoticeMetrics {
    told: Family<KindLabel, Counter>,
    dropped: Counter,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct KindLabel {
    kind: &'static str,
}

impl NoticeMetrics {
    /// Registers them.
    pub(super) fn register(registry: &mut Registry) -> Self {
        NoticeMetrics {
            told: register(registry, "notices", "Notices to players, by kind", Family::default()),
            dropped: register(
                registry,
                "notices_dropped",
                "Notices that nobody was told, because the player was told too much or the store took no more",
                Counter::default(),
            ),
        }
    }

    /// Counts a notice of a kind.
    pub fn count(&self, kind: &'static str) {
        self.told.get_or_create(&KindLabel { kind }).inc();
    }

    /// Counts a notice that is not told.
    pub fn count_dropped(&self) {
        self.dropped.inc();
    }
}
