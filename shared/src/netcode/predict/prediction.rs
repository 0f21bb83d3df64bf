//! Prediction of our own ship, and its reconciliation with the server's state.
//!
//! The ship is stepped with the game's own rules as soon as a command is given. Each snapshot replaces
//! the past: the commands that it does not cover yet are replayed on the server's state. If nobody
//! interfered, the outcome is the same to the bit and nothing moves.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::Vec2;
use serde::{Deserialize, Serialize};

use crate::limits::PREDICTED_TICKS_MAX;
use crate::netcode::sync::playout::View;
use crate::netcode::view::frame::Frame;
use crate::sim::{
    AsteroidState, Epoch, Rules, ShipState, ShotState, bump, bump_ships, drift, fly, fly_on,
    fly_shot, last_place, pull_trigger, shoot, steer,
};
use crate::units::{Controls, Micros, Tick};

/// Units between our ship and another one within which they may bump before the next snapshots tell.
const BUMP_UNITS: f32 = 250.0;

/// Our own ship at the newest client tick.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Predicted {
    /// The tick it is predicted for.
    pub tick: Tick,
    /// When that tick was run, on the client's clock.
    pub at: Micros,
    /// The ship, `None` while it is destroyed.
    pub ship: Option<ShipState>,
    /// Its boost charge.
    pub boost_charge: u16,
    /// Its energy, in steps of [`ENERGY_STEPS`](crate::sim::ENERGY_STEPS) per unit.
    pub energy: u16,
    /// By how much the last reconciliation moved the ship, for smoothing; zero if it was right.
    pub correction: Vec2,
    /// Our shots in flight, but for those that are seen to have hit something.
    pub shots: Vec<ShotState>,
    /// Our shots that hit something in this tick, as far as we see.
    pub struck: Vec<ShotState>,
    /// How others are shown in this tick.
    pub view: View,
}

/// The part of a ship that prediction computes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moved {
    position: Vec2,
    velocity: Vec2,
    boosting: bool,
    boost_charge: u16,
}

impl Moved {
    fn of(ship: &ShipState, boost_charge: u16) -> Self {
        let ShipState { position, velocity, boosting, .. } = *ship;
        Moved { position, velocity, boosting, boost_charge }
    }
}

/// The difference between a prediction and the server's state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correction {
    /// Distance from the predicted to the actual position at the tick of the snapshot, units.
    pub units: f32,
}

/// Predicts our own ship.
#[derive(Clone, Debug)]
pub struct Predictor {
    /// The rules of the newest predicted tick.
    rules: Arc<Rules>,
    /// The epoch that snapshots have not reached: its first tick, the step to it, and the rules before it.
    epoch: Option<(Tick, Epoch, Arc<Rules>)>,
    /// Commands that no snapshot covers yet, each with its predicted result.
    pending: VecDeque<(Tick, Controls, Option<Moved>)>,
    /// Ships near enough to bump into ours, as they would be at the newest predicted tick if they go on as
    /// they did.
    others: Vec<ShipState>,
    /// Asteroids as of the newest predicted tick.
    asteroids: Vec<AsteroidState>,
    side: f32,
    tick: Tick,
    ship: Option<ShipState>,
    boost_charge: u16,
    gun_cooldown: u8,
    energy: u16,
    shots: Vec<ShotState>,
    /// Those that ended at a wall in the newest predicted tick, each at the place where it did.
    walled: Vec<ShotState>,
    /// The controls of the newest command that a snapshot covers: the server repeats them in a gap.
    covered: Controls,
    near: Vec<AsteroidState>,
}

impl Predictor {
    /// A predictor that knows of no ship yet.
    pub fn new(rules: Arc<Rules>) -> Self {
        Predictor {
            rules,
            epoch: None,
            pending: VecDeque::new(),
            others: Vec::new(),
            asteroids: Vec::new(),
            side: 0.0,
            tick: Tick(0),
            ship: None,
            boost_charge: 0,
            gun_cooldown: 0,
            energy: 0,
            shots: Vec::new(),
            walled: Vec::new(),
            covered: Controls::default(),
            near: Vec::new(),
        }
    }

    /// Gives a command for `tick`, which must be later than any before, and predicts its outcome.
    pub fn command(&mut self, tick: Tick, controls: Controls) {
        debug_assert!(self.pending.back().is_none_or(|(last, ..)| *last < tick), "one per tick");
        // Nothing came back for seconds: the oldest would be replayed in vain.
        let oldest = tick.minus(PREDICTED_TICKS_MAX as u32 - 1);
        while self.pending.pop_front_if(|(given, ..)| *given < oldest).is_some() {}
        let held = self.pending.back().map_or(self.covered, |(_, controls, _)| *controls);
        self.walled.clear();
        self.advance_to(tick, &held, &controls);
        let moved = self.ship.map(|ship| Moved::of(&ship, self.boost_charge));
        self.pending.push_back((tick, controls, moved));
        debug_assert!(self.pending.len() <= PREDICTED_TICKS_MAX, "no more is replayed than that");
    }

