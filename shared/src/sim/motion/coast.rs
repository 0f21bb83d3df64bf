//! Flight by inertia: on to the next walls, edges and gates.
//!
//! ```text
//! velocity on the grid --> way of a tick --> walls bounce, a gate leads on elsewhere --> edges bounce --> place on the grid
//! ```
//!
//! After it nothing is inside a wall that was not inside before.

use glam::Vec2;

use crate::sim::entities::ShipState;
use crate::sim::rules::Rules;
use crate::units::{snap_position, snap_velocity};

/// Bumps into walls in one tick, at most; then the rest of the way is left out.
const BUMPS_MAX: usize = 4;

/// Moves by inertia within the sector, and snaps to the grid.
pub(super) fn coast(
    position: &mut Vec2,
    velocity: &mut Vec2,
    radius: f32,
    rules: &Rules,
    side: f32,
) {
    *velocity = snap_velocity(*velocity);
    let to = *position + *velocity * rules.tick_seconds;
    if rules.walls.is_near(*position, to, radius) {
        coast_among_walls(position, velocity, radius, rules, side, &mut 1);
    } else {
        *position = snap_position(to);
        bounce_at_edges(position, velocity, radius, side);
    }
}

/// The same for a ship, which gates lead on.
pub(super) fn coast_ship(ship: &mut ShipState, radius: f32, rules: &Rules, side: f32) {
    ship.gate_ticks = ship.gate_ticks.saturating_sub(1);
    ship.velocity = snap_velocity(ship.velocity);
    let (from, to) = (ship.position, ship.position + ship.velocity * rules.tick_seconds);
    let enters = ship.gate_ticks == 0 && rules.gates.first_entered(from, to).is_some();
    if enters || rules.walls.is_near(from, to, radius) {
        let ShipState { position, velocity, gate_ticks, .. } = ship;
        coast_among_walls(position, velocity, radius, rules, side, gate_ticks);
    } else {
        ship.position = snap_position(to);
        bounce_at_edges(&mut ship.position, &mut ship.velocity, radius, side);
    }
}

/// Moves by inertia in the empty sector, as shots do: they end before they meet a wall.
pub(super) fn coast_freely(
    position: &mut Vec2,
    velocity: &mut Vec2,
    radius: f32,
    tick_seconds: f32,
    side: f32,
) {
    *velocity = snap_velocity(*velocity);
    *position = snap_position(*position + *velocity * tick_seconds);
    bounce_at_edges(position, velocity, radius, side);
}

/// `gate_ticks` are the ticks until a gate can be used: 0 if one may lead on, else none does.
fn coast_among_walls(
    position: &mut Vec2,
    velocity: &mut Vec2,
    radius: f32,
    rules: &Rules,
    side: f32,
    gate_ticks: &mut u8,
) {
    let mut fallback = *position;
    let mut at = *position;
    let mut seconds = rules.tick_seconds;
    for _ in 0..BUMPS_MAX {
        let to = at + *velocity * seconds;
        let touch = rules.walls.first_touch(at, to, radius);
        let free = touch.map_or(1.0, |touch| touch.share);
        let entered = if *gate_ticks == 0 { rules.gates.first_entered(at, to) } else { None };
        if let Some((share, passage)) = entered.filter(|(share, _)| *share <= free) {
            (at, *velocity) = passage.through(at.lerp(to, share), *velocity);
            *velocity = snap_velocity(*velocity);
            *gate_ticks = passage.cooldown_ticks;
            seconds *= 1.0 - share;
            fallback = snap_position(at);
            continue;
        }
        let Some(touch) = touch else {
            at = to;
            break;
        };
        at = at.lerp(to, touch.share);
        *velocity = snap_velocity(touch.bounce(*velocity));
        seconds *= 1.0 - touch.share;
    }
    *position = snap_position(rules.walls.settle(at, radius));
    bounce_at_edges(position, velocity, radius, side);
    if rules.walls.overlaps(*position, radius) {
        // A narrow corner, in which a step of the grid is too wide: stay. A place that was in a wall before is left.
        *position = snap_position(rules.walls.push_out(fallback, radius, side / 2.0));
    }
}

fn bounce_at_edges(position: &mut Vec2, velocity: &mut Vec2, radius: f32, side: f32) {
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
