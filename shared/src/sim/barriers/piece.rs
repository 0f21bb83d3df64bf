//! A straight piece of a wall: everything within a radius of a line.

use glam::Vec2;

use crate::sim::geometry::share_of_path;

/// Distance in units at which a circle stops before a wall: more than what rounding to the grid moves it.
pub(super) const SKIN: f32 = 1.0 / 32.0;
/// Way across the surface, in units, below which a path counts as along it. Otherwise a circle that slides would stop
/// at each rounding.
const ACROSS_UNITS_MIN: f32 = 0.01;

/// A straight piece of a wall. Its ends are round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    from: Vec2,
    to: Vec2,
    /// Unit vector from one end to the other.
    along: Vec2,
    length: f32,
    radius: f32,
    restitution: f32,
}

/// Where a moving circle first touches a wall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch {
    /// Share of its path, `0.0..=1.0`.
    pub share: f32,
    /// Unit vector away from the wall.
    pub normal: Vec2,
    /// Share of the speed across the surface that is left.
    pub restitution: f32,
}

impl Touch {
    /// The velocity after the bump. No component of it grows but by rounding.
    pub fn bounce(&self, velocity: Vec2) -> Vec2 {
        let closing = velocity.dot(self.normal);
        if closing < 0.0 {
            velocity - self.normal * (closing * (1.0 + self.restitution))
        } else {
            velocity
        }
    }
}

impl Piece {
    pub(super) fn new(from: Vec2, to: Vec2, radius: f32, restitution: f32) -> Self {
        let length = from.distance(to);
        debug_assert!(length > 0.0, "content was checked");
        Piece { from, to, along: (to - from) / length, length, radius, restitution }
    }

    /// The corners of the smallest upright rectangle around it.
    pub(super) fn bounds(&self) -> (Vec2, Vec2) {
        (self.from.min(self.to) - self.radius, self.from.max(self.to) + self.radius)
    }

    /// The vector from the nearest place on the middle line to `place`.
    fn apart(&self, place: Vec2) -> Vec2 {
        let start = place - self.from;
        start - self.along * start.dot(self.along).clamp(0.0, self.length)
    }

    /// Distance from the surface; negative inside.
    pub(super) fn distance(&self, place: Vec2) -> f32 {
        self.apart(place).length() - self.radius
    }

    /// Whether it may be nearer to a place than `reach`: it is, or almost.
    pub(super) fn is_within(&self, place: Vec2, reach: f32) -> bool {
        // Room for roundings, which are larger the farther an end is.
        let reach = self.radius + reach + SKIN;
        self.apart(place).length_squared() <= reach * reach
    }

    /// Whether a circle overlaps it.
    pub(super) fn overlaps(&self, place: Vec2, radius: f32) -> bool {
        let reach = self.radius + radius;
        self.apart(place).length_squared() < reach * reach
    }

    /// Where a circle at `place` is pushed to if it is nearer than [`SKIN`].
    pub(super) fn push_out(&self, place: Vec2, radius: f32) -> Option<Vec2> {
        let reach = self.radius + radius + SKIN;
        let apart = self.apart(place);
        // On the middle line there is no direction: to its left then.
        let normal = apart.normalize_or(self.along.perp());
        (apart.length_squared() < reach * reach).then(|| place - apart + normal * reach)
    }

    /// Where a circle first touches it on the way from one place to another.
    pub(super) fn touch(&self, from: Vec2, to: Vec2, radius: f32) -> Option<Touch> {
        let reach = self.radius + radius + SKIN;
        let way = to - from;
        let apart = self.apart(from);
        let touch =
            |share: f32, normal: Vec2| Touch { share, normal, restitution: self.restitution };
        if apart.length_squared() <= reach * reach {
            let normal = apart.normalize_or(self.along.perp());
            return (way.dot(normal) < -ACROSS_UNITS_MIN).then(|| touch(0.0, normal));
        }
        let start = from - self.from;
        let across = self.along.perp_dot(start);
        let across_way = self.along.perp_dot(way);
        if across.abs() > reach && across * across_way < 0.0 {
            let share = (across.abs() - reach) / across_way.abs();
            let along = start.dot(self.along) + way.dot(self.along) * share;
            if share <= 1.0 && (0.0..=self.length).contains(&along) {
                return Some(touch(share, self.along.perp() * across.signum()));
            }
        }
        let end = |centre: Vec2| {
            let share = share_of_path(from, to, centre, reach)?;
            let normal = (from + way * share - centre).normalize_or(Vec2::X);
            (way.dot(normal) < -ACROSS_UNITS_MIN).then(|| touch(share, normal))
        };
        match (end(self.from), end(self.to)) {
            (Some(a), Some(b)) => Some(if b.share < a.share { b } else { a }),
            (a, b) => a.or(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> impl Strategy<Value = Vec2> {
        (-300.0..300.0_f32, -300.0..300.0_f32).prop_map(Vec2::from)
    }

    proptest! {
        #[test]
        fn a_touch_is_where_small_steps_along_the_path_find_the_first_overlap(
            from in place(), to in place(), start in place(), way in place(),
            wall_radius in 1.0..40.0_f32, radius in 0.5..30.0_f32,
        ) {
            prop_assume!(from.distance(to) > 1.0 && way.length() > 1.0);
            let piece = Piece::new(from, to, wall_radius, 0.5);
            prop_assume!(piece.distance(start) > radius + SKIN);
            let first = (0..=2_000).map(|step| step as f32 / 2_000.0)
                .find(|share| piece.overlaps(start + way * *share, radius));
            let touch = piece.touch(start, start + way, radius);
            match (touch, first) {
                (Some(touch), first) => {
                    let at = start + way * touch.share;
                    prop_assert!((piece.distance(at) - radius - SKIN).abs() < 0.01, "{:?}", touch);
                    prop_assert!(first.is_none_or(|first| touch.share <= first + 1e-4));
                    prop_assert!((touch.normal.length() - 1.0).abs() < 1e-4);
                }
                // It slips by within the skin, or just begins to touch.
                (None, Some(first)) => {
                    let depth = radius - piece.distance(start + way * first);
                    prop_assert!(depth < ACROSS_UNITS_MIN, "{} deep", depth);
                }
                (None, None) => {}
            }
        }
    }

    #[test]
    fn a_bounce_leaves_the_share_of_the_speed_across_and_all_of_it_along() {
        let piece = Piece::new(Vec2::ZERO, Vec2::new(100.0, 0.0), 5.0, 0.25);
        let touch = piece.touch(Vec2::new(40.0, 50.0), Vec2::new(60.0, -50.0), 10.0).unwrap();
        assert_eq!(touch.normal, Vec2::Y);
        assert_eq!(touch.bounce(Vec2::new(8.0, -40.0)), Vec2::new(8.0, 10.0));
        assert_eq!(touch.bounce(Vec2::new(8.0, 40.0)), Vec2::new(8.0, 40.0));
    }
}
