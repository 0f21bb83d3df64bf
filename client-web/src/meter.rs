//! How much of something there was in the last second.

use std::collections::VecDeque;

/// Milliseconds over which a rate is taken.
const WINDOW_MS: f64 = 1_000.0;
/// Samples kept: a second of frames at 240 Hz, with room.
const SAMPLES_MAX: usize = 512;

/// A sliding sum.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    samples: VecDeque<(f64, f64)>,
    sum: f64,
}

impl Meter {
    /// Adds an amount now.
    pub fn add(&mut self, now_ms: f64, amount: f64) {
        self.samples.push_back((now_ms, amount));
        self.sum += amount;
        self.drop_old(now_ms);
    }

    /// Amount per second.
    pub fn per_second(&mut self, now_ms: f64) -> f64 {
        self.drop_old(now_ms);
        self.sum * 1_000.0 / WINDOW_MS
    }

    fn drop_old(&mut self, now_ms: f64) {
        while self.samples.len() > SAMPLES_MAX
            || self.samples.front().is_some_and(|(at, _)| now_ms - at > WINDOW_MS)
        {
            let Some((_, amount)) = self.samples.pop_front() else { break };
            self.sum -= amount;
        }
        if self.samples.is_empty() {
            // Rounding does not pile up over hours.
            self.sum = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_second_counts() {
        let mut meter = Meter::default();
        for i in 0..120 {
            meter.add(f64::from(i) * 1_000.0 / 60.0, 2.0);
        }
        let rate = meter.per_second(2_000.0);
        assert!((118.0..=122.0).contains(&rate), "{rate}");
        assert_eq!(meter.per_second(5_000.0), 0.0);
    }
}
