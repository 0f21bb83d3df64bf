//! Decides which client may get a snapshot in this tick.
//!
//! On TCP the kernel accepts seconds of snapshots before it pushes back, and all of them would be stale. So each
//! client acknowledges snapshots with its input commands, and gets no new one while a small window of them is
//! unacknowledged. A skipped tick costs nothing: the next delta spans it.

use std::collections::VecDeque;

use driftfield_shared::limits::{SNAPSHOT_WINDOW_MIN, snapshot_window_max};
use driftfield_shared::units::Tick;

use super::delivery_rate::DeliveryRate;

/// Jitter that is no congestion, as a share of a second: 67 ms.
const JITTER_SECOND_PARTS: u32 = 15;

/// The acknowledgement window of one client.
#[derive(Clone, Debug)]
pub struct FlowControl {
    unacknowledged: VecDeque<Sent>,
    window_max: u32,
    /// Ticks by which a round trip may exceed the shortest one without meaning anything.
    jitter: u32,
    /// Snapshots of ticks up to this one tell nothing about the path: the room stood still while they were under way.
    stood_still_at: Option<Tick>,
    /// Shortest round trip of the path, in ticks.
    round_trip: u32,
    /// Round trip of the newest acknowledgement, in ticks.
    round_trip_now: u32,
    path: PathGauge,
    rate: DeliveryRate,
    acknowledged_at: Tick,
}

/// A snapshot in flight.
#[derive(Clone, Copy, Debug)]
struct Sent {
    tick: Tick,
    bytes: u32,
}

impl FlowControl {
    /// For a client that joined in tick `now` of a room of `tick_hz` ticks per second.
    pub fn new(now: Tick, tick_hz: u16) -> Self {
        let window_max = snapshot_window_max(tick_hz);
        FlowControl {
            unacknowledged: VecDeque::new(),
            window_max,
            // One tick for the phase between the two clocks.
            jitter: 1 + u32::from(tick_hz).div_ceil(JITTER_SECOND_PARTS),
            stood_still_at: None,
            round_trip: window_max,
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

    /// Size limit that the path puts on the snapshot of tick `now`, in bytes; `None` if there is no limit.
    pub fn bytes_max(&mut self, now: Tick) -> Option<usize> {
        self.rate.bytes_max(now, self.round_trip)
    }

    /// Notes that the snapshot of tick `now`, of this many bytes, was handed to the socket.
    pub fn sent(&mut self, now: Tick, bytes: usize) {
        if self.unacknowledged.is_empty() {
            // Time without unacknowledged snapshots is not a stall.
            self.acknowledged_at = now;
        }
        self.rate.sent(bytes);
        self.unacknowledged.push_back(Sent { tick: now, bytes: bytes as u32 });
    }

    /// Notes that the room has stood still since tick `now`. Ticks passed more slowly than time while snapshots were
    /// under way, so their round trips seem shorter than any of the path.
    pub fn note_standstill(&mut self, now: Tick) {
        self.stood_still_at = Some(now);
    }

    /// Notes that tick `now` brought an acknowledgement of the snapshot of `tick`.
    pub fn acknowledge(&mut self, now: Tick, tick: Tick) {
        let before = self.unacknowledged.len();
        while self.unacknowledged.front().is_some_and(|sent| sent.tick <= tick) {
            let Some(sent) = self.unacknowledged.pop_front() else { break };
            self.rate.delivered(now, sent.bytes as usize);
            if sent.tick == tick && self.stood_still_at.is_none_or(|at| tick > at) {
                self.round_trip_now = now.since(tick);
                self.rate.took(self.round_trip_now);
                self.round_trip = self.round_trip.min(self.round_trip_now);
                let longer = self.path.note(tick, self.round_trip_now);
                if let Some(longer) =
                    longer.filter(|longer| *longer > self.round_trip + self.jitter)
                {
                    self.round_trip = longer;
                }
            }
        }
        if self.unacknowledged.len() < before {
            self.acknowledged_at = now;
        }
    }

    /// Ticks since the last acknowledgement, while snapshots are in flight.
    pub fn stalled_ticks(&self, now: Tick) -> u32 {
        if self.unacknowledged.is_empty() { 0 } else { now.since(self.acknowledged_at) }
    }

    /// Whether the path holds a queue: the last round trip was longer than jitter explains.
    pub fn is_queued(&self) -> bool {
        self.round_trip_now > self.round_trip + self.jitter
    }

    /// Snapshots that may be unacknowledged: those in flight over the shortest round trip, one for the phase between
    /// the two clocks, and those of the jitter, which is no congestion. With longer round trips the path holds a
    /// queue, and every snapshot in it makes the next one older.
    fn window(&self) -> u32 {
        let room = if self.is_queued() { 1 } else { self.jitter };
        (self.round_trip + room).clamp(SNAPSHOT_WINDOW_MIN, self.window_max)
    }
}

/// Distinguishes a path that has become longer from one that holds a queue. A full window alone cannot tell: of
/// snapshots sent in successive ticks, the second waits behind the first only in a queue.
#[derive(Clone, Debug)]
struct PathGauge {
    last: Option<(Tick, u32)>,
    pairs: u32,
    /// Sum of the ticks by which the second snapshots took longer.
    growth: i64,
    shortest: u32,
}

impl Default for PathGauge {
    fn default() -> Self {
        PathGauge { last: None, pairs: 0, growth: 0, shortest: u32::MAX }
    }
}

impl PathGauge {
    /// Pairs that are evaluated together.
    const PAIRS: u32 = 10;

    /// Notes the round trip of the snapshot of `tick`. Returns the recent shortest round trip if there is no queue.
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
            let mut flow = FlowControl::new(Tick(0), 30);
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
    fn at_every_tick_rate_a_round_trip_of_half_a_second_is_no_reason_to_skip() {
        for tick_hz in [10, 20, 30, 60, 120] {
            let round_trip = u32::from(tick_hz) / 2 - 1;
            let mut flow = FlowControl::new(Tick(0), tick_hz);
            for now in (1..1000).map(Tick) {
                if now.0 > round_trip {
                    flow.acknowledge(now, now.minus(round_trip + 1));
                }
                assert!(flow.may_send(), "{tick_hz} Hz, {now:?}");
                flow.sent(now, 100);
            }
        }
    }

    #[test]
    fn snapshots_that_were_under_way_while_the_room_stood_still_do_not_shorten_the_round_trip() {
        let mut flow = FlowControl::new(Tick(0), 30);
        for now in (1..100).map(Tick) {
            if now.0 > 8 {
                flow.acknowledge(now, now.minus(8));
            }
            flow.sent(now, 100);
        }
        flow.note_standstill(Tick(99));
        // All of them came in while the room did not count the time.
        flow.acknowledge(Tick(99), Tick(99));
        for now in (100..200).map(Tick) {
            if now.0 > 108 {
                flow.acknowledge(now, now.minus(8));
            }
            assert!(flow.may_send(), "{now:?}");
            flow.sent(now, 100);
        }
    }

    #[test]
    fn a_path_that_becomes_longer_gets_its_full_rate_back_within_seconds() {
        let mut flow = FlowControl::new(Tick(0), 30);
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
        let mut flow = FlowControl::new(Tick(0), 30);
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
        // Round trips of one tick and of three.
        assert!(sent.count() <= 4);
        assert!(flow.stalled_ticks(Tick(800)) >= 100);
        flow.acknowledge(Tick(800), Tick(702));
        assert!(flow.may_send());
        assert_eq!(flow.stalled_ticks(Tick(800)), 0);
    }
}
