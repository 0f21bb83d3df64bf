//! What a fleet measures per bot, and the sums.

use std::collections::BTreeMap;

use driftfield_shared::netcode::{ClientEvent, ClientStats, HitOutcome};
use driftfield_shared::snapshot::SnapshotTally;
use driftfield_shared::units::Micros;
use hdrhistogram::Histogram;
use hdrhistogram::errors::CreationError;

use super::bot::{LightEvent, TalkEvent};

/// Longest time that is distinguished: one hour.
const MICROS_MAX: u64 = 3_600_000_000;
/// Corrections are counted in thousandths of a unit, up to the largest sector's diagonal.
const CORRECTION_STEPS_PER_UNIT: f32 = 1_000.0;
const CORRECTION_STEPS_MAX: u64 = 100_000_000;
/// Desyncs that a report shows in detail.
const DESYNC_DUMPS_MAX: usize = 5;
/// Significant digits of all distributions.
const DIGITS: u8 = 3;

/// The figures of one bot.
#[derive(Clone, Debug, Default)]
pub(super) struct BotStatistics {
    /// When its connection was requested.
    pub(super) asked: Option<Micros>,
    /// When it was first admitted.
    pub(super) welcomed: Option<Micros>,
    /// Whether a connection was requested that has not been answered by a welcome.
    pub(super) awaits_welcome: bool,
    /// When its connection ended for good before the run did.
    pub(super) ended: Option<Micros>,
    /// The last snapshot before its connection was lost, until one comes over the next connection.
    lost: Option<Micros>,
    tick_hz: u16,
    first_snapshot: Option<Micros>,
    last_snapshot: Option<Micros>,
    /// When measuring began, and the figures at that time.
    mark: Option<(Micros, ClientStats)>,
}

/// The figures of many bots.
#[derive(Clone, Debug)]
pub(super) struct FleetStatistics {
    /// Connections that were requested.
    pub(super) clients: u64,
    /// Bots that were admitted.
    pub(super) connected: u64,
    /// Connections of admitted bots that ended before the run did.
    pub(super) disconnects: u64,
    /// Bots that came back into their seats after that, and those that got another seat.
    pub(super) resumed: u64,
    pub(super) seats_lost: u64,
    /// Connections that ended because the server broke the protocol.
    pub(super) protocol_errors: u64,
    /// State checks, and those that found a difference.
    pub(super) state_checks: u64,
    pub(super) desyncs: u64,
    /// The first differences, by entity.
    pub(super) desync_dumps: Vec<Vec<String>>,
    /// Sums over the bots.
    pub(super) snapshots_received: u64,
    pub(super) snapshots_expected: u64,
    pub(super) payload_bytes_received: u64,
    pub(super) topic_bytes_received: u64,
    pub(super) visible_entities_sum: u64,
    pub(super) predicted_ticks: u64,
    pub(super) corrections: u64,
    /// Commands that arrived too late for their tick.
    pub(super) inputs_late: u64,
    /// Hits that were visible at the bot, and those that the server confirmed.
    pub(super) hits_predicted: u64,
    pub(super) hits_confirmed: u64,
    /// Lines that were said, those of them that were refused, and lines that others heard.
    pub(super) lines_sent: u64,
    pub(super) lines_refused: u64,
    pub(super) lines_received: u64,
    pub(super) tally: SnapshotTally,
    pub(super) connected_micros: u64,
    pub(super) ping_micros_sum: u64,
    /// Distributions, in microseconds.
    pub(super) snapshot_interval: Histogram<u64>,
    pub(super) input_to_effect: Histogram<u64>,
    pub(super) bot_lateness: Histogram<u64>,
    pub(super) interpolation_delay: Histogram<u64>,
    /// From the last snapshot before a loss to the first one after it.
    pub(super) downtime: Histogram<u64>,
    /// From a line's request to its arrival at another bot, and to its receipt.
    pub(super) line_to_screen: Histogram<u64>,
    pub(super) receipt: Histogram<u64>,
    /// In thousandths of a unit.
    pub(super) correction: Histogram<u64>,
    /// How often connections ended before the run did, by reason.
    pub(super) ends: BTreeMap<String, u64>,
    /// Highest tick rate of a room.
    pub(super) tick_hz: u16,
}

impl BotStatistics {
    /// The figures of a bot that requests its connection at `now`.
    pub(super) fn new(now: Micros) -> Self {
        BotStatistics { asked: Some(now), awaits_welcome: true, ..BotStatistics::default() }
    }

    /// It requests another connection at `now`.
    pub(super) fn ask_again(&mut self, now: Micros) {
        self.asked = Some(now);
        self.awaits_welcome = true;
    }

