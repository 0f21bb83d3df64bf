//! A hash of the whole state of a world, for comparing two runs bit by bit.

use super::world::World;
use crate::units::Controls;
use glam::Vec2;

/// FNV-1a with 64 bits: simple, and the same on every platform.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv::new()
    }
}

impl Fnv {
    /// Takes bytes in.
    pub const fn bytes(mut self, bytes: &[u8]) -> Self {
        let mut index = 0;
        while index < bytes.len() {
            self.0 = (self.0 ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            index += 1;
        }
        self
    }

    /// The start, for constants.
    pub const fn new() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    /// The hash of all that was taken in.
    pub const fn finish(self) -> u64 {
        self.0
    }

    fn add(&mut self, value: u64) {
        *self = self.bytes(&value.to_le_bytes());
    }

    fn add_vec(&mut self, value: Vec2) {
        self.add(u64::from(value.x.to_bits()) << 32 | u64::from(value.y.to_bits()));
    }

    fn add_controls(&mut self, controls: &Controls) {
        self.add(u64::from(controls.thrust.code()) << 32 | u64::from(controls.aim.steps()));
        self.add(u64::from(controls.boost) << 1 | u64::from(controls.fire));
    }
}

impl World {
    /// The hash of everything that the next step depends on, the random stream included.
    pub fn state_hash(&self) -> u64 {
        let mut hash = Fnv::new();
        hash.add(u64::from(self.tick.0));
        hash.add(u64::from(self.side.to_bits()));
        hash.add(u64::from(self.regrow_ticks));
        hash.add(u64::from(self.rng.clone().next_u32()));
        for ship in self.ships.values() {
            let state = &ship.state;
            hash.add(u64::from(state.player.0) << 32 | u64::from(state.hit_points));
            hash.add_vec(state.position);
            hash.add_vec(state.velocity);
            hash.add(u64::from(state.aim.steps()) << 16 | u64::from(state.aim_rate as u16));
            hash.add(u64::from(state.boosting) << 1 | u64::from(state.protected));
            hash.add_controls(&ship.controls);
            hash.add(u64::from(ship.boost_charge) << 8 | u64::from(ship.gun_cooldown));
            hash.add(u64::from(ship.protection_ticks));
            hash.add(u64::from(ship.view_lag.0));
            ship.trail.places().for_each(|place| hash.add_vec(place));
            ship.hold.iter().for_each(|units| hash.add(u64::from(*units)));
        }
        for wreck in self.wrecks.iter() {
            hash.add(u64::from(wreck.player.0) << 32 | u64::from(wreck.destroyed.0));
            wreck.trail.places().for_each(|place| hash.add_vec(place));
        }
        for shot in self.shots.values() {
            hash.add(u64::from(shot.state.shooter.0) << 32 | u64::from(shot.state.expires.0));
            hash.add_vec(shot.state.position);
            hash.add_vec(shot.state.velocity);
            hash.add(u64::from(shot.view_lag.0));
        }
        for asteroid in self.asteroids.values() {
            let state = &asteroid.state;
            hash.add(u64::from(state.size.0) << 32 | u64::from(state.ore.0));
            hash.add(u64::from(state.hit_points) << 8 | u64::from(state.shape));
            hash.add_vec(state.position);
            hash.add_vec(state.velocity);
        }
        for ore in self.ores.values() {
            hash.add(u64::from(ore.ore.0) << 8 | u64::from(ore.amount));
            hash.add(u64::from(ore.expires.0));
            hash.add_vec(ore.position);
            hash.add_vec(ore.velocity);
        }
        for pilot in self.pilots.iter() {
            hash.add(u64::from(pilot.player.0) << 32 | u64::from(pilot.respawn_ticks));
            hash.add(u64::from(pilot.credits) << 32 | u64::from(pilot.score));
            hash.add(u64::from(pilot.kills) << 32 | u64::from(pilot.deaths));
        }
        hash.finish()
    }
}
