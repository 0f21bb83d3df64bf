//! A gamepad with the standard mapping, as it is polled.

use glam::Vec2;

/// Share of the way to the rim that counts as no deflection: worn sticks rest there.
const DEAD: f32 = 0.2;
/// Share of the way to the rim from which deflection is full: not every stick gets there.
const FULL: f32 = 0.95;
/// How far a trigger must be pulled.
const TRIGGER: f64 = 0.35;

/// What a gamepad says at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PadState {
    /// The left stick, length 0..=1.
    pub left: Vec2,
    /// The right stick.
    pub right: Vec2,
    /// A trigger or button to fire with is down.
    pub fire: bool,
    /// One to boost with is down.
    pub boost: bool,
    /// The menu button is down.
    pub menu: bool,
}

impl PadState {
    /// From the axes and button values of the standard mapping; what a pad lacks reads as at rest.
    pub fn read(axes: &[f64], buttons: &[f64]) -> Self {
        let axis = |index: usize| axes.get(index).copied().filter(|v| v.is_finite()).unwrap_or(0.0);
        let is_down = |index: usize| buttons.get(index).is_some_and(|value| *value > TRIGGER);
        let stick = |x, y| with_dead_zone(Vec2::new(axis(x) as f32, axis(y) as f32));
        PadState {
            left: stick(0, 1),
            right: stick(2, 3),
            fire: is_down(7) || is_down(5) || is_down(0),
            boost: is_down(6) || is_down(4) || is_down(1),
            menu: is_down(9),
        }
    }

    /// Whether nothing is touched.
    pub fn is_at_rest(&self) -> bool {
        *self == PadState::default()
    }
}

/// A round dead zone: one for each axis would pull diagonal directions to the axes.
fn with_dead_zone(stick: Vec2) -> Vec2 {
    let length = stick.length();
    if length <= DEAD {
        return Vec2::ZERO;
    }
    stick / length * ((length - DEAD) / (FULL - DEAD)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resting_or_drifting_pad_is_at_rest() {
        assert!(PadState::read(&[0.1, -0.12, 0.05, 0.0], &[0.0; 17]).is_at_rest());
        assert!(PadState::read(&[], &[]).is_at_rest());
        assert!(PadState::read(&[f64::NAN; 4], &[f64::NAN; 17]).is_at_rest());
    }

    #[test]
    fn the_dead_zone_keeps_directions() {
        let pad = PadState::read(&[0.5, 0.5, 0.95, 0.0], &[0.0; 17]);
        assert!((pad.left.x - pad.left.y).abs() < 1e-6);
        assert!((pad.right - Vec2::X).length() < 1e-6);
    }

    #[test]
    fn a_pad_with_few_buttons_still_fires() {
        assert!(PadState::read(&[0.0; 4], &[1.0]).fire);
    }
}