    /// Starts measuring at `now`.
    pub(super) fn mark(&mut self, now: Micros, stats: &ClientStats) {
        self.mark = Some((now, *stats));
    }
}

impl FleetStatistics {
    /// Nothing measured yet.
    pub(super) fn new() -> Result<Self, CreationError> {
        let time = Histogram::new_with_bounds(1, MICROS_MAX, DIGITS)?;
        Ok(FleetStatistics {
            clients: 0,
            connected: 0,
            disconnects: 0,
            resumed: 0,
            seats_lost: 0,
            protocol_errors: 0,
            state_checks: 0,
            desyncs: 0,
            desync_dumps: Vec::new(),
            snapshots_received: 0,
            snapshots_expected: 0,
            payload_bytes_received: 0,
            topic_bytes_received: 0,
            visible_entities_sum: 0,
            predicted_ticks: 0,
            corrections: 0,
            inputs_late: 0,
            hits_predicted: 0,
            hits_confirmed: 0,
            lines_sent: 0,
            lines_refused: 0,
            lines_received: 0,
            tally: SnapshotTally::default(),
            connected_micros: 0,
            ping_micros_sum: 0,
            snapshot_interval: time.clone(),
            input_to_effect: time.clone(),
            bot_lateness: time.clone(),
            interpolation_delay: time.clone(),
            downtime: time.clone(),
            line_to_screen: time.clone(),
            receipt: time,
            correction: Histogram::new_with_bounds(1, CORRECTION_STEPS_MAX, DIGITS)?,
            ends: BTreeMap::new(),
            tick_hz: 0,
        })
    }

    /// Records an event of a bot.
    pub(super) fn note(&mut self, bot: &mut BotStatistics, now: Micros, event: &ClientEvent) {
        match event {
            ClientEvent::Welcome(welcome) => {
                self.note_welcome(bot, now, welcome.tick_hz, welcome.resumed);
            }
            ClientEvent::Frame(frame) => self.note_snapshot(bot, frame.arrived),
            ClientEvent::InputEffect(micros) => self.input_to_effect.saturating_record(*micros),
            ClientEvent::Corrected(units) => {
                // `as` saturates, and turns NaN into 0.
                self.correction.saturating_record((units * CORRECTION_STEPS_PER_UNIT) as u64);
            }
            ClientEvent::Hit(outcome) => {
                self.hits_predicted += 1;
                self.hits_confirmed += u64::from(*outcome == HitOutcome::Confirmed);
            }
            ClientEvent::Predicted(predicted) => {
                let micros = predicted.view.delay_ticks * 1e6 / f64::from(bot.tick_hz.max(1));
                self.interpolation_delay.saturating_record(micros as u64);
            }
            ClientEvent::Desync(differences) => {
                // A run can have thousands of them; the first ones are enough.
                if self.desync_dumps.len() < DESYNC_DUMPS_MAX {
                    self.desync_dumps.push(differences.clone());
                }
            }
            ClientEvent::Control(_)
            | ClientEvent::Epoch(_)
            | ClientEvent::News(_)
            | ClientEvent::Topic(..) => {}
        }
    }

    /// Records an event of a light bot.
    pub(super) fn note_light(&mut self, bot: &mut BotStatistics, now: Micros, event: LightEvent) {
        match event {
            LightEvent::Welcome { tick_hz, resumed } => {
                self.note_welcome(bot, now, tick_hz, resumed);
            }
            LightEvent::Snapshot => self.note_snapshot(bot, now),
            LightEvent::InputEffect(micros) => self.input_to_effect.saturating_record(micros),
            LightEvent::Topic(..) | LightEvent::Reply(_) => {}
        }
    }

    /// Records what happened in the talk of a fleet.
    pub(super) fn note_talk(&mut self, event: TalkEvent) {
        match event {
            TalkEvent::Sent => self.lines_sent += 1,
            TalkEvent::Refused => self.lines_refused += 1,
            TalkEvent::Heard(micros) => {
                self.lines_received += 1;
                self.line_to_screen.saturating_record(micros);
            }
            TalkEvent::Confirmed(micros) => self.receipt.saturating_record(micros),
        }
    }

    fn note_welcome(&mut self, bot: &mut BotStatistics, now: Micros, tick_hz: u16, resumed: bool) {
        bot.awaits_welcome = false;
        bot.tick_hz = tick_hz;
        self.tick_hz = self.tick_hz.max(tick_hz);
        if bot.welcomed.is_none() {
            bot.welcomed = Some(now);
            self.connected += 1;
        } else if resumed {
            self.resumed += 1;
        } else {
            self.seats_lost += 1;
        }
    }

