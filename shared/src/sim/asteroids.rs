//! Asteroids: they drift, break into smaller ones and ore, and grow anew.

use glam::Vec2;

use super::motion::drift;
use super::state::{AsteroidState, OreState};
use super::world::{Asteroid, AsteroidKey, World};
use crate::units::{OreId, SizeId, snap_position, snap_velocity};

/// Places tried for a new asteroid before growing is put off.
const GROW_TRIES: u32 = 16;
/// Distance to the next ship at which an asteroid may appear: beyond what anyone sees.
const GROW_DISTANCE: f32 = 1_300.0;
/// Speed at which the pieces of an asteroid part, units/s.
const SPLIT_SPEED: f32 = 36.0;
/// Speed at which ore is set free, units/s.
const ORE_SPEED: f32 = 46.0;

impl World {
    pub(super) fn step_asteroids(&mut self) {
        let rules = self.rules.clone();
        for asteroid in self.asteroids.values_mut() {
            drift(&mut asteroid.state, &rules, self.side);
        }
        if self.asteroids.len() >= usize::from(rules.sector.asteroids) {
            self.regrow_ticks = rules.ticks(rules.sector.asteroid_regrow_seconds);
            return;
        }
        self.regrow_ticks = self.regrow_ticks.saturating_sub(1);
        if self.regrow_ticks == 0 {
            self.grow_asteroid();
            self.regrow_ticks = rules.ticks(rules.sector.asteroid_regrow_seconds);
        }
    }

    /// Adds an asteroid out of everyone's sight. Puts it off when no such place is found.
    pub(super) fn grow_asteroid(&mut self) {
        let rules = self.rules.clone();
        let sizes = &rules.content.asteroid_sizes;
        let size = SizeId(self.rng.weighted(sizes.iter().map(|size| size.abundance)) as u8);
        let ores = &rules.content.ores;
        let ore = OreId(self.rng.weighted(ores.iter().map(|ore| ore.abundance)) as u8);
        let figures = &sizes[size.index()];
        for _ in 0..GROW_TRIES {
            let place = self.rng.in_square(self.side / 2.0 - figures.radius);
            let blocks_station = rules.sector.station.as_ref().is_some_and(|station| {
                place.distance(station.position) < station.safe_radius + figures.radius
            });
            let mut is_seen = false;
            self.ship_cells.for_each_near(place, GROW_DISTANCE, |_| is_seen = true);
            if blocks_station || is_seen {
                continue;
            }
            let speed = self.rng.unit() * figures.drift_speed_max;
            let velocity = self.rng.angle().direction() * speed;
            self.add_asteroid(size, ore, place, velocity);
            return;
        }
    }

    fn add_asteroid(&mut self, size: SizeId, ore: OreId, place: Vec2, velocity: Vec2) {
        let state = AsteroidState {
            size,
            ore,
            shape: self.rng.next_u32() as u8,
            position: snap_position(place),
            velocity: snap_velocity(velocity),
            hit_points: self.rules.content.asteroid_size(size).hit_points,
        };
        self.asteroids.insert(Asteroid { state, damaged: self.tick });
    }

    pub(super) fn hurt_asteroid(&mut self, key: AsteroidKey, damage: u16) {
        let Some(asteroid) = self.asteroids.get_mut(key) else { return };
        let state = &mut asteroid.state;
        state.hit_points = state.hit_points.saturating_sub(damage);
        asteroid.damaged = self.tick;
        if state.hit_points == 0 {
            let state = *state;
            self.asteroids.remove(key);
            self.break_up(&state);
        }
    }

    /// Replaces a broken asteroid by its pieces and its ore.
    fn break_up(&mut self, broken: &AsteroidState) {
        let rules = self.rules.clone();
        let figures = rules.content.asteroid_size(broken.size);
        let piece = SizeId(broken.size.0 + 1);
        if piece.index() < rules.content.asteroid_sizes.len() {
            let offset = figures.radius - rules.content.asteroid_size(piece).radius;
            let turn = self.rng.angle();
            for index in 0..figures.pieces {
                let direction = turn.turned(part_of_turn(index, figures.pieces)).direction();
                let speed = SPLIT_SPEED * self.rng.range(0.6, 1.0);
                let place = broken.position + direction * offset.max(0.0);
                self.add_asteroid(piece, broken.ore, place, broken.velocity + direction * speed);
            }
        }
        let turn = self.rng.angle();
        for index in 0..figures.ore_chunks {
            let direction = turn.turned(part_of_turn(index, figures.ore_chunks)).direction();
            let velocity = direction * self.rng.range(0.5, 1.0) * ORE_SPEED + broken.velocity;
            self.add_ore(broken.ore, figures.ore_per_chunk, broken.position, velocity);
        }
    }

    pub(super) fn add_ore(&mut self, ore: OreId, amount: u8, place: Vec2, velocity: Vec2) {
        let lifetime = self.rules.ticks(self.rules.mode.ore_lifetime_seconds);
        self.ores.insert(OreState {
            ore,
            amount,
            position: snap_position(place),
            velocity: snap_velocity(velocity),
            expires: self.tick.plus(lifetime),
        });
    }
}

/// The `index`th of `count` equal parts of a turn, in steps of an angle.
fn part_of_turn(index: u8, count: u8) -> i16 {
    let steps = u32::from(crate::units::Angle::STEPS) * u32::from(index) / u32::from(count.max(1));
    steps as i16
}
