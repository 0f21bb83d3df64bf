//! A stick on the touch screen. It appears where the thumb lands, belongs to that pointer, and follows it beyond the rim.

use glam::Vec2;

/// CSS pixels from the centre to full deflection.
const RADIUS: f32 = 60.0;
/// CSS pixels that count as no deflection.
const DEAD_RADIUS: f32 = 10.0;

/// One stick.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stick {
    held: Option<Grip>,
}

#[derive(Clone, Copy, Debug)]
struct Grip {
    pointer: i32,
    centre: Vec2,
    thumb: Vec2,
}

impl Stick {
    /// Notes that a pointer goes down at `place`. It gets the stick unless another pointer holds it.
    pub fn press(&mut self, pointer: i32, place: Vec2) -> bool {
        let is_free = self.held.is_none();
        if is_free {
            self.held = Some(Grip { pointer, centre: place, thumb: place });
        }
        is_free
    }

    /// Notes that a pointer moves.
    pub fn drag(&mut self, pointer: i32, place: Vec2) {
        let Some(grip) = self.held.as_mut().filter(|grip| grip.pointer == pointer) else { return };
        grip.thumb = place;
        let offset = place - grip.centre;
        if offset.length() > RADIUS {
            grip.centre = place - offset.normalize() * RADIUS;
        }
    }

    /// Notes that a pointer goes up, or that the system takes it away.
    pub fn lift(&mut self, pointer: i32) {
        if self.held.is_some_and(|grip| grip.pointer == pointer) {
            self.held = None;
        }
    }

    /// Releases the stick, whichever pointer holds it.
    pub fn release(&mut self) {
        self.held = None;
    }

    /// Whether a thumb is on it.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Deflection with length 0..=1. It is zero within the dead zone and grows from its edge.
    pub fn deflection(&self) -> Vec2 {
        let Some(grip) = self.held else { return Vec2::ZERO };
        let offset = grip.thumb - grip.centre;
        let length = offset.length();
        if length <= DEAD_RADIUS {
            return Vec2::ZERO;
        }
        offset / length * ((length - DEAD_RADIUS) / (RADIUS - DEAD_RADIUS)).min(1.0)
    }

    /// Where to draw its centre, and the thumb relative to it, in CSS pixels.
    pub fn drawing(&self) -> Option<(Vec2, Vec2)> {
        self.held.map(|grip| (grip.centre, grip.thumb - grip.centre))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deflection_grows_from_the_dead_zone_to_the_rim_and_no_further() {
        let mut stick = Stick::default();
        assert!(stick.press(1, Vec2::new(100.0, 100.0)));
        stick.drag(1, Vec2::new(108.0, 100.0));
        assert_eq!(stick.deflection(), Vec2::ZERO);
        stick.drag(1, Vec2::new(135.0, 100.0));
        assert!((stick.deflection().x - 0.5).abs() < 1e-6);
        stick.drag(1, Vec2::new(500.0, 100.0));
        assert!((stick.deflection().length() - 1.0).abs() < 1e-6);
        // The centre has followed, so a short way back is enough.
        stick.drag(1, Vec2::new(440.0, 100.0));
        assert_eq!(stick.deflection(), Vec2::ZERO);
    }

    #[test]
    fn another_finger_neither_moves_nor_frees_it() {
        let mut stick = Stick::default();
        stick.press(1, Vec2::ZERO);
        assert!(!stick.press(2, Vec2::ZERO));
        stick.drag(2, Vec2::splat(50.0));
        stick.lift(2);
        assert!(stick.is_held());
        assert_eq!(stick.deflection(), Vec2::ZERO);
    }

    #[test]
    fn whatever_fingers_do_lifting_all_of_them_leaves_it_at_rest() {
        let mut seed = 7_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        let mut stick = Stick::default();
        for _ in 0..10_000 {
            let (pointer, place) = (next(4) as i32, Vec2::new(next(900) as f32, next(400) as f32));
            match next(5) {
                0 => drop(stick.press(pointer, place)),
                1 | 2 => stick.drag(pointer, place),
                3 => stick.lift(pointer),
                _ => {
                    (0..4).for_each(|pointer| stick.lift(pointer));
                    assert_eq!(stick.deflection(), Vec2::ZERO);
                }
            }
            assert!(stick.deflection().length() <= 1.0 + 1e-6);
        }
    }
}
