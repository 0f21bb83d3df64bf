//! Estimates what a client's path carries, and limits snapshots to a size that arrives fresh.
//!
//! While a queue stands on the path, acknowledgements arrive at the rate at which the path delivers bytes. Snapshots
//! that fit that rate keep the queue as it is; slightly smaller ones drain it. A path without a queue is probed for
//! more. The idea is that of BBR (N. Cardwell and others, "BBR: Congestion-Based Congestion Control", 2016), with the
//! tick as the clock.
//!
//! A window of unacknowledged snapshots alone is not enough: on half the bandwidth that a client asks for, the p99
//! age of the newest state is then 1,760 ms, and 142 ms with this controller
//! (`on_half_the_bandwidth_what_arrives_is_fresh_and_the_link_is_used`, seed 1).

use driftfield_shared::limits::MESSAGE_OVERHEAD_BYTES;
use driftfield_shared::units::Tick;

/// Averaging time of the delivery rate, in ticks, approximately.
const RATE_TICKS: f32 = 8.0;
/// Averaging time of the round-trip length, in round trips, approximately.
const ROUND_TRIPS: f32 = 4.0;
/// Averaging time of the round-trip variation, in round trips, approximately.
const ROUGH_ROUND_TRIPS: f32 = 16.0;
/// Round trips after which a better path is believed, approximately.
const OWN_ROUND_TRIPS: f32 = 1_024.0;
/// Ticks within which a real queue is drained by sending less; and the same on a rough path, whose round trips may be
/// long without a queue.
const DRAIN_TICKS_MAX: u32 = 120;
const DRAIN_TICKS_MAX_ROUGH: u32 = 40;
/// Ticks without a snapshot that count the same as longer pauses: the path is then silent, not full.
const SILENT_TICKS: u32 = 4;
/// Difference in ticks between successive round trips on a rough path, where they say little about a queue.
const ROUGH_TICKS: f32 = 0.75;
/// Target queue in ticks: one waiting snapshot keeps the path busy.
const QUEUE_TICKS: f32 = 1.3;
/// Queue in ticks at which the path is taken to be full. Jitter alone makes shorter ones.
const FULL_TICKS: f32 = 2.0;
/// Queue in ticks that is too long.
const LONG_TICKS: f32 = 2.5;
/// How much less is sent per tick of queue above the target.
const DRAIN: f32 = 0.25;
/// Largest growth per tick while there is no queue.
const PROBE: f32 = 1.06;
/// The same just above the rate at which the path was last full, and for how many ticks.
const PROBE_CAREFUL: f32 = 1.005;
const CAREFUL_TICKS: u32 = 12;
/// How much more than the delivery rate is tried while snapshots are as large as they may be. Deliveries follow about
/// [`RATE_TICKS`] later if the path carries it; if the path is full, no long queue builds up until then.
const PROBE_BEYOND: f32 = 1.15;
/// The same while round trips are as short as they ever were, as on a path that has just become wider.
const PROBE_BEYOND_BOLDLY: f32 = 1.6;
/// Queue in ticks up to which that holds: a full path takes one tick to carry a tick's bytes.
const QUICK_TICKS: f32 = 0.5;
/// Share of the limit above which a snapshot counts as limited.
const LIMITED: f32 = 0.9;
/// Smallest limit for a snapshot in bytes: less would not fit the own ship and its neighbours.
const BYTES_MIN: f32 = 24.0;
/// Snapshot size in bytes above which there is no limit.
const BYTES_FREE: f32 = 4_096.0;

/// Rate estimate of one client's path.
#[derive(Clone, Debug)]
pub struct DeliveryRate {
    /// Delivered bytes per tick, overhead included.
    delivered: f32,
    /// Bytes of this tick so far.
    fresh: usize,
    /// Recent share of ticks in which a snapshot was sent.
    frequency: f32,
    is_sent: bool,
    at: Tick,
    /// The tick for which a limit was last requested.
    limited_at: Tick,
    /// Recent mean round trip, in ticks.
    round_trip: f32,
    /// Round trip of the path without a queue, its jitter included, in ticks.
    own_round_trip: f32,
    /// Recent mean difference between successive round trips, in ticks.
    roughness: f32,
    /// The newest round trip, in ticks.
    last_round_trip: f32,
    /// Ticks for which a queue seems to have been standing.
    full_ticks: u32,
    /// Limit for a snapshot in bytes, overhead included.
    limit: f32,
    /// Delivery rate when the path was last full, in bytes per tick.
    capacity: f32,
    /// Ticks since then.
    free_ticks: u32,
    /// Whether the last snapshot was about as large as the limit.
    is_limited: bool,
}

