//! Bumps: ships against asteroids, and ships against each other.

use glam::Vec2;

use crate::sim::entities::{AsteroidState, ShipState};
use crate::sim::rules::Rules;
use crate::units::{snap_position, snap_velocity};

/// Share of the speed across the surface that is left after a bump into something that cannot move.
const BUMP_RESTITUTION: f32 = 0.4;
/// Share of the closing speed that two bumping ships part with.
const SHIP_RESTITUTION: f32 = 0.5;

/// Keeps a ship out of the asteroids around it. They are taken in the order of their places, so that the result does
/// not depend on the order in which server and client store them.
pub fn bump(ship: &mut ShipState, near: &mut [AsteroidState], rules: &Rules) {
    near.sort_unstable_by(|a, b| {
        let (a, b) = (a.position, b.position);
        a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
    });
    let before = ship.position;
    for asteroid in near {
        bump_one(ship, asteroid, rules);
    }
    hold_back(ship, before, rules);
}

/// A ship that is pushed comes no further than to the next wall.
fn hold_back(ship: &mut ShipState, before: Vec2, rules: &Rules) {
    if ship.position == before || rules.walls.is_empty() {
        return;
    }
    let radius = rules.hull(ship.hull).radius;
    let place = rules.walls.reach_towards(before, ship.position, radius);
    let place = snap_position(rules.walls.settle(place, radius));
    ship.position = if rules.walls.overlaps(place, radius) { before } else { place };
}

fn bump_one(ship: &mut ShipState, asteroid: &AsteroidState, rules: &Rules) {
    let apart = ship.position - asteroid.position;
    let radius = rules.content.asteroid_size(asteroid.size).radius;
    let reach = rules.hull(ship.hull).radius + radius;
    if apart.length_squared() >= reach * reach {
        return;
    }
    // Dead centre has no direction; any fixed one will do.
    let normal = apart.normalize_or(Vec2::X);
    ship.position = snap_position(asteroid.position + normal * reach);
    let closing = (ship.velocity - asteroid.velocity).dot(normal);
    if closing < 0.0 {
        ship.velocity =
            snap_velocity(ship.velocity - normal * (closing * (1.0 + BUMP_RESTITUTION)));
    }
}

/// Pushes two overlapping ships apart, half each, and lets them exchange momentum.
pub fn bump_ships(a: &mut ShipState, b: &mut ShipState, rules: &Rules) {
    let reach = rules.hull(a.hull).radius + rules.hull(b.hull).radius;
    let apart = a.position - b.position;
    let distance = apart.length();
    if distance >= reach {
        return;
    }
    let normal = apart.normalize_or(Vec2::X);
    let push = normal * ((reach - distance) / 2.0);
    for (ship, push) in [(&mut *a, push), (&mut *b, -push)] {
        let before = ship.position;
        ship.position = snap_position(before + push);
        hold_back(ship, before, rules);
    }
    let closing = (a.velocity - b.velocity).dot(normal);
    if closing < 0.0 {
        let exchange = normal * (closing * (1.0 + SHIP_RESTITUTION) / 2.0);
        a.velocity = snap_velocity(a.velocity - exchange);
        b.velocity = snap_velocity(b.velocity + exchange);
    }
}
