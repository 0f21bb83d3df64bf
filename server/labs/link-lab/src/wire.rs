//! One direction of a lossy link, as a state machine without devices: the caller puts in packets and times, and polls
//! for the packets that survive.
//!
//! ```text
//! handle_packet(now) --> queue, drop-tail --> rate --> loss --> delay and jitter --> poll_packet(now)
//! ```
//!
//! A packet is lost after it has used its share of the rate, as on a radio link. Packets never overtake each other:
//! one whose random delay would end earlier arrives right after the one before it. The same seed and the same calls
//! give the same fate to every packet.

use std::collections::VecDeque;
use std::time::Duration;

/// The quality of one direction. The default is perfect.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WireProfile {
    /// Mean delay.
    pub delay: Duration,
    /// Largest deviation from the mean delay, uniformly distributed; at most the delay.
    pub jitter: Duration,
    /// Loss rate, 0 to 1; packets are lost independently.
    pub loss: f64,
    /// Rate in bits per second, IP headers included; `None`: no limit.
    pub bits_per_second: Option<u64>,
    /// Queue in front of the rate in bytes, the packet in transmission included. Further packets are dropped.
    pub queue_bytes: u64,
}

/// One direction of a link. Times are durations since any fixed moment, and never go back.
#[derive(Debug)]
pub struct Wire {
    profile: WireProfile,
    rng: fastrand::Rng,
    under_way: VecDeque<(Duration, Vec<u8>)>,
    /// When the sender will have transmitted everything in the queue.
    idle_from: Duration,
    /// Arrival of the last packet that was not lost. No later packet may arrive earlier.
    last_arrival: Duration,
    counts: WireCounts,
}

/// Counters of one direction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WireCounts {
    /// Packets that were handed in.
    pub packets: u64,
    /// Bytes of those, with IP headers.
    pub bytes: u64,
    /// Packets lost at random.
    pub lost: u64,
    /// Packets dropped because the queue was full.
    pub dropped: u64,
}

/// The fate of one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It arrives at this time.
    Arrives(Duration),
    /// It is lost at random.
    Lost,
    /// The queue is full.
    Dropped,
}

impl Wire {
    /// An empty wire.
    pub fn new(profile: WireProfile, seed: u64) -> Self {
        debug_assert!((0.0..=1.0).contains(&profile.loss), "loss is between 0 and 1");
        debug_assert!(profile.jitter <= profile.delay, "a packet cannot arrive before it is sent");
        Self {
            profile,
            rng: fastrand::Rng::with_seed(seed),
            under_way: VecDeque::new(),
            idle_from: Duration::ZERO,
            last_arrival: Duration::ZERO,
            counts: WireCounts::default(),
        }
    }

    /// Accepts an IP packet that the sender hands over at `now`.
    pub fn handle_packet(&mut self, now: Duration, packet: &[u8]) -> Fate {
        // Both random numbers are drawn for every packet, so that a full queue does not change the fate of later
        // ones.
        let is_lost = self.rng.f64() < self.profile.loss;
        let jitter = self.profile.jitter.mul_f64(2.0 * self.rng.f64());
        let bytes = packet.len() as u64;
        self.counts.packets += 1;
        self.counts.bytes += bytes;
        let sent = match self.profile.bits_per_second {
            None => now,
            Some(rate) => {
                let start = self.idle_from.max(now);
                let backlog = start - now;
                if bytes_in(backlog, rate) + bytes > self.profile.queue_bytes {
                    self.counts.dropped += 1;
                    return Fate::Dropped;
                }
                self.idle_from = start + time_for(bytes, rate);
                self.idle_from
            }
        };
        if is_lost {
            self.counts.lost += 1;
            return Fate::Lost;
        }
        let arrival = sent + self.profile.delay - self.profile.jitter + jitter;
        self.last_arrival = self.last_arrival.max(arrival);
        self.under_way.push_back((self.last_arrival, packet.to_vec()));
        Fate::Arrives(self.last_arrival)
    }

    /// The next packet that has arrived by `now`, with its arrival time.
    pub fn poll_packet(&mut self, now: Duration) -> Option<(Duration, Vec<u8>)> {
        self.under_way.pop_front_if(|(arrival, _)| *arrival <= now)
    }

    /// Arrival time of the next packet, if any is under way.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.under_way.front().map(|(arrival, _)| *arrival)
    }

    /// The counters so far.
    pub fn counts(&self) -> WireCounts {
        self.counts
    }
}

