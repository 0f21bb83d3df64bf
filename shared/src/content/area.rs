//! Areas of a sector: discs and polygons.

use glam::Vec2;
use serde::{Deserialize, Serialize};

/// A part of a sector.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Area {
    /// Everything within a radius of a centre.
    Disc {
        /// The centre.
        position: Vec2,
        /// The radius.
        radius: f32,
    },
    /// Everything inside a closed line. Its sides do not cross each other.
    Polygon {
        /// The corners, in either direction.
        corners: Vec<Vec2>,
    },
}

impl Area {
    /// Whether a place is in the area.
    pub fn contains(&self, place: Vec2) -> bool {
        match self {
            Area::Disc { position, radius } => position.distance_squared(place) <= radius * radius,
            Area::Polygon { corners } => {
                // A ray from the place in the direction of +x leaves the area once more than it enters it.
                let is_crossed = |(a, b): (Vec2, Vec2)| {
                    (a.y > place.y) != (b.y > place.y)
                        && place.x < a.x + (b.x - a.x) * ((place.y - a.y) / (b.y - a.y))
                };
                sides(corners).filter(|side| is_crossed(*side)).count() % 2 == 1
            }
        }
    }

    /// The corners of the smallest upright rectangle around the area.
    pub fn bounds(&self) -> (Vec2, Vec2) {
        match self {
            Area::Disc { position, radius } => (*position - *radius, *position + *radius),
            Area::Polygon { corners } => {
                corners.iter().fold((Vec2::INFINITY, Vec2::NEG_INFINITY), |(min, max), corner| {
                    (min.min(*corner), max.max(*corner))
                })
            }
        }
    }

    /// Its size in square units.
    pub fn square_units(&self) -> f32 {
        match self {
            Area::Disc { radius, .. } => std::f32::consts::PI * radius * radius,
            Area::Polygon { corners } => {
                (sides(corners).map(|(a, b)| a.perp_dot(b)).sum::<f32>() / 2.0).abs()
            }
        }
    }
}

/// The sides of a polygon.
fn sides(corners: &[Vec2]) -> impl Iterator<Item = (Vec2, Vec2)> {
    corners.iter().copied().zip(corners.iter().copied().cycle().skip(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An L, which is not convex.
    fn corner() -> Area {
        let corners = [(0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (1.0, 1.0), (1.0, 3.0), (0.0, 3.0)];
        Area::Polygon { corners: corners.map(Vec2::from).to_vec() }
    }

    #[test]
    fn a_polygon_contains_what_its_sides_enclose() {
        for (place, is_inside) in [
            ((0.5, 2.5), true),
            ((3.5, 0.5), true),
            ((2.0, 2.0), false),
            ((-0.5, 0.5), false),
            ((4.5, 0.5), false),
            ((0.5, 3.5), false),
        ] {
            assert_eq!(corner().contains(place.into()), is_inside, "{place:?}");
        }
        assert_eq!(corner().square_units(), 6.0);
        assert_eq!(corner().bounds(), (Vec2::ZERO, Vec2::new(4.0, 3.0)));
    }

    #[test]
    fn a_disc_contains_what_is_within_its_radius() {
        let disc = Area::Disc { position: Vec2::new(10.0, 0.0), radius: 5.0 };
        assert!(disc.contains(Vec2::new(13.0, 4.0)) && !disc.contains(Vec2::new(14.0, 4.0)));
        assert_eq!(disc.bounds(), (Vec2::new(5.0, -5.0), Vec2::new(15.0, 5.0)));
    }
}
