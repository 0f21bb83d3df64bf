//! Walls: solid lines that nothing gets through.

use glam::Vec2;
use serde::{Deserialize, Serialize};

/// Share of the speed across the surface that is left after a bump, if the file does not say.
const RESTITUTION: f32 = 0.4;

/// A wall along a line with corners. Ships, asteroids and ore bounce off it or slide along it; shots end at it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wall {
    /// Its identifier in the sector.
    pub id: String,
    /// The corners of its middle line, two at least.
    pub line: Vec<Vec2>,
    /// Whether the last corner is joined to the first.
    #[serde(default)]
    pub closed: bool,
    /// Half of its thickness. Its ends and corners are round.
    pub radius: f32,
    /// Share of the speed across the surface that is left after a bump, 0..=1.
    #[serde(default = "restitution")]
    pub restitution: f32,
}

fn restitution() -> f32 {
    RESTITUTION
}

impl Wall {
    /// The straight pieces of its middle line.
    pub fn pieces(&self) -> impl Iterator<Item = (Vec2, Vec2)> + '_ {
        let joint = self.closed.then(|| self.line.last().copied().zip(self.line.first().copied()));
        self.line.windows(2).map(|pair| (pair[0], pair[1])).chain(joint.flatten())
    }

    /// Distance of a place from its surface; negative inside.
    pub fn distance(&self, place: Vec2) -> f32 {
        let to_piece = |(from, to)| distance_to_piece(place, from, to);
        self.pieces().map(to_piece).fold(f32::INFINITY, f32::min) - self.radius
    }
}

/// Distance of a place from the straight piece between two others.
fn distance_to_piece(place: Vec2, from: Vec2, to: Vec2) -> f32 {
    let way = to - from;
    let share = (place - from).dot(way) / way.length_squared().max(f32::MIN_POSITIVE);
    place.distance(from + way * share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_line_has_a_piece_more_and_distance_is_from_the_surface() {
        let line = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)].map(Vec2::from).to_vec();
        let mut wall =
            Wall { id: String::new(), line, closed: false, radius: 2.0, restitution: 0.5 };
        assert_eq!(wall.pieces().count(), 2);
        assert_eq!(wall.distance(Vec2::new(5.0, -5.0)), 3.0);
        assert_eq!(wall.distance(Vec2::new(14.0, 13.0)), 3.0, "the end is round");
        wall.closed = true;
        assert_eq!(wall.pieces().last(), Some((Vec2::splat(10.0), Vec2::ZERO)));
        assert_eq!(wall.distance(Vec2::splat(5.0)), -2.0);
    }
}
