//! What the server counts, as `/metrics` shows it in the Prometheus text format.
//!
//! Names are fixed: tools outside rely on them. What tells how punctual and how full a room is has its label, all
//! other figures are sums over all rooms. A room holds a [`RoomMetrics`]: handles only, no
//! label is looked up in a tick.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use driftfield_shared::protocol::CloseReason;
use driftfield_shared::snapshot::{SnapshotPart, SnapshotTally, StateAges};
use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::room::SentCounts;

/// All metrics of one server.
#[derive(Clone, Debug)]
pub struct Metrics {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    registry: Registry,
    tick_duration: Family<RoomLabel, Histogram>,
    tick_lateness: Family<RoomLabel, Histogram>,
    budget_share: Family<RoomLabel, Gauge<f64, AtomicU64>>,
    helpers: Family<RoomLabel, Gauge>,
    ticks: Counter,
    ticks_skipped: Counter,
    ticks_stood_in: Family<RoomLabel, Counter>,
    clients: Gauge,
    entities: Gauge,
    sent_bytes: Family<LaneLabel, Counter>,
    snapshots_sent: Counter,
    snapshots_skipped: Counter,
    snapshot_bits: Family<PartLabel, Counter>,
    snapshot_entities: Family<PartLabel, Counter>,
    ship_ages: Family<AgeLabel, Counter>,
    inputs_received: Counter,
    inputs_late: Counter,
    inputs_duplicate: Counter,
    rejected_messages: Family<ReasonLabel, Counter>,
    refused_connections: Family<ReasonLabel, Counter>,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("driftfield");
        let histogram = || Family::new_with_constructor(tick_histogram as fn() -> Histogram);
        let shared = Shared {
            tick_duration: register(
                &mut registry,
                "tick_duration_seconds",
                "Time a tick took, from reading the sockets to writing them",
                histogram(),
            ),
            budget_share: register(
                &mut registry,
                "snapshot_budget_share",
                "Share of their byte budget that a room's clients get: below 1 its ticks take too long otherwise",
                Family::default(),
            ),
            helpers: register(
                &mut registry,
                "room_helpers",
                "Threads beside a room's own that it has in a tick: above 0 one core is not enough for it",
                Family::default(),
            ),
            tick_lateness: register(
                &mut registry,
                "tick_lateness_seconds",
                "Time from the moment a tick was due to its start",
                histogram(),
            ),
            ticks: register(&mut registry, "ticks", "Ticks simulated", Counter::default()),
            ticks_skipped: register(
                &mut registry,
                "ticks_skipped",
                "Ticks given up because the room was too late to catch up",
                Counter::default(),
            ),
            ticks_stood_in: register(
                &mut registry,
                "ticks_stood_in",
                "Ticks done by a room's standby: its own thread had not begun 0.15 ms after they were due",
                Family::default(),
            ),
            clients: register(
                &mut registry,
                "clients",
                "Clients that are in a room",
                Gauge::default(),
            ),
            entities: register(
                &mut registry,
                "entities",
                "Entities in all rooms",
                Gauge::default(),
            ),
            sent_bytes: register(
                &mut registry,
                "sent_bytes",
                "Payload bytes handed to clients' sockets",
                Family::default(),
            ),
            snapshots_sent: register(
                &mut registry,
                "snapshots_sent",
                "Snapshots handed to clients' sockets",
                Counter::default(),
            ),
            snapshots_skipped: register(
                &mut registry,
                "snapshots_skipped",
                "Snapshots not sent because the client was behind",
                Counter::default(),
            ),
            snapshot_bits: register(
                &mut registry,
                "snapshot_bits",
                "Bits of snapshots, by the part they were spent on",
                Family::default(),
            ),
            snapshot_entities: register(
                &mut registry,
                "snapshot_entities",
                "Entities that clients held at each snapshot: what those bits are for",
                Family::default(),
            ),
            ship_ages: register(
                &mut registry,
                "ship_ages",
                "Ships that clients held when a snapshot's byte budget did not do for all (a sample), by how old the \
                 state was and how far from the own ship; each label is the upper end",
                Family::default(),
            ),
            inputs_received: register(
                &mut registry,
                "inputs_received",
                "Input commands received, the later copies over second connections aside",
                Counter::default(),
            ),
            inputs_late: register(
                &mut registry,
                "inputs_late",
                "Input commands that came after their tick, and were dropped",
                Counter::default(),
            ),
            inputs_duplicate: register(
                &mut registry,
                "inputs_duplicate",
                "Later copies of input commands that came over two connections",
                Counter::default(),
            ),
            rejected_messages: register(
                &mut registry,
                "rejected_messages",
                "Messages that closed their connection, by reason",
                Family::default(),
            ),
            refused_connections: register(
                &mut registry,
                "refused_connections",
                "Connections and requests that were refused before they reached a room, by reason",
                Family::default(),
            ),
            registry,
        };
        for lane in [LaneLabel::SNAPSHOT, LaneLabel::CONTROL] {
            drop(shared.sent_bytes.get_or_create(&lane));
        }
        // A rate over a series needs it to exist before its first event.
        for reason in REJECTIONS {
            let label = ReasonLabel { reason: reason.label() };
            drop(shared.rejected_messages.get_or_create(&label));
        }
        Self { shared: Arc::new(shared) }
    }

    /// The handles for the tick thread of the room called `room`.
    pub fn room(&self, room: &str) -> RoomMetrics {
        let label = RoomLabel { room: room.to_owned() };
        let shared = &self.shared;
        RoomMetrics {
            tick_duration: shared.tick_duration.get_or_create_owned(&label),
            tick_lateness: shared.tick_lateness.get_or_create_owned(&label),
            budget_share: shared.budget_share.get_or_create_owned(&label),
            helpers: shared.helpers.get_or_create_owned(&label),
            ticks: shared.ticks.clone(),
            ticks_skipped: shared.ticks_skipped.clone(),
            ticks_stood_in: shared.ticks_stood_in.get_or_create_owned(&label),
            clients: GaugeShare::new(&shared.clients),
            entities: GaugeShare::new(&shared.entities),
            sent_snapshot_bytes: shared.sent_bytes.get_or_create_owned(&LaneLabel::SNAPSHOT),
            sent_control_bytes: shared.sent_bytes.get_or_create_owned(&LaneLabel::CONTROL),
            snapshots_sent: shared.snapshots_sent.clone(),
            snapshots_skipped: shared.snapshots_skipped.clone(),
            snapshot_parts: SnapshotPart::ALL.map(|part| {
                let label = PartLabel { part: part.label() };
                let bits = shared.snapshot_bits.get_or_create_owned(&label);
                (part, bits, shared.snapshot_entities.get_or_create_owned(&label))
            }),
            ship_ages: shared.ship_ages.clone(),
            inputs_received: shared.inputs_received.clone(),
            inputs_late: shared.inputs_late.clone(),
            inputs_duplicate: shared.inputs_duplicate.clone(),
            rejected_messages: shared.rejected_messages.clone(),
        }
    }

    /// Counts a connection or request that was refused before it reached a room.
    pub fn count_refused_connection(&self, reason: &'static str) {
        self.shared.refused_connections.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// Everything in the Prometheus text format; its content type is [`Metrics::CONTENT_TYPE`].
    pub fn exposition(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail, and every metric here has a text form.
        let _ = prometheus_text::encode(&mut text, &self.shared.registry);
        text
    }

    /// The content type of [`Metrics::exposition`].
    pub const CONTENT_TYPE: &'static str = prometheus_text::CONTENT_TYPE;
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// What one room counts.
#[derive(Debug)]
pub struct RoomMetrics {
    /// Time a tick took, in seconds.
    pub tick_duration: Histogram,
    /// Time from the moment a tick was due to its start, in seconds.
    pub tick_lateness: Histogram,
    /// Share of the byte budgets that clients get.
    pub budget_share: Gauge<f64, AtomicU64>,
    /// Threads that help in a tick.
    pub helpers: Gauge,
    /// Ticks simulated.
    pub ticks: Counter,
    /// Ticks given up.
    pub ticks_skipped: Counter,
    /// Ticks done by the standby.
    pub ticks_stood_in: Counter,
    /// Clients in this room.
    pub clients: GaugeShare,
    /// Entities in this room.
    pub entities: GaugeShare,
    /// Payload bytes of snapshots.
    pub sent_snapshot_bytes: Counter,
    /// Payload bytes of control messages.
    pub sent_control_bytes: Counter,
    /// Snapshots handed to sockets.
    pub snapshots_sent: Counter,
    /// Snapshots not sent to clients that were behind.
    pub snapshots_skipped: Counter,
    /// Input commands received, later copies aside.
    pub inputs_received: Counter,
    /// Input commands that came after their tick.
    pub inputs_late: Counter,
    /// Later copies of input commands, in time or not.
    pub inputs_duplicate: Counter,
    snapshot_parts: [(SnapshotPart, Counter, Counter); SnapshotPart::ALL.len()],
    ship_ages: Family<AgeLabel, Counter>,
    rejected_messages: Family<ReasonLabel, Counter>,
}

impl RoomMetrics {
    /// Counts what was sent.
    pub fn count_sent(&self, counts: &SentCounts) {
        self.snapshots_sent.inc_by(counts.snapshots);
        self.snapshots_skipped.inc_by(counts.skipped);
        self.sent_snapshot_bytes.inc_by(counts.snapshot_bytes);
        self.sent_control_bytes.inc_by(counts.control_bytes);
        self.count_bits(&counts.tally);
        self.count_ages(&counts.ages);
    }

    /// Counts where the bits of snapshots went.
    fn count_bits(&self, tally: &SnapshotTally) {
        for (part, bits, entities) in &self.snapshot_parts {
            let spent = tally.of(*part);
            bits.inc_by(spent.bits);
            entities.inc_by(spent.entities);
        }
    }

    /// Counts how old was what clients held of ships.
    fn count_ages(&self, ages: &StateAges) {
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

    /// Counts a message that closed its connection. `reason` comes from our own code, never from a peer:
    /// each value is a series for good. [`CloseReason::label`] is the usual one.
    pub fn count_rejected(&self, reason: &'static str) {
        self.count_rejected_by(reason, 1);
    }

    /// The same for so many.
    pub fn count_rejected_by(&self, reason: &'static str, count: u64) {
        self.rejected_messages.get_or_create(&ReasonLabel { reason }).inc_by(count);
    }
}

/// One room's part in a gauge that sums over all rooms. Taken out again when the room goes.
#[derive(Debug)]
pub struct GaugeShare {
    sum: Gauge,
    share: i64,
}

impl GaugeShare {
    fn new(sum: &Gauge) -> Self {
        Self { sum: sum.clone(), share: 0 }
    }

    /// This room's figure.
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

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct RoomLabel {
    room: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct LaneLabel {
    lane: &'static str,
}

impl LaneLabel {
    const SNAPSHOT: LaneLabel = LaneLabel { lane: "snapshot" };
    const CONTROL: LaneLabel = LaneLabel { lane: "control" };
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct AgeLabel {
    distance: String,
    ticks: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct PartLabel {
    part: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ReasonLabel {
    reason: &'static str,
}

/// Registers under `driftfield_NAME`; the library adds `_total` to counters.
fn register<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

fn tick_histogram() -> Histogram {
    Histogram::new(TICK_BUCKETS)
}

/// Reasons that are the client's doing.
const REJECTIONS: [CloseReason; 9] = [
    CloseReason::WrongVersion,
    CloseReason::WrongContent,
    CloseReason::RoomFull,
    CloseReason::TimedOut,
    CloseReason::Malformed,
    CloseReason::TooLong,
    CloseReason::TooMuch,
    CloseReason::TooSlow,
    CloseReason::NoSeat,
];

/// Seconds. About a quarter from one to the next up to 10 ms, so that a percentile that lies between two of them is known
/// well enough; the deadlines of 60, 30 and 15 Hz are borders.
const TICK_BUCKETS: [f64; 36] = [
    0.00005, 0.000075, 0.0001, 0.000125, 0.00015, 0.0002, 0.00025, 0.0003, 0.0004, 0.0005, 0.0006,
    0.0008, 0.001, 0.00125, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.006, 0.0075, 0.01,
    0.0125, 0.015, 0.0167, 0.02, 0.025, 0.03, 0.0333, 0.04, 0.05, 0.0667, 0.1, 0.2, 0.5,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exposition_has_every_designed_name() {
        let metrics = Metrics::new();
        let mut room = metrics.room("frontier");
        room.tick_duration.observe(0.0012);
        room.tick_lateness.observe(0.0001);
        room.budget_share.set(0.5);
        room.helpers.set(2);
        room.clients.set(3);
        room.entities.set(40);
        room.sent_snapshot_bytes.inc_by(100);
        room.count_rejected(CloseReason::TooLong.label());
        let mut tally = SnapshotTally::default();
        tally.spend(SnapshotPart::Shots, 12, 3);
        room.count_bits(&tally);
        let mut ages = StateAges::default();
        ages.note(300.0, 3);
        ages.note(3_000.0, 40);
        room.count_ages(&ages);
        metrics.count_refused_connection("foreign_origin");

        let text = metrics.exposition();
        for line in [
            "# TYPE driftfield_tick_duration_seconds histogram",
            "driftfield_tick_duration_seconds_bucket{room=\"frontier\",le=\"0.002\"} 1",
            "driftfield_tick_duration_seconds_count{room=\"frontier\"} 1",
            "# TYPE driftfield_tick_lateness_seconds histogram",
            "driftfield_snapshot_budget_share{room=\"frontier\"} 0.5",
            "driftfield_room_helpers{room=\"frontier\"} 2",
            "# TYPE driftfield_ticks_total counter",
            "driftfield_ticks_total 0",
            "driftfield_ticks_skipped_total 0",
            "driftfield_ticks_stood_in_total{room=\"frontier\"} 0",
            "driftfield_clients 3",
            "driftfield_entities 40",
            "driftfield_sent_bytes_total{lane=\"snapshot\"} 100",
            "driftfield_sent_bytes_total{lane=\"control\"} 0",
            "driftfield_snapshots_sent_total 0",
            "driftfield_snapshots_skipped_total 0",
            "driftfield_snapshot_bits_total{part=\"shots\"} 12",
            "driftfield_snapshot_entities_total{part=\"shots\"} 3",
            "driftfield_ship_ages_total{distance=\"400\",ticks=\"4\"} 1",
            "driftfield_ship_ages_total{distance=\"inf\",ticks=\"inf\"} 1",
            "driftfield_inputs_received_total 0",
            "driftfield_inputs_late_total 0",
            "driftfield_inputs_duplicate_total 0",
            "driftfield_rejected_messages_total{reason=\"too_long\"} 1",
            "driftfield_rejected_messages_total{reason=\"too_much\"} 0",
            "driftfield_refused_connections_total{reason=\"foreign_origin\"} 1",
        ] {
            assert!(text.lines().any(|have| have == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn gauges_are_sums_over_the_rooms_that_live() {
        let metrics = Metrics::new();
        let mut one = metrics.room("one");
        let mut two = metrics.room("two");
        one.clients.set(5);
        two.clients.set(7);
        one.clients.set(2);
        assert!(metrics.exposition().contains("driftfield_clients 9\n"));
        drop(two);
        assert!(metrics.exposition().contains("driftfield_clients 2\n"));
    }
}
