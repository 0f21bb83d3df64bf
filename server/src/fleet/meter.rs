//! What a fleet measures, bot by bot, and the sum of it.

use std::collections::BTreeMap;

use driftfield_shared::netcode::{ClientEvent, ClientStats, HitOutcome};
use driftfield_shared::snapshot::SnapshotTally;
use driftfield_shared::units::Micros;
use hdrhistogram::Histogram;
use hdrhistogram::errors::CreationError;

use super::light::LightEvent;

/// Longest time that is told from longer ones: an hour.
const MICROS_MAX: u64 = 3_600_000_000;
/// Corrections are counted in thousandths of a unit, up to the largest sector's diagonal.
const CORRECTION_STEPS_PER_UNIT: f32 = 1_000.0;
const CORRECTION_STEPS_MAX: u64 = 100_000_000;
/// Significant digits of all distributions.
const DIGITS: u8 = 3;

/// The figures of one bot.
#[derive(Clone, Debug, Default)]
pub(super) struct BotMeter {
    /// When its connection was asked for.
    pub(super) asked: Option<Micros>,
    /// When it was welcomed.
    pub(super) welcomed: Option<Micros>,
    /// When its connection ended before the run did.
    pub(super) ended: Option<Micros>,
    tick_hz: u16,
    first_snapshot: Option<Micros>,
    last_snapshot: Option<Micros>,
    /// From when on the figures count, and what they were then.
    mark: Option<(Micros, ClientStats)>,
}

/// The figures of many bots.
#[derive(Clone, Debug)]
pub(super) struct FleetMeter {
    /// Connections that were asked for.
    pub(super) clients: u64,
    /// Bots that were welcomed.
    pub(super) connected: u64,
    /// Welcomed bots whose connection ended before the run did.
    pub(super) disconnects: u64,
    /// Connections that ended because the server broke the protocol.
    pub(super) protocol_errors: u64,
    /// Sums over the bots.
    pub(super) snapshots_received: u64,
    pub(super) snapshots_expected: u64,
    pub(super) payload_bytes_received: u64,
    pub(super) visible_entities_sum: u64,
    pub(super) predicted_ticks: u64,
    pub(super) corrections: u64,
    /// Commands that came too late for their tick.
    pub(super) inputs_late: u64,
    /// Hits that were seen, and that the server saw as well.
    pub(super) hits_predicted: u64,
    pub(super) hits_confirmed: u64,
    pub(super) tally: SnapshotTally,
    pub(super) connected_micros: u64,
    pub(super) ping_micros_sum: u64,
    /// Distributions, in microseconds.
    pub(super) snapshot_interval: Histogram<u64>,
    pub(super) input_to_effect: Histogram<u64>,
    pub(super) bot_lateness: Histogram<u64>,
    pub(super) interpolation_delay: Histogram<u64>,
    /// In thousandths of a unit.
    pub(super) correction: Histogram<u64>,
    /// How often connections ended before the run did, by reason.
    pub(super) ends: BTreeMap<String, u64>,
    /// Highest tick rate that a room had.
    pub(super) tick_hz: u16,
}

impl BotMeter {
    /// The figures of a bot that asks for its connection at `now`.
    pub(super) fn new(now: Micros) -> Self {
        BotMeter { asked: Some(now), ..BotMeter::default() }
    }

    /// Lets the figures count from `now` on.
    pub(super) fn mark(&mut self, now: Micros, stats: &ClientStats) {
        self.mark = Some((now, *stats));
    }
}

impl FleetMeter {
    /// Nothing measured yet.
    pub(super) fn new() -> Result<Self, CreationError> {
        let time = Histogram::new_with_bounds(1, MICROS_MAX, DIGITS)?;
        Ok(FleetMeter {
            clients: 0,
            connected: 0,
            disconnects: 0,
            protocol_errors: 0,
            snapshots_received: 0,
            snapshots_expected: 0,
            payload_bytes_received: 0,
            visible_entities_sum: 0,
            predicted_ticks: 0,
            corrections: 0,
            inputs_late: 0,
            hits_predicted: 0,
            hits_confirmed: 0,
            tally: SnapshotTally::default(),
            connected_micros: 0,
            ping_micros_sum: 0,
            snapshot_interval: time.clone(),
            input_to_effect: time.clone(),
            bot_lateness: time.clone(),
            interpolation_delay: time,
            correction: Histogram::new_with_bounds(1, CORRECTION_STEPS_MAX, DIGITS)?,
            ends: BTreeMap::new(),
            tick_hz: 0,
        })
    }