/// Transmission time of a number of bytes at a rate in bits per second.
fn time_for(bytes: u64, rate: u64) -> Duration {
    let nanos = u128::from(bytes) * 8 * NANOS_PER_SECOND / u128::from(rate.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Bytes transmitted in a time at a rate in bits per second.
fn bytes_in(time: Duration, rate: u64) -> u64 {
    let bytes = time.as_nanos() * u128::from(rate) / (8 * NANOS_PER_SECOND);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

const NANOS_PER_SECOND: u128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const SEEDS: u64 = 50;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Everything that arrives until `end`, in order.
    fn arrivals(wire: &mut Wire, end: Duration) -> Vec<(Duration, Vec<u8>)> {
        std::iter::from_fn(|| wire.poll_packet(end)).collect()
    }

    #[test]
    fn a_packet_arrives_after_the_delay_and_not_before() {
        let mut wire = Wire::new(WireProfile { delay: ms(50), ..Default::default() }, 1);
        assert_eq!(wire.handle_packet(ms(7), b"hello"), Fate::Arrives(ms(57)));
        assert_eq!(wire.poll_timeout(), Some(ms(57)));
        assert_eq!(wire.poll_packet(ms(57) - Duration::from_nanos(1)), None);
        assert_eq!(wire.poll_packet(ms(60)), Some((ms(57), b"hello".to_vec())));
        assert_eq!((wire.poll_packet(ms(999)), wire.poll_timeout()), (None, None));
    }

    #[test]
    fn jitter_spreads_to_both_sides_and_lets_nothing_overtake() {
        let profile = WireProfile { delay: ms(50), jitter: ms(20), ..Default::default() };
        for seed in 1..=SEEDS {
            let mut wire = Wire::new(profile, seed);
            let mut travelled = Vec::new();
            // Far enough apart that no packet queues behind the one before it.
            for i in 0..200 {
                wire.handle_packet(ms(100 * i), &i.to_be_bytes());
                let (arrival, _) = wire.poll_packet(ms(100 * i + 99)).expect("nothing is lost");
                travelled.push(arrival - ms(100 * i));
            }
            let (min, max) = (travelled.iter().min(), travelled.iter().max());
            assert!(min >= Some(&ms(30)) && min < Some(&ms(33)), "seed {seed}: {min:?}");
            assert!(max <= Some(&ms(70)) && max > Some(&ms(67)), "seed {seed}: {max:?}");

            for i in 0..200_u64 {
                wire.handle_packet(ms(30_000 + i), &i.to_be_bytes());
            }
            let order = arrivals(&mut wire, ms(60_000));
            assert!(order.is_sorted(), "seed {seed}");
            let sent: Vec<_> = (0..200_u64).map(|i| i.to_be_bytes().to_vec()).collect();
            assert!(order.iter().map(|(_, packet)| packet).eq(&sent), "seed {seed}");
        }
    }

    #[test]
    fn the_asked_share_is_lost_each_packet_by_its_own_chance() {
        for seed in 1..=SEEDS {
            let mut wire = Wire::new(WireProfile { loss: 0.02, ..Default::default() }, seed);
            let fates: Vec<_> = (0..50_000).map(|i| wire.handle_packet(ms(i), b"x")).collect();
            let lost = wire.counts().lost as f64 / 50_000.0;
            // The bounds are five standard deviations to each side.
            assert!((lost - 0.02).abs() < 0.0032, "seed {seed}: {lost}");
            // After a loss the next packet is lost with the usual probability: about 20 of about 1,000.
            let pairs = fates.windows(2).filter(|pair| pair == &[Fate::Lost; 2]).count();
            assert!(pairs < 50, "seed {seed}: {pairs} losses in a row");
        }
    }

    #[test]
    fn without_loss_nothing_is_lost_and_with_all_everything_is() {
        for (loss, lost) in [(0.0, 0), (1.0, 1_000)] {
            let mut wire = Wire::new(WireProfile { loss, ..Default::default() }, 3);
            (0..1_000).for_each(|i| _ = wire.handle_packet(ms(i), b"x"));
            assert_eq!(wire.counts().lost, lost);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_fates() {
        let profile = WireProfile { delay: ms(50), jitter: ms(5), loss: 0.1, ..Default::default() };
        let run = |seed| {
            let mut wire = Wire::new(profile, seed);
            (0..500).map(|i| wire.handle_packet(ms(i), b"x")).collect::<Vec<_>>()
        };
        assert_eq!(run(4), run(4));
        assert_ne!(run(4), run(5));
    }

    #[test]
    fn the_rate_spaces_packets_out_and_a_pause_does_not_save_any_up() {
        let profile = WireProfile {
            bits_per_second: Some(240_000),
            queue_bytes: 32_000,
            ..Default::default()
        };
        let mut wire = Wire::new(profile, 1);
        // 300 bytes take 10 ms at 240 kbit/s.
        for due in [10, 20, 30] {
            assert_eq!(wire.handle_packet(ms(0), &[0; 300]), Fate::Arrives(ms(due)));
        }
        for due in [5_010, 5_020] {
            assert_eq!(wire.handle_packet(ms(5_000), &[0; 300]), Fate::Arrives(ms(due)));
        }
    }

    #[test]
    fn a_full_queue_drops_the_newest_and_takes_again_when_it_has_drained() {
        let profile =
            WireProfile { bits_per_second: Some(240_000), queue_bytes: 900, ..Default::default() };
        let mut wire = Wire::new(profile, 1);
        for _ in 0..3 {
            assert!(matches!(wire.handle_packet(ms(0), &[0; 300]), Fate::Arrives(_)));
        }
        assert_eq!(wire.handle_packet(ms(0), &[0; 300]), Fate::Dropped);
        assert_eq!(wire.handle_packet(ms(9), &[0; 300]), Fate::Dropped);
        assert_eq!(wire.handle_packet(ms(10), &[0; 300]), Fate::Arrives(ms(40)));
        let counts = WireCounts { packets: 6, bytes: 1_800, lost: 0, dropped: 2 };
        assert_eq!(wire.counts(), counts);
    }

    #[test]
    fn a_lost_packet_has_used_its_share_of_the_rate() {
        let profile = WireProfile {
            loss: 1.0,
            bits_per_second: Some(240_000),
            queue_bytes: 600,
            ..Default::default()
        };
        let mut wire = Wire::new(profile, 1);
        assert_eq!(wire.handle_packet(ms(0), &[0; 300]), Fate::Lost);
        assert_eq!(wire.handle_packet(ms(0), &[0; 300]), Fate::Lost);
        assert_eq!(wire.handle_packet(ms(0), &[0; 300]), Fate::Dropped);
    }
}
