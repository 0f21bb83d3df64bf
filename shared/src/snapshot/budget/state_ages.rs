//! Histogram of how stale clients' ship states are, by distance.

use crate::snapshot::history::Source;
use crate::snapshot::interest::view_centre;
use crate::snapshot::sets::{SlotSet, Waiting};
use crate::units::PlayerId;

/// Counts of held ship states by age, and by distance from the client's own ship.
#[derive(Clone, Debug, Default)]
pub struct StateAges {
    counts: [[u64; StateAges::TICKS.len() + 1]; StateAges::DISTANCES.len() + 1],
}

impl StateAges {
    /// Upper bounds of the distance bands in units; the last band has none.
    pub const DISTANCES: [f32; 3] = [200.0, 400.0, 800.0];
    /// Upper bounds of the ages in ticks; the last bin has none.
    pub const TICKS: [u32; 7] = [0, 1, 2, 4, 8, 16, 32];

    /// Adds a ship state that a client holds.
    pub fn note(&mut self, distance: f32, ticks: u32) {
        let band = StateAges::DISTANCES.iter().position(|end| distance <= *end);
        let age = StateAges::TICKS.iter().position(|end| ticks <= *end);
        let band = &mut self.counts[band.unwrap_or(StateAges::DISTANCES.len())];
        band[age.unwrap_or(StateAges::TICKS.len())] += 1;
    }

    /// Adds the ships that a client holds as of its snapshot of this tick.
    pub(crate) fn count(
        &mut self,
        source: Source<'_>,
        player: PlayerId,
        held: &SlotSet,
        waiting: &Waiting,
    ) {
        let now = source.world.tick();
        let centre = view_centre(source.world, player).unwrap_or_default();
        for slot in held.iter() {
            let Some(ship) = source.ship(slot) else { continue };
            let waits = waiting.ships().contains(slot);
            let age = if waits { now.since(waiting.since(slot, now)) } else { 0 };
            self.note(ship.state.position.distance(centre), age);
        }
    }

    /// For each distance band, the counts by age.
    pub fn counts(&self) -> &[[u64; StateAges::TICKS.len() + 1]] {
        &self.counts
    }
}
