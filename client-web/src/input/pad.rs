//! Gamepads: which one is in use, and what it asks for.
//!
//! ```text
//! PadReading, one for each connected pad --> Pads::update --> PadPoll --> Held
//! ```
//!
//! A pad on the table does nothing, even if its sticks are worn. It is in use from the moment when somebody moves or presses
//! something deliberately, until another device is used.

use glam::Vec2;

/// Share of full deflection that counts as none, because worn sticks rest there.
const DEAD: f32 = 0.2;
/// How much the dead zone of a stick that rests off its centre is widened.
const DEAD_BEYOND_REST: f32 = 0.08;
/// A stick that is further out than this at first sight is held by a thumb, not worn.
const REST_MAX: f32 = 0.45;
/// Share of full deflection that counts as full, because not every stick reaches its rim.
const FULL: f32 = 0.95;
/// How far a trigger must be pulled.
const TRIGGER: f64 = 0.35;
/// How far a stick must move, and how far out it must then be, to count as deliberate.
const PURPOSE: f32 = 0.35;

/// One gamepad at one moment, as the browser reports it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PadReading {
    /// Its number.
    pub index: u32,
    /// Whether its axes and buttons follow the standard mapping.
    pub is_standard: bool,
    /// Each -1..=1.
    pub axes: Vec<f64>,
    /// Each 0..=1.
    pub buttons: Vec<f64>,
}

impl PadReading {
    fn stick(&self, x: usize, y: usize) -> Vec2 {
        let axis = |index: usize| {
            let value = self.axes.get(index).copied().filter(|value| value.is_finite());
            value.unwrap_or(0.0) as f32
        };
        Vec2::new(axis(x), axis(y))
    }

    /// Left and right stick. Without the standard mapping only the first two axes are known to be a stick.
    fn sticks(&self) -> [Vec2; 2] {
        let right = if self.is_standard { self.stick(2, 3) } else { Vec2::ZERO };
        [self.stick(0, 1), right]
    }

    /// One bit for each button that is down.
    fn down(&self) -> u32 {
        let bits = self.buttons.iter().take(32).enumerate();
        bits.fold(0, |down, (index, value)| down | u32::from(*value > TRIGGER) << index)
    }
}

/// What a gamepad asks for at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PadState {
    /// The left stick, length 0..=1.
    pub left: Vec2,
    /// The right stick.
    pub right: Vec2,
    /// Whether a trigger or button for firing is down.
    pub fire: bool,
    /// Whether a trigger or button for the boost is down.
    pub boost: bool,
    /// Whether the button for the wheel of phrases is down.
    pub wheel: bool,
}

/// Buttons that have just gone down, for menus.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PadPresses {
    /// Start: opens and closes the menu.
    pub menu: bool,
    /// One line up.
    pub up: bool,
    /// One line down.
    pub down: bool,
    /// Press the selected button.
    pub confirm: bool,
    /// Close the menu.
    pub back: bool,
    /// Point at what is ahead.
    pub point: bool,
    /// Open the shop, in flight.
    pub shop: bool,
}

/// The outcome of one poll of all gamepads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PadPoll {
    /// What the pad in use asks for; at rest while none is in use.
    pub state: PadState,
    /// Whether a pad was just used deliberately.
    pub is_used: bool,
    /// Buttons that have just gone down on it.
    pub presses: PadPresses,
    /// Whether a pad without the standard mapping was just taken into use. Only its first stick and first buttons are known.
    pub is_unknown: bool,
}

/// All gamepads.
#[derive(Clone, Debug, Default)]
pub struct Pads {
    known: Vec<Known>,
    /// Number of the pad in use.
    playing: Option<u32>,
}

/// What is remembered of a pad.
#[derive(Clone, Debug)]
struct Known {
    index: u32,
    /// Where its sticks were when it was first seen.
    rest: [Vec2; 2],
    /// Where they were when another device was used.
    anchor: [Vec2; 2],
    /// The sticks and the buttons of the last poll.
    sticks: [Vec2; 2],
    down: u32,
}

impl Known {
    fn new(reading: &PadReading) -> Self {
        let sticks = reading.sticks();
        let rest = sticks.map(|stick| if stick.length() > REST_MAX { Vec2::ZERO } else { stick });
        // Browsers hide a pad until a button is pressed, so a button that is down at first sight was pressed deliberately.
        Known { index: reading.index, rest, anchor: rest, sticks, down: 0 }
    }

