//! The server's metrics, as `/metrics` shows them in the Prometheus text format.
//!
//! Names are fixed: tools outside the repository rely on them. The metrics that say how late and how loaded a
//! room is carry a `room` label; all others are sums over all rooms. A room holds a [`RoomMetrics`], which has
//! handles only: no label is looked up during a tick.

mod chat;
mod labels;
mod notices;
mod party;
mod room;
mod store;

use std::sync::Arc;

use driftfield_shared::protocol::CloseReason;
use driftfield_shared::snapshot::SnapshotPart;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

pub use chat::ChatMetrics;
use labels::{AgeLabel, LaneLabel, OutcomeLabel, PartLabel, ReasonLabel, RoomLabel};
pub use notices::NoticeMetrics;
pub use party::PartyMetrics;
pub use room::{GaugeShare, RoomMetrics};
pub use store::StoreMetrics;

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
    helpers: Family<RoomLabel, Gauge>,
    tick: Family<RoomLabel, Gauge>,
    durable_tick: Family<RoomLabel, Gauge>,
    ticks: Counter,
    ticks_skipped: Counter,
    ticks_stood_in: Family<RoomLabel, Counter>,
    failures: Family<RoomLabel, Counter>,
    saves: Family<OutcomeLabel, Counter>,
    recovered: Counter,
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
    desyncs: Counter,
    rejected_messages: Family<ReasonLabel, Counter>,
    refused_connections: Family<ReasonLabel, Counter>,
    unused_connections: Counter,
    store: StoreMetrics,
    chat: ChatMetrics,
    notices: NoticeMetrics,
    parties: PartyMetrics,
}

