//! The rules of the game: `World::step(commands) -> events`.
//!
//! ```text
//!                    rules (content as figures per tick)
//!                      |
//! commands --> world: step --> events
//!                |     \-- motion: how one entity moves; server, snapshots and clients call the same functions
//!                |
//!                |     \-- barriers: walls and gates, which never move
//!            entities (ships, shots, asteroids, ore) --> save, state hash
//! ```
//!
//! Pure: no clock, no I/O, no global randomness, no hash-map order, no platform mathematics. After each
//! step every state lies on the grid that the wire uses.

mod barriers;
mod cells;
mod entities;
mod fnv;
mod geometry;
#[cfg(feature = "content-files")]
pub mod maze;
mod motion;
mod rng;
mod rules;
#[cfg(feature = "content-files")]
pub mod script;
mod world;

pub use barriers::{Gates, Passage, Touch, Walls};
pub use cells::{Cells, Located};
pub use entities::{
    Asteroid, AsteroidKey, AsteroidState, AsteroidTold, Fit, Item, OreKey, OreState, OreTold,
    OwnState, Owned, Ship, ShipKey, ShipState, Shot, ShotKey, ShotState, ShotTold, Trail,
};
pub use fnv::Fnv;
pub use geometry::share_of_path;
pub use motion::{
    bump, bump_ships, drift, end_of_shot, float, fly, fly_back, fly_on, fly_shot, last_place,
    muzzle, pull_trigger, shoot, steer,
};
pub use rng::Rng;
pub use rules::{
    BOOST_STEPS_PER_TICK, ContentBytesError, ContentHash, ENERGY_STEPS, EnergyRules, Epoch,
    HullRules, NamedContent, PartRules, Push, Rules, RulesError, ShieldRules, WeaponRules,
};
pub use world::{
    Belongings, Command, Event, OutfitError, Pilot, Pilots, SavedWorld, SavedWorldError, World,
};
