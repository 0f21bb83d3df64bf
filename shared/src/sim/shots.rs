//! Shots in a tick: guns fire them, they fly, and they hit.

use glam::Vec2;

use super::motion::{fly_shot, muzzle};
use super::world::{AsteroidKey, Event, ShipKey, Shot, ShotKey, World};
use crate::units::PlayerId;

/// How far bumps of this tick may have pushed a ship from where its cell has it.
const BUMP_SLACK: f32 = 16.0;

/// The first thing on a shot's path; a wreck takes no harm.
#[derive(Clone, Copy)]
enum Target {
    Ship(ShipKey),
    Wreck,
    Asteroid(AsteroidKey),
}

impl World {
    /// Flies every shot by a tick, and deals with those that hit or fade.
    pub(super) fn step_shots(&mut self, events: &mut Vec<Event>) {
        let rules = self.rules.clone();
        let mut hits: Vec<(ShotKey, Target)> = Vec::new();
        let mut shots = std::mem::take(&mut self.shots);
        shots.retain(|_, shot| shot.state.expires > self.tick);
        self.wrecks.expire(self.tick, &rules);
        for (key, shot) in &mut shots {
            let before = shot.state.position;
            if let Some(ship) = self.ships.get(shot.ship) {
                shot.view_lag = ship.view_lag;
            }
            fly_shot(&mut shot.state, &rules, self.side);
            if let Some(target) = self.first_on_path(before, shot) {
                hits.push((key, target));
            }
        }
        self.shots = shots;
        for (key, target) in hits {
            let Some(shot) = self.shots.remove(key) else { continue };
            let damage = rules.weapon(shot.state.weapon).damage;
            match target {
                Target::Ship(ship) => self.hurt_ship(ship, damage, shot.state.shooter, events),
                Target::Wreck => {}
                Target::Asteroid(asteroid) => self.hurt_asteroid(asteroid, damage),
            }
        }
    }

    /// The nearest ship or asteroid that the shot's path of this tick touches. Ships are where they were on
    /// the shooter's screen; asteroids, which everyone sees in the present, where they are.
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
            let Some(ship) = self.ships.get(near.key) else { return };
            if ship.state.player != shot.state.shooter
                && let Some(place) = ship.trail.at(shot.view_lag)
            {
                let sum = radius + rules.hull(ship.state.hull).radius;
                consider(share_of_path(from, to, place, sum), Target::Ship(near.key));
            }
        });
        for wreck in self.wrecks.iter() {
            if wreck.player != shot.state.shooter
                && wreck.is_near(centre, ship_reach)
                && let Some(place) = wreck.at(self.tick, shot.view_lag)
            {
                let sum = radius + rules.hull(wreck.hull).radius;
                consider(share_of_path(from, to, place, sum), Target::Wreck);
            }
        }
        self.asteroid_cells.for_each_near(centre, reach + rules.asteroid_radius_max, |near| {
            let Some(asteroid) = self.asteroids.get(near.key) else { return };
            let sum = radius + rules.content.asteroid_size(asteroid.state.size).radius;
            let share = share_of_path(from, to, asteroid.state.position, sum);
            consider(share, Target::Asteroid(near.key));
        });
        first.map(|(_, target)| target)
    }

    fn hurt_ship(&mut self, key: ShipKey, damage: u16, shooter: PlayerId, events: &mut Vec<Event>) {
        let Some(ship) = self.ships.get_mut(key) else { return };
        if ship.state.protected {
            return;
        }
        ship.state.hit_points = ship.state.hit_points.saturating_sub(damage);
        if ship.state.hit_points == 0 {
            events.push(Event::Kill { killer: shooter, victim: ship.state.player });
            self.destroy_ship(key, shooter);
        }
    }

    /// Lets every gun cool, and fires those whose trigger is held.
    pub(super) fn step_guns(&mut self) {
        let rules = self.rules.clone();
        for (key, ship) in &mut self.ships {
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
            let state = muzzle(&ship.state, &rules, self.tick);
            ship.gun_cooldown = rules.weapon(state.weapon).interval_ticks;
            let view_lag = ship.view_lag;
            self.shots.insert(Shot { state, fired: self.tick, ship: key, view_lag });
        }
    }
}

/// How far along the way from `from` to `to` a shot first comes within `reach` of `centre`, `0.0..=1.0`.
pub fn share_of_path(from: Vec2, to: Vec2, centre: Vec2, reach: f32) -> Option<f32> {
    let way = to - from;
    let start = from - centre;
    let outside = start.length_squared() - reach * reach;
    if outside <= 0.0 {
        return Some(0.0);
    }
    // |start + way * t| = reach, solved for the smaller t.
    let a = way.length_squared();
    let b = start.dot(way);
    let discriminant = b * b - a * outside;
    if b >= 0.0 || discriminant < 0.0 {
        return None;
    }
    let share = (-b - discriminant.sqrt()) / a;
    (share <= 1.0).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_hits_where_it_first_comes_within_reach() {
        let (from, to) = (Vec2::ZERO, Vec2::new(10.0, 0.0));
        assert_eq!(share_of_path(from, to, Vec2::new(5.0, 0.0), 1.0), Some(0.4));
        assert_eq!(share_of_path(from, to, Vec2::new(0.5, 0.0), 1.0), Some(0.0));
        assert_eq!(share_of_path(from, to, Vec2::new(5.0, 2.0), 1.0), None);
        assert_eq!(share_of_path(from, to, Vec2::new(-5.0, 0.0), 1.0), None);
        assert_eq!(share_of_path(from, to, Vec2::new(20.0, 0.0), 1.0), None);
        assert_eq!(share_of_path(from, from, Vec2::new(20.0, 0.0), 1.0), None);
    }
}