    fn note_snapshot(&mut self, bot: &mut BotStatistics, arrived: Micros) {
        bot.first_snapshot.get_or_insert(arrived);
        if let Some(lost) = bot.lost.take() {
            self.downtime.saturating_record(arrived.saturating_sub(lost));
        }
        if let Some(last) = bot.last_snapshot.replace(arrived) {
            self.snapshot_interval.saturating_record(arrived.saturating_sub(last));
        }
    }

    /// Forgets all distributions, hits and lines. The number of bots and the reasons of ends are kept.
    pub(super) fn forget(&mut self) {
        for histogram in [
            &mut self.snapshot_interval,
            &mut self.input_to_effect,
            &mut self.bot_lateness,
            &mut self.interpolation_delay,
            &mut self.downtime,
            &mut self.line_to_screen,
            &mut self.receipt,
            &mut self.correction,
        ] {
            histogram.reset();
        }
        (self.hits_predicted, self.hits_confirmed) = (0, 0);
        (self.lines_sent, self.lines_refused, self.lines_received) = (0, 0, 0);
    }

    /// Notes that a connection ended before the run did.
    pub(super) fn note_end(
        &mut self,
        bot: &mut BotStatistics,
        now: Micros,
        reason: &str,
        is_protocol: bool,
    ) {
        self.note_loss(bot, now, reason);
        bot.ended = Some(now);
        self.protocol_errors += u64::from(is_protocol);
    }

    /// Notes that a connection ended, and that the bot may come back over another one.
    pub(super) fn note_loss(&mut self, bot: &mut BotStatistics, now: Micros, reason: &str) {
        // An attempt to come back that fails is no second loss.
        let is_lost = bot.welcomed.is_some() && bot.lost.is_none();
        self.disconnects += u64::from(is_lost);
        if is_lost {
            // Its snapshots end here; the gap is downtime and no interval between two of them.
            bot.lost = Some(bot.last_snapshot.take().unwrap_or(now));
        }
        *self.ends.entry(reason.to_owned()).or_default() += 1;
    }

    /// Notes that a bot's second connection ended before the run did. The bot flies on.
    pub(super) fn note_input_socket_end(&mut self, reason: &str) {
        *self.ends.entry(format!("second connection {reason}")).or_default() += 1;
    }

    /// Adds a bot's figures when the run ends at `end`.
    pub(super) fn finish(&mut self, bot: &BotStatistics, stats: &ClientStats, end: Micros) {
        let (since, before) = bot.mark.unwrap_or_default();
        let stats = &stats.since(&before);
        self.snapshots_received += stats.snapshots_received;
        self.snapshots_expected += expected(bot, stats, since, end);
        self.payload_bytes_received += stats.payload_bytes_received;
        self.topic_bytes_received += stats.topic_bytes_received;
        self.visible_entities_sum += stats.visible_entities_sum;
        self.predicted_ticks += stats.predicted_ticks;
        self.corrections += stats.corrections;
        self.inputs_late += stats.inputs_late;
        self.state_checks += stats.state_checks;
        self.desyncs += stats.desyncs;
        self.tally.add(&stats.tally);
        if let Some(welcomed) = bot.welcomed {
            self.connected_micros += bot.ended.unwrap_or(end).saturating_sub(welcomed.max(since));
            self.ping_micros_sum += stats.ping_micros;
        }
    }

    /// Adds the figures of another part of the fleet.
    pub(super) fn add(&mut self, other: &FleetStatistics) {
        self.clients += other.clients;
        self.connected += other.connected;
        self.disconnects += other.disconnects;
        self.resumed += other.resumed;
        self.seats_lost += other.seats_lost;
        self.protocol_errors += other.protocol_errors;
        self.state_checks += other.state_checks;
        self.desyncs += other.desyncs;
        self.desync_dumps.extend(other.desync_dumps.iter().cloned());
        self.desync_dumps.truncate(DESYNC_DUMPS_MAX);
        self.snapshots_received += other.snapshots_received;
        self.snapshots_expected += other.snapshots_expected;
        self.payload_bytes_received += other.payload_bytes_received;
        self.topic_bytes_received += other.topic_bytes_received;
        self.visible_entities_sum += other.visible_entities_sum;
        self.predicted_ticks += other.predicted_ticks;
        self.corrections += other.corrections;
        self.inputs_late += other.inputs_late;
        self.hits_predicted += other.hits_predicted;
        self.hits_confirmed += other.hits_confirmed;
        self.lines_sent += other.lines_sent;
        self.lines_refused += other.lines_refused;
        self.lines_received += other.lines_received;
        self.tally.add(&other.tally);
        self.connected_micros += other.connected_micros;
        self.ping_micros_sum += other.ping_micros_sum;
        self.tick_hz = self.tick_hz.max(other.tick_hz);
        for (into, from) in [
            (&mut self.snapshot_interval, &other.snapshot_interval),
            (&mut self.input_to_effect, &other.input_to_effect),
            (&mut self.bot_lateness, &other.bot_lateness),
            (&mut self.interpolation_delay, &other.interpolation_delay),
            (&mut self.downtime, &other.downtime),
            (&mut self.line_to_screen, &other.line_to_screen),
            (&mut self.receipt, &other.receipt),
            (&mut self.correction, &other.correction),
        ] {
            // All have the same bounds, so nothing is out of range.
            let _ = into.add(from);
        }
        for (reason, count) in &other.ends {
            *self.ends.entry(reason.clone()).or_default() += count;
        }
    }
}