    /// Takes in what happened to a bot.
    pub(super) fn note(&mut self, bot: &mut BotMeter, now: Micros, event: &ClientEvent) {
        match event {
            ClientEvent::Welcome(welcome) => self.note_welcome(bot, now, welcome.tick_hz),
            ClientEvent::Frame(frame) => self.note_snapshot(bot, frame.arrived),
            ClientEvent::InputEffect(micros) => self.input_to_effect.saturating_record(*micros),
            ClientEvent::Corrected(units) => {
                // `as` saturates, and takes what is not a number as 0.
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
            ClientEvent::Control(_) => {}
        }
    }

    /// Takes in what happened to a light bot.
    pub(super) fn note_light(&mut self, bot: &mut BotMeter, now: Micros, event: LightEvent) {
        match event {
            LightEvent::Welcome(tick_hz) => self.note_welcome(bot, now, tick_hz),
            LightEvent::Snapshot => self.note_snapshot(bot, now),
            LightEvent::InputEffect(micros) => self.input_to_effect.saturating_record(micros),
        }
    }

    fn note_welcome(&mut self, bot: &mut BotMeter, now: Micros, tick_hz: u16) {
        bot.welcomed = Some(now);
        bot.tick_hz = tick_hz;
        self.connected += 1;
        self.tick_hz = self.tick_hz.max(tick_hz);
    }

    fn note_snapshot(&mut self, bot: &mut BotMeter, arrived: Micros) {
        bot.first_snapshot.get_or_insert(arrived);
        if let Some(last) = bot.last_snapshot.replace(arrived) {
            self.snapshot_interval.saturating_record(arrived.saturating_sub(last));
        }
    }

    /// Forgets all distributions and hits; how many bots there are and how they ended stays.
    pub(super) fn forget(&mut self) {
        for histogram in [
            &mut self.snapshot_interval,
            &mut self.input_to_effect,
            &mut self.bot_lateness,
            &mut self.interpolation_delay,
            &mut self.correction,
        ] {
            histogram.reset();
        }
        (self.hits_predicted, self.hits_confirmed) = (0, 0);
    }

    /// Notes that a connection ended before the run did.
    pub(super) fn note_end(
        &mut self,
        bot: &mut BotMeter,
        now: Micros,
        reason: &str,
        is_protocol: bool,
    ) {
        bot.ended = Some(now);
        self.disconnects += u64::from(bot.welcomed.is_some());
        self.protocol_errors += u64::from(is_protocol);
        *self.ends.entry(reason.to_owned()).or_default() += 1;
    }

    /// Notes that a bot's second connection ended before the run did. The bot flies on.
    pub(super) fn note_second_end(&mut self, reason: &str) {
        *self.ends.entry(format!("second connection {reason}")).or_default() += 1;
    }

    /// Adds a bot's figures when the run ends at `end`.
    pub(super) fn finish(&mut self, bot: &BotMeter, stats: &ClientStats, end: Micros) {
        let (since, before) = bot.mark.unwrap_or_default();
        let stats = &stats.since(&before);
        self.snapshots_received += stats.snapshots_received;
        self.snapshots_expected += expected(bot, stats, since, end);
        self.payload_bytes_received += stats.payload_bytes_received;
        self.visible_entities_sum += stats.visible_entities_sum;
        self.predicted_ticks += stats.predicted_ticks;
        self.corrections += stats.corrections;
        self.inputs_late += stats.inputs_late;
        self.tally.add(&stats.tally);
        if let Some(welcomed) = bot.welcomed {
            self.connected_micros += bot.ended.unwrap_or(end).saturating_sub(welcomed.max(since));
            self.ping_micros_sum += stats.ping_micros;
        }
    }

    /// Adds the figures of another part of the fleet.
    pub(super) fn add(&mut self, other: &FleetMeter) {
        self.clients += other.clients;
        self.connected += other.connected;
        self.disconnects += other.disconnects;
        self.protocol_errors += other.protocol_errors;
        self.snapshots_received += other.snapshots_received;
        self.snapshots_expected += other.snapshots_expected;
        self.payload_bytes_received += other.payload_bytes_received;
        self.visible_entities_sum += other.visible_entities_sum;
        self.predicted_ticks += other.predicted_ticks;
        self.corrections += other.corrections;
        self.inputs_late += other.inputs_late;
        self.hits_predicted += other.hits_predicted;
        self.hits_confirmed += other.hits_confirmed;
        self.tally.add(&other.tally);
        self.connected_micros += other.connected_micros;
        self.ping_micros_sum += other.ping_micros_sum;
        self.tick_hz = self.tick_hz.max(other.tick_hz);
        for (into, from) in [
            (&mut self.snapshot_interval, &other.snapshot_interval),
            (&mut self.input_to_effect, &other.input_to_effect),
            (&mut self.bot_lateness, &other.bot_lateness),
            (&mut self.interpolation_delay, &other.interpolation_delay),
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

/// Snapshots from a bot's first, but not before `since`, to the end of the run, one per tick; a lost bot is still owed its
/// own.
fn expected(bot: &BotMeter, stats: &ClientStats, since: Micros, end: Micros) -> u64 {
    let Some(first) = bot.first_snapshot else { return 0 };
    let by_clock = end.saturating_sub(first.max(since)) * u64::from(bot.tick_hz) / 1_000_000;
    // The ticks between the first and the last that came count exactly, whatever the clocks say.
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
        let mut fleet = FleetMeter::new().unwrap();
        let mut bot = BotMeter { welcomed: Some(0), tick_hz: 30, ..BotMeter::default() };
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
        let mut fleet = FleetMeter::new().unwrap();
        let mut bot = BotMeter { welcomed: Some(0), tick_hz: 30, ..BotMeter::default() };
        let mut stats = ClientStats::default();
        let mut snapshot = |fleet: &mut FleetMeter, bot: &mut BotMeter, arrived: Micros| {
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
        let mut fleet = FleetMeter::new().unwrap();
        let (mut ada, mut bob) = (BotMeter::default(), BotMeter::default());
        for arrived in [0, 40_000, 80_000] {
            fleet.note(&mut ada, arrived, &frame(arrived));
            fleet.note(&mut bob, arrived + 10_000, &frame(arrived + 10_000));
        }
        assert_eq!(fleet.snapshot_interval.len(), 4);
        assert!(fleet.snapshot_interval.min() >= 39_900, "{}", fleet.snapshot_interval.min());
    }

    #[test]
    fn refusals_are_no_disconnects() {
        let mut fleet = FleetMeter::new().unwrap();
        let mut bot = BotMeter::default();
        fleet.note_end(&mut bot, 5, "not let in: HTTP 503", false);
        assert_eq!((fleet.disconnects, fleet.protocol_errors), (0, 0));
        assert_eq!(fleet.ends.len(), 1);
    }
}
