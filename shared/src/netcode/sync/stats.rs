//! Statistics of a connection, for the network panel and the bots' report.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::snapshot::SnapshotTally;
use crate::units::{Micros, Tick};

/// Time over which the best round trip is searched: longer than any burst, shorter than a change of route.
const ROUND_TRIP_WINDOW: Micros = 10_000_000;
/// Largest number of samples kept.
const ROUND_TRIP_SAMPLES: usize = 512;

/// Statistics of a connection since its start.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ClientStats {
    /// Snapshots decoded.
    pub snapshots_received: u64,
    /// Snapshots expected since the first, at one per tick.
    pub snapshots_expected: u64,
    /// Bytes of all messages, without WebSocket framing.
    pub payload_bytes_received: u64,
    /// Bytes of them that are updates of topics.
    pub topic_bytes_received: u64,
    /// Client ticks run with a command.
    pub predicted_ticks: u64,
    /// Wrong predictions.
    pub corrections: u64,
    /// Commands that arrived too late for their tick, according to the snapshots.
    pub inputs_late: u64,
    /// Commands that arrived in time for their tick, according to the snapshots.
    pub inputs_in_time: u64,
    /// State checks: comparisons of the state held here with the server's record.
    pub state_checks: u64,
    /// State checks that failed.
    pub desyncs: u64,
    /// Hits of our shots that were visible here.
    pub hits_predicted: u64,
    /// Visible hits that the server confirmed.
    pub hits_confirmed: u64,
    /// Best round trip of the last seconds.
    pub ping_micros: Micros,
    /// Input margin: how many ticks before its use our newest command arrived; negative when late.
    pub input_margin_ticks: i8,
    /// Tick of the newest snapshot.
    pub tick: Tick,
    /// Visible entities except our own ship.
    pub visible_entities: u32,
    /// Sum of `visible_entities` over all snapshots, for the mean.
    pub visible_entities_sum: u64,
    /// Bits of snapshots, by part.
    pub tally: SnapshotTally,
    /// When the newest snapshot arrived.
    pub snapshot_at: Micros,
    first_tick: Option<Tick>,
}

impl ClientStats {
    /// Notes that the snapshot of `tick` arrived at `now` and showed this many entities besides our own ship.
    pub fn add_snapshot(&mut self, now: Micros, tick: Tick, margin: i8, visible: usize) {
        let first = *self.first_tick.get_or_insert(tick);
        self.snapshots_received += 1;
        self.snapshots_expected = u64::from(tick.since(first)) + 1;
        self.input_margin_ticks = margin;
        self.tick = tick;
        self.visible_entities = visible as u32;
        self.visible_entities_sum += visible as u64;
        self.snapshot_at = now;
    }

    /// Notes the commands that a snapshot answered: how many, and how many of them came too late.
    pub fn add_commands(&mut self, answered: usize, late: u64) {
        self.inputs_late += late;
        self.inputs_in_time += (answered as u64).saturating_sub(late);
    }

    /// What was counted since `before`, an earlier state of the same statistics. Fields that are no counters keep
    /// their current value.
    pub fn since(&self, before: &ClientStats) -> ClientStats {
        ClientStats {
            snapshots_received: self.snapshots_received.saturating_sub(before.snapshots_received),
            snapshots_expected: self.snapshots_expected.saturating_sub(before.snapshots_expected),
            payload_bytes_received: self
                .payload_bytes_received
                .saturating_sub(before.payload_bytes_received),
            topic_bytes_received: self
                .topic_bytes_received
                .saturating_sub(before.topic_bytes_received),
            predicted_ticks: self.predicted_ticks.saturating_sub(before.predicted_ticks),
            corrections: self.corrections.saturating_sub(before.corrections),
            inputs_late: self.inputs_late.saturating_sub(before.inputs_late),
            inputs_in_time: self.inputs_in_time.saturating_sub(before.inputs_in_time),
            state_checks: self.state_checks.saturating_sub(before.state_checks),
            desyncs: self.desyncs.saturating_sub(before.desyncs),
            hits_predicted: self.hits_predicted.saturating_sub(before.hits_predicted),
            hits_confirmed: self.hits_confirmed.saturating_sub(before.hits_confirmed),
            visible_entities_sum: self
                .visible_entities_sum
                .saturating_sub(before.visible_entities_sum),
            tally: self.tally.since(&before.tally),
            ..*self
        }
    }
}

/// The best round trip of the last seconds: from giving the newest command that the server had, to the arrival of the
/// snapshot that says so. It includes the wait for the server's tick, up to one tick.
#[derive(Clone, Debug)]
pub struct RoundTrip {
    first: Micros,
    samples: VecDeque<(Micros, Micros)>,
}

impl RoundTrip {
    /// The first estimate is the time between opening a connection and the welcome: two round trips, TCP's and the
    /// request's. Under TLS it is one more, so the first estimate is too long by that. A connection that was slow to
    /// open (a name lookup, a lost segment, a server with a queue) says nothing about the path, so its estimate is
    /// limited: one that is too short is corrected within a round trip, but one that is too long keeps the ship from
    /// its player until the server has caught up.
    pub fn of_join(join: Micros) -> Self {
        RoundTrip { first: (join / 2).min(FIRST_GUESS_MAX), samples: VecDeque::new() }
    }

    /// Adds a sample.
    pub fn add(&mut self, now: Micros, round_trip: Micros) {
        // Kept ascending: a sample that a newer one beats can never be the best again.
        while self.samples.back().is_some_and(|(_, other)| *other >= round_trip) {
            self.samples.pop_back();
        }
        self.samples.push_back((now, round_trip));
        while self.samples.len() > ROUND_TRIP_SAMPLES
            || self
                .samples
                .front()
                .is_some_and(|(at, _)| now.saturating_sub(*at) > ROUND_TRIP_WINDOW)
        {
            self.samples.pop_front();
        }
    }

    /// The best of the last seconds.
    pub fn best(&self) -> Micros {
        self.samples.front().map_or(self.first, |(_, round_trip)| *round_trip)
    }
}

/// Longest plausible round trip before there was a sample.
const FIRST_GUESS_MAX: Micros = 250_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_round_trip_is_forgotten_after_its_window() {
        let mut round_trip = RoundTrip::of_join(180);
        assert_eq!(round_trip.best(), 90);
        round_trip.add(0, 50);
        round_trip.add(1_000_000, 70);
        assert_eq!(round_trip.best(), 50);
        round_trip.add(10_500_000, 80);
        assert_eq!(round_trip.best(), 70);
        round_trip.add(10_600_000, 20);
        assert_eq!(round_trip.best(), 20);
    }
}
