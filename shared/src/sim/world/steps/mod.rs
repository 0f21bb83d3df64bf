//! One step of the world. The order of its parts is the order of this drawing.
//!
//! ```text
//! commands --> pilots -> asteroids -> ships -> ores -> shots -> guns -> stations -> returning pilots --> events
//! ```
//!
//! Each file has one part.

mod asteroids;
mod guns;
mod ores;
mod pilots;
mod ships;
mod shots;
mod stations;
#[cfg(all(test, feature = "content-files"))]
mod tests;

use super::{Command, Event, World};
use crate::sim::entities::Ship;
use crate::units::PlayerId;

impl World {
    /// Advances the world by one tick, with the commands that are for it. Appends to `events`.
    pub fn step(&mut self, commands: &[Command], events: &mut Vec<Event>) {
        let mut told_once = std::mem::take(&mut self.told_once);
        if cfg!(debug_assertions) {
            told_once.note(self);
        }
        self.state.tick = self.state.tick.next();
        for command in commands {
            self.apply(*command, events);
        }
        self.state.side = self.rules.side(self.state.pilots.count());
        self.step_asteroids();
        self.step_ships();
        self.step_ores(events);
        self.step_shots(events);
        self.step_guns();
        self.step_stations(events);
        self.step_returns();
        self.index_all();
        if cfg!(debug_assertions) {
            told_once.check(self);
        }
        self.told_once = told_once;
    }

    fn apply(&mut self, command: Command, events: &mut Vec<Event>) {
        match command {
            Command::Join(player) => self.join(player),
            Command::Bring(player, belongings) => self.bring(player, &belongings),
            Command::Leave(player) => self.leave(player, events),
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
        self.state.ships.get_mut(self.state.pilots.get(player)?.ship?)
    }
}
