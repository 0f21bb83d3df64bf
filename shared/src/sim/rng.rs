//! The world's own randomness: PCG32, seeded, the same on every platform and in every release.
//!
//! Melissa O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
//! Random Number Generation", 2014 (variant XSH-RR 64/32). Own code, because a library's stream may
//! change with an update and every recorded game with it.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use crate::content::Area;
use crate::units::Angle;

/// A generator; equal seeds give equal streams.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// A generator from any seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng { state: seed.wrapping_add(INCREMENT) };
        rng.next_u32();
        rng
    }

    /// 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        let shifted = (((old >> 18) ^ old) >> 27) as u32;
        shifted.rotate_right((old >> 59) as u32)
    }

    /// Uniform in `0..bound`; 0 for a bound of 0. The bias is below `bound / 2^32`.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// Uniform in `0.0..1.0`, with 24 bits.
    pub fn unit(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 / (1 << 24) as f32
    }

    /// Uniform in `min..max`.
    pub fn range(&mut self, min: f32, max: f32) -> f32 {
        min + (max - min) * self.unit()
    }

    /// A uniformly random direction.
    pub fn angle(&mut self) -> Angle {
        Angle::from_steps((self.next_u32() >> 16) as u16)
    }

    /// Uniform in an upright rectangle.
    pub fn in_rectangle(&mut self, min: Vec2, max: Vec2) -> Vec2 {
        let x = self.range(min.x, max.x);
        Vec2::new(x, self.range(min.y, max.y))
    }

    /// A place in an area, uniform but for one draw in a million.
    pub fn in_area(&mut self, area: &Area) -> Vec2 {
        let (min, max) = area.bounds();
        let mut place = min;
        for _ in 0..AREA_TRIES {
            place = self.in_rectangle(min, max);
            if area.contains(place) {
                break;
            }
        }
        place
    }

    /// Uniform in the square of half side `half` around the origin.
    pub fn in_square(&mut self, half: f32) -> Vec2 {
        self.in_rectangle(Vec2::splat(-half), Vec2::splat(half))
    }

    /// An index of `weights` with a probability proportional to its weight.
    ///
    /// # Panics
    /// When there are no weights.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f32> + Clone) -> usize {
        let total: f32 = weights.clone().sum();
        let mut left = self.unit() * total;
        let mut last = None;
        for (index, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
            last = Some(index);
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        last.expect("checked content has a positive weight in every table")
    }
}

/// Draws for a place in an area, which has a fifth of its rectangle at least: all of them miss once in a million times.
const AREA_TRIES: u32 = 64;
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
const INCREMENT: u64 = 1_442_695_040_888_963_407;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_seed_never_changes() {
        let mut rng = Rng::new(42);
        let first: Vec<u32> = (0..4).map(|_| rng.next_u32()).collect();
        assert_eq!(first, GOLDEN);
    }

    const GOLDEN: [u32; 4] = [3_270_867_926, 1_795_671_209, 1_924_641_435, 1_143_034_755];

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut rng = Rng::new(1);
        let weights = [0.0, 2.0, 0.0, 1.0, 0.0];
        let drawn: Vec<usize> = (0..1000).map(|_| rng.weighted(weights.into_iter())).collect();
        assert!(drawn.iter().all(|index| [1, 3].contains(index)));
        let ones = drawn.iter().filter(|index| **index == 1).count();
        assert!((600..733).contains(&ones), "{ones}");
    }
}
