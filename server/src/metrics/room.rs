//! The metrics of one room: handles only, so that no label is looked up during a tick.

use driftfield_shared::snapshot::{SnapshotPart, SnapshotTally, StateAges};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::labels::{AgeLabel, OutcomeLabel, ReasonLabel};

/// The metrics of one room.
#[derive(Debug)]
pub struct RoomMetrics {
    /// Duration of a tick, in seconds.
    pub tick_duration: Histogram,
    /// Delay from a tick's deadline to its start, in seconds.
    pub tick_lateness: Histogram,
    /// Worker threads that help the room's own thread in a tick.
    pub helpers: Gauge,
    /// The last tick.
    pub tick: Gauge,
    /// The last tick that is durable.
    pub durable_tick: Gauge,
    /// Ticks simulated.
    pub ticks: Counter,
    /// Ticks dropped because the room was too late to catch up.
    pub ticks_skipped: Counter,
    /// Ticks run by the standby thread.
    pub ticks_stood_in: Counter,
    /// Failures of the room.
    pub failures: Counter,
    /// Times that the room went on from its journal.
    pub recovered: Counter,
    pub(super) saves: Family<OutcomeLabel, Counter>,
    /// Clients in this room.
    pub clients: GaugeShare,
    /// Entities in this room.
    pub entities: GaugeShare,
    /// Payload bytes of snapshots.
    pub sent_snapshot_bytes: Counter,
    /// Payload bytes of control messages.
    pub sent_control_bytes: Counter,
    /// Payload bytes of updates of topics.
    pub sent_topic_bytes: Counter,
    /// Snapshots written to sockets.
    pub snapshots_sent: Counter,
    /// Snapshots not sent because the client had not acknowledged earlier ones.
    pub snapshots_skipped: Counter,
    /// Input commands received, without duplicates.
    pub inputs_received: Counter,
    /// Input commands that arrived after their tick.
    pub inputs_late: Counter,
    /// Duplicate input commands, in time or late.
    pub inputs_duplicate: Counter,
    /// Checks in which a client held something else than the server took it to hold.
    pub desyncs: Counter,
    pub(super) snapshot_parts: [(SnapshotPart, Counter, Counter); SnapshotPart::ALL.len()],
    pub(super) ship_ages: Family<AgeLabel, Counter>,
    pub(super) rejected_messages: Family<ReasonLabel, Counter>,
}

impl RoomMetrics {
    /// Counts an attempt to save the room.
    pub fn count_save(&self, is_saved: bool) {
        let outcome = if is_saved { OutcomeLabel::SAVED } else { OutcomeLabel::FAILED };
        self.saves.get_or_create(&outcome).inc();
    }

    /// Adds the bits of a snapshot, by part.
    pub fn count_bits(&self, tally: &SnapshotTally) {
        for (part, bits, entities) in &self.snapshot_parts {
            let spent = tally.of(*part);
            bits.inc_by(spent.bits);
            entities.inc_by(spent.entities);
        }
    }

    /// Adds a sample of how old clients' ship states are.
    pub fn count_ages(&self, ages: &StateAges) {
        for (distance, counts) in ages.counts().iter().enumerate() {
            for (ticks, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let label = AgeLabel {
                    distance: StateAges::DISTANCES
                        .get(distance)
                        .copied()
                        .unwrap_or(f32::INFINITY)
                        .to_string(),
                    ticks: StateAges::TICKS
                        .get(ticks)
                        .map_or_else(|| "inf".to_owned(), u32::to_string),
                };
                self.ship_ages.get_or_create(&label).inc_by(*count);
            }
        }
    }

    /// Messages that were refused for this reason so far.
    #[cfg(test)]
    pub fn rejected(&self, reason: &'static str) -> u64 {
        self.rejected_messages.get_or_create(&ReasonLabel { reason }).get()
    }

    /// Counts a message that was refused. `reason` must come from our own code, never from a peer, because
    /// each value creates a series that is never removed. Usually it is
    /// [`CloseReason::label`](driftfield_shared::protocol::CloseReason::label).
    pub fn count_rejected(&self, reason: &'static str) {
        self.count_rejected_by(reason, 1);
    }

    /// Counts `count` messages that closed their connections for the same reason.
    pub fn count_rejected_by(&self, reason: &'static str, count: u64) {
        self.rejected_messages.get_or_create(&ReasonLabel { reason }).inc_by(count);
    }
}

/// One room's share of a gauge that is a sum over all rooms. Dropping it subtracts the share.
#[derive(Debug)]
pub struct GaugeShare {
    sum: Gauge,
    share: i64,
}

impl GaugeShare {
    pub(super) fn new(sum: &Gauge) -> Self {
        Self { sum: sum.clone(), share: 0 }
    }

    /// Replaces this room's share.
    pub fn set(&mut self, value: usize) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        self.sum.inc_by(value - self.share);
        self.share = value;
    }
}

impl Drop for GaugeShare {
    fn drop(&mut self) {
        self.sum.dec_by(self.share);
    }
}
