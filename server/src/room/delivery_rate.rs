//! What a client's path carries, and so how large a snapshot may be that is fresh on arrival.
//!
//! While a queue stands on the path, acknowledgements come at the rate at which the path takes bytes away. A
//! snapshot that fits that rate keeps the queue where it is; a little less drains it. A path without a queue is
//! probed for more. The idea is that of BBR (N. Cardwell and others, "BBR: Congestion-Based Congestion Control",
//! 2016), with the tick as the clock.

use driftfield_shared::limits::MESSAGE_OVERHEAD_BYTES;
use driftfield_shared::units::Tick;

/// Ticks over which deliveries are averaged, about.
const RATE_TICKS: f32 = 8.0;
/// Round trips over which their length is averaged, about.
const ROUND_TRIPS: f32 = 4.0;
/// Round trips over which their roughness is averaged, about.
const ROUGH_ROUND_TRIPS: f32 = 16.0;
/// Round trips over which a better path is believed, about.
const OWN_ROUND_TRIPS: f32 = 1_024.0;
/// Ticks within which a real queue is drained by sending less, and the same on a rough path, which may be long by itself.
const DRAIN_TICKS_MAX: u32 = 120;
const DRAIN_TICKS_MAX_ROUGH: u32 = 40;
/// Ticks without a snapshot that say as much as longer ones: the path is silent then, not full.
const SILENT_TICKS: u32 = 4;
/// How much one round trip differs from the next on a rough path, ticks: what it says of a queue is not to be relied on.
const ROUGH_TICKS: f32 = 0.75;
/// The queue that is aimed at, ticks: one snapshot that waits keeps the path busy.
const QUEUE_TICKS: f32 = 1.3;
/// The queue at which the path is taken to be full, ticks: jitter makes shorter ones by itself.
const FULL_TICKS: f32 = 2.0;
/// The queue that is too long, ticks.
const LONG_TICKS: f32 = 2.5;
/// How much less is sent for each tick of queue beyond the aim.
const DRAIN: f32 = 0.25;
/// How much more is tried in each tick without a queue, at the most.
const PROBE: f32 = 1.06;
/// The same right above what the path was full with, for so many ticks.
const PROBE_CAREFUL: f32 = 1.005;
const CAREFUL_TICKS: u32 = 12;
/// How much more than what is delivered, while snapshots are as large as they may be. Deliveries follow what is tried about
/// [`RATE_TICKS`] later, if the path carries it: where it is full no long queue is made to find that out.
const PROBE_BEYOND: f32 = 1.15;
/// The same while snapshots come as quickly as they ever did, as on a path that has just become wider.
const PROBE_BEYOND_BOLDLY: f32 = 1.6;
/// The queue up to which they do, ticks: a full path takes a tick to carry a tick's bytes.
const QUICK_TICKS: f32 = 0.5;
/// Share of the limit from which on a snapshot counts as limited.
const LIMITED: f32 = 0.9;
/// Bytes of a snapshot, least: less would not even do for the own ship and those near it.
const BYTES_MIN: f32 = 24.0;
/// Bytes of a snapshot from which on nothing is limited.
const BYTES_FREE: f32 = 4_096.0;

/// The rate of one client's path.
#[derive(Clone, Debug)]
pub struct DeliveryRate {
    /// Bytes a tick that are delivered, overhead included.
    delivered: f32,
    /// Bytes of this tick so far.
    fresh: usize,
    /// Share of ticks in which a snapshot was sent, of late.
    frequency: f32,
    is_sent: bool,
    at: Tick,
    /// The tick for which a limit was asked last.
    limited_at: Tick,
    /// Mean of late, in ticks.
    round_trip: f32,
    /// The round trip that the path has by itself, its jitter included, in ticks.
    own_round_trip: f32,
    /// By how much one round trip differs from the next, mean of late, in ticks.
    roughness: f32,
    /// The newest round trip, in ticks.
    last_round_trip: f32,
    /// Ticks for which a queue has been standing, as it seems.
    full_ticks: u32,
    /// Bytes of a snapshot, overhead included.
    limit: f32,
    /// What the path carried when it was full last, bytes a tick.
    capacity: f32,
    /// Ticks since.
    free_ticks: u32,
    /// The last snapshot was about as large as it might be.
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

