//! Floating ore in a tick: it slows down, the nearest ship that flies over it takes it, and it fades. The cargo of lost
//! ships becomes floating ore.

use crate::sim::entities::{OreKey, OreState, OreTold, Ship, ShipKey};
use crate::sim::motion::float;
use crate::sim::world::{Event, World};
use crate::units::{OreId, Units};

/// Distance beyond the hull within which ore is taken.
const PICK_UP_REACH: f32 = 22.0;
/// Units of ore in a chunk of dropped cargo, at most.
const CARGO_CHUNK_MAX: u16 = 5;
/// Speed at which cargo scatters, units/s.
const CARGO_SPEED: f32 = 70.0;

impl World {
    pub(super) fn step_ores(&mut self, events: &mut Vec<Event>) {
        let rules = self.rules.clone();
        let (tick, side) = (self.state.tick, self.state.side);
        self.state.ores.retain(|_, ore| ore.expires > tick);
        for ore in self.state.ores.values_mut() {
            float(ore, &rules, side);
        }
        let mut taken: Vec<(OreKey, ShipKey)> = Vec::new();
        for (key, ore) in self.state.ores.iter() {
            let mut nearest: Option<(f32, ShipKey)> = None;
            self.ship_cells.for_each_near(
                ore.position,
                rules.hull_radius_max + PICK_UP_REACH + rules.pick_up_reach_max,
                |near| {
                    let Some(ship) = self.state.ships.get(near.key) else { return };
                    let (hull, fit) = (ship.state.hull, &ship.state.fit);
                    let distance = ship.state.position.distance(ore.position);
                    let has_room = ship.hold.iter().sum::<u16>() < rules.hold(hull, fit);
                    let reach = rules.hull(hull).radius + PICK_UP_REACH;
                    if has_room
                        && distance < reach + rules.pick_up_reach(fit)
                        && nearest.is_none_or(|(other, _)| distance < other)
                    {
                        nearest = Some((distance, near.key));
                    }
                },
            );
            if let Some((_, ship)) = nearest {
                taken.push((key, ship));
            }
        }
        for (key, ship) in taken {
            self.take_ore(key, ship, events);
        }
    }

    /// Moves ore into a hold. The rest that does not fit becomes a new, smaller chunk that fades when the first would have.
    fn take_ore(&mut self, key: OreKey, ship: ShipKey, events: &mut Vec<Event>) {
        let (Some(ore), Some(ship)) =
            (self.state.ores.get(key).copied(), self.state.ships.get_mut(ship))
        else {
            return;
        };
        let hold = self.rules.hold(ship.state.hull, &ship.state.fit);
        let room = hold - ship.hold.iter().sum::<u16>();
        let amount = u16::from(ore.amount).min(room);
        ship.hold[ore.ore.index()] += amount;
        if amount == 0 {
            return;
        }
        let (player, units) = (ship.state.player, Units(amount.into()));
        events.push(Event::Collected { player, ore: ore.ore, units });
        // Less than a chunk's amount, so it fits.
        let left = ore.amount - amount as u8;
        self.state.ores.remove(key);
        if left > 0 {
            let told = OreTold { amount: left, ..*ore };
            self.state.ores.insert(OreState::new(told, ore.position, ore.velocity));
        }
    }

    /// Turns the mode's share of a lost ship's hold into floating ore.
    pub(super) fn drop_cargo(&mut self, ship: &Ship, events: &mut Vec<Event>) {
        let share = self.rules.mode.cargo_drop_share;
        let player = ship.state.player;
        for (index, units) in ship.hold.iter().enumerate().filter(|(_, units)| **units > 0) {
            let ore = OreId(index as u8);
            events.push(Event::Lost { player, ore, units: Units((*units).into()) });
            let mut left = (f32::from(*units) * share).round() as u16;
            while left > 0 {
                let amount = left.min(CARGO_CHUNK_MAX);
                left -= amount;
                let speed = CARGO_SPEED * self.state.rng.range(0.3, 1.0);
                let velocity =
                    self.state.rng.angle().direction() * speed + ship.state.velocity * 0.3;
                self.add_ore(ore, amount as u8, ship.state.position, velocity);
            }
        }
    }
}
