//! A histogram in Prometheus form: cumulative counts per bound. The difference of two gives the time between them.

use std::collections::BTreeMap;

/// Cumulative counts per upper bound; the last bound is infinite.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Histogram {
    /// By bound in nanoseconds: the number of values up to it, cumulative.
    up_to: BTreeMap<u64, u64>,
}

/// Stands for the infinite bound.
const ENDLESS: u64 = u64::MAX;

impl Histogram {
    /// Adds the bucket of a bound in seconds, `+Inf` for the last one. Returns `None` if the bound is not a number.
    pub fn add_bucket(&mut self, bound: &str, count: u64) -> Option<()> {
        let bound = match bound {
            "+Inf" => ENDLESS,
            // `as` saturates, and bounds are never negative.
            number => (number.parse::<f64>().ok()? * 1e9).round() as u64,
        };
        *self.up_to.entry(bound).or_default() += count;
        Some(())
    }

    /// The number of values.
    pub fn count(&self) -> u64 {
        self.up_to.get(&ENDLESS).copied().unwrap_or(0)
    }

    /// The values added since `before`, an earlier state of the same histogram.
    pub fn since(&self, before: &Histogram) -> Histogram {
        let earlier = |bound| before.up_to.get(bound).copied().unwrap_or(0);
        let since =
            self.up_to.iter().map(|(bound, up_to)| (*bound, up_to.saturating_sub(earlier(bound))));
        Histogram { up_to: since.collect() }
    }

    /// The quantile of `share`, in seconds, interpolated linearly between two bounds. Beyond the last finite bound it
    /// is that bound. 0 for an empty histogram.
    pub fn quantile(&self, share: f64) -> f64 {
        let rank = share * self.count() as f64;
        let (mut lower, mut below) = (0, 0);
        for (bound, up_to) in &self.up_to {
            if *up_to as f64 >= rank && *up_to > below {
                if *bound == ENDLESS {
                    break;
                }
                let part = (rank - below as f64) / (up_to - below) as f64;
                return (lower as f64 + (bound - lower) as f64 * part) / 1e9;
            }
            (lower, below) = (if *bound == ENDLESS { lower } else { *bound }, *up_to);
        }
        if self.count() == 0 { 0.0 } else { lower as f64 / 1e9 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(buckets: &[(&str, u64)]) -> Histogram {
        let mut histogram = Histogram::default();
        for (bound, count) in buckets {
            histogram.add_bucket(bound, *count).unwrap();
        }
        histogram
    }

    #[test]
    fn a_quantile_lies_evenly_between_two_bounds() {
        let histogram = histogram(&[("0.001", 50), ("0.002", 90), ("0.01", 100), ("+Inf", 100)]);
        assert_eq!(histogram.count(), 100);
        for (share, seconds) in
            [(0.5, 0.001), (0.7, 0.0015), (0.9, 0.002), (0.99, 0.0092), (1.0, 0.01)]
        {
            let quantile = histogram.quantile(share);
            assert!((quantile - seconds).abs() < 1e-9, "{share}: {quantile}");
        }
    }

    #[test]
    fn the_difference_of_two_holds_only_what_came_between() {
        let before = histogram(&[("0.001", 1_000), ("0.002", 1_000), ("+Inf", 1_000)]);
        let after = histogram(&[("0.001", 1_000), ("0.002", 1_010), ("+Inf", 1_010)]);
        let between = after.since(&before);
        assert_eq!(between.count(), 10);
        assert!((between.quantile(0.5) - 0.0015).abs() < 1e-9);
        // A room opened in between has no earlier state.
        assert_eq!(after.since(&Histogram::default()), after);
    }

    #[test]
    fn beyond_the_last_bound_and_without_values_there_is_an_answer() {
        let slow = histogram(&[("0.001", 0), ("0.5", 1), ("+Inf", 100)]);
        assert_eq!(slow.quantile(0.99), 0.5);
        assert_eq!(histogram(&[("0.001", 0), ("+Inf", 0)]).quantile(0.99), 0.0);
        assert_eq!(Histogram::default().quantile(0.5), 0.0);
        assert_eq!(Histogram::default().add_bucket("wide", 1), None);
    }

    #[test]
    fn rooms_add_up() {
        let both = histogram(&[("0.001", 5), ("+Inf", 5), ("0.001", 1), ("+Inf", 2)]);
        assert_eq!(both.count(), 7);
    }
}
