//! Shots.

use std::ops::Deref;

use glam::Vec2;
use serde::{Deserialize, Serialize};
use slotmap::new_key_type;

use super::ship::ShipKey;
use crate::units::{PlayerId, Tick, ViewLag, WeaponId};

new_key_type! {
    /// A shot in a world.
    pub struct ShotKey;
}

/// What is told once of a shot.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ShotTold {
    /// The seat of the pilot that fired it.
    pub shooter: PlayerId,
    /// The gun that it was fired from.
    pub weapon: WeaponId,
    /// The tick in which it is gone.
    pub expires: Tick,
}

/// A shot in flight. It moves exactly as predicted until it expires or hits.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ShotState {
    told: ShotTold,
    /// The tick in which it is gone, which follows from the rest: it expires, or meets a wall before.
    ends: Tick,
    /// Centre.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
}

/// A shot with what only the server knows of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Shot {
    /// What others may see.
    pub state: ShotState,
    /// The tick in which it was fired.
    pub fired: Tick,
    /// Which of the shots of one firing it is.
    pub pellet: u8,
    /// The ship it was fired from, if that is still there.
    pub ship: ShipKey,
    /// How far in the past its shooter sees others, as the shooter last reported.
    pub view_lag: ViewLag,
}

impl ShotState {
    /// A shot at its birth.
    pub const fn new(told: ShotTold, position: Vec2, velocity: Vec2) -> Self {
        ShotState { told, ends: told.expires, position, velocity }
    }

    /// The tick in which it is gone: it expires, or meets a wall before.
    pub const fn ends(&self) -> Tick {
        self.ends
    }

    /// Whether it ends at a wall.
    pub fn ends_at_wall(&self) -> bool {
        self.ends < self.told.expires
    }

    /// The same shot with another end.
    pub(in crate::sim) const fn ending(self, ends: Tick) -> Self {
        ShotState { ends, ..self }
    }

    /// The same shot at another place.
    pub const fn at(self, position: Vec2) -> Self {
        ShotState { position, ..self }
    }
}

// What is told once reads like any field and cannot be written: there is no `DerefMut`.
impl Deref for ShotState {
    type Target = ShotTold;

    fn deref(&self) -> &ShotTold {
        &self.told
    }
}
