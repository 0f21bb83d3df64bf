//! Entities of all kinds, by slot: what one client may see in this tick, and what it holds.

use super::slots::SlotSet;

/// Something for each kind of entity, in the order of the wire.
#[derive(Clone, Debug, Default)]
pub struct PerKind<T> {
    /// Ships.
    pub ships: T,
    /// Shots.
    pub shots: T,
    /// Asteroids.
    pub asteroids: T,
    /// Ore.
    pub ores: T,
}

/// What one client may see in this tick, found by interest; its own ship always among it.
pub type Visible = PerKind<SlotSet>;

impl<T> PerKind<T> {
    /// One after the other.
    pub fn as_array(&self) -> [&T; 4] {
        [&self.ships, &self.shots, &self.asteroids, &self.ores]
    }

    /// One after the other.
    pub fn as_array_mut(&mut self) -> [&mut T; 4] {
        [&mut self.ships, &mut self.shots, &mut self.asteroids, &mut self.ores]
    }
}

impl PerKind<SlotSet> {
    /// Takes everything out and keeps the memory.
    pub fn clear(&mut self) {
        self.as_array_mut().into_iter().for_each(SlotSet::clear);
    }

    /// Entities of all kinds.
    pub fn len(&self) -> usize {
        self.as_array().into_iter().map(SlotSet::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.as_array().into_iter().all(SlotSet::is_empty)
    }
}
