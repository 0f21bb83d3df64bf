//! How things move by themselves: the part of the rules that is run on both ends of the wire.
//!
//! Everything here looks at one entity only (and at what it is told stands in its way), so the same
//! call moves it in the world, predicts it in the snapshot codec, and replays it in the client.

use glam::Vec2;

use super::rules::{BOOST_STEPS_PER_TICK, Rules};
use super::state::{AsteroidState, OreState, ShipState, ShotState};
use crate::units::{Controls, Tick, VELOCITY_STEPS_PER_UNIT, snap_position, snap_velocity};

/// Share of the speed across the surface that is left after a bump into something that cannot move.
const BUMP_RESTITUTION: f32 = 0.4;
/// Share of the closing speed that two bumping ships part with.
const SHIP_RESTITUTION: f32 = 0.5;
/// Share of an ore chunk's velocity that is left after a second.
const ORE_DRAG_FACTOR_PER_SECOND: f32 = 0.25;
/// Part of a full charge that a new boost needs, as a divisor: no stutter on an empty charge.
const BOOST_START_DIVISOR: u16 = 4;

/// Takes the controls of a tick: aim, thrust, and whether the boost burns.
pub fn steer(ship: &mut ShipState, boost_charge: &mut u16, controls: &Controls, rules: &Rules) {
    let hull = rules.hull(ship.hull);
    ship.aim_rate = controls.aim.distance_from(ship.aim);
    ship.aim = controls.aim;
    ship.thrust = controls.thrust;
    let wanted = controls.boost && controls.thrust != crate::units::Thrust::NONE;
    let needed = match ship.boosting {
        true => BOOST_STEPS_PER_TICK,
        false => (hull.boost_charge_max / BOOST_START_DIVISOR).max(BOOST_STEPS_PER_TICK),
    };
    ship.boosting = wanted && *boost_charge >= needed;
    *boost_charge = match ship.boosting {
        true => *boost_charge - BOOST_STEPS_PER_TICK,
        false => boost_charge.saturating_add(hull.boost_recharge_step).min(hull.boost_charge_max),
    };
}

/// One tick of flight in empty space: thrust, drag, inertia, and the edges, which bounce.
pub fn fly(ship: &mut ShipState, rules: &Rules, side: f32) {
    let hull = rules.hull(ship.hull);
    let step = if ship.boosting { hull.boosted_step } else { hull.thrust_step };
    ship.velocity = (ship.velocity + ship.thrust.direction() * step) * hull.drag_factor;
    coast(&mut ship.position, &mut ship.velocity, hull.radius, rules.tick_seconds, side);
}

/// The tick that a client expects of a ship it is told nothing new about: the controls stay, the aim
/// goes on turning.
pub fn fly_on(ship: &mut ShipState, rules: &Rules, side: f32) {
    ship.aim = ship.aim.turned(ship.aim_rate);
    fly(ship, rules, side);
}

/// Where a ship was `ticks` ago, and how it flew, if it has done all the while what it does now: undoes [`fly_on`] as
/// well as what it rounds off can be known.
pub fn fly_back(ship: &ShipState, ticks: u32, rules: &Rules) -> ShipState {
    let hull = rules.hull(ship.hull);
    let step = if ship.boosting { hull.boosted_step } else { hull.thrust_step };
    let push = ship.thrust.direction() * step;
    let speed_max = Vec2::splat(rules.ship_speed_max);
    // A velocity is cut to the grid: it was half a step more before, on average.
    let cut = |velocity: Vec2| velocity.signum() * (0.5 / VELOCITY_STEPS_PER_UNIT);
    let mut past = *ship;
    for _ in 0..ticks {
        past.aim = past.aim.turned(ship.aim_rate.wrapping_neg());
        past.position = snap_position(past.position - past.velocity * rules.tick_seconds);
        let velocity = (past.velocity + cut(past.velocity)) / hull.drag_factor - push;
        let velocity = velocity.clamp(-speed_max, speed_max);
        past.velocity = snap_velocity(velocity + cut(velocity));
    }
    past
}

