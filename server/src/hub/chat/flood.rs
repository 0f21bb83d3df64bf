//! Flood control: whoever says too much is slowed, then refused, then mute for a while.
//!
//! A leaky bucket, as the generic cell rate algorithm of ITU-T I.371 has it: each line moves a point in time on, and how
//! far that point is ahead of the clock says how much was said.

use std::time::Duration;

/// What one line in a row costs.
const LINE: Duration = Duration::from_secs(2);
/// What the same line again costs.
const REPEATED_LINE: Duration = Duration::from_secs(5);
/// How far ahead one may be without waiting: five lines at once.
const AHEAD_FREE: Duration = Duration::from_secs(8);
/// How far ahead one may be at all. Between the two a line waits.
const AHEAD_MAX: Duration = Duration::from_secs(12);
/// What reading a piece of history costs, and how far ahead one may be with that: ten pieces at once.
const READING: Duration = Duration::from_secs(1);
const READING_AHEAD_MAX: Duration = Duration::from_secs(9);
/// Refused lines within [`STRIKES_TIME`] that make one mute.
const STRIKES_MAX: u32 = 10;
const STRIKES_TIME: Duration = Duration::from_secs(30);
/// The first time for which a flooder is mute; each further one doubles it.
const MUTE_FIRST: Duration = Duration::from_secs(60);
const MUTE_MAX: Duration = Duration::from_secs(3_600);

/// What one account has said lately. Times are since the start of the service.
#[derive(Clone, Debug, Default)]
pub struct Flood {
    /// Up to when the lines said so far are paid for.
    paid_until: Duration,
    /// Up to when the history that was read is paid for.
    read_until: Duration,
    strikes: u32,
    struck_since: Duration,
    mutes: u32,
    mute_until: Duration,
    last: Option<u64>,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is said so much later.
    Say(Duration),
    /// It is refused; the same may be tried again so much later.
    TooOften(Duration),
    /// The account is mute for so long, because of its flood.
    Mute(Duration),
}

impl Flood {
    /// Judges a line, of which `hash` is a hash, and counts it if it is said.
    pub fn judge(&mut self, now: Duration, hash: u64) -> Verdict {
        if now < self.mute_until {
            return Verdict::Mute(self.mute_until - now);
        }
        let ahead = self.paid_until.saturating_sub(now);
        let wait = ahead.saturating_sub(AHEAD_FREE);
        if ahead > AHEAD_MAX {
            return self.strike(now, wait);
        }
        let cost = if self.last == Some(hash) { REPEATED_LINE } else { LINE };
        self.last = Some(hash);
        self.paid_until = self.paid_until.max(now) + cost;
        debug_assert!(self.paid_until <= now + AHEAD_MAX + REPEATED_LINE, "the debt is bounded");
        Verdict::Say(wait)
    }

    /// Judges the wish to read a piece of history, and counts it if it may be read.
    ///
    /// # Errors
    /// The time after which it may be.
    pub fn judge_reading(&mut self, now: Duration) -> Result<(), Duration> {
        let ahead = self.read_until.saturating_sub(now);
        if ahead > READING_AHEAD_MAX {
            return Err(ahead - READING_AHEAD_MAX);
        }
        self.read_until = self.read_until.max(now) + READING;
        Ok(())
    }

    fn strike(&mut self, now: Duration, wait: Duration) -> Verdict {
        if now.saturating_sub(self.struck_since) > STRIKES_TIME {
            (self.strikes, self.struck_since) = (0, now);
        }
        self.strikes += 1;
        if self.strikes < STRIKES_MAX {
            return Verdict::TooOften(wait);
        }
        let time = MUTE_FIRST.saturating_mul(1 << self.mutes.min(6)).min(MUTE_MAX);
        self.mutes += 1;
        self.strikes = 0;
        self.mute_until = now + time;
        Verdict::Mute(time)
    }

    /// Whether nothing is left to remember.
    pub fn is_over(&self, now: Duration) -> bool {
        // A flooder is remembered for as long as the next mute would be.
        let memory = if self.mutes > 0 { MUTE_MAX } else { STRIKES_TIME };
        now > self.paid_until.max(self.read_until).max(self.mute_until).max(self.struck_since)
            + memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn talk_at_a_persons_pace_never_waits() {
        let mut flood = Flood::default();
        for n in 0..500_u32 {
            assert_eq!(flood.judge(seconds(2.0) * n, n.into()), Verdict::Say(Duration::ZERO));
        }
    }

    #[test]
    fn a_flood_is_slowed_then_refused_then_mute_and_for_longer_each_time() {
        let mut flood = Flood::default();
        let (mut said, mut slowed, mut refused) = (0, 0, 0);
        let mut mutes = Vec::new();
        let mut now = Duration::ZERO;
        let mut n = 0;
        while mutes.len() < 9 {
            n += 1;
            match flood.judge(now, n) {
                Verdict::Say(Duration::ZERO) => said += 1,
                Verdict::Say(wait) => {
                    assert!(wait <= AHEAD_MAX - AHEAD_FREE, "{wait:?}");
                    slowed += 1;
                }
                Verdict::TooOften(_) => refused += 1,
                Verdict::Mute(time) => {
                    mutes.push(time.as_secs());
                    now += time;
                }
            }
            now += seconds(0.05);
        }
        assert_eq!(mutes, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
        assert!(said >= 5 && slowed > 0 && refused >= 9 * 9, "{said}, {slowed}, {refused}");
    }

    #[test]
    fn history_is_read_as_fast_as_somebody_scrolls_and_no_faster() {
        let mut flood = Flood::default();
        let at_once = (0..100).filter(|_| flood.judge_reading(Duration::ZERO).is_ok()).count();
        assert_eq!(at_once, 10);
        assert_eq!(flood.judge_reading(Duration::ZERO), Err(seconds(1.0)));
        let later = (0..100).filter(|_| flood.judge_reading(seconds(3.0)).is_ok()).count();
        assert_eq!(later, 3);
        assert_eq!(flood.judge(Duration::ZERO, 1), Verdict::Say(Duration::ZERO), "talk is apart");
    }

    #[test]
    fn the_same_line_again_costs_more() {
        let lines = |same: bool| {
            let mut flood = Flood::default();
            (0..20)
                .filter(|n| {
                    flood.judge(Duration::ZERO, if same { 7 } else { *n })
                        == Verdict::Say(Duration::ZERO)
                })
                .count()
        };
        assert_eq!(lines(false), 5);
        assert_eq!(lines(true), 3);
    }

    #[test]
    fn whoever_is_quiet_again_is_forgotten_and_a_flooder_only_after_an_hour() {
        let mut flood = Flood::default();
        flood.judge(Duration::ZERO, 1);
        assert!(!flood.is_over(seconds(10.0)));
        assert!(flood.is_over(seconds(40.0)));
        for n in 2..100 {
            flood.judge(Duration::ZERO, n);
        }
        assert!(!flood.is_over(seconds(3_000.0)));
        assert!(flood.is_over(seconds(4_000.0)));
    }
}
