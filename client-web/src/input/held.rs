//! Which keys, buttons and sticks are held, on all devices, and the controls that follow from them.

use driftfield_shared::units::{Angle, Controls, Thrust};
use glam::Vec2;

use super::keys::{Action, Key};
use super::pad::{PadPoll, PadState};
use super::stick::Stick;

/// Share of full deflection of the right thumb from which it fires.
const FIRE_DEFLECTION: f32 = 0.6;
/// CSS pixels that a mouse must move before it counts as the device in use. A bumped table moves it less.
const MOUSE_TRAVEL: f32 = 6.0;
/// Most keys remembered at once: more than ten fingers can press. The oldest one is forgotten first.
const KEYS_MAX: usize = 16;

/// The device that the player last used deliberately.
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
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Each key that is down, with its action. An action lasts as long as one of its keys is down.
    keys: Vec<(String, Action)>,
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
    /// How far the mouse has moved since another device was used.
    mouse_travel: f32,
    device: Device,
    aim: Angle,
    trigger_pulls: u32,
}

impl Held {
    /// Notes that the key of `action` goes down.
    pub fn press(&mut self, key: Key<'_>, action: Action) {
        self.use_device(Device::Keys);
        if !action.is_held() {
            return;
        }
        self.trigger_pulls += u32::from(action == Action::Fire);
        self.lift(key);
        if self.keys.len() >= KEYS_MAX {
            self.keys.remove(0);
        }
        self.keys.push((key.id(), action));
    }

    /// Notes that a key comes up.
    pub fn lift(&mut self, key: Key<'_>) {
        let id = key.id();
        self.keys.retain(|(down, _)| *down != id);
    }

    /// Releases all Shift keys, because an event says that none is down. If both were held, the browser may report only one
    /// release.
    pub fn lift_shifts(&mut self) {
        self.keys.retain(|(down, _)| !down.to_ascii_lowercase().starts_with("shift"));
    }

    /// Sets which mouse buttons are down, as a bit set (`MouseEvent.buttons`).
    pub fn set_mouse_buttons(&mut self, buttons: u16) {
        if buttons != 0 {
            self.use_device(Device::Keys);
        }
        self.trigger_pulls += u32::from(buttons & 1 != 0 && !self.mouse_fires);
        self.mouse_fires = buttons & 1 != 0;
        self.mouse_boosts = buttons & 2 != 0;
    }

    /// Notes where the mouse is.
    pub fn set_mouse(&mut self, place: Vec2) {
        self.mouse_travel += self.mouse.map_or(MOUSE_TRAVEL, |last| place.distance(last));
        self.mouse = Some(place);
        if self.mouse_travel >= MOUSE_TRAVEL {
            self.use_device(Device::Keys);
        }
    }

    /// Notes that a thumb touches the screen.
    pub fn note_touch(&mut self) {
        self.use_device(Device::Touch);
    }

    /// Takes the state of the gamepads.
    pub fn set_pad(&mut self, poll: &PadPoll) {
        if poll.is_used {
            self.use_device(Device::Pad);
        }
        self.pad = poll.state;
    }

    fn use_device(&mut self, device: Device) {
        if self.device != device {
            self.mouse_travel = 0.0;
        }
        self.device = device;
    }

    /// Releases everything, because the page does not hear of releases while another window has the keyboard.
    pub fn release_all(&mut self) {
        let Held { mouse, mouse_travel, device, aim, trigger_pulls, .. } = *self;
        *self = Held { mouse, mouse_travel, device, aim, trigger_pulls, ..Held::default() };
    }

    /// How often a key or the mouse has pulled the trigger. A click counts even if it ends before a frame is drawn.
    pub fn trigger_pulls(&self) -> u32 {
        self.trigger_pulls
    }

    /// The device that the player used last.
    pub fn device(&self) -> Device {
        self.device
    }

    fn is_key(&self, action: Action) -> bool {
        self.keys.iter().any(|(_, held)| *held == action)
    }

    /// Wanted direction of flight. Its length is 0..=1; two keys together give a diagonal of more.
    pub fn direction(&self) -> Vec2 {
        let key = |action: Action| f32::from(u8::from(self.is_key(action)));
        let keys =
            Vec2::new(key(Action::Right) - key(Action::Left), key(Action::Down) - key(Action::Up));
        [keys, self.left.deflection(), self.pad.left]
            .into_iter()
            .find(|direction| *direction != Vec2::ZERO)
            .unwrap_or(Vec2::ZERO)
    }

