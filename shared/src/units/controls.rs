//! What a player asks of the ship in one tick.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use super::Angle;

/// Direction of thrust: none, or one of 32 compass directions.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Thrust(u8);

impl Thrust {
    /// No thrust.
    pub const NONE: Thrust = Thrust(0);
    /// Number of directions in a full turn.
    pub const DIRECTIONS: u8 = 32;
    /// Bits on the wire.
    pub const BITS: u32 = 6;

    /// Thrust towards compass direction `index`, modulo [`Thrust::DIRECTIONS`]; 0 is +x.
    pub fn towards(index: u8) -> Self {
        Thrust(index % Self::DIRECTIONS + 1)
    }

    /// Thrust towards the compass direction nearest to `direction`; none if the vector is shorter than 0.1.
    pub fn nearest_to(direction: Vec2) -> Self {
        if !direction.is_finite() || direction.length_squared() < 0.01 {
            return Self::NONE;
        }
        let steps_per_direction = Angle::STEPS / u16::from(Self::DIRECTIONS);
        let steps = Angle::from_direction(direction).steps() + steps_per_direction / 2;
        Self::towards(((steps % Angle::STEPS) / steps_per_direction) as u8)
    }

    /// The wire form, `0..=DIRECTIONS`.
    pub fn code(self) -> u8 {
        self.0
    }

    /// Decodes the wire form; `None` above [`Thrust::DIRECTIONS`].
    pub fn from_code(code: u8) -> Option<Self> {
        (code <= Self::DIRECTIONS).then_some(Thrust(code))
    }

    /// Unit vector of the thrust, or zero.
    pub fn direction(self) -> Vec2 {
        match self.0 {
            0 => Vec2::ZERO,
            index => {
                let steps_per_direction = Angle::STEPS / u16::from(Self::DIRECTIONS);
                Angle::from_steps(u16::from(index - 1) * steps_per_direction).direction()
            }
        }
    }
}

/// The controls of one tick. Every field is a state ("held"), none is an event ("pressed").
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Controls {
    /// Direction of thrust.
    pub thrust: Thrust,
    /// Whether boost is requested.
    pub boost: bool,
    /// Whether the trigger is held.
    pub fire: bool,
    /// Direction in which the gun points.
    pub aim: Angle,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_thrust_to_a_thrust_is_itself() {
        for index in 0..Thrust::DIRECTIONS {
            let thrust = Thrust::towards(index);
            assert_eq!(Thrust::nearest_to(thrust.direction()), thrust);
        }
        assert_eq!(Thrust::nearest_to(Vec2::ZERO), Thrust::NONE);
        assert_eq!(Thrust::nearest_to(Vec2::NAN), Thrust::NONE);
    }
}
