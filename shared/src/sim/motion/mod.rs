//! How things move by themselves: the part of the rules that runs on both ends of the wire.
//!
//! ```text
//! ships: steer -> fly -> bump      shots: shoot -> fly_shot -> share_of_path      rocks: drift, float
//!                  \------------------------- coast: walls, gates, edges -----------------/
//! ```
//!
//! Each function looks at one entity and at what it is given as standing in its way. So the same call moves the entity
//! in the world, predicts it in the snapshot codec, and replays it in the client.

mod bumps;
mod coast;
mod rocks;
mod ships;
mod shots;

pub use bumps::{bump, bump_ships};
pub use rocks::{ORE_RADIUS, drift, float};
pub use ships::{fly, fly_back, fly_on, steer};
pub use shots::{end_of_shot, fly_shot, last_place, muzzle, pull_trigger, shoot};
