//! Pilots by seat: their ship, and what they earned.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use super::World;
use crate::sim::entities::{Fit, OwnState, Owned, ShipKey};
use crate::units::{HullId, PlayerId};

/// A player who has a seat.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Pilot {
    /// The seat.
    pub player: PlayerId,
    /// The ship; `None` while it is destroyed.
    pub ship: Option<ShipKey>,
    /// Ticks until the return while there is no ship.
    pub respawn_ticks: u32,
    /// Last known position of the ship.
    pub last_position: Vec2,
    /// The hull of the ship.
    pub hull: HullId,
    /// What is mounted in it.
    pub fit: Fit,
    /// What the player owns beside what everybody has.
    pub owned: Owned,
    /// Credits to spend.
    pub credits: u32,
    /// Credits earned and kills, weighted by the mode.
    pub score: u32,
    /// Ships destroyed.
    pub kills: u32,
    /// Ships lost.
    pub deaths: u32,
}

/// Pilots by seat.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Pilots {
    seats: Vec<Option<Pilot>>,
    count: usize,
}

impl Pilots {
    /// Seats taken.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Seats up to the last one that was ever taken.
    pub(super) fn seats(&self) -> usize {
        self.seats.len()
    }

    /// The pilot of a seat.
    pub fn get(&self, player: PlayerId) -> Option<&Pilot> {
        self.seats.get(player.index())?.as_ref()
    }

    pub(super) fn get_mut(&mut self, player: PlayerId) -> Option<&mut Pilot> {
        self.seats.get_mut(player.index())?.as_mut()
    }

    /// All pilots, in order of seats.
    pub fn iter(&self) -> impl Iterator<Item = &Pilot> {
        self.seats.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Pilot> {
        self.seats.iter_mut().flatten()
    }

    pub(super) fn insert(&mut self, pilot: Pilot) {
        let index = pilot.player.index();
        if self.seats.len() <= index {
            self.seats.resize(index + 1, None);
        }
        self.count += usize::from(self.seats[index].is_none());
        self.seats[index] = Some(pilot);
    }

    pub(super) fn remove(&mut self, player: PlayerId) -> Option<Pilot> {
        let pilot = self.seats.get_mut(player.index())?.take()?;
        self.count -= 1;
        Some(pilot)
    }
}

impl World {
    /// The state that only the owner of a seat may know; `None` for an empty seat.
    pub fn own_state(&self, player: PlayerId) -> Option<OwnState> {
        let mut own = OwnState::default();
        self.read_own_state(player, &mut own).then_some(own)
    }

    /// The same, written into `own`, whose memory is used again. For an empty seat: the default, and `false`.
    pub fn read_own_state(&self, player: PlayerId, own: &mut OwnState) -> bool {
        own.hold.clear();
        let Some(pilot) = self.state.pilots.get(player) else {
            *own = OwnState { hold: std::mem::take(&mut own.hold), ..OwnState::default() };
            return false;
        };
        let ship = pilot.ship.and_then(|key| self.state.ships.get(key));
        match ship {
            Some(ship) => own.hold.extend_from_slice(&ship.hold),
            None => own.hold.resize(self.rules.content.ores.len(), 0),
        }
        own.boost_charge = ship.map_or(0, |ship| ship.boost_charge);
        own.gun_cooldown = ship.map_or(0, |ship| ship.gun_cooldown);
        own.energy = ship.map_or(0, |ship| ship.energy);
        own.owned = pilot.owned;
        own.credits = pilot.credits;
        own.score = pilot.score;
        own.respawn_ticks = u16::try_from(pilot.respawn_ticks).unwrap_or(u16::MAX);
        true
    }
}
