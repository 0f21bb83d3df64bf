//! Prediction of our own ship, and its reconciliation with what the server says.
//!
//! The ship is stepped with the game's own rules as soon as a command is given. Each snapshot replaces
//! the past: the commands that it does not cover yet are replayed on the server's state. If nobody
//! interfered, the outcome is the same to the bit and nothing moves.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::Vec2;
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::playout::View;
use crate::limits::PREDICTED_TICKS_MAX;
use crate::sim::{
    AsteroidState, Rules, ShipState, ShotState, bump, bump_ships, drift, fly, fly_on, fly_shot,
    muzzle, steer,
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
    /// By how much the last reconciliation moved the ship, for smoothing; zero if it was right.
    pub correction: Vec2,
    /// Our shots in flight, but for those that are seen to have hit something.
    pub shots: Vec<ShotState>,
    /// Our shots that hit something in this tick, as far as we see.
    pub struck: Vec<ShotState>,
    /// What is shown of others meanwhile.
    pub view: View,
}

/// The part of a ship that prediction answers for.
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

/// How a prediction compared with the server's word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correction {
    /// How far off the ship was at the tick of the snapshot, units.
    pub units: f32,
}

/// Predicts our own ship.
#[derive(Clone, Debug)]
pub struct Predictor {
    rules: Arc<Rules>,
    /// Commands given and not yet covered by a snapshot, with what they were predicted to lead to.
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
    shots: Vec<ShotState>,
    /// The controls of the newest command that a snapshot covers: the server repeats them in a gap.
    covered: Controls,
    near: Vec<AsteroidState>,
}

impl Predictor {
    /// A predictor that knows of no ship yet.
    pub fn new(rules: Arc<Rules>) -> Self {
        Predictor {
            rules,
            pending: VecDeque::new(),
            others: Vec::new(),
            asteroids: Vec::new(),
            side: 0.0,
            tick: Tick(0),
            ship: None,
            boost_charge: 0,
            gun_cooldown: 0,
            shots: Vec::new(),
            covered: Controls::default(),
            near: Vec::new(),
        }
    }

    /// Gives a command for `tick`, which must be later than any before, and predicts its outcome.
    pub fn command(&mut self, tick: Tick, controls: Controls) {
        debug_assert!(self.pending.back().is_none_or(|(last, ..)| *last < tick), "one per tick");
        if self.pending.len() == PREDICTED_TICKS_MAX {
            // Nothing came back for seconds: the oldest would be replayed in vain.
            self.pending.pop_front();
        }
        let held = self.pending.back().map_or(self.covered, |(_, controls, _)| *controls);
        self.advance_to(tick, &held, &controls);
        let moved = self.ship.map(|ship| Moved::of(&ship, self.boost_charge));
        self.pending.push_back((tick, controls, moved));
    }

    /// Takes the server's word, a snapshot, and replays the commands after its tick.
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
        let before = self.ship;
        self.tick = frame.tick;
        self.ship = frame.own_ship().copied();
        self.boost_charge = frame.own.boost_charge;
        self.gun_cooldown = frame.own.gun_cooldown;
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

    /// Our shots in flight at the newest predicted tick.
    pub fn shots(&self) -> &[ShotState] {
        &self.shots
    }

    /// The asteroids in view at that tick.
    pub fn asteroids(&self) -> &[AsteroidState] {
        &self.asteroids
    }

    /// Steps to `tick` with its `controls`. In a gap the server repeats the controls `held` before.
    fn advance_to(&mut self, tick: Tick, held: &Controls, controls: &Controls) {
        while self.tick < tick {
            self.tick = self.tick.next();
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
        self.shots.retain(|shot| shot.expires > now);
        for shot in &mut self.shots {
            fly_shot(shot, rules, side);
        }
        let Some(ship) = &self.ship else { return };
        self.gun_cooldown = self.gun_cooldown.saturating_sub(1);
        if controls.fire && self.gun_cooldown == 0 && !rules.is_safe(ship.position) {
            let shot = muzzle(ship, rules, now);
            self.gun_cooldown = rules.weapon(shot.weapon).interval_ticks;
            self.shots.push(shot);
        }
    }
}
