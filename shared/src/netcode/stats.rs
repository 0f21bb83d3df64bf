//! Figures of a connection: what the network panel shows and the bots report.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::snapshot::SnapshotTally;
use crate::units::{Micros, Tick};

/// Time over which the best round trip is sought: longer than any burst, shorter than a change of route.
const ROUND_TRIP_WINDOW: Micros = 10_000_000;
/// Samples kept at the most.
const ROUND_TRIP_SAMPLES: usize = 512;

/// The figures of a connection since its start.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ClientStats {
    /// Snapshots decoded.
    pub snapshots_received: u64,
    /// Snapshots that one per tick since the first would have been.
    pub snapshots_expected: u64,
    /// Bytes of all messages, without the framing of WebSocket.
    pub payload_bytes_received: u64,
    /// Client ticks run with a command.
    pub predicted_ticks: u64,
    /// Predictions that turned out wrong.
    pub corrections: u64,
    /// Commands that came too late for their tick, as far as snapshots tell.
    pub inputs_late: u64,
    /// Hits of our shots that we saw, and how many of them the server saw as well.
    pub hits_predicted: u64,
    /// See above.
    pub hits_confirmed: u64,
    /// Best round trip of the last seconds.
    pub ping_micros: Micros,
    /// How many ticks before its use our newest command arrived; negative when late.
    pub input_margin_ticks: i8,
    /// Tick of the newest snapshot.
    pub tick: Tick,
    /// Entities in view but our own ship.
    pub visible_entities: u32,
    /// Sum of `visible_entities` over all snapshots, for the mean.
    pub visible_entities_sum: u64,
    /// Where the bits of snapshots went.
    pub tally: SnapshotTally,
    /// When the newest snapshot arrived.
    pub snapshot_at: Micros,
    first_tick: Option<Tick>,
}

impl ClientStats {
    /// Takes in the snapshot of `tick` that arrived at `now` and showed so many entities beside our own ship.
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

    /// What was counted since `before`, which is an earlier state of the same figures. What is no count is as now.
    pub fn since(&self, before: &ClientStats) -> ClientStats {
        ClientStats {
            snapshots_received: self.snapshots_received.saturating_sub(before.snapshots_received),
            snapshots_expected: self.snapshots_expected.saturating_sub(before.snapshots_expected),
            payload_bytes_received: self
                .payload_bytes_received
                .saturating_sub(before.payload_bytes_received),
            predicted_ticks: self.predicted_ticks.saturating_sub(before.predicted_ticks),
            corrections: self.corrections.saturating_sub(before.corrections),
            inputs_late: self.inputs_late.saturating_sub(before.inputs_late),
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

/// The best round trip of the last seconds: from giving the newest command that the server had to the
/// arrival of the snapshot that says so. It holds the wait for the server's tick, up to one tick.
#[derive(Clone, Debug)]
pub struct RoundTrip {
    first: Micros,
    samples: VecDeque<(Micros, Micros)>,
}

impl RoundTrip {
    /// Starts from the time between opening a connection and the welcome: two round trips, TCP's and the request's. Under
    /// TLS it is one more, and the first guess so much too long. A connection that took its time to open (a name to be
    /// looked up, a lost segment, a server with a queue) says nothing of the path: what is guessed too short is mended
    /// within a round trip, what is too long keeps a ship from its player until the server has caught up.
    pub fn of_join(join: Micros) -> Self {
        RoundTrip { first: (join / 2).min(FIRST_GUESS_MAX), samples: VecDeque::new() }
    }

    /// Takes a sample in.
    pub fn add(&mut self, now: Micros, round_trip: Micros) {
        // Kept ascending: what a newer sample beats can never again be the best.
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

/// The longest round trip that is believed before there was one.
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
