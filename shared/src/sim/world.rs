//! The world of one room and its step.
//!
//! ```text
//! commands --> step --> events
//!               |
//!   asteroids -> ships -> ore -> shots -> guns -> station -> returns
//! ```
//!
//! Pure and deterministic: no clock, no I/O, no randomness but the seed's, no hash-map order. Entities
//! live in slot maps, which are walked in slot order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slotmap::{SlotMap, new_key_type};

use super::cells::Cells;
use super::pilot::{Pilot, Pilots};
use super::rng::Rng;
use super::rules::Rules;
use super::state::{AsteroidState, OreState, ShipState, ShotState};
use super::trail::Trail;
use super::wrecks::Wrecks;
use crate::units::{Controls, PlayerId, Tick, ViewLag};

new_key_type! {
    /// A ship in a world.
    pub struct ShipKey;
    /// A shot in a world.
    pub struct ShotKey;
    /// An asteroid in a world.
    pub struct AsteroidKey;
    /// A chunk of ore in a world.
    pub struct OreKey;
}

/// Side of the cells in which the simulation looks for who is near, units: about the reach of its commonest query.
const CELL_SIDE: f32 = 128.0;

/// What comes into a world from outside. Everything that happens follows from these and the seed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub enum Command {
    /// A pilot takes a seat; a ship follows at once.
    Join(PlayerId),
    /// A pilot gives up the seat; the ship goes, its cargo stays.
    Leave(PlayerId),
    /// What a pilot asks from now on; holds until the next one.
    Steer(PlayerId, Controls),
    /// How far in the past a pilot sees others from now on; what is beyond the cap of the mode is not
    /// compensated. Holds until the next one.
    See(PlayerId, ViewLag),
}

/// What happened in a step that the outside has a use for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A ship was destroyed by a shot.
    Kill {
        /// Whose shot.
        killer: PlayerId,
        /// Whose ship.
        victim: PlayerId,
    },
}

/// A ship with what only the server knows of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Ship {
    /// What others may see.
    pub state: ShipState,
    /// What the pilot asks for.
    pub controls: Controls,
    /// Boost left, in steps of [`BOOST_STEPS_PER_TICK`](super::BOOST_STEPS_PER_TICK) per tick.
    pub boost_charge: u16,
    /// Ticks until the gun is ready.
    pub gun_cooldown: u8,
    /// Ticks of protection left after the return.
    pub protection_ticks: u16,
    /// Units of each ore in the hold.
    pub hold: Vec<u16>,
    /// How far in the past its pilot sees others.
    pub view_lag: ViewLag,
    /// Where it was in the last ticks.
    pub trail: Trail,
}

/// A shot with what only the server knows of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Shot {
    /// What others may see.
    pub state: ShotState,
    /// The tick in which it was fired.
    pub fired: Tick,
    /// The ship it was fired from, if it still is there.
    pub ship: ShipKey,
    /// How far in the past its shooter sees others, as of the last word.
    pub view_lag: ViewLag,
}

/// An asteroid with what only the server knows of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Asteroid {
    /// What others may see.
    pub state: AsteroidState,
    /// The last tick in which it lost hit points: all else is as predicted.
    pub damaged: Tick,
}

/// A room's world.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) rules: Arc<Rules>,
    pub(super) tick: Tick,
    pub(super) rng: Rng,
    pub(super) side: f32,
    pub(super) ships: SlotMap<ShipKey, Ship>,
    pub(super) shots: SlotMap<ShotKey, Shot>,
    pub(super) asteroids: SlotMap<AsteroidKey, Asteroid>,
    pub(super) ores: SlotMap<OreKey, OreState>,
    pub(super) pilots: Pilots,
    pub(super) wrecks: Wrecks,
    pub(super) regrow_ticks: u32,
    pub(super) ship_cells: Cells<ShipKey>,
    pub(super) asteroid_cells: Cells<AsteroidKey>,
}

