//! Everything that is held, on all devices, and the controls that it makes.

use driftfield_shared::units::{Angle, Controls, Thrust};
use glam::Vec2;

use super::keys::Action;
use super::pad::PadState;
use super::stick::Stick;

/// Share of full deflection of the right thumb from which it fires.
const FIRE_DEFLECTION: f32 = 0.6;

/// What the player used last.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Device {
    /// Keyboard, and the mouse if there is one.
    #[default]
    Keys,
    /// Thumbs on a screen.
    Touch,
    /// A gamepad.
    Pad,
}

/// The state of all devices.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    keys: u16,
    mouse_fires: bool,
    mouse_boosts: bool,
    /// The left thumb's stick.
    pub left: Stick,
    /// The right thumb's stick.
    pub right: Stick,
    /// The boost button on the screen.
    pub touch_boosts: bool,
    pad: PadState,
    /// Where the mouse is, CSS pixels; `None` until it moves.
    pub mouse: Option<Vec2>,
    device: Device,
    aim: Angle,
}

impl Held {
    /// A key goes down.
    pub fn press(&mut self, action: Action) {
        self.device = Device::Keys;
        if action.is_held() {
            self.keys |= action.bit();
        }
    }

    /// A key goes up.
    pub fn lift(&mut self, action: Action) {
        self.keys &= !action.bit();
    }

    /// The mouse's buttons, as a bit set (`MouseEvent.buttons`).
    pub fn set_mouse_buttons(&mut self, buttons: u16) {
        self.mouse_fires = buttons & 1 != 0;
        self.mouse_boosts = buttons & 2 != 0;
    }

    /// The mouse moves.
    pub fn set_mouse(&mut self, place: Vec2) {
        self.device = Device::Keys;
        self.mouse = Some(place);
    }

    /// A thumb touches the screen.
    pub fn note_touch(&mut self) {
        self.device = Device::Touch;
    }

    /// The gamepad was polled.
    pub fn set_pad(&mut self, pad: PadState) {
        if !pad.is_at_rest() {
            self.device = Device::Pad;
        }
        self.pad = pad;
    }

    /// Lets everything go: the page cannot know what happens behind another window.
    pub fn release_all(&mut self) {
        let Held { mouse, device, aim, .. } = *self;
        *self = Held { mouse, device, aim, ..Held::default() };
    }

    /// What the player used last.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Where the ship is asked to go; length 0..=1 and more on the diagonals of keys.
    pub fn direction(&self) -> Vec2 {
        let key = |action: Action| f32::from(u8::from(self.keys & action.bit() != 0));
        let keys =
            Vec2::new(key(Action::Right) - key(Action::Left), key(Action::Down) - key(Action::Up));
        [keys, self.left.deflection(), self.pad.left]
            .into_iter()
            .find(|direction| *direction != Vec2::ZERO)
            .unwrap_or(Vec2::ZERO)
    }

    /// The controls now. `mouse_from_ship` is the way from our ship to the mouse in the world.
    pub fn controls(&mut self, mouse_from_ship: Option<Vec2>) -> Controls {
        let direction = self.direction();
        let pointed = match self.device {
            Device::Keys => mouse_from_ship,
            Device::Touch => Some(self.right.deflection()),
            Device::Pad => Some(self.pad.right),
        };
        // Who points nowhere shoots ahead.
        let aimed = pointed.filter(|way| *way != Vec2::ZERO).unwrap_or(direction);
        if aimed != Vec2::ZERO {
            self.aim = Angle::from_direction(aimed);
        }
        let is_key = |action: Action| self.keys & action.bit() != 0;
        Controls {
            thrust: Thrust::nearest_to(direction),
            boost: is_key(Action::Boost)
                || self.mouse_boosts
                || self.touch_boosts
                || self.pad.boost,
            fire: is_key(Action::Fire)
                || self.mouse_fires
                || self.pad.fire
                || self.right.deflection().length() >= FIRE_DEFLECTION,
            aim: self.aim,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_keys_cancel_and_neighbours_make_a_diagonal() {
        let mut held = Held::default();
        held.press(Action::Right);
        held.press(Action::Down);
        assert_eq!(held.controls(None).thrust, Thrust::towards(4));
        held.press(Action::Left);
        assert_eq!(held.controls(None).thrust, Thrust::towards(8));
        held.press(Action::Up);
        assert_eq!(held.controls(None).thrust, Thrust::NONE);
    }

    #[test]
    fn the_gun_follows_the_mouse_and_without_one_the_course() {
        let mut held = Held::default();
        held.press(Action::Down);
        assert_eq!(held.controls(None).aim, Angle::from_direction(Vec2::Y));
        held.set_mouse(Vec2::ZERO);
        assert_eq!(held.controls(Some(-Vec2::X)).aim, Angle::from_direction(-Vec2::X));
        held.lift(Action::Down);
        assert_eq!(held.controls(None).aim, Angle::from_direction(-Vec2::X), "it stays");
    }

    #[test]
    fn losing_the_window_releases_everything_but_the_aim() {
        let mut held = Held::default();
        held.press(Action::Up);
        held.press(Action::Fire);
        held.set_mouse_buttons(3);
        held.left.press(1, Vec2::ZERO);
        held.left.drag(1, Vec2::splat(90.0));
        held.touch_boosts = true;
        let aim = held.controls(None).aim;
        held.release_all();
        let controls = held.controls(None);
        assert_eq!(controls, Controls { aim, ..Controls::default() });
    }

    #[test]
    fn the_right_thumb_aims_first_and_fires_when_pushed_on() {
        let mut held = Held::default();
        held.note_touch();
        held.right.press(5, Vec2::ZERO);
        held.right.drag(5, Vec2::new(25.0, 0.0));
        assert!(!held.controls(None).fire);
        held.right.drag(5, Vec2::new(0.0, 55.0));
        let controls = held.controls(None);
        assert!(controls.fire);
        assert_eq!(controls.aim, Angle::from_direction(Vec2::Y));
    }
}
