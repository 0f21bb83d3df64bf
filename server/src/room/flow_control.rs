//! Which client may get a snapshot in this tick.
//!
//! On TCP the kernel takes seconds of snapshots before it pushes back, all of them stale. So each client
//! acknowledges snapshots on its input commands, and gets no new one while a small window of them is
//! unacknowledged. A skipped tick costs nothing: the next delta spans it.

use std::collections::VecDeque;

use driftfield_shared::limits::{SNAPSHOT_WINDOW_MAX, SNAPSHOT_WINDOW_MIN};
use driftfield_shared::units::Tick;

use super::delivery_rate::DeliveryRate;

/// Ticks by which a round trip may be longer than the shortest without saying anything.
const JITTER: u32 = 3;

/// The acknowledgement window of one client.
#[derive(Clone, Debug)]
pub struct FlowControl {
    unacknowledged: VecDeque<Sent>,
    /// Shortest round trip of the path, in ticks.
    round_trip: u32,
    /// Round trip of the newest acknowledgement.
    round_trip_now: u32,
    path: PathGauge,
    rate: DeliveryRate,
    acknowledged_at: Tick,
}

/// A snapshot that is under way.
#[derive(Clone, Copy, Debug)]
struct Sent {
    tick: Tick,
    bytes: u32,
}

impl FlowControl {
    /// For a client that joined in tick `now`.
    pub fn new(now: Tick) -> Self {
        FlowControl {
            unacknowledged: VecDeque::with_capacity(SNAPSHOT_WINDOW_MAX as usize),
            round_trip: SNAPSHOT_WINDOW_MAX,
            round_trip_now: 0,
            path: PathGauge::default(),
            rate: DeliveryRate::new(now),
            acknowledged_at: now,
        }
    }

    /// Whether a snapshot may be handed to the socket.
    pub fn may_send(&self) -> bool {
        (self.unacknowledged.len() as u32) < self.window()
    }

    /// Bytes that the snapshot of tick `now` may take for the path's sake, `None` if it takes all.
    pub fn bytes_max(&mut self, now: Tick) -> Option<usize> {
        self.rate.bytes_max(now, self.round_trip)
    }

    /// Notes the snapshot of tick `now` as handed over, with its length in bytes.
    pub fn sent(&mut self, now: Tick, bytes: usize) {
        if self.unacknowledged.is_empty() {
            // The time without anything to acknowledge is no stall.
            self.acknowledged_at = now;
        }
        self.rate.sent(bytes);
        self.unacknowledged.push_back(Sent { tick: now, bytes: bytes as u32 });
    }

    /// Notes that the client has seen the snapshot of `tick`, told in tick `now`.
    pub fn acknowledge(&mut self, now: Tick, tick: Tick) {
        let before = self.unacknowledged.len();
        while self.unacknowledged.front().is_some_and(|sent| sent.tick <= tick) {
            let Some(sent) = self.unacknowledged.pop_front() else { break };
            self.rate.delivered(now, sent.bytes as usize);
            if sent.tick == tick {
                self.round_trip_now = now.since(tick);
                self.rate.took(self.round_trip_now);
                self.round_trip = self.round_trip.min(self.round_trip_now);
                let longer = self.path.note(tick, self.round_trip_now);
                if let Some(longer) = longer.filter(|longer| *longer > self.round_trip + JITTER) {
                    self.round_trip = longer;
                }
            }
        }
        if self.unacknowledged.len() < before {
            self.acknowledged_at = now;
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
        let is_queued = self.round_trip_now > self.round_trip + JITTER;
        let room = if is_queued { 1 } else { JITTER };
        (self.round_trip + room).clamp(SNAPSHOT_WINDOW_MIN, SNAPSHOT_WINDOW_MAX)
    }
}

/// Tells a path that has become longer from one that holds a queue, which look the same to a window that is
/// full: of snapshots sent in one tick and the next, the second waits behind the first only in a queue.
#[derive(Clone, Debug)]
struct PathGauge {
    last: Option<(Tick, u32)>,
    pairs: u32,
    /// Ticks by which the second ones took longer, all together.
    growth: i64,
    shortest: u32,
}

impl Default for PathGauge {
    fn default() -> Self {
        PathGauge { last: None, pairs: 0, growth: 0, shortest: u32::MAX }
    }
}

impl PathGauge {
    /// Pairs that are looked at together.
    const PAIRS: u32 = 10;

    /// Takes in that the snapshot of `tick` took so long. Returns the shortest round trip of late if there is no
    /// queue.
    fn note(&mut self, tick: Tick, round_trip: u32) -> Option<u32> {
        self.shortest = self.shortest.min(round_trip);
        let last = self.last.replace((tick, round_trip));
        let (_, before) = last.filter(|(last, _)| last.next() == tick)?;
        self.pairs += 1;
        self.growth += i64::from(round_trip) - i64::from(before);
        if self.pairs < PathGauge::PAIRS {
            return None;
        }
        let PathGauge { growth, shortest, .. } = std::mem::take(self);
        (growth * 4 < i64::from(PathGauge::PAIRS)).then_some(shortest)
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
                flow.sent(now, 100);
            }
        }
    }

    #[test]
    fn a_path_that_becomes_longer_gets_its_full_rate_back_within_seconds() {
        let mut flow = FlowControl::new(Tick(0));
        let mut arrivals = VecDeque::new();
        let mut sent_late = 0;
        for now in (1..400).map(Tick) {
            let round_trip = if now.0 < 100 { 1 } else { 11 };
            while let Some((_, tick)) = arrivals.pop_front_if(|(at, _)| *at <= now.0) {
                flow.acknowledge(now, tick);
            }
            if flow.may_send() {
                flow.sent(now, 100);
                arrivals.push_back((now.0 + round_trip, now));
                sent_late += u32::from(now.0 >= 250);
            }
        }
        assert_eq!(sent_late, 150);
    }

    #[test]
    fn a_client_that_is_silent_gets_a_window_and_no_more() {
        let mut flow = FlowControl::new(Tick(0));
        // A short round trip first, so that the window is small.
        for now in (1..700).map(Tick) {
            flow.acknowledge(now, now.minus(1));
            flow.sent(now, 100);
        }
        let sent = (700..800).map(Tick).filter(|now| {
            let may = flow.may_send();
            if may {
                flow.sent(*now, 100);
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
