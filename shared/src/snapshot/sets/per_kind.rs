//! One value per kind of entity; used for sets of what a client may see and what it holds.

use super::slot_set::SlotSet;

/// One value for each kind of entity, in the order of the wire.
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

/// What one client may see in this tick, found by interest. It always contains the client's own ship.
pub type Visible = PerKind<SlotSet>;

impl<T> PerKind<T> {
    /// The four values, in the order of the wire.
    pub fn as_array(&self) -> [&T; 4] {
        [&self.ships, &self.shots, &self.asteroids, &self.ores]
    }

    /// The four values, in the order of the wire.
    pub fn as_array_mut(&mut self) -> [&mut T; 4] {
        [&mut self.ships, &mut self.shots, &mut self.asteroids, &mut self.ores]
    }
}

impl PerKind<SlotSet> {
    /// Empties all sets, and keeps their memory.
    pub fn clear(&mut self) {
        self.as_array_mut().into_iter().for_each(SlotSet::clear);
    }

    /// Number of entities of all kinds.
    pub fn len(&self) -> usize {
        self.as_array().into_iter().map(SlotSet::len).sum()
    }

    /// Whether all sets are empty.
    pub fn is_empty(&self) -> bool {
        self.as_array().into_iter().all(SlotSet::is_empty)
    }
}