    /// Notes that a snapshot of so many bytes is sent in the tick that a limit was asked for last.
    pub fn sent(&mut self, bytes: usize) {
        self.is_sent = true;
        self.is_limited = (bytes + MESSAGE_OVERHEAD_BYTES) as f32 >= LIMITED * self.limit;
    }

    /// Notes that a snapshot of so many bytes was acknowledged in tick `now`.
    pub fn delivered(&mut self, now: Tick, bytes: usize) {
        self.catch_up(now);
        self.fresh += bytes + MESSAGE_OVERHEAD_BYTES;
    }

    /// Notes that a snapshot's acknowledgement came after so many ticks.
    pub fn took(&mut self, round_trip: u32) {
        let round_trip = round_trip as f32;
        self.round_trip += (round_trip - self.round_trip) / ROUND_TRIPS;
        let change = (round_trip - self.last_round_trip).abs();
        self.roughness += (change - self.roughness) / ROUGH_ROUND_TRIPS;
        self.last_round_trip = round_trip;
        // A path that has become a better one is believed, but not at once.
        let less = (self.own_round_trip - self.round_trip).max(0.0);
        self.own_round_trip -= less / OWN_ROUND_TRIPS;
    }

    /// Bytes that the snapshot of tick `now` may take, `None` if any number; `shortest` is the path's round trip
    /// without a queue, in ticks.
    pub fn bytes_max(&mut self, now: Tick, shortest: u32) -> Option<usize> {
        let ticks = now.since(self.limited_at);
        self.limited_at = now;
        self.catch_up(now);
        // A queue grows and shrinks smoothly; what leaps is jitter.
        let queue = self.round_trip - self.own_round_trip.max(shortest as f32) - self.roughness;
        let is_rough = self.roughness > ROUGH_TICKS;
        if queue > FULL_TICKS || self.limit < BYTES_FREE && queue > QUEUE_TICKS {
            // What is delivered now may be less than the path carries, for want of more: so it is forgotten slowly
            // that it was more, and quickly when the queue grows all the same.
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
                // Less was sent for so long, and it did not help: that is no queue, the path is like that.
                self.own_round_trip = self.round_trip;
                self.full_ticks = 0;
            }
            let share = (1.0 - DRAIN * (queue - QUEUE_TICKS)).max(0.5);
            let least = BYTES_MIN + MESSAGE_OVERHEAD_BYTES as f32;
            self.limit = self.limit.min(self.capacity * share).max(least);
        } else {
            self.free_ticks += ticks;
            self.full_ticks = 0;
            // Back to what it is known to carry, then carefully beyond, then boldly.
            let is_careful = self.limit >= self.capacity && self.free_ticks < CAREFUL_TICKS;
            let probe = if is_careful { PROBE_CAREFUL } else { PROBE };
            let beyond = if queue < QUICK_TICKS { PROBE_BEYOND_BOLDLY } else { PROBE_BEYOND };
            // Of a path that gets a snapshot in every other tick only, each may be as large as what two ticks deliver.
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

/// `value` after it grew by `factor` in each of the `ticks`; a long silence says no more than a short one.
fn grown(value: f32, factor: f32, ticks: u32) -> f32 {
    (0..ticks.min(8)).fold(value, |value, _| value * factor)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use driftfield_shared::sim::Rng;

    use super::*;

    /// Sends what is wanted, as far as it is allowed, over a path that carries so many bytes a tick. Returns the
    /// bytes carried and the ticks that the last snapshot of each second took.
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
