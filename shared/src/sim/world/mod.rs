//! The world of one room: its state and its queries.
//!
//! ```text
//! commands --> steps --> events
//!                |
//!              World <--> save: a world at rest, and its hash
//! ```
//!
//! Pure and deterministic: no clock, no I/O, no randomness but the seed's, no hash-map order. Entities
//! live in slot maps, which are walked in slot order.

mod command;
mod epoch;
mod outfit;
mod pilots;
mod save;
mod slots;
mod steps;
mod told_once;
mod wrecks;

pub use command::{Belongings, Command, Event};
pub use outfit::OutfitError;
pub use pilots::{Pilot, Pilots};
pub use save::{SavedWorld, SavedWorldError};

use std::sync::Arc;

use slotmap::SlotMap;

use self::slots::Slots;
use self::told_once::ToldOnce;
use self::wrecks::Wrecks;
use super::cells::Cells;
use super::entities::{Asteroid, AsteroidKey, OreKey, OreState, Ship, ShipKey, Shot, ShotKey};
use super::rng::Rng;
use super::rules::Rules;
use crate::units::{PlayerId, Tick};

/// Side of the cells in which the simulation looks for neighbours, units: about the reach of its commonest query.
const CELL_SIDE: f32 = 128.0;

/// A room's world.
#[derive(Clone, Debug)]
pub struct World {
    rules: Arc<Rules>,
    /// Everything that the next step depends on. All other fields follow from it and the rules.
    state: SavedWorld,
    ship_cells: Cells<ShipKey>,
    asteroid_cells: Cells<AsteroidKey>,
    /// Used again in every step: asteroids that each deposit lacks.
    missing_asteroids: Vec<i32>,
    /// Filled only in builds with debug assertions; not part of the state.
    told_once: ToldOnce,
}

impl World {
    /// A new world with its asteroids grown.
    pub fn new(rules: Arc<Rules>, seed: u64) -> Self {
        let state = SavedWorld {
            tick: Tick(0),
            rng: Rng::new(seed),
            side: rules.side(0),
            ships: Slots::default(),
            shots: Slots::default(),
            asteroids: Slots::default(),
            ores: Slots::default(),
            pilots: Pilots::default(),
            wrecks: Wrecks::default(),
            regrow_ticks: rules.deposits.iter().map(|deposit| deposit.regrow_ticks).collect(),
        };
        // The cells are still empty: no ship can see an asteroid grow.
        let mut world = World::resume(rules, state);
        world.grow_all_asteroids();
        world.index_all();
        world
    }

    /// The figures of the room.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The tick that the last step made.
    pub fn tick(&self) -> Tick {
        self.state.tick
    }

    /// Side of the sector.
    pub fn side(&self) -> f32 {
        self.state.side
    }

    /// All ships.
    pub fn ships(&self) -> &SlotMap<ShipKey, Ship> {
        &self.state.ships
    }

    /// All shots.
    pub fn shots(&self) -> &SlotMap<ShotKey, Shot> {
        &self.state.shots
    }

    /// All asteroids.
    pub fn asteroids(&self) -> &SlotMap<AsteroidKey, Asteroid> {
        &self.state.asteroids
    }

    /// All floating ore.
    pub fn ores(&self) -> &SlotMap<OreKey, OreState> {
        &self.state.ores
    }

    /// Ships by place, as of the last step.
    pub fn ship_cells(&self) -> &Cells<ShipKey> {
        &self.ship_cells
    }

    /// All pilots, in order of seats.
    pub fn pilots(&self) -> impl Iterator<Item = &Pilot> {
        self.state.pilots.iter()
    }

    /// The pilot of a seat; `None` if it is empty.
    pub fn pilot(&self, player: PlayerId) -> Option<&Pilot> {
        self.state.pilots.get(player)
    }

    /// Entities of all kinds.
    pub fn entities(&self) -> usize {
        self.state.ships.len()
            + self.state.shots.len()
            + self.state.asteroids.len()
            + self.state.ores.len()
    }

    /// Sorts ships and asteroids into cells, for the queries until the next step.
    fn index_all(&mut self) {
        self.index_ships();
        self.index_asteroids();
    }

    fn index_ships(&mut self) {
        let ships = self.state.ships.iter().map(|(key, ship)| (key, ship.state.position));
        self.ship_cells.rebuild(self.state.side, CELL_SIDE, ships);
    }

    fn index_asteroids(&mut self) {
        let asteroids = self.state.asteroids.iter().map(|(key, rock)| (key, rock.state.position));
        self.asteroid_cells.rebuild(self.state.side, CELL_SIDE, asteroids);
    }
}