    fn deflection(&self, stick: usize) -> Vec2 {
        let dead = DEAD.max(self.rest[stick].length() + DEAD_BEYOND_REST);
        with_dead_zone(self.sticks[stick], dead)
    }

    /// Takes a reading. Returns the buttons that have just gone down, and whether the pad was used deliberately.
    fn update(&mut self, reading: &PadReading) -> (u32, bool) {
        let down = reading.down();
        let pressed = down & !self.down;
        self.down = down;
        self.sticks = reading.sticks();
        let has_moved = (0..2).any(|stick| {
            let moved = self.sticks[stick].distance(self.anchor[stick]);
            let deflection = self.deflection(stick).length();
            if deflection == 0.0 {
                // Released: the next push counts from here.
                self.anchor[stick] = self.sticks[stick];
            }
            moved > PURPOSE && deflection > PURPOSE
        });
        (pressed, pressed != 0 || has_moved)
    }
}

impl Pads {
    /// Takes the readings of all connected pads.
    pub fn update(&mut self, readings: &[PadReading]) -> PadPoll {
        self.known.retain(|known| readings.iter().any(|reading| reading.index == known.index));
        self.playing = self.playing.filter(|index| self.known.iter().any(|k| k.index == *index));
        let mut poll = PadPoll::default();
        for reading in readings {
            let place = self.known.iter().position(|known| known.index == reading.index);
            let place = place.unwrap_or_else(|| {
                self.known.push(Known::new(reading));
                self.known.len() - 1
            });
            let known = &mut self.known[place];
            let stick_before = known.deflection(0).y;
            let (pressed, is_used) = known.update(reading);
            let is_new = self.playing != Some(reading.index);
            // The pad in use stays in use until another one is used.
            if is_new && !is_used {
                continue;
            }
            self.playing = Some(reading.index);
            poll = PadPoll {
                state: state(known, reading.is_standard),
                is_used: poll.is_used || is_used,
                presses: presses(pressed, reading.is_standard, stick_before, known.deflection(0).y),
                is_unknown: is_new && !reading.is_standard,
            };
        }
        poll
    }

    /// Notes that another device was used. No pad is in use until one is used deliberately again.
    pub fn silence(&mut self) {
        if self.playing.take().is_none() {
            return;
        }
        for known in &mut self.known {
            known.anchor = known.sticks;
        }
    }
}

fn state(known: &Known, is_standard: bool) -> PadState {
    let is_down = |button: u32| known.down & 1 << button != 0;
    PadState {
        left: known.deflection(0),
        right: known.deflection(1),
        fire: is_down(0) || is_standard && (is_down(5) || is_down(7)),
        boost: is_down(1) || is_standard && (is_down(4) || is_down(6)),
        wheel: is_standard && is_down(3),
    }
}

fn presses(pressed: u32, is_standard: bool, stick_before: f32, stick: f32) -> PadPresses {
    let is_pressed = |button: u32| pressed & 1 << button != 0;
    let tilt = |sign: f32| stick * sign > 0.5 && stick_before * sign <= 0.5;
    PadPresses {
        menu: is_standard && is_pressed(9),
        up: is_standard && is_pressed(12) || tilt(-1.0),
        down: is_standard && is_pressed(13) || tilt(1.0),
        confirm: is_pressed(0),
        back: is_pressed(1),
        point: is_standard && is_pressed(2),
        shop: is_standard && is_pressed(13),
    }
}

