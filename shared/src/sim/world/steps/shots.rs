//! Shots in a tick: they fly, hit, and expire.

use glam::Vec2;

use crate::sim::entities::{AsteroidKey, ShipKey, Shot, ShotKey};
use crate::sim::geometry::share_of_path;
use crate::sim::motion::fly_shot;
use crate::sim::world::{Event, World};
use crate::units::PlayerId;

/// Units that bumps of this tick may have pushed a ship away from the position in its cell.
const BUMP_SLACK: f32 = 16.0;

/// The first thing on a shot's path; wrecks and walls take no harm.
#[derive(Clone, Copy)]
enum Target {
    Ship(ShipKey),
    Wreck,
    Asteroid(AsteroidKey),
    Wall,
}

impl World {
    /// Moves every shot by a tick, and removes those that hit or expire.
    pub(super) fn step_shots(&mut self, events: &mut Vec<Event>) {
        let rules = self.rules.clone();
        let mut hits: Vec<(ShotKey, Target)> = Vec::new();
        let mut shots = std::mem::take(&mut self.state.shots);
        shots.retain(|_, shot| shot.state.expires > self.state.tick);
        self.state.wrecks.expire(self.state.tick, &rules);
        for (key, shot) in shots.iter_mut() {
            let before = shot.state.position;
            if let Some(ship) = self.state.ships.get(shot.ship) {
                shot.view_lag = ship.view_lag;
            }
            fly_shot(&mut shot.state, &rules, self.state.side);
            let is_last = shot.state.ends() <= self.state.tick;
            if is_last {
                // Up to the wall it can still hit something.
                let radius = rules.weapon(shot.state.weapon).radius;
                shot.state.position =
                    rules.walls.reach_towards(before, shot.state.position, radius);
            }
            let wall = is_last.then_some(Target::Wall);
            if let Some(target) = self.first_on_path(before, shot).or(wall) {
                hits.push((key, target));
            }
        }
        self.state.shots = shots;
        for (key, target) in hits {
            let Some(shot) = self.state.shots.remove(key) else { continue };
            let damage = rules.weapon(shot.state.weapon).damage;
            let fit = self.state.ships.get(shot.ship).map(|ship| ship.state.fit);
            match target {
                Target::Ship(ship) => self.hurt_ship(ship, damage, shot.state.shooter, events),
                Target::Wreck | Target::Wall => {}
                Target::Asteroid(asteroid) => {
                    let drilled = fit.map_or(damage, |fit| rules.drilled(damage, &fit));
                    self.hurt_asteroid(asteroid, drilled);
                }
            }
        }
    }

    /// The nearest ship or asteroid that the shot's path of this tick touches. Ships count at their places on
    /// the shooter's screen. Asteroids count at their present places, because all screens show them in the present.
    fn first_on_path(&self, from: Vec2, shot: &Shot) -> Option<Target> {
        let rules = &self.rules;
        let radius = rules.weapon(shot.state.weapon).radius;
        let to = shot.state.position;
        let centre = (from + to) / 2.0;
        let half_length = from.distance(to) / 2.0;
        let mut first: Option<(f32, Target)> = None;
        let mut consider = |share: Option<f32>, target: Target| {
            if let Some(share) = share
                && first.is_none_or(|(nearest, _)| share < nearest)
            {
                first = Some((share, target));
            }
        };
        let reach = half_length + radius;
        let moved = rules.ship_speed_max * shot.view_lag.ticks() * rules.tick_seconds;
        let ship_reach = reach + rules.hull_radius_max + BUMP_SLACK + moved;
        self.ship_cells.for_each_near(centre, ship_reach, |near| {
            let Some(ship) = self.state.ships.get(near.key) else { return };
            if ship.state.player != shot.state.shooter
                && let Some(place) = ship.trail.at(shot.view_lag)
            {
                let sum = radius + rules.hull(ship.state.hull).radius;
                consider(share_of_path(from, to, place, sum), Target::Ship(near.key));
            }
        });
        for wreck in self.state.wrecks.iter() {
            if wreck.player != shot.state.shooter
                && wreck.is_near(centre, ship_reach)
                && let Some(place) = wreck.at(self.state.tick, shot.view_lag)
            {
                let sum = radius + rules.hull(wreck.hull).radius;
                consider(share_of_path(from, to, place, sum), Target::Wreck);
            }
        }
        self.asteroid_cells.for_each_near(centre, reach + rules.asteroid_radius_max, |near| {
            let Some(asteroid) = self.state.asteroids.get(near.key) else { return };
            let sum = radius + rules.content.asteroid_size(asteroid.state.size).radius;
            let share = share_of_path(from, to, asteroid.state.position, sum);
            consider(share, Target::Asteroid(near.key));
        });
        first.map(|(_, target)| target)
    }

    fn hurt_ship(&mut self, key: ShipKey, damage: u16, shooter: PlayerId, events: &mut Vec<Event>) {
        let Some(ship) = self.state.ships.get_mut(key) else { return };
        if ship.state.protected {
            return;
        }
        let state = &mut ship.state;
        let taken = state.shield.min(damage);
        let shield = self.rules.shield(&state.fit);
        state.shield -= taken;
        if shield.most > 0 {
            state.shield_wait = shield.delay_ticks;
        }
        state.hit_points = state.hit_points.saturating_sub(damage - taken);
        if ship.state.hit_points == 0 {
            events.push(Event::Kill { killer: shooter, victim: ship.state.player });
            self.destroy_ship(key, shooter, events);
        }
    }
}
