//! Asteroids: they drift, break into smaller ones and ore, and grow anew.

use glam::Vec2;

use crate::sim::entities::{Asteroid, AsteroidKey, AsteroidState, AsteroidTold, OreState, OreTold};
use crate::sim::motion::drift;
use crate::sim::rules::Site;
use crate::sim::world::World;
use crate::units::{Angle, DepositId, OreId, SizeId, snap_position, snap_velocity};

/// Places tried for a new asteroid before growing is postponed.
const GROW_TRIES: u32 = 32;
/// Units beyond the view of a ship in which no asteroid grows: it has a radius, and ships fly on.
const SIGHT_MARGIN: f32 = 250.0;
/// Speed at which the pieces of an asteroid part, units/s.
const SPLIT_SPEED: f32 = 36.0;
/// Speed at which ore is set free, units/s.
const ORE_SPEED: f32 = 46.0;

impl World {
    pub(super) fn step_asteroids(&mut self) {
        let rules = self.rules.clone();
        for asteroid in self.state.asteroids.values_mut() {
            drift(&mut asteroid.state, &rules, self.state.side);
        }
        let mut missing = std::mem::take(&mut self.missing_asteroids);
        missing.clear();
        missing.extend(rules.deposits.iter().map(|deposit| i32::from(deposit.asteroids)));
        for deposit in self.state.asteroids.values().filter_map(|asteroid| asteroid.deposit) {
            missing[deposit.index()] -= 1;
        }
        for id in rules.deposit_ids() {
            let ticks = &mut self.state.regrow_ticks[id.index()];
            *ticks = ticks.saturating_sub(1);
            let is_full = missing[id.index()] <= 0;
            if is_full || *ticks == 0 {
                *ticks = rules.deposit(id).regrow_ticks;
                if !is_full {
                    self.grow_asteroid(id);
                }
            }
        }
        self.missing_asteroids = missing;
    }

    /// Grows all asteroids of a new world.
    pub(in crate::sim::world) fn grow_all_asteroids(&mut self) {
        for id in self.rules.deposit_ids() {
            for _ in 0..self.rules.deposit(id).asteroids {
                self.grow_asteroid(id);
            }
        }
    }

    /// Adds an asteroid to a deposit, outside of every view; postpones it if there is no such place.
    fn grow_asteroid(&mut self, deposit: DepositId) {
        let rules = self.rules.clone();
        match &rules.deposit(deposit).site {
            Site::Field { bounds, ores, .. } => self.grow_in_field(deposit, *bounds, ores),
            Site::Rock { position, size, ore } => {
                if !self.is_seen(*position) {
                    self.add_asteroid(Some(deposit), *size, *ore, *position, Vec2::ZERO);
                }
            }
        }
    }

    fn grow_in_field(&mut self, deposit: DepositId, bounds: (Vec2, Vec2), ores: &[f32]) {
        let rules = self.rules.clone();
        let sizes = &rules.content.asteroid_sizes;
        let rng = &mut self.state.rng;
        let size = SizeId(rng.weighted(sizes.iter().map(|size| size.abundance)) as u8);
        let ore = OreId(rng.weighted(ores.iter().copied()) as u8);
        let figures = &sizes[size.index()];
        for _ in 0..GROW_TRIES {
            let place = snap_position(self.state.rng.in_rectangle(bounds.0, bounds.1));
            if !rules.deposit(deposit).contains(place)
                || rules.is_near_safe_zone(place, figures.radius)
                || rules.walls.overlaps(place, figures.radius)
                || rules.gates.overlaps(place, figures.radius)
                || self.is_seen(place)
            {
                continue;
            }
            let speed = self.state.rng.unit() * figures.drift_speed_max;
            let velocity = self.state.rng.angle().direction() * speed;
            self.add_asteroid(Some(deposit), size, ore, place, velocity);
            return;
        }
    }

    /// Whether a ship may see an asteroid at a place. Where everyone sees everything, asteroids grow in sight.
    fn is_seen(&self, place: Vec2) -> bool {
        let reach = self.rules.sector.view_half.unwrap_or_default() + SIGHT_MARGIN;
        let mut is_seen = false;
        self.ship_cells.for_each_in(place - reach, place + reach, |_| is_seen = true);
        is_seen
    }

    fn add_asteroid(
        &mut self,
        deposit: Option<DepositId>,
        size: SizeId,
        ore: OreId,
        place: Vec2,
        velocity: Vec2,
    ) {
        let told = AsteroidTold { size, ore, shape: self.state.rng.next_u32() as u8 };
        let hit_points = self.rules.content.asteroid_size(size).hit_points;
        let (position, velocity) = (snap_position(place), snap_velocity(velocity));
        let state = AsteroidState::new(told, position, velocity, hit_points);
        self.state.asteroids.insert(Asteroid { state, damaged: self.state.tick, deposit });
    }

    pub(super) fn hurt_asteroid(&mut self, key: AsteroidKey, damage: u16) {
        let Some(asteroid) = self.state.asteroids.get_mut(key) else { return };
        let state = &mut asteroid.state;
        state.hit_points = state.hit_points.saturating_sub(damage);
        asteroid.damaged = self.state.tick;
        if state.hit_points == 0
            && let Some(broken) = self.state.asteroids.remove(key)
        {
            self.break_up(broken.deposit, &broken.state);
        }
    }

    /// Replaces a broken asteroid by its pieces and its ore.
    fn break_up(&mut self, deposit: Option<DepositId>, broken: &AsteroidState) {
        let rules = self.rules.clone();
        let figures = rules.content.asteroid_size(broken.size);
        let piece = SizeId(broken.size.0 + 1);
        if piece.index() < rules.content.asteroid_sizes.len() {
            let offset = figures.radius - rules.content.asteroid_size(piece).radius;
            let turn = self.state.rng.angle();
            for index in 0..figures.pieces {
                let direction = turn.turned(part_of_turn(index, figures.pieces)).direction();
                let speed = SPLIT_SPEED * self.state.rng.range(0.6, 1.0);
                let place = broken.position + direction * offset.max(0.0);
                let radius = rules.content.asteroid_size(piece).radius;
                let place = rules.walls.reach_towards(broken.position, place, radius);
                let velocity = broken.velocity + direction * speed;
                self.add_asteroid(deposit, piece, broken.ore, place, velocity);
            }
        }
        let turn = self.state.rng.angle();
        for index in 0..figures.ore_chunks {
            let direction = turn.turned(part_of_turn(index, figures.ore_chunks)).direction();
            let velocity = direction * self.state.rng.range(0.5, 1.0) * ORE_SPEED + broken.velocity;
            self.add_ore(broken.ore, figures.ore_per_chunk, broken.position, velocity);
        }
    }

    pub(super) fn add_ore(&mut self, ore: OreId, amount: u8, place: Vec2, velocity: Vec2) {
        let lifetime = self.rules.ticks(self.rules.mode.ore_lifetime_seconds);
        let told = OreTold { ore, amount, expires: self.state.tick.plus(lifetime) };
        self.state.ores.insert(OreState::new(told, snap_position(place), snap_velocity(velocity)));
    }
}

/// The `index`th of `count` equal parts of a turn, in steps of an angle.
fn part_of_turn(index: u8, count: u8) -> i16 {
    let steps = u32::from(Angle::STEPS) * u32::from(index) / u32::from(count.max(1));
    steps as i16
}