/// Applies a round dead zone. A dead zone per axis would pull diagonal directions towards the axes.
fn with_dead_zone(stick: Vec2, dead: f32) -> Vec2 {
    let length = stick.length();
    if length <= dead {
        return Vec2::ZERO;
    }
    stick / length * ((length - dead) / (FULL - dead)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(axes: &[f64], down: &[usize]) -> PadReading {
        let mut buttons = vec![0.0; 17];
        for button in down {
            buttons[*button] = 1.0;
        }
        PadReading { index: 0, is_standard: true, axes: axes.to_vec(), buttons }
    }

    #[test]
    fn a_resting_or_drifting_pad_is_silent() {
        for axes in [[0.1, -0.12, 0.05, 0.0], [0.25, 0.0, 0.0, 0.25], [f64::NAN; 4]] {
            let mut pads = Pads::default();
            for _ in 0..10 {
                assert_eq!(pads.update(&[reading(&axes, &[])]), PadPoll::default());
            }
        }
        assert_eq!(Pads::default().update(&[PadReading::default()]), PadPoll::default());
    }

    #[test]
    fn a_worn_stick_does_not_fly_while_its_pad_is_used() {
        let mut pads = Pads::default();
        pads.update(&[reading(&[0.25, 0.0, 0.0, 0.0], &[])]);
        let poll = pads.update(&[reading(&[0.25, 0.0, 0.9, 0.0], &[])]);
        assert!(poll.is_used);
        assert_eq!(poll.state.left, Vec2::ZERO);
        assert!(poll.state.right.x > 0.8);
    }

    #[test]
    fn the_dead_zone_keeps_directions() {
        let mut pads = Pads::default();
        pads.update(&[reading(&[0.0; 4], &[])]);
        let state = pads.update(&[reading(&[0.7, 0.7, 0.95, 0.0], &[])]).state;
        assert!((state.left.x - state.left.y).abs() < 1e-6);
        assert!((state.right - Vec2::X).length() < 1e-6);
    }

    #[test]
    fn once_another_device_was_used_a_pad_is_silent_until_it_is_used_on_purpose() {
        let mut pads = Pads::default();
        pads.update(&[reading(&[0.0; 4], &[])]);
        assert!(pads.update(&[reading(&[1.0, 0.0, 0.0, 0.0], &[])]).is_used);
        pads.silence();
        // The thumb is still there, then lets go: neither counts as deliberate.
        assert_eq!(pads.update(&[reading(&[1.0, 0.0, 0.0, 0.0], &[])]), PadPoll::default());
        assert_eq!(pads.update(&[reading(&[0.0; 4], &[])]), PadPoll::default());
        assert!(pads.update(&[reading(&[1.0, 0.0, 0.0, 0.0], &[])]).is_used);
        pads.silence();
        assert!(pads.update(&[reading(&[0.0; 4], &[0])]).is_used);
    }

    #[test]
    fn start_opens_the_menu_once_for_each_press() {
        let mut pads = Pads::default();
        pads.update(&[reading(&[0.0; 4], &[])]);
        assert!(pads.update(&[reading(&[0.0; 4], &[9])]).presses.menu);
        assert!(!pads.update(&[reading(&[0.0; 4], &[9])]).presses.menu);
        pads.update(&[reading(&[0.0; 4], &[])]);
        assert!(pads.update(&[reading(&[0.0; 4], &[9])]).presses.menu);
        let poll = pads.update(&[reading(&[0.0, 1.0, 0.0, 0.0], &[])]);
        assert!(poll.presses.down && !poll.presses.up);
        assert!(!pads.update(&[reading(&[0.0, 1.0, 0.0, 0.0], &[])]).presses.down);
    }

    #[test]
    fn a_pad_of_an_unknown_kind_flies_and_fires_and_is_told_of() {
        let unknown =
            |axes: &[f64], down: &[usize]| PadReading { is_standard: false, ..reading(axes, down) };
        let mut pads = Pads::default();
        pads.update(&[unknown(&[0.0, 0.0, -1.0, -1.0], &[])]);
        let poll = pads.update(&[unknown(&[0.0, -1.0, -1.0, -1.0], &[0])]);
        assert!(poll.is_used && poll.is_unknown && poll.state.fire);
        assert_eq!(poll.state.left, -Vec2::Y);
        assert_eq!(poll.state.right, Vec2::ZERO, "nobody knows what its other axes are");
        assert!(!pads.update(&[unknown(&[0.0, -1.0, -1.0, -1.0], &[0])]).is_unknown, "told once");
    }

    #[test]
    fn of_two_pads_the_one_that_is_used_plays() {
        let second = |axes: &[f64], down: &[usize]| PadReading { index: 1, ..reading(axes, down) };
        let idle = reading(&[0.0; 4], &[]);
        let mut pads = Pads::default();
        pads.update(&[idle.clone(), second(&[0.0; 4], &[])]);
        assert!(pads.update(&[idle.clone(), second(&[0.0; 4], &[7])]).state.fire);
        assert!(pads.update(&[idle.clone(), second(&[0.0; 4], &[7])]).state.fire);
        assert_eq!(pads.update(&[idle]), PadPoll::default(), "unplugged");
    }
}