impl DeliveryRate {
    /// For a client that joins in tick `now`.
    pub fn new(now: Tick) -> Self {
        DeliveryRate {
            delivered: 0.0,
            fresh: 0,
            frequency: 1.0,
            is_sent: false,
            at: now,
            limited_at: now,
            round_trip: 0.0,
            own_round_trip: 0.0,
            roughness: 0.0,
            last_round_trip: 0.0,
            full_ticks: 0,
            limit: BYTES_FREE,
            capacity: 0.0,
            free_ticks: 0,
            is_limited: false,
        }
    }

    /// Notes that a snapshot of this many bytes is sent in the tick for which a limit was last requested.
    pub fn sent(&mut self, bytes: usize) {
        self.is_sent = true;
        self.is_limited = (bytes + MESSAGE_OVERHEAD_BYTES) as f32 >= LIMITED * self.limit;
    }

    /// Notes that a snapshot of this many bytes was acknowledged in tick `now`.
    pub fn delivered(&mut self, now: Tick, bytes: usize) {
        self.catch_up(now);
        self.fresh += bytes + MESSAGE_OVERHEAD_BYTES;
    }

    /// Notes the round trip of a snapshot's acknowledgement, in ticks.
    pub fn took(&mut self, round_trip: u32) {
        let round_trip = round_trip as f32;
        self.round_trip += (round_trip - self.round_trip) / ROUND_TRIPS;
        let change = (round_trip - self.last_round_trip).abs();
        self.roughness += (change - self.roughness) / ROUGH_ROUND_TRIPS;
        self.last_round_trip = round_trip;
        // A shorter round trip is believed, but not at once.
        let less = (self.own_round_trip - self.round_trip).max(0.0);
        self.own_round_trip -= less / OWN_ROUND_TRIPS;
    }

    /// Size limit of the snapshot of tick `now` in bytes; `None` if there is no limit. `shortest` is the path's round
    /// trip without a queue, in ticks.
    pub fn bytes_max(&mut self, now: Tick, shortest: u32) -> Option<usize> {
        let ticks = now.since(self.limited_at);
        self.limited_at = now;
        self.catch_up(now);
        // A queue grows and shrinks smoothly; sudden changes are jitter.
        let queue = self.round_trip - self.own_round_trip.max(shortest as f32) - self.roughness;
        let is_rough = self.roughness > ROUGH_TICKS;
        if queue > FULL_TICKS || self.limit < BYTES_FREE && queue > QUEUE_TICKS {
            // The current delivery rate may be below what the path carries because less was sent. So a higher rate is
            // forgotten slowly, but quickly if the queue grows nevertheless.
            let kept: f32 = match is_rough {
                _ if queue > LONG_TICKS => 0.95,
                true => 0.998,
                false => 0.98,
            };
            self.capacity = self.delivered.max(grown(self.capacity, kept, ticks));
            self.free_ticks = 0;
            self.full_ticks += ticks.min(SILENT_TICKS);
            let patience = if is_rough { DRAIN_TICKS_MAX_ROUGH } else { DRAIN_TICKS_MAX };
            if self.full_ticks > patience {
                // Sending less for this long did not help, so there is no queue: the path is simply that long.
                self.own_round_trip = self.round_trip;
                self.full_ticks = 0;
            }
            let share = (1.0 - DRAIN * (queue - QUEUE_TICKS)).max(0.5);
            let least = BYTES_MIN + MESSAGE_OVERHEAD_BYTES as f32;
            self.limit = self.limit.min(self.capacity * share).max(least);
        } else {
            self.free_ticks += ticks;
            self.full_ticks = 0;
            // Returns to the rate known to work, then grows carefully beyond it, then boldly.
            let is_careful = self.limit >= self.capacity && self.free_ticks < CAREFUL_TICKS;
            let probe = if is_careful { PROBE_CAREFUL } else { PROBE };
            let beyond = if queue < QUICK_TICKS { PROBE_BEYOND_BOLDLY } else { PROBE_BEYOND };
            // If the path gets a snapshot only in every other tick, each may be as large as what two ticks deliver.
            let delivered = self.delivered / self.frequency.max(0.5);
            let most = match self.is_limited && !is_rough {
                true => self.limit.max(delivered * beyond),
                false => BYTES_FREE,
            };
            self.limit = grown(self.limit, probe, ticks).min(most).min(BYTES_FREE);
        }
        (self.limit < BYTES_FREE).then_some(self.limit as usize - MESSAGE_OVERHEAD_BYTES)
    }

