//! Ships: engines, boost, drag and inertia.

use glam::Vec2;

use super::coast::coast_ship;
use crate::sim::entities::ShipState;
use crate::sim::rules::{BOOST_STEPS_PER_TICK, Rules};
use crate::units::{Controls, Thrust, VELOCITY_STEPS_PER_UNIT, snap_position, snap_velocity};

/// Part of a full charge that a new boost needs, as a divisor: no stutter on an empty charge.
const BOOST_START_DIVISOR: u16 = 4;

/// Takes the controls of a tick: aim, thrust, and whether the boost burns.
pub fn steer(ship: &mut ShipState, boost_charge: &mut u16, controls: &Controls, rules: &Rules) {
    let hull = rules.hull(ship.hull);
    ship.aim_rate = controls.aim.distance_from(ship.aim);
    ship.aim = controls.aim;
    ship.thrust = controls.thrust;
    let wanted = controls.boost && controls.thrust != Thrust::NONE;
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

/// One tick of flight past everything that moves: thrust, drag, inertia, walls, gates and edges. The shield recovers.
pub fn fly(ship: &mut ShipState, rules: &Rules, side: f32) {
    let push = rules.push(ship);
    ship.velocity = (ship.velocity + ship.thrust.direction() * push.step) * push.drag_factor;
    coast_ship(ship, rules.hull(ship.hull).radius, rules, side);
    rules.shield(&ship.fit).rest(&mut ship.shield, &mut ship.shield_wait);
}

/// One tick of a ship that a client is told nothing new about: the controls stay, and the aim keeps turning.
pub fn fly_on(ship: &mut ShipState, rules: &Rules, side: f32) {
    ship.aim = ship.aim.turned(ship.aim_rate);
    fly(ship, rules, side);
}

/// The ship `ticks` ago, if its controls have not changed since. It undoes [`fly_on`], except for roundings, which it
/// estimates.
pub fn fly_back(ship: &ShipState, ticks: u32, rules: &Rules) -> ShipState {
    let engines = rules.push(ship);
    let push = ship.thrust.direction() * engines.step;
    let speed_max = Vec2::splat(rules.ship_speed_max);
    // A velocity is cut to the grid: it was half a step more before, on average.
    let cut = |velocity: Vec2| velocity.signum() * (0.5 / VELOCITY_STEPS_PER_UNIT);
    let mut past = *ship;
    for _ in 0..ticks {
        past.aim = past.aim.turned(ship.aim_rate.wrapping_neg());
        past.position = snap_position(past.position - past.velocity * rules.tick_seconds);
        let velocity = (past.velocity + cut(past.velocity)) / engines.drag_factor - push;
        let velocity = velocity.clamp(-speed_max, speed_max);
        past.velocity = snap_velocity(velocity + cut(velocity));
    }
    past
}