/// Snapshots expected from a bot's first, but not before `since`, to the end of the run, at one per tick. A bot that
/// was lost is still owed its own.
fn expected(bot: &BotStatistics, stats: &ClientStats, since: Micros, end: Micros) -> u64 {
    let Some(first) = bot.first_snapshot else { return 0 };
    let by_clock = end.saturating_sub(first.max(since)) * u64::from(bot.tick_hz) / 1_000_000;
    // The ticks between the first and the last snapshot count exactly, whatever the clocks say.
    stats.snapshots_expected.max(by_clock)
}

/// Thousandths of a unit as units.
pub(super) fn correction_units(steps: u64) -> f64 {
    steps as f64 / f64::from(CORRECTION_STEPS_PER_UNIT)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use driftfield_shared::netcode::Frame;

    use super::*;

    fn frame(arrived: Micros) -> ClientEvent {
        ClientEvent::Frame(Arc::new(Frame { arrived, ..Frame::default() }))
    }

    #[test]
    fn a_bot_that_lost_its_connection_is_still_owed_snapshots() {
        let mut fleet = FleetStatistics::new().unwrap();
        let mut bot = BotStatistics { welcomed: Some(0), tick_hz: 30, ..BotStatistics::default() };
        fleet.note(&mut bot, 0, &frame(0));
        fleet.note(&mut bot, 33_333, &frame(33_333));
        fleet.note_end(&mut bot, 50_000, "lost", false);
        let mut stats = ClientStats::default();
        (stats.snapshots_received, stats.snapshots_expected) = (2, 2);
        fleet.finish(&bot, &stats, 10_000_000);
        assert_eq!((fleet.snapshots_received, fleet.snapshots_expected), (2, 300));
        assert_eq!((fleet.disconnects, fleet.connected_micros), (1, 50_000));
        assert_eq!(fleet.ends["lost"], 1);
    }

    #[test]
    fn what_was_before_the_mark_does_not_count() {
        let mut fleet = FleetStatistics::new().unwrap();
        let mut bot = BotStatistics { welcomed: Some(0), tick_hz: 30, ..BotStatistics::default() };
        let mut stats = ClientStats::default();
        let mut snapshot =
            |fleet: &mut FleetStatistics, bot: &mut BotStatistics, arrived: Micros| {
                fleet.note(bot, arrived, &frame(arrived));
                stats.snapshots_received += 1;
                stats.snapshots_expected += 1;
                stats
            };
        snapshot(&mut fleet, &mut bot, 0);
        let before = snapshot(&mut fleet, &mut bot, 700_000);
        fleet.forget();
        bot.mark(1_000_000, &before);
        let mut after = before;
        for arrived in 0..30 {
            after = snapshot(&mut fleet, &mut bot, 1_000_000 + arrived * 33_333);
        }
        fleet.finish(&bot, &after, 2_000_000);
        assert_eq!((fleet.snapshots_received, fleet.snapshots_expected), (30, 30));
        assert_eq!((fleet.snapshot_interval.len(), fleet.connected_micros), (30, 1_000_000));
    }

    #[test]
    fn intervals_are_between_arrivals_of_one_bot() {
        let mut fleet = FleetStatistics::new().unwrap();
        let (mut ada, mut bob) = (BotStatistics::default(), BotStatistics::default());
        for arrived in [0, 40_000, 80_000] {
            fleet.note(&mut ada, arrived, &frame(arrived));
            fleet.note(&mut bob, arrived + 10_000, &frame(arrived + 10_000));
        }
        assert_eq!(fleet.snapshot_interval.len(), 4);
        assert!(fleet.snapshot_interval.min() >= 39_900, "{}", fleet.snapshot_interval.min());
    }

    #[test]
    fn refusals_are_no_disconnects() {
        let mut fleet = FleetStatistics::new().unwrap();
        let mut bot = BotStatistics::default();
        fleet.note_end(&mut bot, 5, "the server refused the connection", false);
        assert_eq!((fleet.disconnects, fleet.protocol_errors), (0, 0));
        assert_eq!(fleet.ends.len(), 1);
    }
}
