//! Chunks of floating ore.

use std::ops::Deref;

use glam::Vec2;
use serde::{Deserialize, Serialize};
use slotmap::new_key_type;

use crate::units::{OreId, Tick};

new_key_type! {
    /// A chunk of ore in a world.
    pub struct OreKey;
}

/// What is told once of a chunk of ore.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct OreTold {
    /// Its kind.
    pub ore: OreId,
    /// Its units.
    pub amount: u8,
    /// The tick in which it fades.
    pub expires: Tick,
}

/// A chunk of ore that floats until a ship takes it. All of it may be seen.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct OreState {
    told: OreTold,
    /// Centre.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
}

impl OreState {
    /// A chunk at its birth, or as a client is told of it.
    pub const fn new(told: OreTold, position: Vec2, velocity: Vec2) -> Self {
        OreState { told, position, velocity }
    }

    /// The same chunk at another place.
    pub const fn at(self, position: Vec2) -> Self {
        OreState { position, ..self }
    }
}

// What is told once reads like any field and cannot be written: there is no `DerefMut`.
impl Deref for OreState {
    type Target = OreTold;

    fn deref(&self) -> &OreTold {
        &self.told
    }
}