impl World {
    /// A new world with its asteroids grown.
    pub fn new(rules: Arc<Rules>, seed: u64) -> Self {
        let mut world = World {
            tick: Tick(0),
            rng: Rng::new(seed),
            side: rules.side(0),
            ships: SlotMap::with_key(),
            shots: SlotMap::with_key(),
            asteroids: SlotMap::with_key(),
            ores: SlotMap::with_key(),
            pilots: Pilots::default(),
            wrecks: Wrecks::default(),
            regrow_ticks: 0,
            ship_cells: Cells::default(),
            asteroid_cells: Cells::default(),
            rules,
        };
        for _ in 0..world.rules.sector.asteroids {
            world.grow_asteroid();
        }
        world.index_all();
        world
    }

    /// Advances the world by one tick, with the commands that are for it. Appends to `events`.
    pub fn step(&mut self, commands: &[Command], events: &mut Vec<Event>) {
        self.tick = self.tick.next();
        for command in commands {
            self.apply(*command);
        }
        self.side = self.rules.side(self.pilots.count());
        self.step_asteroids();
        self.step_ships();
        self.step_ores();
        self.step_shots(events);
        self.step_guns();
        self.step_station();
        self.step_returns();
        self.index_all();
    }

    fn apply(&mut self, command: Command) {
        match command {
            Command::Join(player) => self.join(player),
            Command::Leave(player) => self.leave(player),
            Command::Steer(player, controls) => {
                if let Some(ship) = self.ship_of(player) {
                    ship.controls = controls;
                }
            }
            Command::See(player, view_lag) => {
                let view_lag = view_lag.min(self.rules.view_lag_max);
                if let Some(ship) = self.ship_of(player) {
                    ship.view_lag = view_lag;
                }
            }
        }
    }

    fn ship_of(&mut self, player: PlayerId) -> Option<&mut Ship> {
        self.ships.get_mut(self.pilots.get(player)?.ship?)
    }

    /// Sorts ships and asteroids into cells, for the queries until the next step.
    pub(super) fn index_all(&mut self) {
        self.index_ships();
        self.index_asteroids();
    }

    pub(super) fn index_ships(&mut self) {
        let ships = self.ships.iter().map(|(key, ship)| (key, ship.state.position));
        self.ship_cells.rebuild(self.side, CELL_SIDE, ships);
    }

    pub(super) fn index_asteroids(&mut self) {
        let asteroids = self.asteroids.iter().map(|(key, rock)| (key, rock.state.position));
        self.asteroid_cells.rebuild(self.side, CELL_SIDE, asteroids);
    }

    /// The figures of the room.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The tick that the last step made.
    pub fn tick(&self) -> Tick {
        self.tick
    }

    /// Side of the sector.
    pub fn side(&self) -> f32 {
        self.side
    }

    /// All ships.
    pub fn ships(&self) -> &SlotMap<ShipKey, Ship> {
        &self.ships
    }

    /// All shots.
    pub fn shots(&self) -> &SlotMap<ShotKey, Shot> {
        &self.shots
    }

    /// All asteroids.
    pub fn asteroids(&self) -> &SlotMap<AsteroidKey, Asteroid> {
        &self.asteroids
    }

    /// All floating ore.
    pub fn ores(&self) -> &SlotMap<OreKey, OreState> {
        &self.ores
    }

    /// Ships by place, as of the last step.
    pub fn ship_cells(&self) -> &Cells<ShipKey> {
        &self.ship_cells
    }

    /// Everyone with a seat, in order of seats.
    pub fn pilots(&self) -> impl Iterator<Item = &Pilot> {
        self.pilots.iter()
    }

    /// The pilot of a seat.
    pub fn pilot(&self, player: PlayerId) -> Option<&Pilot> {
        self.pilots.get(player)
    }

    /// Entities of all kinds.
    pub fn entities(&self) -> usize {
        self.ships.len() + self.shots.len() + self.asteroids.len() + self.ores.len()
    }
}
