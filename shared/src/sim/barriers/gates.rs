//! The gates of a sector: where a ship flies in, and where it comes out.

use std::f32::consts::TAU;

use glam::Vec2;

use crate::content::{Gate, Sector};
use crate::sim::geometry::share_of_path;
use crate::units::Angle;

/// Units beyond the border of a gate at which a ship comes out, so that it is outside after rounding.
const OUTSIDE: f32 = 0.5;

/// The gates of a sector.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    passages: Vec<Passage>,
    cooldown_max: u8,
}

/// The way through a gate.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    /// Centre of the gate that a ship flies into.
    pub entrance: Vec2,
    /// Its radius.
    pub radius: f32,
    /// Centre of the gate that it comes out of.
    pub exit: Vec2,
    /// Radius of that gate.
    pub exit_radius: f32,
    /// Ticks until the ship can use a gate again.
    pub cooldown_ticks: u8,
    /// Cosine and sine of the angle by which its course is turned.
    turn: Vec2,
}

impl Gates {
    /// The gates of checked content.
    pub fn new(sector: &Sector, tick_hz: u16) -> Self {
        let passages: Vec<Passage> = sector
            .gates
            .iter()
            .filter_map(|gate| {
                let partner = sector.gates.iter().find(|other| other.id == gate.partner)?;
                Some(Passage::new(gate, partner, tick_hz))
            })
            .collect();
        debug_assert_eq!(passages.len(), sector.gates.len(), "content was checked");
        let cooldown_max = passages.iter().map(|passage| passage.cooldown_ticks).max().unwrap_or(0);
        Gates { passages, cooldown_max }
    }

    /// Whether there are no gates.
    pub fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }

    /// The longest wait after a passage, in ticks; 0 without gates.
    pub fn cooldown_max(&self) -> u8 {
        self.cooldown_max
    }

    /// The ways through all gates.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The first gate that a ship flies into from outside on its way, and the share of the way until then.
    pub fn first_entered(&self, from: Vec2, to: Vec2) -> Option<(f32, &Passage)> {
        let mut first: Option<(f32, &Passage)> = None;
        let length = from.distance(to);
        for passage in &self.passages {
            let apart = from - passage.entrance;
            if apart.abs().max_element() > passage.radius + length
                || apart.length_squared() <= passage.radius * passage.radius
            {
                continue;
            }
            if let Some(share) = share_of_path(from, to, passage.entrance, passage.radius)
                && first.is_none_or(|(nearest, _)| share < nearest)
            {
                first = Some((share, passage));
            }
        }
        first
    }

    /// Whether a circle is in a gate.
    pub fn overlaps(&self, place: Vec2, radius: f32) -> bool {
        self.passages.iter().any(|passage| {
            let reach = passage.radius + radius;
            passage.entrance.distance_squared(place) < reach * reach
        })
    }
}

impl Passage {
    fn new(gate: &Gate, partner: &Gate, tick_hz: u16) -> Self {
        let angle = |gate: &Gate| Angle::from_radians(gate.turn * TAU);
        let turn = Angle::default().turned(angle(partner).distance_from(angle(gate)));
        // Whoever leaves a gate sideways must not turn a quarter because of a rounding.
        let turn = if turn == Angle::default() { Vec2::X } else { turn.direction() };
        // The check of content keeps it within a byte.
        let cooldown_ticks = (gate.cooldown_seconds * f32::from(tick_hz)).ceil() as u8;
        Passage {
            entrance: gate.position,
            radius: gate.radius,
            exit: partner.position,
            exit_radius: partner.radius,
            cooldown_ticks: cooldown_ticks.max(1),
            turn,
        }
    }

    /// Place and velocity of a ship that touched the entrance at `place`: it goes on along the line on which it would have
    /// crossed the gate, and comes out where that line leaves the other one.
    pub fn through(&self, place: Vec2, velocity: Vec2) -> (Vec2, Vec2) {
        let course = velocity.normalize_or(self.entrance - place);
        let inwards = place - self.entrance;
        let outwards = inwards - course * (2.0 * inwards.dot(course).min(0.0));
        let outwards = self.turn.rotate(outwards).normalize_or(self.turn.rotate(course));
        let place = self.exit + outwards * (self.exit_radius + OUTSIDE);
        (place, self.turn.rotate(velocity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(position: Vec2, turn: f32) -> Gate {
        let text = || String::new();
        Gate {
            id: text(),
            name: text(),
            partner: text(),
            position,
            radius: 50.0,
            turn,
            cooldown_seconds: 1.0,
        }
    }

    #[test]
    fn a_ship_comes_out_where_its_line_leaves_the_other_gate() {
        let (west, east) = (gate(Vec2::ZERO, 0.0), gate(Vec2::new(2_000.0, 100.0), 0.0));
        let passage = Passage::new(&west, &east, 30);
        let (place, velocity) = passage.through(Vec2::new(-50.0, 0.0), Vec2::new(200.0, 0.0));
        assert_eq!((place, velocity), (Vec2::new(2_050.5, 100.0), Vec2::new(200.0, 0.0)));
        let (place, _) = passage.through(Vec2::new(-40.0, 30.0), Vec2::new(200.0, 0.0));
        assert!(place.distance(Vec2::new(2_040.4, 130.3)) < 0.1, "{place}");
    }

    #[test]
    fn gates_that_are_turned_turn_a_course_and_the_way_back_turns_it_back() {
        let (west, north) = (gate(Vec2::ZERO, 0.0), gate(Vec2::new(900.0, 900.0), 0.25));
        let there = Passage::new(&west, &north, 30);
        let (place, velocity) = there.through(Vec2::new(-50.0, 0.0), Vec2::new(200.0, 16.0));
        assert!(velocity.distance(Vec2::new(-16.0, 200.0)) < 0.01, "{velocity}");
        assert!(place.y > 940.0, "{place}");
        let (_, back) = Passage::new(&north, &west, 30).through(place, velocity);
        assert!(back.distance(Vec2::new(200.0, 16.0)) < 0.01, "{back}");
    }
}
