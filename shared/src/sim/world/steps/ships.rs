//! Ships in a tick: they steer, fly past walls and through gates, and bump into asteroids and each other.

use crate::sim::entities::{ShipKey, Trail};
use crate::sim::motion::{bump, bump_ships, fly, steer};
use crate::sim::world::World;

impl World {
    pub(super) fn step_ships(&mut self) {
        let rules = self.rules.clone();
        self.index_asteroids();
        let mut near = Vec::new();
        for ship in self.state.ships.values_mut() {
            let before = ship.state;
            steer(&mut ship.state, &mut ship.boost_charge, &ship.controls, &rules);
            fly(&mut ship.state, &rules, self.state.side);
            if ship.state.has_passed_gate(&before, 1) {
                // No screen shows it between the two gates.
                ship.trail = Trail::default();
            }
            near.clear();
            let reach = rules.hull(ship.state.hull).radius + rules.asteroid_radius_max;
            let asteroids = &self.state.asteroids;
            self.asteroid_cells.for_each_near(ship.state.position, reach, |found| {
                near.push(asteroids[found.key].state);
            });
            bump(&mut ship.state, &mut near, &rules);
        }
        self.index_ships();
        self.bump_ships();
        for ship in self.state.ships.values_mut() {
            ship.protection_ticks = ship.protection_ticks.saturating_sub(1);
            ship.trail.push(ship.state.position, rules.view_lag_max);
            ship.state.protected = ship.protection_ticks > 0 || rules.is_safe(ship.state.position);
        }
    }

    /// Pushes overlapping ships apart, half each, and lets them exchange momentum.
    fn bump_ships(&mut self) {
        let largest = self.rules.hull_radius_max;
        let mut pairs: Vec<(ShipKey, ShipKey)> = Vec::new();
        for ship in self.ship_cells.iter() {
            self.ship_cells.for_each_near(ship.position, largest * 2.0, |other| {
                // Each pair once, and never a ship with itself.
                if ship.key < other.key
                    && ship.position.distance_squared(other.position) < 4.0 * largest * largest
                {
                    pairs.push((ship.key, other.key));
                }
            });
        }
        for (first, second) in pairs {
            let Some([a, b]) = self.state.ships.get_disjoint_mut([first, second]) else { continue };
            bump_ships(&mut a.state, &mut b.state, &self.rules);
        }
    }
}