/// Keeps a ship out of the asteroids around it, taken in the order of their places: the same for
/// everyone who knows them, however they are kept.
pub fn bump(ship: &mut ShipState, near: &mut [AsteroidState], rules: &Rules) {
    near.sort_unstable_by(|a, b| {
        let (a, b) = (a.position, b.position);
        a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
    });
    for asteroid in near {
        bump_one(ship, asteroid, rules);
    }
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
    a.position = snap_position(a.position + push);
    b.position = snap_position(b.position - push);
    let closing = (a.velocity - b.velocity).dot(normal);
    if closing < 0.0 {
        let exchange = normal * (closing * (1.0 + SHIP_RESTITUTION) / 2.0);
        a.velocity = snap_velocity(a.velocity - exchange);
        b.velocity = snap_velocity(b.velocity + exchange);
    }
}

/// One tick of a shot.
pub fn fly_shot(shot: &mut ShotState, rules: &Rules, side: f32) {
    let radius = rules.weapon(shot.weapon).radius;
    coast(&mut shot.position, &mut shot.velocity, radius, rules.tick_seconds, side);
}

/// The shot that a ship fires at the end of tick `now`: a function of its state alone, so that a client
/// that sees the ship need not be told where the shot begins.
pub fn muzzle(ship: &ShipState, rules: &Rules, now: Tick) -> ShotState {
    let hull = rules.hull(ship.hull);
    let weapon = rules.weapon(hull.weapon);
    let direction = ship.aim.direction();
    ShotState {
        shooter: ship.player,
        weapon: hull.weapon,
        position: snap_position(ship.position + direction * (hull.radius + weapon.radius)),
        velocity: snap_velocity(ship.velocity + direction * weapon.speed),
        expires: now.plus(u32::from(weapon.lifetime_ticks)),
    }
}

/// One tick of an asteroid: it drifts, and turns back at the edges and at the station's safe zone.
pub fn drift(asteroid: &mut AsteroidState, rules: &Rules, side: f32) {
    let radius = rules.content.asteroid_size(asteroid.size).radius;
    coast(&mut asteroid.position, &mut asteroid.velocity, radius, rules.tick_seconds, side);
    let Some(station) = &rules.sector.station else { return };
    let apart = asteroid.position - station.position;
    let reach = station.safe_radius + radius;
    if apart.length_squared() < reach * reach {
        let normal = apart.normalize_or(Vec2::X);
        let closing = asteroid.velocity.dot(normal);
        if closing < 0.0 {
            asteroid.velocity = snap_velocity(asteroid.velocity - normal * (2.0 * closing));
        }
    }
}

/// One tick of a chunk of ore: it slows down and comes to rest.
pub fn float(ore: &mut OreState, rules: &Rules, side: f32) {
    if ore.velocity == Vec2::ZERO {
        return;
    }
    // First order in the length of a tick; exact enough, and the same everywhere.
    ore.velocity *= 1.0 - (1.0 - ORE_DRAG_FACTOR_PER_SECOND) * rules.tick_seconds * 1.5;
    coast(&mut ore.position, &mut ore.velocity, 0.0, rules.tick_seconds, side);
}

/// Moves by inertia within the sector and snaps to the grid.
fn coast(position: &mut Vec2, velocity: &mut Vec2, radius: f32, tick_seconds: f32, side: f32) {
    *velocity = snap_velocity(*velocity);
    *position = snap_position(*position + *velocity * tick_seconds);
    let edge = (side / 2.0 - radius).max(0.0);
    for axis in 0..2 {
        if position[axis] > edge {
            position[axis] = edge;
            velocity[axis] = -velocity[axis].abs();
        } else if position[axis] < -edge {
            position[axis] = -edge;
            velocity[axis] = velocity[axis].abs();
        }
    }
    // The edge itself need not lie on the grid.
    *position = snap_position(*position);
}
