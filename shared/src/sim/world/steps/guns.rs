//! Guns in a tick: they cool down and fire.

use crate::sim::entities::Shot;
use crate::sim::motion::shoot;
use crate::sim::world::World;

impl World {
    /// Cools every gun, and fires those whose trigger is held.
    pub(super) fn step_guns(&mut self) {
        let rules = self.rules.clone();
        for (key, ship) in self.state.ships.iter_mut() {
            ship.gun_cooldown = ship.gun_cooldown.saturating_sub(1);
            if !ship.controls.fire || ship.gun_cooldown > 0 {
                continue;
            }
            // The safe zone silences guns; the protection of a return ends with the first shot.
            if rules.is_safe(ship.state.position) {
                continue;
            }
            ship.protection_ticks = 0;
            ship.state.protected = false;
            let state = shoot(&ship.state, &rules, self.state.tick);
            ship.gun_cooldown = rules.weapon(state.weapon).interval_ticks;
            let view_lag = ship.view_lag;
            self.state.shots.insert(Shot { state, fired: self.state.tick, ship: key, view_lag });
        }
    }
}
