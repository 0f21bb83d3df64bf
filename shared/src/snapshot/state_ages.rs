//! How old is what clients hold of ships, counted by distance and age.

/// How old what clients hold of ships is, by distance.
#[derive(Clone, Debug, Default)]
pub struct StateAges {
    counts: [[u64; StateAges::TICKS.len() + 1]; StateAges::DISTANCES.len() + 1],
}

impl StateAges {
    /// Upper ends of the bands of distance, units; the last band has none.
    pub const DISTANCES: [f32; 3] = [200.0, 400.0, 800.0];
    /// Upper ends of the ages, ticks; the last has none.
    pub const TICKS: [u32; 7] = [0, 1, 2, 4, 8, 16, 32];

    /// Takes in a ship that a client holds.
    pub fn note(&mut self, distance: f32, ticks: u32) {
        let band = StateAges::DISTANCES.iter().position(|end| distance <= *end);
        let age = StateAges::TICKS.iter().position(|end| ticks <= *end);
        let band = &mut self.counts[band.unwrap_or(StateAges::DISTANCES.len())];
        band[age.unwrap_or(StateAges::TICKS.len())] += 1;
    }

    /// For each band of distance, how many were of each age.
    pub fn counts(&self) -> &[[u64; StateAges::TICKS.len() + 1]] {
        &self.counts
    }
}
