//! The wheel of phrases: a direction chooses one of eight.

use driftfield_shared::protocol::Phrase;
use glam::Vec2;

use super::said::saying_of;
use crate::say::Message;

/// How the wheel stands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Wheel {
    /// Which phrase is chosen, by its place.
    pub chosen: Option<usize>,
}

/// The phrase at a place of the wheel, and what it says.
pub fn phrase(place: usize) -> Option<(Phrase, Message)> {
    let phrase = *Phrase::ALL.get(place)?;
    Some((phrase, saying_of(phrase)))
}

/// The place of the wheel in a direction; `None` where it is shorter than `min`. The first is at the top, the others follow
/// clockwise.
pub fn phrase_at(direction: Vec2, min: f32) -> Option<usize> {
    if direction.length() < min || !direction.is_finite() {
        return None;
    }
    let turn = libm::atan2f(direction.x, -direction.y) / std::f32::consts::TAU;
    let count = Phrase::ALL.len() as f32;
    Some((turn * count).round().rem_euclid(count) as usize)
}

/// The direction of a place, as an angle in degrees, clockwise from the top.
pub fn direction_of(place: usize) -> f32 {
    place as f32 * 360.0 / Phrase::ALL.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_chooses_the_phrase_that_stands_there() {
        for place in 0..Phrase::ALL.len() {
            let angle = direction_of(place).to_radians();
            for off in [-0.3, 0.0, 0.3] {
                let way = Vec2::new(libm::sinf(angle + off), -libm::cosf(angle + off));
                assert_eq!(phrase_at(way * 50.0, 20.0), Some(place), "{place} {off}");
            }
            assert!(phrase(place).is_some());
        }
        assert_eq!(phrase_at(Vec2::new(3.0, 4.0), 20.0), None, "the thumb has hardly moved");
        assert_eq!(phrase_at(Vec2::splat(f32::NAN), 20.0), None);
        assert_eq!(phrase(8), None);
    }
}
