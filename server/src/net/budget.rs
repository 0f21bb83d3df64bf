//! A token bucket: a sustained rate, with a burst.

use std::time::Instant;

/// Fills with time up to its burst, empties with use.
#[derive(Clone, Debug)]
pub(crate) struct TokenBucket {
    tokens: Tokens,
    refilled: Option<Instant>,
}

/// A bucket without a clock, for a caller that keeps the time of several.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    per_second: u32,
    burst: u32,
    left: f64,
}

impl TokenBucket {
    /// A full bucket.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let tokens = Tokens { per_second, burst, left: f64::from(burst) };
        Self { tokens, refilled: None }
    }

    /// Adds the tokens accrued since the last refill.
    pub(crate) fn refill(&mut self, now: Instant) {
        if let Some(refilled) = self.refilled {
            self.tokens.accrue(now.saturating_duration_since(refilled).as_secs_f64());
        }
        self.refilled = Some(now);
    }

    /// Takes `amount` if that much is left; otherwise takes nothing and returns false.
    #[must_use]
    pub(crate) fn take(&mut self, amount: u32) -> bool {
        let enough = self.tokens.left >= f64::from(amount);
        if enough {
            self.tokens.left -= f64::from(amount);
        }
        enough
    }
}

impl Tokens {
    /// What accrues in a second: a peer that has just come cannot have saved up more.
    pub(crate) fn of_a_second(per_second: u32, burst: u32) -> Self {
        Self { per_second, burst, left: f64::from(per_second.min(burst)) }
    }

    /// Adds the tokens of this many seconds.
    pub(crate) fn accrue(&mut self, seconds: f64) {
        let more = self.left + seconds * f64::from(self.per_second);
        self.left = more.min(f64::from(self.burst));
    }

    /// Whole tokens that are left.
    pub(crate) fn left(&self) -> u32 {
        self.left as u32
    }

    /// Takes `amount`, or all tokens if there are fewer.
    pub(crate) fn take_what_is_there(&mut self, amount: u32) {
        self.left = (self.left - f64::from(amount)).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_at_once_and_its_rate_for_long() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(100, 250);
        bucket.refill(start);
        assert!(bucket.take(250));
        assert!(!bucket.take(1));

        let mut taken = 0;
        for tick in 1..=300 {
            bucket.refill(start + Duration::from_millis(10 * tick));
            while bucket.take(1) {
                taken += 1;
            }
        }
        assert!((299..=300).contains(&taken), "{taken} in three seconds");
    }

    #[test]
    fn a_long_silence_never_saves_up_more_than_the_burst() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(100, 250);
        bucket.refill(start);
        bucket.refill(start + Duration::from_secs(3_600));
        assert!(!bucket.take(251));
        assert!(bucket.take(250));
    }
}