impl Metrics {
    /// Registers all metrics, each at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("driftfield");
        let store = StoreMetrics::register(&mut registry);
        let chat = ChatMetrics::register(&mut registry);
        let notices = NoticeMetrics::register(&mut registry);
        let parties = PartyMetrics::register(&mut registry);
        let histogram = || Family::new_with_constructor(tick_histogram as fn() -> Histogram);
        let shared = Shared {
            tick_duration: register(
                &mut registry,
                "tick_duration_seconds",
                "Duration of a tick, from reading the sockets to writing them",
                histogram(),
            ),
            helpers: register(
                &mut registry,
                "room_helpers",
                "Worker threads that help the room's own thread in a tick; above 0, one core is not enough for the room",
                Family::default(),
            ),
            tick: register(
                &mut registry,
                "room_tick",
                "The last tick of a room; it stands still while nobody is in the room",
                Family::default(),
            ),
            durable_tick: register(
                &mut registry,
                "room_durable_tick",
                "The last tick of a room that would outlive a crash; usually some tenths of a second behind",
                Family::default(),
            ),
            tick_lateness: register(
                &mut registry,
                "tick_lateness_seconds",
                "Delay from a tick's deadline to its start",
                histogram(),
            ),
            ticks: register(&mut registry, "ticks", "Ticks simulated", Counter::default()),
            ticks_skipped: register(
                &mut registry,
                "ticks_skipped",
                "Ticks dropped because the room was too late to catch up",
                Counter::default(),
            ),
            ticks_stood_in: register(
                &mut registry,
                "ticks_stood_in",
                "Ticks run by the room's standby thread because the room's own thread had not started \
                 0.15 ms after the deadline",
                Family::default(),
            ),
            failures: register(
                &mut registry,
                "room_failures",
                "Panics of a room, each caused by a bug, after which the room was started again",
                Family::default(),
            ),
            saves: register(
                &mut registry,
                "saves",
                "Attempts to save a room at the end of the server, by outcome",
                Family::default(),
            ),
            recovered: register(
                &mut registry,
                "recovered_rooms",
                "Rooms that went on from their journal, after a restart or a panic",
                Counter::default(),
            ),
            clients: register(&mut registry, "clients", "Clients in rooms", Gauge::default()),
            entities: register(
                &mut registry,
                "entities",
                "Entities in all rooms",
                Gauge::default(),
            ),
            sent_bytes: register(
                &mut registry,
                "sent_bytes",
                "Payload bytes written to client sockets, by lane",
                Family::default(),
            ),
            snapshots_sent: register(
                &mut registry,
                "snapshots_sent",
                "Snapshots written to client sockets",
                Counter::default(),
            ),
            snapshots_skipped: register(
                &mut registry,
                "snapshots_skipped",
                "Snapshots not sent because the client had not acknowledged earlier ones",
                Counter::default(),
            ),
            snapshot_bits: register(
                &mut registry,
                "snapshot_bits",
                "Bits spent in snapshots, by part of the snapshot",
                Family::default(),
            ),
            snapshot_entities: register(
                &mut registry,
                "snapshot_entities",
                "Entities that clients held at each snapshot, by part; divide the snapshot bits by it for bits per entity",
                Family::default(),
            ),
            ship_ages: register(
                &mut registry,
                "ship_ages",
                "Sample of the ships that clients held when a snapshot did not fit its byte budget, by age of the \
                 ship's state in ticks and by distance from the client's own ship; labels are upper bounds",
                Family::default(),
            ),
            inputs_received: register(
                &mut registry,
                "inputs_received",
                "Input commands received, without duplicates from second connections",
                Counter::default(),
            ),
            inputs_late: register(
                &mut registry,
                "inputs_late",
                "Input commands dropped because they arrived after their tick",
                Counter::default(),
            ),
            desyncs: register(
                &mut registry,
                "desyncs",
                "Checks in which a client held something else than the server took it to hold: a bug if above 0",
                Counter::default(),
            ),
            inputs_duplicate: register(
                &mut registry,
                "inputs_duplicate",
                "Duplicate input commands: the second copy of a command that came over both connections",
                Counter::default(),
            ),
            rejected_messages: register(
                &mut registry,
                "rejected_messages",
                "Messages that the server refused, by reason; some of the reasons close the connection",
                Family::default(),
            ),
            refused_connections: register(
                &mut registry,
                "refused_connections",
                "Connections and requests refused before they reached a room, by reason",
                Family::default(),
            ),
            unused_connections: register(
                &mut registry,
                "unused_connections",
                "Connections that ended without a request: spare sockets of browsers and probes of monitoring",
                Counter::default(),
            ),
            store,
            chat,
            notices,
            parties,
            registry,
        };
        for lane in [LaneLabel::SNAPSHOT, LaneLabel::CONTROL, LaneLabel::TOPICS] {
            drop(shared.sent_bytes.get_or_create(&lane));
        }
        for outcome in [OutcomeLabel::SAVED, OutcomeLabel::FAILED] {
            drop(shared.saves.get_or_create(&outcome));
        }
        // A rate can only be computed over a series that exists before its first event.
        for reason in REJECTIONS {
            let label = ReasonLabel { reason: reason.label() };
            drop(shared.rejected_messages.get_or_create(&label));
        }
        Self { shared: Arc::new(shared) }
    }

    /// Handles for the room named `room`, used on its tick thread.
    pub fn room(&self, room: &str) -> RoomMetrics {
        let label = RoomLabel { room: room.to_owned() };
        let shared = &self.shared;
        RoomMetrics {
            tick_duration: shared.tick_duration.get_or_create_owned(&label),
            tick_lateness: shared.tick_lateness.get_or_create_owned(&label),
            helpers: shared.helpers.get_or_create_owned(&label),
            tick: shared.tick.get_or_create_owned(&label),
            durable_tick: shared.durable_tick.get_or_create_owned(&label),
            ticks: shared.ticks.clone(),
            ticks_skipped: shared.ticks_skipped.clone(),
            ticks_stood_in: shared.ticks_stood_in.get_or_create_owned(&label),
            failures: shared.failures.get_or_create_owned(&label),
            saves: shared.saves.clone(),
            recovered: shared.recovered.clone(),
            clients: GaugeShare::new(&shared.clients),
            entities: GaugeShare::new(&shared.entities),
            sent_snapshot_bytes: shared.sent_bytes.get_or_create_owned(&LaneLabel::SNAPSHOT),
            sent_control_bytes: shared.sent_bytes.get_or_create_owned(&LaneLabel::CONTROL),
            sent_topic_bytes: shared.sent_bytes.get_or_create_owned(&LaneLabel::TOPICS),
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
            desyncs: shared.desyncs.clone(),
            rejected_messages: shared.rejected_messages.clone(),
        }
    }

    /// Takes the series of a room out that has ended.
    pub fn forget_room(&self, room: &str) {
        let label = RoomLabel { room: room.to_owned() };
        let shared = &self.shared;
        shared.tick_duration.remove(&label);
        shared.tick_lateness.remove(&label);
        shared.helpers.remove(&label);
        shared.tick.remove(&label);
        shared.durable_tick.remove(&label);
        shared.ticks_stood_in.remove(&label);
        shared.failures.remove(&label);
    }

    /// Counts a connection or request that was refused before it reached a room.
    pub fn count_refused_connection(&self, reason: &'static str) {
        self.shared.refused_connections.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// Counts a connection that ended without a single byte.
    pub fn count_unused_connection(&self) {
        self.shared.unused_connections.inc();
    }

    /// The metrics of the store.
    pub fn store(&self) -> &StoreMetrics {
        &self.shared.store
    }

    /// The metrics of what players are told.
    pub fn notices(&self) -> &NoticeMetrics {
        &self.shared.notices
    }

    /// The metrics of parties.
    pub fn parties(&self) -> &PartyMetrics {
        &self.shared.parties
    }

    /// The metrics of chat.
    pub fn chat(&self) -> &ChatMetrics {
        &self.shared.chat
    }

    /// All metrics in the Prometheus text format. Serve it as [`Metrics::CONTENT_TYPE`].
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

/// Registers under `driftfield_NAME`; the library adds `_total` to counters.
fn register<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

fn tick_histogram() -> Histogram {
    Histogram::new(TICK_BUCKETS)
}

/// Close reasons that the client causes.
const REJECTIONS: [CloseReason; 11] = [
    CloseReason::WrongVersion,
    CloseReason::WrongContent,
    CloseReason::RoomFull,
    CloseReason::TimedOut,
    CloseReason::Malformed,
    CloseReason::TooLong,
    CloseReason::TooMuch,
    CloseReason::TooSlow,
    CloseReason::NoSeat,
    CloseReason::TicketExpired,
    CloseReason::NotInvited,
];

/// Bucket bounds in seconds. Up to 10 ms each is about a quarter above the one before, so that interpolated percentiles
/// are accurate enough. The tick intervals of 60, 30 and 15 Hz are bounds themselves.
const TICK_BUCKETS: [f64; 36] = [
    0.00005, 0.000075, 0.0001, 0.000125, 0.00015, 0.0002, 0.00025, 0.0003, 0.0004, 0.0005, 0.0006,
    0.0008, 0.001, 0.00125, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.006, 0.0075, 0.01,
    0.0125, 0.015, 0.0167, 0.02, 0.025, 0.03, 0.0333, 0.04, 0.05, 0.0667, 0.1, 0.2, 0.5,
];

#[cfg(test)]
mod tests {
    use driftfield_shared::snapshot::{SnapshotTally, StateAges};

    use super::*;

    #[test]
    fn the_exposition_has_every_designed_name() {
        let metrics = Metrics::new();
        let mut room = metrics.room("frontier");
        room.tick_duration.observe(0.0012);
        room.tick_lateness.observe(0.0001);
        room.helpers.set(2);
        room.count_save(false);
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
            "driftfield_room_helpers{room=\"frontier\"} 2",
            "# TYPE driftfield_ticks_total counter",
            "driftfield_ticks_total 0",
            "driftfield_ticks_skipped_total 0",
            "driftfield_ticks_stood_in_total{room=\"frontier\"} 0",
            "driftfield_room_failures_total{room=\"frontier\"} 0",
            "driftfield_saves_total{outcome=\"saved\"} 0",
            "driftfield_saves_total{outcome=\"failed\"} 1",
            "driftfield_chat_lines_total 0",
            "driftfield_notices_dropped_total 0",
            "driftfield_clients 3",
            "driftfield_entities 40",
            "driftfield_sent_bytes_total{lane=\"snapshot\"} 100",
            "driftfield_sent_bytes_total{lane=\"control\"} 0",
            "driftfield_sent_bytes_total{lane=\"topics\"} 0",
            "driftfield_snapshots_sent_total 0",
            "driftfield_snapshots_skipped_total 0",
            "driftfield_snapshot_bits_total{part=\"shots\"} 12",
            "driftfield_snapshot_entities_total{part=\"shots\"} 3",
            "driftfield_ship_ages_total{distance=\"400\",ticks=\"4\"} 1",
            "driftfield_ship_ages_total{distance=\"inf\",ticks=\"inf\"} 1",
            "driftfield_inputs_received_total 0",
            "driftfield_inputs_late_total 0",
            "driftfield_inputs_duplicate_total 0",
            "driftfield_desyncs_total 0",
            "driftfield_rejected_messages_total{reason=\"too_long\"} 1",
            "driftfield_rejected_messages_total{reason=\"too_much\"} 0",
            "driftfield_refused_connections_total{reason=\"foreign_origin\"} 1",
        ] {
            assert!(text.lines().any(|have| have == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn a_gauge_is_the_sum_over_rooms_that_still_exist() {
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
