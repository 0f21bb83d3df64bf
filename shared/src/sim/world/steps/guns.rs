//! Guns in a tick: they cool down and fire.

use crate::sim::entities::{Ship, Shot};
use crate::sim::motion::{pull_trigger, shoot};
use crate::sim::world::World;

impl World {
    /// Cools every gun, recharges the energy, and fires the guns whose trigger is held.
    pub(super) fn step_guns(&mut self) {
        let rules = self.rules.clone();
        for (key, ship) in self.state.ships.iter_mut() {
            let wants = ship.controls.fire;
            let Ship { state, gun_cooldown, energy, .. } = ship;
            if !pull_trigger(state, gun_cooldown, energy, wants, &rules) {
                continue;
            }
            // The protection of a return ends with the first shot.
            ship.protection_ticks = 0;
            ship.state.protected = false;
            let (fired, view_lag) = (self.state.tick, ship.view_lag);
            for pellet in 0..rules.weapon(ship.state.fit.weapon).pellets {
                let state = shoot(&ship.state, &rules, fired, pellet);
                self.state.shots.insert(Shot { state, fired, pellet, ship: key, view_lag });
            }
        }
    }
}
