//! Stations in a tick: they buy the ore of docked ships unit by unit, and repair their hulls.

use crate::content::Station;
use crate::sim::rules::Rules;
use crate::sim::world::{Event, World};
use crate::units::{Credits, OreId, Units};

impl World {
    pub(super) fn step_stations(&mut self, events: &mut Vec<Event>) {
        let rules = self.rules.clone();
        rules.sector.stations.iter().for_each(|station| self.step_station(station, events));
    }

    fn step_station(&mut self, station: &Station, events: &mut Vec<Event>) {
        let rules = &self.rules;
        let unload = due(station.unload_per_second, self.state.tick.0, rules);
        let repair = due(station.repair_per_second, self.state.tick.0, rules);
        if unload == 0 && repair == 0 {
            return;
        }
        let mut sales = Vec::new();
        self.ship_cells.for_each_near(station.position, station.dock_radius, |near| {
            let Some(ship) = self.state.ships.get_mut(near.key) else { return };
            let reach = station.dock_radius * station.dock_radius;
            if ship.state.position.distance_squared(station.position) > reach {
                return;
            }
            let whole = rules.hull(ship.state.hull).hit_points;
            ship.state.hit_points = ship.state.hit_points.saturating_add(repair).min(whole);
            let mut left = unload;
            for (index, units) in ship.hold.iter_mut().enumerate() {
                let sold = left.min(*units);
                if sold > 0 {
                    *units -= sold;
                    left -= sold;
                    sales.push((ship.state.player, OreId(index as u8), Units(sold.into())));
                }
            }
        });
        for (player, ore, units) in sales {
            let Some(pilot) = self.state.pilots.get_mut(player) else { continue };
            let price = units.0.saturating_mul(rules.content.ores[ore.index()].price);
            let credits = Credits(price.min(u32::MAX - pilot.credits));
            pilot.credits += credits.0;
            pilot.score = pilot.score.saturating_add(price);
            events.push(Event::Sold { player, ore, units, credits });
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
