//! Asteroids and ore: nothing drives them.

use glam::Vec2;

use super::coast::coast;
use crate::sim::entities::{AsteroidState, OreState};
use crate::sim::rules::Rules;
use crate::units::snap_velocity;

/// Share of its velocity that a chunk of ore, or an asteroid outside of all fields, has left after a second.
const DRAG_FACTOR_PER_SECOND: f32 = 0.25;

/// Radius of a chunk of ore, for walls and edges.
pub const ORE_RADIUS: f32 = 0.0;

/// One tick of an asteroid. In a field it drifts, and turns back at the border; outside of all fields it slows down and
/// comes to rest. It turns back at safe zones, gates and the edges of the sector,
/// and bounces off walls.
pub fn drift(asteroid: &mut AsteroidState, rules: &Rules, side: f32) {
    if asteroid.velocity == Vec2::ZERO {
        return;
    }
    let radius = rules.content.asteroid_size(asteroid.size).radius;
    let before = asteroid.position;
    let is_in_field = rules.is_in_field(before);
    if !is_in_field {
        asteroid.velocity *= drag_factor(rules);
    }
    coast(&mut asteroid.position, &mut asteroid.velocity, radius, rules, side);
    if is_in_field && !rules.is_in_field(asteroid.position) {
        asteroid.position = before;
        asteroid.velocity = Vec2::ZERO - asteroid.velocity;
    }
    let gates = rules.gates.passages().iter().map(|passage| (passage.entrance, passage.radius));
    for (position, kept_out) in rules.safe_zones().iter().copied().chain(gates) {
        let apart = asteroid.position - position;
        let reach = kept_out + radius;
        if apart.length_squared() < reach * reach {
            let normal = apart.normalize_or(Vec2::X);
            let closing = asteroid.velocity.dot(normal);
            if closing < 0.0 {
                asteroid.velocity = snap_velocity(asteroid.velocity - normal * (2.0 * closing));
            }
        }
    }
}

/// One tick of a chunk of ore: it slows down and comes to rest.
pub fn float(ore: &mut OreState, rules: &Rules, side: f32) {
    if ore.velocity == Vec2::ZERO {
        return;
    }
    ore.velocity *= drag_factor(rules);
    coast(&mut ore.position, &mut ore.velocity, ORE_RADIUS, rules, side);
}

/// Share of the velocity that is left after a tick.
fn drag_factor(rules: &Rules) -> f32 {
    // First order in the length of a tick; exact enough, and the same everywhere.
    1.0 - (1.0 - DRAG_FACTOR_PER_SECOND) * rules.tick_seconds * 1.5
}