    /// Other rules apply from `tick` on. To be followed by a reconciliation, which comes with each snapshot.
    pub fn set_epoch(&mut self, tick: Tick, rules: Arc<Rules>) {
        let old = self.rules_of_snapshots().clone();
        self.epoch = Some((tick, Epoch::new(&old, rules), old));
    }

    /// The rules of the ticks that snapshots have reached.
    fn rules_of_snapshots(&self) -> &Arc<Rules> {
        self.epoch.as_ref().map_or(&self.rules, |(_, _, before)| before)
    }

    /// What is predicted goes on under the rules of the epoch that begins with this tick.
    fn cross(&mut self) {
        let Some((first, epoch, before)) = &self.epoch else { return };
        if self.tick < *first || !Arc::ptr_eq(&self.rules, before) {
            return;
        }
        let now = first.minus(1);
        for ship in self.ship.iter_mut().chain(&mut self.others) {
            epoch.ship(ship);
        }
        if let Some(ship) = &self.ship {
            let Predictor { boost_charge, gun_cooldown, energy, .. } = self;
            epoch.reserves(ship, boost_charge, gun_cooldown, energy);
        }
        self.shots.iter_mut().for_each(|shot| epoch.shot(shot, now));
        self.asteroids.iter_mut().for_each(|asteroid| epoch.asteroid(asteroid));
        self.rules = epoch.rules.clone();
    }

    /// Forgets the commands from `tick` on: they are given once more. To be followed by a reconciliation.
    pub fn forget_from(&mut self, tick: Tick) {
        while self.pending.pop_back_if(|(given, ..)| *given >= tick).is_some() {}
    }

    /// Starts again from the server's state in a snapshot, and replays the commands after its tick.
    ///
    /// Returns how far the prediction for that very tick was off, `None` if it was right or there was none,
    /// and the jump of the ship at the newest tick.
    pub fn reconcile(&mut self, frame: &Frame) -> (Option<Correction>, Vec2) {
        let mut expected = None;
        while let Some((tick, controls, moved)) = self.pending.front() {
            if *tick > frame.tick {
                break;
            }
            expected = moved.filter(|_| *tick == frame.tick);
            self.covered = *controls;
            self.pending.pop_front();
        }
        debug_assert!(
            self.pending.iter().is_sorted_by(|a, b| a.0 < b.0),
            "commands are replayed in order"
        );
        let before = self.ship;
        self.tick = frame.tick;
        self.rules = self.rules_of_snapshots().clone();
        if let Some((_, epoch, _)) = self.epoch.take_if(|(first, ..)| *first <= frame.tick) {
            self.rules = epoch.rules;
        }
        self.ship = frame.own_ship().copied();
        self.boost_charge = frame.own.boost_charge;
        self.gun_cooldown = frame.own.gun_cooldown;
        self.energy = frame.own.energy;
        self.shots.clear();
        let shots = frame.shots.iter().map(|(_, shot)| *shot);
        self.shots.extend(shots.filter(|shot| shot.shooter == frame.player));
        self.side = frame.side;
        self.others.clear();
        if let Some(ship) = &self.ship {
            let is_near = |other: &ShipState| {
                (other.position - ship.position).abs().max_element() <= BUMP_UNITS
            };
            let others = frame.ships.iter().map(|(_, ship)| *ship);
            let others = others.filter(|other| other.player != frame.player);
            self.others.extend(others.filter(is_near));
        }
        self.asteroids.clear();
        self.asteroids.extend(frame.asteroids.iter().map(|(_, asteroid)| *asteroid));
        let actual = self.ship.map(|ship| Moved::of(&ship, self.boost_charge));
        let mut pending = std::mem::take(&mut self.pending);
        let mut held = self.covered;
        for (tick, controls, moved) in &mut pending {
            self.advance_to(*tick, &held, controls);
            held = *controls;
            *moved = self.ship.map(|ship| Moved::of(&ship, self.boost_charge));
        }
        self.pending = pending;
        let correction = match (expected, actual) {
            (Some(expected), Some(actual)) if expected != actual => {
                Some(Correction { units: expected.position.distance(actual.position) })
            }
            _ => None,
        };
        let jump = match (before, self.ship) {
            (Some(before), Some(now)) if correction.is_some() => now.position - before.position,
            _ => Vec2::ZERO,
        };
        (correction, jump)
    }

