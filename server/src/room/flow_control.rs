//! Which client may get a snapshot in this tick.
//!
//! On TCP the kernel takes seconds of snapshots before it pushes back, all of them stale. So each client
//! acknowledges snapshots on its input commands, and gets no new one while a small window of them is
//! unacknowledged. A skipped tick costs nothing: the next delta spans it.

use std::collections::VecDeque;

use driftfield_shared::limits::{SNAPSHOT_WINDOW_MAX, SNAPSHOT_WINDOW_MIN};
use driftfield_shared::units::Tick;

/// Ticks over which the shortest round trip is sought, and then once more.
const ROUND_TRIP_WINDOW_TICKS: u32 = 300;

/// The acknowledgement window of one client.
#[derive(Clone, Debug)]
pub struct FlowControl {
    unacknowledged: VecDeque<Tick>,
    /// Shortest round trip of the window that runs and of the one before, in ticks.
    round_trip: u32,
    round_trip_before: u32,
    /// Round trip of the newest acknowledgement.
    round_trip_now: u32,
    window_from: Tick,
    acknowledged_at: Tick,
}

impl FlowControl {
    /// For a client that joined in tick `now`.
    pub fn new(now: Tick) -> Self {
        FlowControl {
            unacknowledged: VecDeque::with_capacity(SNAPSHOT_WINDOW_MAX as usize),
            round_trip: SNAPSHOT_WINDOW_MAX,
            round_trip_before: SNAPSHOT_WINDOW_MAX,
            round_trip_now: 0,
            window_from: now,
            acknowledged_at: now,
        }
    }

    /// Whether a snapshot may be handed to the socket.
    pub fn may_send(&self) -> bool {
        (self.unacknowledged.len() as u32) < self.window()
    }

    /// Notes the snapshot of tick `now` as handed over.
    pub fn sent(&mut self, now: Tick) {
        if self.unacknowledged.is_empty() {
            // The time without anything to acknowledge is no stall.
            self.acknowledged_at = now;
        }
        self.unacknowledged.push_back(now);
    }

    /// Notes that the client has seen the snapshot of `tick`, told in tick `now`.
    pub fn acknowledge(&mut self, now: Tick, tick: Tick) {
        let before = self.unacknowledged.len();
        while self.unacknowledged.front().is_some_and(|sent| *sent <= tick) {
            let sent = self.unacknowledged.pop_front();
            if sent == Some(tick) {
                self.round_trip_now = now.since(tick);
                self.round_trip = self.round_trip.min(self.round_trip_now);
            }
        }
        if self.unacknowledged.len() < before {
            self.acknowledged_at = now;
        }
        if now.since(self.window_from) > ROUND_TRIP_WINDOW_TICKS {
            self.round_trip_before = self.round_trip;
            self.round_trip = SNAPSHOT_WINDOW_MAX;
            self.window_from = now;
        }
    }

    /// Ticks for which snapshots have been out without any being acknowledged.
    pub fn stalled_ticks(&self, now: Tick) -> u32 {
        if self.unacknowledged.is_empty() { 0 } else { now.since(self.acknowledged_at) }
    }

    /// Snapshots that may be unacknowledged: what is in flight over the shortest round trip, one for the
    /// phase between the two clocks, and two ticks of jitter, which is no congestion. Round trips beyond
    /// that are: the path holds a queue, and every snapshot in it makes the next one older.
    fn window(&self) -> u32 {
        let round_trip = self.round_trip.min(self.round_trip_before);
        let room = if self.round_trip_now > round_trip + 3 { 1 } else { 3 };
        (round_trip + room).clamp(SNAPSHOT_WINDOW_MIN, SNAPSHOT_WINDOW_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_acknowledges_gets_every_snapshot_at_any_round_trip() {
        for round_trip in [0, 1, 3, 7, 14] {
            let mut flow = FlowControl::new(Tick(0));
            for now in (1..1000).map(Tick) {
                if now.0 > round_trip {
                    flow.acknowledge(now, now.minus(round_trip + 1));
                }
                assert!(flow.may_send(), "round trip {round_trip}, {now:?}");
                flow.sent(now);
            }
        }
    }

    #[test]
    fn a_client_that_is_silent_gets_a_window_and_no_more() {
        let mut flow = FlowControl::new(Tick(0));
        // A short round trip first, so that the window is small.
        for now in (1..700).map(Tick) {
            flow.acknowledge(now, now.minus(1));
            flow.sent(now);
        }
        let sent = (700..800).map(Tick).filter(|now| {
            let may = flow.may_send();
            if may {
                flow.sent(*now);
            }
            may
        });
        // A round trip of one tick, and three.
        assert!(sent.count() <= 4);
        assert!(flow.stalled_ticks(Tick(800)) >= 100);
        flow.acknowledge(Tick(800), Tick(702));
        assert!(flow.may_send());
        assert_eq!(flow.stalled_ticks(Tick(800)), 0);
    }
}
