//! How things move by themselves: the part of the rules that runs on both ends of the wire.
//!
//! ```text
//! ships: steer -> fly -> bump      shots: muzzle -> fly_shot -> share_of_path      rocks: drift, float
//! ```
//!
//! Each function looks at one entity and at what it is given as standing in its way. So the same call moves the entity
//! in the world, predicts it in the snapshot codec, and replays it in the client.

mod bumps;
mod rocks;
mod ships;
mod shots;

pub use bumps::{bump, bump_ships};
pub use rocks::{drift, float};
pub use ships::{fly, fly_back, fly_on, steer};
pub use shots::{fly_shot, muzzle, share_of_path};

use glam::Vec2;

use crate::units::{snap_position, snap_velocity};

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