    /// The controls now. `mouse_from_ship` is the vector from our ship to the mouse, in world units.
    pub fn controls(&mut self, mouse_from_ship: Option<Vec2>) -> Controls {
        let direction = self.direction();
        let pointed = match self.device {
            Device::Keys => mouse_from_ship,
            Device::Touch => Some(self.right.deflection()),
            Device::Pad => Some(self.pad.right),
        };
        // Without a pointing device the gun points ahead.
        let aimed = pointed.filter(|way| *way != Vec2::ZERO).unwrap_or(direction);
        if aimed != Vec2::ZERO {
            self.aim = Angle::from_direction(aimed);
        }
        Controls {
            thrust: Thrust::nearest_to(direction),
            boost: self.is_key(Action::Boost)
                || self.mouse_boosts
                || self.touch_boosts
                || self.pad.boost,
            fire: self.is_key(Action::Fire)
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
    use crate::input::pad::{PadReading, Pads};

    fn press(held: &mut Held, code: &str) {
        let key = Key { code, key: "" };
        held.press(key, key.action().unwrap());
    }

    fn lift(held: &mut Held, code: &str) {
        held.lift(Key { code, key: "" });
    }

    #[test]
    fn an_action_lasts_while_any_of_its_keys_does() {
        let mut held = Held::default();
        press(&mut held, "KeyD");
        press(&mut held, "ArrowRight");
        lift(&mut held, "ArrowRight");
        assert_eq!(held.direction(), Vec2::X);
        lift(&mut held, "KeyD");
        assert_eq!(held.direction(), Vec2::ZERO);
        press(&mut held, "ShiftLeft");
        press(&mut held, "ShiftRight");
        lift(&mut held, "ShiftLeft");
        assert!(held.controls(None).boost);
        // The browser did not report the second release.
        held.lift_shifts();
        assert!(!held.controls(None).boost);
    }

    #[test]
    fn a_key_that_never_came_up_gives_way_in_the_end() {
        let mut held = Held::default();
        press(&mut held, "KeyD");
        for key in 0..KEYS_MAX {
            held.press(Key { code: &format!("Key{key}"), key: "" }, Action::Fire);
        }
        assert_eq!(held.direction(), Vec2::ZERO);
        assert_eq!(held.keys.len(), KEYS_MAX);
    }

    #[test]
    fn a_drifting_pad_leaves_the_mouse_its_aim() {
        let (mut held, mut pads) = (Held::default(), Pads::default());
        let idle = PadReading {
            is_standard: true,
            axes: vec![0.25, 0.0, 0.25, 0.0],
            buttons: vec![0.0; 17],
            ..PadReading::default()
        };
        held.set_mouse(Vec2::ZERO);
        for _ in 0..3 {
            held.set_pad(&pads.update(std::slice::from_ref(&idle)));
            let controls = held.controls(Some(-Vec2::Y));
            assert_eq!(controls.aim, Angle::from_direction(-Vec2::Y));
            assert_eq!(controls.thrust, Thrust::NONE);
        }
        let used = PadReading { axes: vec![0.0, 1.0, 0.0, 0.0], ..idle };
        held.set_pad(&pads.update(&[used]));
        assert_eq!(held.device(), Device::Pad);
        // A small move is a bumped table; a large one is a hand.
        held.set_mouse(Vec2::new(2.0, 0.0));
        assert_eq!(held.device(), Device::Pad);
        held.set_mouse(Vec2::new(9.0, 0.0));
        assert_eq!(held.device(), Device::Keys);
    }

    #[test]
    fn opposite_keys_cancel_and_neighbours_make_a_diagonal() {
        let mut held = Held::default();
        press(&mut held, "KeyD");
        press(&mut held, "KeyS");
        assert_eq!(held.controls(None).thrust, Thrust::towards(4));
        press(&mut held, "KeyA");
        assert_eq!(held.controls(None).thrust, Thrust::towards(8));
        press(&mut held, "KeyW");
        assert_eq!(held.controls(None).thrust, Thrust::NONE);
    }

    #[test]
    fn the_gun_follows_the_mouse_and_without_one_the_course() {
        let mut held = Held::default();
        press(&mut held, "KeyS");
        assert_eq!(held.controls(None).aim, Angle::from_direction(Vec2::Y));
        held.set_mouse(Vec2::ZERO);
        assert_eq!(held.controls(Some(-Vec2::X)).aim, Angle::from_direction(-Vec2::X));
        lift(&mut held, "KeyS");
        assert_eq!(held.controls(None).aim, Angle::from_direction(-Vec2::X), "it stays");
    }

    #[test]
    fn losing_the_window_releases_everything_but_the_aim() {
        let mut held = Held::default();
        press(&mut held, "KeyW");
        press(&mut held, "Space");
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

    #[test]
    fn a_shot_is_asked_for_however_short_the_press_and_letting_go_asks_for_none() {
        let mut held = Held::default();
        held.set_mouse_buttons(1);
        held.set_mouse_buttons(1);
        held.set_mouse_buttons(0);
        assert_eq!(held.trigger_pulls(), 1);
        held.press(Key { code: "Space", key: " " }, Action::Fire);
        held.lift(Key { code: "Space", key: " " });
        assert_eq!(held.trigger_pulls(), 2);
        held.release_all();
        assert_eq!(held.trigger_pulls(), 2);
    }
}
