//! Rates: how much of something there is per second.

use std::collections::VecDeque;

/// Milliseconds over which a rate is taken.
const WINDOW_MS: f64 = 1_000.0;
/// Samples kept: a second of frames at 240 Hz, with room.
const SAMPLES_MAX: usize = 512;

/// The sum of the last second.
#[derive(Clone, Debug, Default)]
pub struct SlidingRate {
    samples: VecDeque<(f64, f64)>,
    sum: f64,
}

impl SlidingRate {
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

/// Milliseconds between the first and the last reading that a growth rate compares.
const GROWTH_MS: f64 = 2_000.0;

/// How fast a total grows that is read from time to time.
#[derive(Clone, Debug, Default)]
pub struct GrowthRate {
    readings: VecDeque<(f64, u64)>,
}

impl GrowthRate {
    /// Notes a reading. A total that is smaller than the last one has started again.
    pub fn read(&mut self, now_ms: f64, total: u64) {
        if self.readings.back().is_some_and(|(_, last)| *last > total) {
            self.readings.clear();
        }
        self.readings.push_back((now_ms, total));
        while self.readings.len() > 2 && now_ms - self.readings[1].0 >= GROWTH_MS {
            self.readings.pop_front();
        }
    }

    /// Growth per second.
    pub fn per_second(&self) -> f64 {
        let (Some(first), Some(last)) = (self.readings.front(), self.readings.back()) else {
            return 0.0;
        };
        let passed_ms = last.0 - first.0;
        if passed_ms > 0.0 { (last.1 - first.1) as f64 * 1_000.0 / passed_ms } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_even_however_seldom_the_total_is_read() {
        let mut growth = GrowthRate::default();
        for i in 0..40 {
            growth.read(f64::from(i) * 270.0, 1_000 + i as u64 * 540);
        }
        assert!((growth.per_second() - 2_000.0).abs() < 1e-6);
        growth.read(20_000.0, 0);
        assert_eq!(growth.per_second(), 0.0);
    }

    #[test]
    fn only_the_last_second_counts() {
        let mut rate = SlidingRate::default();
        for i in 0..120 {
            rate.add(f64::from(i) * 1_000.0 / 60.0, 2.0);
        }
        let frames = rate.per_second(2_000.0);
        assert!((118.0..=122.0).contains(&frames), "{frames}");
        assert_eq!(rate.per_second(5_000.0), 0.0);
    }
}