    fn catch_up(&mut self, now: Tick) {
        for _ in 0..now.since(self.at).min(64) {
            self.delivered += (self.fresh as f32 - self.delivered) / RATE_TICKS;
            self.fresh = 0;
            let sent = if self.is_sent { 1.0 } else { 0.0 };
            self.frequency += (sent - self.frequency) / RATE_TICKS;
            self.is_sent = false;
        }
        self.at = self.at.max(now);
    }
}

/// `value` after growing by `factor` in each of `ticks`. A long silence counts no more than a short one.
fn grown(value: f32, factor: f32, ticks: u32) -> f32 {
    (0..ticks.min(8)).fold(value, |value, _| value * factor)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use driftfield_shared::sim::Rng;

    use super::*;

    /// Sends snapshots of the wanted size, as far as the limit allows, over a path with a fixed rate in bytes per
    /// tick. Returns the bytes carried, and the ticks that the last snapshot of each second took.
    fn run(
        rate: &mut DeliveryRate,
        from: u32,
        seconds: u32,
        wanted: usize,
        path: usize,
    ) -> (usize, u32) {
        let mut queue: VecDeque<(Tick, usize)> = VecDeque::new();
        let (mut carried, mut worst) = (0, 0);
        let mut credit = 0;
        for now in (from..from + seconds * 30).map(Tick) {
            let bytes = rate.bytes_max(now, 1).unwrap_or(usize::MAX).min(wanted);
            queue.push_back((now, bytes));
            rate.sent(bytes);
            credit = (credit + path).min(path.max(4_000));
            while let Some((sent, bytes)) = queue.front().copied() {
                if bytes + MESSAGE_OVERHEAD_BYTES > credit {
                    break;
                }
                queue.pop_front();
                credit -= bytes + MESSAGE_OVERHEAD_BYTES;
                carried += bytes + MESSAGE_OVERHEAD_BYTES;
                rate.delivered(now, bytes);
                rate.took(now.since(sent) + 1);
                worst = worst.max(if now.0 > from + 60 { now.since(sent) } else { 0 });
            }
            if queue.is_empty() {
                credit = 0;
            }
        }
        (carried, worst)
    }

    #[test]
    fn a_path_that_takes_all_is_never_limited() {
        let mut rate = DeliveryRate::new(Tick(0));
        run(&mut rate, 1, 5, 2_000, 10_000);
        assert_eq!(rate.bytes_max(Tick(200), 1), None);
    }

    #[test]
    fn half_the_demand_is_used_to_the_full_without_a_long_queue() {
        for wanted in [200, 600, 1_800] {
            let path = (wanted + MESSAGE_OVERHEAD_BYTES) / 2;
            let mut rate = DeliveryRate::new(Tick(0));
            run(&mut rate, 1, 3, wanted, 10_000);
            let (carried, worst) = run(&mut rate, 91, 20, wanted, path);
            let used = carried as f32 / (path * 600) as f32;
            assert!(used > 0.9, "{used} of the path for {wanted}");
            assert!(worst <= 5, "{worst} ticks for {wanted}");
        }
    }

    #[test]
    fn a_path_that_only_jitters_is_not_taken_for_a_full_one() {
        let mut rate = DeliveryRate::new(Tick(0));
        let mut rng = Rng::new(7);
        let mut limited = 0;
        for now in (1..3_000).map(Tick) {
            let bytes = rate.bytes_max(now, 1).unwrap_or(usize::MAX).min(600);
            limited += u32::from(bytes < 600);
            rate.sent(bytes);
            rate.delivered(now, bytes);
            rate.took(1 + rng.below(5));
        }
        assert!(limited < 700, "{limited} of 3,000 snapshots were cut");
    }

    #[test]
    fn everything_goes_again_within_a_second_of_relief() {
        let mut rate = DeliveryRate::new(Tick(0));
        run(&mut rate, 1, 10, 600, 334);
        run(&mut rate, 301, 1, 600, 10_000);
        assert!(rate.bytes_max(Tick(332), 1).is_none_or(|bytes| bytes >= 600));
    }
}
