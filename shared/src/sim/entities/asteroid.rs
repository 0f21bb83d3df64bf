//! Asteroids.

use std::ops::Deref;

use glam::Vec2;
use serde::{Deserialize, Serialize};
use slotmap::new_key_type;

use crate::units::{DepositId, OreId, SizeId, Tick};

new_key_type! {
    /// An asteroid in a world.
    pub struct AsteroidKey;
}

/// What is told once of an asteroid.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct AsteroidTold {
    /// Its size.
    pub size: SizeId,
    /// The ore that it yields.
    pub ore: OreId,
    /// Seed of its looks.
    pub shape: u8,
}

/// An asteroid. It drifts exactly as predicted until it breaks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct AsteroidState {
    told: AsteroidTold,
    /// Centre.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
    /// Hit points left.
    pub hit_points: u16,
}

/// An asteroid with what only the server knows of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Asteroid {
    /// What others may see.
    pub state: AsteroidState,
    /// The last tick in which it lost hit points: everything else is as predicted.
    pub damaged: Tick,
    /// The deposit that it counts for: where it grew, or the asteroid that it is a piece of. `None` if it is not replaced.
    pub deposit: Option<DepositId>,
}

impl AsteroidState {
    /// An asteroid at its birth, or as a client is told of it.
    pub const fn new(told: AsteroidTold, position: Vec2, velocity: Vec2, hit_points: u16) -> Self {
        AsteroidState { told, position, velocity, hit_points }
    }

    /// The same asteroid at another place.
    pub const fn at(self, position: Vec2) -> Self {
        AsteroidState { position, ..self }
    }
}

// What is told once reads like any field and cannot be written: there is no `DerefMut`.
impl Deref for AsteroidState {
    type Target = AsteroidTold;

    fn deref(&self) -> &AsteroidTold {
        &self.told
    }
}
