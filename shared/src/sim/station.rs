//! The station: it buys what docked ships carry, unit by unit, and mends their hulls.

use super::rules::Rules;
use super::world::World;

impl World {
    pub(super) fn step_station(&mut self) {
        let rules = self.rules.clone();
        let Some(station) = &rules.sector.station else { return };
        let unload = due(station.unload_per_second, self.tick.0, &rules);
        let repair = due(station.repair_per_second, self.tick.0, &rules);
        if unload == 0 && repair == 0 {
            return;
        }
        let mut sales = Vec::new();
        self.ship_cells.for_each_near(station.position, station.dock_radius, |near| {
            let Some(ship) = self.ships.get_mut(near.key) else { return };
            let reach = station.dock_radius * station.dock_radius;
            if ship.state.position.distance_squared(station.position) > reach {
                return;
            }
            let whole = rules.hull(ship.state.hull).hit_points;
            ship.state.hit_points = ship.state.hit_points.saturating_add(repair).min(whole);
            let mut credits = 0;
            for _ in 0..unload {
                let Some(index) = ship.hold.iter().position(|units| *units > 0) else { break };
                ship.hold[index] -= 1;
                credits += rules.content.ores[index].price;
            }
            if credits > 0 {
                sales.push((ship.state.player, credits));
            }
        });
        for (player, credits) in sales {
            if let Some(pilot) = self.pilots.get_mut(player) {
                pilot.credits = pilot.credits.saturating_add(credits);
                pilot.score = pilot.score.saturating_add(credits);
            }
        }
    }
}

/// How many units of something that happens `per_second` fall into this tick: whole units, spread evenly.
fn due(per_second: f32, tick: u32, rules: &Rules) -> u16 {
    // In thousandths, so that the count over time is exact to the rate.
    let rate = (per_second * 1000.0) as u64;
    let ticks = u64::from(rules.tick_hz) * 1000;
    let until = |tick: u64| tick * rate / ticks;
    (until(u64::from(tick) + 1) - until(u64::from(tick))) as u16
}
