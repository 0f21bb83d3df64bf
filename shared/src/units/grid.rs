//! The grid that the simulation and the wire share.
//!
//! After each step every position and velocity is snapped to the grid. So the state that is sent is the state that is
//! simulated, and both ends continue from the same bits. Positions up to ±32,768 units and velocities up to ±16,384
//! units/s are exact in an `f32`.

use glam::Vec2;

/// Grid steps of a position per world unit.
pub const POSITION_STEPS_PER_UNIT: f32 = 64.0;
/// Grid steps of a velocity per world unit and second.
pub const VELOCITY_STEPS_PER_UNIT: f32 = 16.0;

/// A position or a velocity in whole grid steps.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GridVec {
    /// Steps along +x.
    pub x: i32,
    /// Steps along +y.
    pub y: i32,
}

/// A position in grid steps, rounded to the nearest.
pub fn position_to_grid(position: Vec2) -> GridVec {
    let steps = position * POSITION_STEPS_PER_UNIT;
    GridVec { x: round(steps.x), y: round(steps.y) }
}

/// Rounds as `f32::round` does: halves away from zero; saturates, and maps NaN to 0. Neither plain x86-64 nor WASM
/// has an instruction for it, so `f32::round` is a function call, and rounding is one of the most frequent operations
/// of a step.
fn round(value: f32) -> i32 {
    // `as` truncates. The fraction is exact: numbers from 2^24 on have none.
    let whole = value as i32;
    let rest = value - whole as f32;
    if rest >= 0.5 {
        whole.saturating_add(1)
    } else if rest <= -0.5 {
        whole.saturating_sub(1)
    } else {
        whole
    }
}

/// The position of a grid point, in units.
pub fn position_from_grid(grid: GridVec) -> Vec2 {
    from_grid(grid, POSITION_STEPS_PER_UNIT)
}

/// A velocity in grid steps, truncated towards zero. Rounding to the nearest would keep a slow ship at the speed at
/// which drag takes less than half a step.
pub fn velocity_to_grid(velocity: Vec2) -> GridVec {
    let steps = velocity * VELOCITY_STEPS_PER_UNIT;
    // `as` truncates, saturates and maps NaN to 0, so no value can leave the grid.
    GridVec { x: steps.x as i32, y: steps.y as i32 }
}

/// The velocity of a grid point, in units/s.
pub fn velocity_from_grid(grid: GridVec) -> Vec2 {
    from_grid(grid, VELOCITY_STEPS_PER_UNIT)
}

/// The grid position nearest to `position`.
pub fn snap_position(position: Vec2) -> Vec2 {
    position_from_grid(position_to_grid(position))
}

/// The grid velocity next to `velocity` towards zero.
pub fn snap_velocity(velocity: Vec2) -> Vec2 {
    velocity_from_grid(velocity_to_grid(velocity))
}

fn from_grid(grid: GridVec, steps: f32) -> Vec2 {
    Vec2::new(grid.x as f32 / steps, grid.y as f32 / steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rounding_is_that_of_the_standard_library(bits in any::<u32>(), near in -70_000.0_f32..70_000.0) {
            let half = (near * 2.0).trunc() / 2.0;
            for value in [f32::from_bits(bits), near, half, half.next_up(), half.next_down()] {
                prop_assert_eq!(round(value), value.round() as i32, "{}", value);
            }
        }
    }

    #[test]
    fn snapping_twice_changes_nothing() {
        for value in [0.0, 0.001, -17.37, 1234.567, -32_767.99] {
            let once = snap_position(Vec2::splat(value));
            assert_eq!(snap_position(once), once);
            assert!((once.x - value).abs() <= 0.5 / POSITION_STEPS_PER_UNIT);
            let once = snap_velocity(Vec2::splat(value / 4.0));
            assert_eq!(snap_velocity(once), once);
            assert!(once.x.abs() <= (value / 4.0).abs());
        }
    }
}
