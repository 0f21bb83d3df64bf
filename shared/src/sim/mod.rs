//! The rules of the game: `World::step(commands) -> events`.
//!
//! Pure: no clock, no I/O, no global randomness, no hash-map order, no platform mathematics. After each
//! step every state lies on the grid that the wire uses.

mod asteroids;
mod cells;
mod hash;
mod motion;
mod ores;
mod pilot;
mod rng;
mod rules;
mod save;
#[cfg(feature = "content-files")]
pub mod script;
mod ships;
mod shots;
mod state;
mod station;
#[cfg(all(test, feature = "content-files"))]
mod tests;
mod trail;
mod world;
mod wrecks;

pub use cells::{Cells, Located};
pub use hash::Fnv;
pub use motion::{bump, bump_ships, drift, float, fly, fly_back, fly_on, fly_shot, muzzle, steer};
pub use pilot::{Pilot, Pilots};
pub use rng::Rng;
pub use rules::{BOOST_STEPS_PER_TICK, HullRules, Rules, RulesError, WeaponRules};
pub use save::SavedWorld;
pub use shots::share_of_path;
pub use state::{AsteroidState, OreState, OwnState, ShipState, ShotState};
pub use trail::Trail;
pub use world::{
    Asteroid, AsteroidKey, Command, Event, OreKey, Ship, ShipKey, Shot, ShotKey, World,
};
