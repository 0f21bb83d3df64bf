//! Floating ore: it comes to rest, is taken by who flies over it, and fades; cargo of the lost floats too.

use super::motion::float;
use super::world::{OreKey, Ship, ShipKey, World};
use crate::units::OreId;

/// Distance beyond the hull within which ore is taken.
const PICK_UP_REACH: f32 = 22.0;
/// Units of ore in a chunk of dropped cargo, at most.
const CARGO_CHUNK_MAX: u16 = 5;
/// Speed at which cargo scatters, units/s.
const CARGO_SPEED: f32 = 70.0;

impl World {
    pub(super) fn step_ores(&mut self) {
        let rules = self.rules.clone();
        let (tick, side) = (self.tick, self.side);
        self.ores.retain(|_, ore| ore.expires > tick);
        for ore in self.ores.values_mut() {
            float(ore, &rules, side);
        }
        let mut taken: Vec<(OreKey, ShipKey)> = Vec::new();
        for (key, ore) in &self.ores {
            let mut nearest: Option<(f32, ShipKey)> = None;
            self.ship_cells.for_each_near(
                ore.position,
                rules.hull_radius_max + PICK_UP_REACH,
                |near| {
                    let Some(ship) = self.ships.get(near.key) else { return };
                    let hull = rules.hull(ship.state.hull);
                    let distance = ship.state.position.distance(ore.position);
                    let has_room = ship.hold.iter().sum::<u16>() < hull.hold;
                    if has_room
                        && distance < hull.radius + PICK_UP_REACH
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
            self.take_ore(key, ship);
        }
    }

    /// Moves ore into a hold; what does not fit stays as a smaller chunk.
    fn take_ore(&mut self, key: OreKey, ship: ShipKey) {
        let (Some(ore), Some(ship)) = (self.ores.get(key).copied(), self.ships.get_mut(ship))
        else {
            return;
        };
        let room = self.rules.hull(ship.state.hull).hold - ship.hold.iter().sum::<u16>();
        let amount = u16::from(ore.amount).min(room);
        ship.hold[ore.ore.index()] += amount;
        if amount == 0 {
            return;
        }
        self.ores.remove(key);
        // Less than a chunk's amount, so it fits.
        let left = ore.amount - amount as u8;
        if left > 0 {
            let lifetime = ore.expires;
            self.add_ore(ore.ore, left, ore.position, ore.velocity);
            // The remainder is as old as the chunk it was.
            if let Some(remainder) = self.ores.values_mut().last() {
                remainder.expires = remainder.expires.min(lifetime);
            }
        }
    }

    /// Sets the share of a lost ship's hold free that the mode says.
    pub(super) fn drop_cargo(&mut self, ship: &Ship) {
        let share = self.rules.mode.cargo_drop_share;
        for (index, units) in ship.hold.iter().enumerate() {
            let mut left = (f32::from(*units) * share).round() as u16;
            while left > 0 {
                let amount = left.min(CARGO_CHUNK_MAX);
                left -= amount;
                let speed = CARGO_SPEED * self.rng.range(0.3, 1.0);
                let velocity = self.rng.angle().direction() * speed + ship.state.velocity * 0.3;
                self.add_ore(OreId(index as u8), amount as u8, ship.state.position, velocity);
            }
        }
    }
}
