//! Pilots: who has a seat, what they earned, and their return after a loss.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use super::state::{OwnState, ShipState};
use super::trail::Trail;
use super::world::{Ship, ShipKey, World};
use crate::units::{Angle, Controls, HullId, PlayerId, Thrust, ViewLag, snap_position};

/// Places tried for a ship or an asteroid before a crowded one is taken.
const PLACEMENT_TRIES: u32 = 12;
/// Distance to the next ship that a place for a returning ship should have, in radii.
const PLACEMENT_RADII: f32 = 6.0;

/// Someone with a seat.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Pilot {
    /// The seat.
    pub player: PlayerId,
    /// The ship, unless it is destroyed.
    pub ship: Option<ShipKey>,
    /// Ticks until the return while there is no ship.
    pub respawn_ticks: u32,
    /// Where the ship is or was last.
    pub last_position: Vec2,
    /// The hull flown.
    pub hull: HullId,
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

    /// The pilot of a seat.
    pub fn get(&self, player: PlayerId) -> Option<&Pilot> {
        self.seats.get(player.index())?.as_ref()
    }

    pub(super) fn get_mut(&mut self, player: PlayerId) -> Option<&mut Pilot> {
        self.seats.get_mut(player.index())?.as_mut()
    }

    /// Everyone, in order of seats.
    pub fn iter(&self) -> impl Iterator<Item = &Pilot> {
        self.seats.iter().flatten()
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut Pilot> {
        self.seats.iter_mut().flatten()
    }

    fn insert(&mut self, pilot: Pilot) {
        let index = pilot.player.index();
        if self.seats.len() <= index {
            self.seats.resize(index + 1, None);
        }
        self.count += usize::from(self.seats[index].is_none());
        self.seats[index] = Some(pilot);
    }

    fn remove(&mut self, player: PlayerId) -> Option<Pilot> {
        let pilot = self.seats.get_mut(player.index())?.take()?;
        self.count -= 1;
        Some(pilot)
    }
}

impl World {
    /// What only the owner may know, `None` for a seat that nobody has.
    pub fn own_state(&self, player: PlayerId) -> Option<OwnState> {
        let mut own = OwnState::default();
        self.read_own_state(player, &mut own).then_some(own)
    }

    /// The same, into what is there already; the default and `false` for a seat that nobody has.
    pub fn read_own_state(&self, player: PlayerId, own: &mut OwnState) -> bool {
        own.hold.clear();
        let Some(pilot) = self.pilots.get(player) else {
            *own = OwnState { hold: std::mem::take(&mut own.hold), ..OwnState::default() };
            return false;
        };
        let ship = pilot.ship.and_then(|key| self.ships.get(key));
        match ship {
            Some(ship) => own.hold.extend_from_slice(&ship.hold),
            None => own.hold.resize(self.rules.content.ores.len(), 0),
        }
        own.boost_charge = ship.map_or(0, |ship| ship.boost_charge);
        own.gun_cooldown = ship.map_or(0, |ship| ship.gun_cooldown);
        own.credits = pilot.credits;
        own.score = pilot.score;
        own.respawn_ticks = u16::try_from(pilot.respawn_ticks).unwrap_or(u16::MAX);
        true
    }

    pub(super) fn join(&mut self, player: PlayerId) {
        if self.pilots.get(player).is_some() {
            return;
        }
        self.pilots.insert(Pilot {
            player,
            ship: None,
            respawn_ticks: 0,
            last_position: Vec2::ZERO,
            hull: HullId(0),
            credits: 0,
            score: 0,
            kills: 0,
            deaths: 0,
        });
        self.side = self.rules.side(self.pilots.count());
        self.launch(player);
    }

    pub(super) fn leave(&mut self, player: PlayerId) {
        let Some(pilot) = self.pilots.remove(player) else { return };
        if let Some(ship) = pilot.ship.and_then(|key| self.ships.remove(key)) {
            self.drop_cargo(&ship);
        }
    }

    /// Counts down to returns and launches those that are due.
    pub(super) fn step_returns(&mut self) {
        let mut due = Vec::new();
        for pilot in self.pilots.iter_mut().filter(|pilot| pilot.ship.is_none()) {
            pilot.respawn_ticks = pilot.respawn_ticks.saturating_sub(1);
            if pilot.respawn_ticks == 0 {
                due.push(pilot.player);
            }
        }
        for player in due {
            self.launch(player);
        }
    }

    fn launch(&mut self, player: PlayerId) {
        let Some(hull) = self.pilots.get(player).map(|pilot| pilot.hull) else { return };
        let (position, aim) = self.place_for_ship(self.rules.hull(hull).radius);
        let rules = self.rules.hull(hull);
        let protection = self.rules.mode.spawn_protection_seconds * f32::from(self.rules.tick_hz);
        let ship = Ship {
            state: ShipState {
                player,
                hull,
                position,
                velocity: Vec2::ZERO,
                aim,
                aim_rate: 0,
                thrust: Thrust::NONE,
                boosting: false,
                protected: protection >= 1.0 || self.rules.is_safe(position),
                hit_points: rules.hit_points,
            },
            controls: Controls { aim, ..Controls::default() },
            boost_charge: rules.boost_charge_max,
            gun_cooldown: 0,
            protection_ticks: protection as u16,
            hold: vec![0; self.rules.content.ores.len()],
            view_lag: ViewLag::default(),
            trail: Trail::default(),
        };
        let key = self.ships.insert(ship);
        if let Some(pilot) = self.pilots.get_mut(player) {
            pilot.ship = Some(key);
            pilot.last_position = position;
        }
    }

    /// A place with room around it: near the station if there is one, else anywhere.
    fn place_for_ship(&mut self, radius: f32) -> (Vec2, Angle) {
        let mut place = (Vec2::ZERO, Angle::default());
        for _ in 0..PLACEMENT_TRIES {
            let direction = self.rng.angle();
            place = match &self.rules.sector.station {
                Some(station) => {
                    let distance = self.rng.range(station.radius * 0.5, station.dock_radius);
                    (station.position + direction.direction() * distance, direction)
                }
                None => (self.rng.in_square(self.side / 2.0 - radius), direction),
            };
            let mut is_free = true;
            let reach = radius * PLACEMENT_RADII;
            self.ship_cells.for_each_near(place.0, reach, |_| is_free = false);
            self.asteroid_cells.for_each_near(place.0, reach, |_| is_free = false);
            if is_free {
                break;
            }
        }
        (snap_position(place.0), place.1)
    }

    /// Takes a ship out of the world after a kill: cargo floats, the pilot waits, the killer scores.
    pub(super) fn destroy_ship(&mut self, key: ShipKey, killer: PlayerId) {
        let Some(ship) = self.ships.remove(key) else { return };
        self.drop_cargo(&ship);
        let respawn_ticks = self.rules.ticks(self.rules.mode.respawn_seconds);
        if let Some(pilot) = self.pilots.get_mut(ship.state.player) {
            pilot.ship = None;
            pilot.respawn_ticks = respawn_ticks;
            pilot.last_position = ship.state.position;
            pilot.deaths += 1;
        }
        self.wrecks.add(ship, self.tick);
        let kill_score = self.rules.mode.kill_score;
        if let Some(pilot) = self.pilots.get_mut(killer) {
            pilot.kills += 1;
            pilot.score = pilot.score.saturating_add(kill_score);
        }
    }
}
