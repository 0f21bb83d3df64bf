//! One snapshot as drawing and brains read it: plain state, nothing of the wire.

use serde::{Deserialize, Serialize};

use crate::sim::{AsteroidState, Epoch, OreState, OwnState, ShipState, ShotState};
use crate::snapshot::{EntityKey, Removal};
use crate::units::{Micros, PlayerId, Tick};

/// The world as this client may see it at one tick.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Frame {
    /// The tick.
    pub tick: Tick,
    /// Arrival time, on the client's clock.
    pub arrived: Micros,
    /// Side of the sector.
    pub side: f32,
    /// The player of this client.
    pub player: PlayerId,
    /// The state of our ship that only we are sent.
    pub own: OwnState,
    /// Ships in view, ours included.
    pub ships: Vec<(EntityKey, ShipState)>,
    /// Shots in flight.
    pub shots: Vec<(EntityKey, ShotState)>,
    /// Asteroids in view.
    pub asteroids: Vec<(EntityKey, AsteroidState)>,
    /// Ore in view.
    pub ores: Vec<(EntityKey, OreState)>,
    /// Entities removed since the frame before.
    pub removals: Vec<Removal>,
}

impl Frame {
    /// Our own ship, unless it is destroyed.
    pub fn own_ship(&self) -> Option<&ShipState> {
        self.ships.iter().map(|(_, ship)| ship).find(|ship| ship.player == self.player)
    }

    /// The same under the rules of an epoch.
    pub(in crate::netcode) fn under(mut self, epoch: &Epoch) -> Self {
        let now = self.tick;
        self.ships.iter_mut().for_each(|(_, ship)| epoch.ship(ship));
        self.shots.iter_mut().for_each(|(_, shot)| epoch.shot(shot, now));
        self.asteroids.iter_mut().for_each(|(_, asteroid)| epoch.asteroid(asteroid));
        self.ores.iter_mut().for_each(|(_, ore)| epoch.floating(ore, now));
        let ship = self.own_ship().copied();
        epoch.own(&mut self.own, ship.as_ref());
        self
    }

    /// All visible entities except our own ship.
    pub fn visible_entities(&self) -> usize {
        let own = usize::from(self.own_ship().is_some());
        self.ships.len() + self.shots.len() + self.asteroids.len() + self.ores.len() - own
    }
}
