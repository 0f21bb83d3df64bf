//! One snapshot as the drawing and the brains read it: plain state, nothing of the wire.

use serde::{Deserialize, Serialize};

use crate::sim::{AsteroidState, OreState, OwnState, ShipState, ShotState};
use crate::snapshot::{EntityKey, Removal};
use crate::units::{Micros, PlayerId, Tick};

/// The world as this client may see it at one tick.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Frame {
    /// The tick it shows.
    pub tick: Tick,
    /// When it arrived, on the client's clock.
    pub arrived: Micros,
    /// Side of the sector.
    pub side: f32,
    /// Whose ship this client flies.
    pub player: PlayerId,
    /// What only we know about our ship.
    pub own: OwnState,
    /// Ships in view, ours included.
    pub ships: Vec<(EntityKey, ShipState)>,
    /// Shots in flight.
    pub shots: Vec<(EntityKey, ShotState)>,
    /// Asteroids in view.
    pub asteroids: Vec<(EntityKey, AsteroidState)>,
    /// Ore in view.
    pub ores: Vec<(EntityKey, OreState)>,
    /// What went away since the frame before.
    pub removals: Vec<Removal>,
}

impl Frame {
    /// Our own ship, unless it is destroyed.
    pub fn own_ship(&self) -> Option<&ShipState> {
        self.ships.iter().map(|(_, ship)| ship).find(|ship| ship.player == self.player)
    }

    /// All entities in view but our own ship.
    pub fn visible_entities(&self) -> usize {
        let own = usize::from(self.own_ship().is_some());
        self.ships.len() + self.shots.len() + self.asteroids.len() + self.ores.len() - own
    }
}