    /// The ship at the newest predicted tick.
    pub fn ship(&self) -> Option<&ShipState> {
        self.ship.as_ref()
    }

    /// Its boost charge.
    pub fn boost_charge(&self) -> u16 {
        self.boost_charge
    }

    /// Its energy, in steps.
    pub fn energy(&self) -> u16 {
        self.energy
    }

    /// Our shots in flight at the newest predicted tick.
    pub fn shots(&self) -> &[ShotState] {
        &self.shots
    }

    /// Our shots that ended at a wall in that tick, each where it did.
    pub fn walled(&self) -> &[ShotState] {
        &self.walled
    }

    /// The asteroids in view at that tick.
    pub fn asteroids(&self) -> &[AsteroidState] {
        &self.asteroids
    }

    /// Steps to `tick` with its `controls`. In a gap the server repeats the controls `held` before. Of a gap longer than any
    /// that is predicted, which a client that slept or a broken server makes, only the end is stepped: each snapshot would
    /// replay it, and the client would stand still for seconds.
    fn advance_to(&mut self, tick: Tick, held: &Controls, controls: &Controls) {
        self.tick = self.tick.max(tick.minus(PREDICTED_TICKS_MAX as u32));
        while self.tick < tick {
            self.tick = self.tick.next();
            self.cross();
            self.step(if self.tick == tick { controls } else { held });
        }
    }

    /// One tick, in the order of the world's own step.
    fn step(&mut self, controls: &Controls) {
        let (rules, side, now) = (&self.rules, self.side, self.tick);
        for asteroid in &mut self.asteroids {
            drift(asteroid, rules, side);
        }
        if let Some(ship) = &mut self.ship {
            steer(ship, &mut self.boost_charge, controls, rules);
            fly(ship, rules, side);
            let reach = rules.hull(ship.hull).radius + rules.asteroid_radius_max;
            let is_near = |asteroid: &&AsteroidState| {
                (asteroid.position - ship.position).abs().max_element() <= reach
            };
            self.near.clear();
            self.near.extend(self.asteroids.iter().filter(is_near));
            bump(ship, &mut self.near, rules);
            for other in &mut self.others {
                fly_on(other, rules, side);
                bump_ships(ship, other, rules);
            }
        }
        let ended = self.shots.extract_if(.., |shot| shot.ends() <= now);
        self.walled.extend(ended.filter(ShotState::ends_at_wall).map(|shot| {
            let place = last_place(&shot, rules, side, now.minus(1));
            shot.at(place)
        }));
        for shot in &mut self.shots {
            fly_shot(shot, rules, side);
        }
        let Some(ship) = &self.ship else { return };
        if pull_trigger(ship, &mut self.gun_cooldown, &mut self.energy, controls.fire, rules) {
            let pellets = rules.weapon(ship.fit.weapon).pellets;
            self.shots.extend((0..pellets).map(|pellet| shoot(ship, rules, now, pellet)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;
    use crate::sim::{OwnState, World};
    use crate::units::PlayerId;

    /// A frame of a world that was never changed but for its tick.
    fn frame(world: &World, tick: Tick) -> Frame {
        let ships = world.ships().values().map(|ship| ship.state);
        Frame {
            tick,
            arrived: 0,
            side: world.side(),
            player: PlayerId(1),
            own: OwnState::default(),
            ships: ships.map(|ship| (crate::snapshot::EntityKey(1), ship)).collect(),
            shots: Vec::new(),
            asteroids: Vec::new(),
            ores: Vec::new(),
            removals: Vec::new(),
        }
    }

    #[test]
    fn a_gap_longer_than_any_that_is_predicted_is_not_stepped_through() {
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Arc::new(Rules::new(content, "proving-ground", "proving-ground", 30).unwrap());
        let mut world = World::new(rules.clone(), 1);
        world.step(&[crate::sim::Command::Join(PlayerId(1))], &mut Vec::new());
        let mut predictor = Predictor::new(rules);
        predictor.reconcile(&frame(&world, Tick(1_000)));
        for tick in 1_001..1_011 {
            predictor.command(Tick(tick), Controls::default());
        }
        // Stepped through, this gap takes minutes, and each snapshot takes them again.
        let late = Tick(u32::MAX - 1);
        predictor.command(late, Controls::default());
        assert_eq!(predictor.pending.len(), 1, "what came before is answered or lost");
        predictor.reconcile(&frame(&world, Tick(1_001)));
        assert_eq!((predictor.tick, predictor.ship.is_some()), (late, true));
        // The ticks of a server never start again; a client must survive it.
        predictor.reconcile(&frame(&world, Tick(1)));
        assert_eq!(predictor.tick, late);
    }
}
