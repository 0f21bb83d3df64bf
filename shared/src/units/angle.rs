//! Directions as a fraction of a full turn.

use std::f32::consts::TAU;

use glam::Vec2;
use serde::{Deserialize, Serialize};

/// A direction on a grid of [`Angle::STEPS`] per full turn; 0 points along +x, a quarter turn along +y.
///
/// The wire carries all 12 bits, so the state that is sent is exactly the state that is simulated.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Angle(u16);

impl Angle {
    /// Bits of an angle on the wire.
    pub const BITS: u32 = 12;
    /// Steps of a full turn. One step is 0.088 degrees, or 0.9 units at a distance of 600.
    pub const STEPS: u16 = 1 << Self::BITS;

    /// The angle of `steps`, modulo a full turn.
    pub fn from_steps(steps: u16) -> Self {
        Angle(steps % Self::STEPS)
    }

    /// Steps from +x, in `0..STEPS`.
    pub fn steps(self) -> u16 {
        self.0
    }

    /// The angle nearest to `radians`; NaN gives 0.
    pub fn from_radians(radians: f32) -> Self {
        let steps = libm::roundf(radians / TAU * f32::from(Self::STEPS));
        // `as` saturates and maps NaN to 0; the remainder reduces it to one turn.
        Angle((steps as i32).rem_euclid(i32::from(Self::STEPS)) as u16)
    }

    /// The angle in radians, in `0..TAU`.
    pub fn radians(self) -> f32 {
        f32::from(self.0) * (TAU / f32::from(Self::STEPS))
    }

    /// The direction of a vector; the zero vector gives 0.
    pub fn from_direction(direction: Vec2) -> Self {
        Self::from_radians(libm::atan2f(direction.y, direction.x))
    }

    /// The unit vector in this direction.
    pub fn direction(self) -> Vec2 {
        let (sin, cos) = libm::sincosf(self.radians());
        Vec2::new(cos, sin)
    }

    /// This angle turned by `steps`.
    pub fn turned(self, steps: i16) -> Self {
        let sum = i32::from(self.0) + i32::from(steps);
        Angle(sum.rem_euclid(i32::from(Self::STEPS)) as u16)
    }

    /// The shorter turn from `other` to `self`, in signed steps: `-STEPS/2..STEPS/2`.
    pub fn distance_from(self, other: Angle) -> i16 {
        let half = i32::from(Self::STEPS) / 2;
        let turn = i32::from(self.0) - i32::from(other.0) + half;
        (turn.rem_euclid(i32::from(Self::STEPS)) - half) as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_angle_survives_radians_and_direction() {
        for steps in 0..Angle::STEPS {
            let angle = Angle::from_steps(steps);
            assert_eq!(Angle::from_radians(angle.radians()), angle);
            assert_eq!(Angle::from_direction(angle.direction()), angle);
        }
    }

    #[test]
    fn turning_by_the_distance_arrives() {
        for (from, to) in [(0, 4095), (4095, 0), (100, 2148), (2148, 100), (7, 7)] {
            let (from, to) = (Angle::from_steps(from), Angle::from_steps(to));
            assert_eq!(from.turned(to.distance_from(from)), to);
        }
    }

    #[test]
    fn nonsense_radians_give_an_angle() {
        for radians in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30] {
            assert!(Angle::from_radians(radians).steps() < Angle::STEPS);
        }
    }
}
