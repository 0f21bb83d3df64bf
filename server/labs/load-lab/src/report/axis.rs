//! A chart's axis: its range, the place of a value on it, and its round tick marks.

/// A linear or logarithmic axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Lower end.
    pub min: f64,
    /// Upper end.
    pub max: f64,
    /// Whether it is logarithmic.
    pub is_log: bool,
}

impl Axis {
    /// From 0 to a round number above the largest value.
    pub fn linear(max: f64) -> Self {
        let step = round_step(max);
        let max = if max > 0.0 { (max / step).ceil() * step } else { 1.0 };
        Axis { min: 0.0, max, is_log: false }
    }

    /// Between two round numbers (1, 2, 5 times a power of ten) around all values above 0.
    pub fn logarithmic(values: &[f64]) -> Self {
        let (mut min, mut max) = (f64::INFINITY, 0.0_f64);
        for value in values.iter().filter(|value| **value > 0.0) {
            (min, max) = (min.min(*value), max.max(*value));
        }
        if max <= 0.0 {
            return Axis { min: 0.1, max: 10.0, is_log: true };
        }
        let min = round_marks(min.max(LOG_FLOOR) / 10.0, min.max(LOG_FLOOR)).last().copied();
        let top = round_marks(max, max * 10.0).first().copied().unwrap_or(max * 10.0);
        let min = min.unwrap_or(LOG_FLOOR);
        Axis { min, max: top.max(min * 10.0), is_log: true }
    }

    /// The place of a value: 0 at the lower end, 1 at the upper end.
    pub fn place(&self, value: f64) -> f64 {
        let place = match self.is_log {
            true => (value.max(self.min) / self.min).log10() / (self.max / self.min).log10(),
            false => (value - self.min) / (self.max - self.min),
        };
        place.clamp(0.0, 1.0)
    }

    /// The round numbers to mark, ascending.
    pub fn marks(&self) -> Vec<f64> {
        if self.is_log {
            let all = round_marks(self.min, self.max);
            let is_decade = |mark: &f64| (mark.log10() - mark.log10().round()).abs() < 1e-6;
            return match self.max / self.min > 2_000.0 {
                true => all.into_iter().filter(is_decade).collect(),
                false => all,
            };
        }
        let step = round_step(self.max);
        let count = (self.max / step).round() as u32;
        (0..=count).map(|index| f64::from(index) * step).collect()
    }
}

/// 1, 2 or 5 times a power of ten, so that about [`MARKS`] steps reach `max`.
fn round_step(max: f64) -> f64 {
    if max <= 0.0 {
        return 0.2;
    }
    let rough = max / MARKS;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999);
    factor.unwrap_or(10.0) * power
}

/// All of 1, 2, 5 times a power of ten from `min` to `max`.
fn round_marks(min: f64, max: f64) -> Vec<f64> {
    let mut marks = Vec::new();
    for power in min.log10().floor() as i32..=max.log10().ceil() as i32 {
        for factor in [1.0, 2.0, 5.0] {
            let mark = factor * 10_f64.powi(power);
            if mark >= min * 0.999 && mark <= max * 1.001 {
                marks.push(mark);
            }
        }
    }
    marks
}

/// Approximate number of marks of a linear axis.
const MARKS: f64 = 5.0;
/// Smallest value that a logarithmic axis shows.
const LOG_FLOOR: f64 = 1e-3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn larger_values_lie_further_on_either_scale() {
        for axis in [Axis::linear(730.0), Axis::logarithmic(&[0.03, 730.0])] {
            assert!(axis.max >= 730.0 && axis.max <= 1_500.0, "{axis:?}");
            let places = [axis.min, 1.0, 30.0, 730.0].map(|value| axis.place(value));
            assert!(places.is_sorted_by(|low, high| low < high), "{axis:?}: {places:?}");
            let marks = axis.marks();
            assert!((3..=14).contains(&marks.len()), "{marks:?}");
            assert!(marks.is_sorted() && marks.iter().all(|mark| *mark <= axis.max * 1.001));
        }
    }
}
