//! The byte allowance for topics of one client: a fixed rate, and some savings for the whole of a topic.

use driftfield_shared::limits::{TOPIC_BYTES_BURST, TOPIC_BYTES_PER_ROUND};
use driftfield_shared::units::Tick;

/// What a client may be told of topics.
#[derive(Clone, Debug)]
pub struct TopicAllowance {
    bytes_per_second: u32,
    tick_hz: u32,
    /// Bytes times the tick rate, so that no rate is rounded. Negative after a change that was larger than what was left.
    saved: i64,
    at: Tick,
}

impl TopicAllowance {
    /// For a client that joins in tick `now` of a room of `tick_hz` ticks per second.
    pub fn new(now: Tick, tick_hz: u16, bytes_per_second: u32) -> Self {
        let tick_hz = u32::from(tick_hz);
        let saved = i64::from(TOPIC_BYTES_BURST) * i64::from(tick_hz);
        TopicAllowance { bytes_per_second, tick_hz, saved, at: now }
    }

    /// The bytes that may be sent in tick `now`. On a path that sets snapshots a size limit of `path` bytes, topics get a
    /// small share of that, and save nothing.
    pub fn accrue(&mut self, now: Tick, path: Option<usize>) -> usize {
        let (ticks, tick_hz) = (i64::from(now.since(self.at)), i64::from(self.tick_hz));
        let mut accrued = i64::from(self.bytes_per_second) * ticks;
        let mut most = i64::from(TOPIC_BYTES_BURST) * tick_hz;
        if let Some(bytes) = path {
            let share = bytes as i64 * tick_hz / PATH_SHARE;
            accrued = accrued.min(share * ticks);
            most = most.min(share);
        }
        self.saved = (self.saved + accrued).min(most);
        self.at = now;
        let bytes = self.saved.max(0) / i64::from(self.tick_hz);
        (bytes as usize).min(TOPIC_BYTES_PER_ROUND)
    }

    /// Subtracts what was sent.
    pub fn spend(&mut self, bytes: usize) {
        self.saved -= bytes as i64 * i64::from(self.tick_hz);
    }
}

/// On a full path topics may take one part in this many of what snapshots may.
const PATH_SHARE: i64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_takes_all_gets_the_rate_and_one_burst() {
        for (rate, tick_hz) in [(8_192, 30), (256, 120), (1_000_000, 10)] {
            let mut allowance = TopicAllowance::new(Tick(0), tick_hz, rate);
            let mut sent = 0;
            for now in (1..=20 * u32::from(tick_hz)).map(Tick) {
                let bytes = allowance.accrue(now, None);
                assert!(bytes <= TOPIC_BYTES_PER_ROUND);
                allowance.spend(bytes);
                sent += bytes as u32;
            }
            let most = 20 * rate + TOPIC_BYTES_BURST;
            let per_round = 20 * u32::from(tick_hz) * TOPIC_BYTES_PER_ROUND as u32;
            assert!(sent <= most.min(per_round), "{sent} of {most} at {rate}");
            // What comes in the first tick is more than can be saved.
            let lost = rate / u32::from(tick_hz) + 100;
            assert!(sent + lost >= most.min(per_round), "{sent} of {most} at {rate}");
        }
    }

    #[test]
    fn what_was_more_than_was_left_is_paid_for_later() {
        let mut allowance = TopicAllowance::new(Tick(0), 30, 300);
        allowance.spend(TOPIC_BYTES_BURST as usize + 100);
        assert_eq!(allowance.accrue(Tick(10), None), 0);
        assert_eq!(allowance.accrue(Tick(11), None), 10);
    }

    #[test]
    fn a_full_path_leaves_topics_a_share_and_no_savings() {
        let mut allowance = TopicAllowance::new(Tick(0), 30, 8_192);
        let mut sent = 0;
        for now in (1..=300).map(Tick) {
            let bytes = allowance.accrue(now, Some(160));
            allowance.spend(bytes);
            sent += bytes;
        }
        assert_eq!(sent, 300 * 10);
    }
}
