//! Obstacles: the asteroids nearby, gates that lead elsewhere, and the way around the first one.

use driftfield_shared::netcode::EntityKey;
use glam::Vec2;

use crate::sdk::BrainView;

/// Distance in units up to which asteroids are considered.
const SIGHT: f32 = 520.0;
/// Distance kept from an asteroid in passing, in units.
const CLEARANCE: f32 = 20.0;
/// Distance of the detour, as a multiple of the closest allowed one.
const BERTH: f32 = 1.3;
/// Seconds for which an asteroid's motion is extrapolated.
const FORESIGHT_SECONDS: f32 = 1.5;

/// An asteroid as a moving circle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Obstacle {
    /// Which asteroid it is.
    pub key: EntityKey,
    /// Its centre.
    pub position: Vec2,
    /// Its velocity, in units/s.
    pub velocity: Vec2,
    /// Distance of the centres, in units, at which a ship collides with it.
    pub reach: f32,
}

/// A way around an asteroid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detour {
    /// The asteroid.
    pub key: EntityKey,
    /// Side of the straight way on which it is passed, +1 or -1.
    pub side: f32,
}

/// Replaces the content of `out` by the asteroids near our ship.
pub fn around(view: &BrainView<'_>, out: &mut Vec<Obstacle>) {
    out.clear();
    let own = view.rules.hull(view.ship.hull).radius;
    out.extend(view.asteroids().filter_map(|(key, rock)| {
        let reach = view.rules.content.asteroid_size(rock.size).radius + own;
        let is_near = view.distance(rock.position) < SIGHT + reach;
        is_near.then_some(Obstacle { key, position: rock.position, velocity: rock.velocity, reach })
    }));
}

/// Adds the gates near our ship, except for the one that is meant to be flown through: whoever flies into another by mistake is
/// far away.
pub fn gates_around(view: &BrainView<'_>, wanted: Option<Vec2>, out: &mut Vec<Obstacle>) {
    let passages = (0_u32..).zip(view.rules.gates.passages());
    out.extend(passages.filter_map(|(index, passage)| {
        let position = passage.entrance;
        let apart = view.distance(position);
        // Inside of it there is no danger any more.
        let is_near = (passage.radius..SIGHT + passage.radius).contains(&apart);
        (is_near && Some(position) != wanted).then_some(Obstacle {
            key: EntityKey(u32::MAX - index),
            position,
            velocity: Vec2::ZERO,
            reach: passage.radius,
        })
    }));
}

/// The first asteroid on the straight way from `from` to `goal`, flown at `speed` in units/s. Moving asteroids are considered
/// where they will be.
pub fn first_in_way(
    obstacles: &[Obstacle],
    from: Vec2,
    goal: Vec2,
    speed: f32,
) -> Option<Obstacle> {
    let way = goal - from;
    let length = way.length();
    let ahead = way.try_normalize()?;
    let mut first: Option<(f32, Obstacle)> = None;
    for obstacle in obstacles {
        let mut obstacle = *obstacle;
        let seconds = from.distance(obstacle.position) / speed.max(1.0);
        obstacle.position += obstacle.velocity * seconds.min(FORESIGHT_SECONDS);
        let apart = obstacle.position - from;
        let along = apart.dot(ahead);
        if along <= 0.0 || along >= length {
            continue;
        }
        // A goal close to the asteroid must stay reachable.
        let berth = (obstacle.reach + CLEARANCE).min(obstacle.position.distance(goal) * 0.95);
        let aside = apart.perp_dot(ahead).abs();
        if aside < berth && first.is_none_or(|(nearest, _)| along < nearest) {
            first = Some((along, obstacle));
        }
    }
    first.map(|(_, obstacle)| obstacle)
}

/// Where to fly instead to get past an obstacle, keeping to the side that was chosen before.
pub fn way_around(
    obstacle: &Obstacle,
    from: Vec2,
    goal: Vec2,
    before: Option<Detour>,
) -> (Vec2, Detour) {
    let ahead = (goal - from).normalize_or(Vec2::X);
    let aside = ahead.perp();
    let natural = if (obstacle.position - from).dot(aside) > 0.0 { -1.0 } else { 1.0 };
    let side =
        before.filter(|detour| detour.key == obstacle.key).map_or(natural, |detour| detour.side);
    let berth = (obstacle.reach + CLEARANCE) * BERTH;
    // Too close for a tangent: first straight away from the asteroid.
    let apart = from - obstacle.position;
    let place = match apart.length() < obstacle.reach + CLEARANCE * 0.5 {
        true => obstacle.position + (apart.normalize_or(aside * side) + aside * side) * berth,
        false => obstacle.position + aside * (side * berth),
    };
    (place, Detour { key: obstacle.key, side })
}

/// Whether a wall, or an asteroid other than `target`, lies between two places, so that a shot would not get through.
pub fn is_hidden(view: &BrainView<'_>, from: Vec2, to: Vec2, target: Option<EntityKey>) -> bool {
    view.rules.walls.is_between(from, to)
        || view.asteroids().filter(|(key, _)| Some(*key) != target).any(|(_, rock)| {
            let radius = view.rules.content.asteroid_size(rock.size).radius;
            distance_to_segment(rock.position, from, to) < radius
        })
}

fn distance_to_segment(place: Vec2, from: Vec2, to: Vec2) -> f32 {
    let way = to - from;
    let share = (place - from).dot(way) / way.length_squared().max(1e-6);
    place.distance(from + way * share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rock(number: u32, x: f32, y: f32) -> Obstacle {
        let position = Vec2::new(x, y);
        Obstacle { key: EntityKey(number), position, velocity: Vec2::ZERO, reach: 50.0 }
    }

    #[test]
    fn the_nearest_rock_on_the_way_is_the_first() {
        let rocks = [rock(1, 300.0, 10.0), rock(2, 150.0, -10.0), rock(3, -100.0, 0.0)];
        let goal = Vec2::new(500.0, 0.0);
        let first = first_in_way(&rocks, Vec2::ZERO, goal, 200.0);
        assert_eq!(first.map(|rock| rock.key), Some(EntityKey(2)));
        let aside = first_in_way(&rocks, Vec2::new(0.0, 200.0), Vec2::new(500.0, 200.0), 200.0);
        assert_eq!(aside, None);
        assert_eq!(first_in_way(&rocks, goal, goal, 200.0), None);
    }

    #[test]
    fn a_side_once_chosen_is_kept() {
        let rock = rock(1, 100.0, 5.0);
        let (place, detour) = way_around(&rock, Vec2::ZERO, Vec2::new(300.0, 0.0), None);
        assert!(place.y < -50.0, "{place}");
        let goal = Vec2::new(300.0, 20.0);
        let (place, _) = way_around(&rock, Vec2::ZERO, goal, Some(detour));
        assert!(place.y < -50.0, "{place}");
    }

    #[test]
    fn the_distance_to_a_segment_is_to_its_nearest_point() {
        let (from, to) = (Vec2::ZERO, Vec2::new(10.0, 0.0));
        assert_eq!(distance_to_segment(Vec2::new(5.0, 3.0), from, to), 3.0);
        assert_eq!(distance_to_segment(Vec2::new(-4.0, 3.0), from, to), 5.0);
        assert_eq!(distance_to_segment(Vec2::new(3.0, 4.0), from, from), 5.0);
    }
}
