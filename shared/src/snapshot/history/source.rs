//! What snapshots are made of: the world after a step, and what was recorded of it.

use super::History;
use crate::sim::{Asteroid, OreState, Ship, Shot, World};
use crate::snapshot::sets::Slot;

/// A world, and its history up to its last step.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub world: &'a World,
    pub history: &'a History,
}

impl<'a> Source<'a> {
    /// The ship in a slot.
    pub fn ship(self, slot: Slot) -> Option<&'a Ship> {
        self.world.ships().get(self.history.rosters().ships.key(slot)?)
    }

    /// The shot in a slot.
    pub fn shot(self, slot: Slot) -> Option<&'a Shot> {
        self.world.shots().get(self.history.rosters().shots.key(slot)?)
    }

    /// The asteroid in a slot.
    pub fn asteroid(self, slot: Slot) -> Option<&'a Asteroid> {
        self.world.asteroids().get(self.history.rosters().asteroids.key(slot)?)
    }

    /// The ore in a slot.
    pub fn ore(self, slot: Slot) -> Option<&'a OreState> {
        self.world.ores().get(self.history.rosters().ores.key(slot)?)
    }
}
