//! A world at rest, for a file; and the hash of a world.
//!
//! ```text
//! World -- save --> SavedWorld -- bytes --> file -- bytes --> check -- resume --> World
//!    \-- state_hash: the hash of those same bytes
//! ```
//!
//! A world keeps everything that its next step depends on in a `SavedWorld` while it runs. So nothing can be missing
//! from a save or from the hash. Beside it a world has only its rules and tables that are computed from both.

mod check;

pub use check::SavedWorldError;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::World;
use super::pilots::Pilots;
use super::slots::Slots;
use super::told_once::ToldOnce;
use super::wrecks::Wrecks;
use crate::sim::cells::Cells;
use crate::sim::entities::{Asteroid, AsteroidKey, OreKey, OreState, Ship, ShipKey, Shot, ShotKey};
use crate::sim::fnv::Fnv;
use crate::sim::rng::Rng;
use crate::sim::rules::Rules;
use crate::units::Tick;
use crate::wire::codec;

/// Everything that the next step of a world depends on, except for its rules. These must be the same when the world is
/// resumed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SavedWorld {
    pub(super) tick: Tick,
    pub(super) rng: Rng,
    pub(super) side: f32,
    pub(super) ships: Slots<ShipKey, Ship>,
    pub(super) shots: Slots<ShotKey, Shot>,
    pub(super) asteroids: Slots<AsteroidKey, Asteroid>,
    pub(super) ores: Slots<OreKey, OreState>,
    pub(super) pilots: Pilots,
    pub(super) wrecks: Wrecks,
    /// Ticks until each deposit grows a lost asteroid.
    pub(super) regrow_ticks: Vec<u32>,
}

impl World {
    /// A copy of the state as it is now.
    pub fn save(&self) -> SavedWorld {
        self.state.clone()
    }

    /// The state as it is now, for a caller that only encodes it.
    pub fn saved(&self) -> &SavedWorld {
        &self.state
    }

    /// A world that goes on where `saved` stopped, under the rules that it was saved under: bit for bit as the world that
    /// was saved. [Check](SavedWorld::check) a state that comes from a file first.
    pub fn resume(rules: Arc<Rules>, saved: SavedWorld) -> World {
        let mut world = World {
            rules,
            state: saved,
            ship_cells: Cells::default(),
            asteroid_cells: Cells::default(),
            missing_asteroids: Vec::new(),
            told_once: ToldOnce::default(),
        };
        world.index_all();
        world
    }

    /// The hash of everything that the next step depends on: of the bytes that `codec::encode_file` gives for the
    /// saved world. They go into the hash as they are made, and are never held.
    pub fn state_hash(&self) -> u64 {
        let mut hash = Fnv::new();
        codec::encode_file_into(&self.state, &mut hash).expect("a hash takes all bytes");
        hash.finish()
    }
}
