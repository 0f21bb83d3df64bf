//! What to draw at a moment: other ships a little in the past, between two snapshots; everything that reacts to us in
//! the client's present.
//!
//! | what | drawn at |
//! |---|---|
//! | our ship, our shots | the present, as predicted |
//! | asteroids, ore | the present: they drift as predicted, and we bump into them there |
//! | other ships | the past of the [`View`](crate::netcode::View), between two snapshots |
//! | shots of others | far from our ship: the past of their ships; close to it: the present, in which they hit us |
//!
//! The last row is the "local perception filter" of P. Sharkey, M. Ryan and D. Roberts, 1998.

#[cfg(all(test, feature = "content-files"))]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use glam::Vec2;

use super::frame::Frame;
use super::playback::Around;
use super::scene::Scene;
use crate::netcode::predict::prediction::Predicted;
use crate::sim::{Epoch, Rules, ShipState};
use crate::snapshot::{EntityKey, EntityKind, Removal};
use crate::units::{Controls, Micros, Tick};

/// Seconds of frames kept: more than the longest delay.
const FRAMES_SECONDS: f32 = 2.0;
/// Time constant for smoothing a correction of our own ship, in seconds.
const CORRECTION_SECONDS: f32 = 0.05;
/// Time constant for smoothing the extrapolation error of another ship, in seconds.
const RETURN_SECONDS: f32 = 0.08;
/// Corrections larger than this, in units, are shown at once.
const CORRECTION_UNITS_MAX: f32 = 200.0;
/// Distance from our ship, in units, at which shots of others are drawn entirely in the past.
const LOCAL_UNITS: f32 = 350.0;
/// Marks the key of one of our own shots, which exists from the click on, before the server has given it a key.
const OWN_SHOT: u32 = 1 << 31;
/// Longest extrapolation of anything along its course, in seconds.
const COURSE_SECONDS_MAX: f32 = 1.0;

/// Turns frames, as they arrive, into scenes, as they are requested.
#[derive(Debug)]
pub struct Interpolator {
    rules: Arc<Rules>,
    frames: VecDeque<Frame>,
    predicted: Option<Predicted>,
    sampled: Micros,
    /// The moment of the past that was drawn last. Removals up to it have been reported.
    told: f64,
    /// Remaining correction of our own ship to smooth, in world units.
    error: Vec2,
    /// Remaining corrections of other ships, which were extrapolated wrongly.
    errors: Vec<(EntityKey, Vec2)>,
    /// Removals in the present that are not yet reported.
    removals: Vec<Removal>,
    /// Our shots whose end was reported when it was predicted, by the tick of their end.
    struck: Vec<Tick>,
    scene: Scene,
}

impl Interpolator {
    /// An interpolator for a room under `rules`.
    pub fn new(rules: Arc<Rules>) -> Self {
        Interpolator {
            rules,
            frames: VecDeque::new(),
            predicted: None,
            sampled: 0,
            told: 0.0,
            error: Vec2::ZERO,
            errors: Vec::new(),
            removals: Vec::new(),
            struck: Vec::new(),
            scene: Scene::default(),
        }
    }

    /// An epoch begins with the next frame.
    pub fn begin_epoch(&mut self, rules: Arc<Rules>) {
        let epoch = Epoch::new(&self.rules, rules.clone());
        self.frames = self.frames.drain(..).map(|frame| frame.under(&epoch)).collect();
        self.rules = rules;
    }

    /// Adds a snapshot's frame.
    pub fn push_frame(&mut self, mut frame: Frame) {
        if self.frames.back().is_some_and(|last| last.tick >= frame.tick) {
            // A new session in the same room: old times are meaningless.
            self.frames.clear();
            self.errors.clear();
            self.predicted = None;
        }
        self.tell_present(&mut frame);
        let shown = self.shown(frame.arrived);
        let newest = self.frames.back().map(|last| f64::from(last.tick.0));
        let before = match (shown, newest) {
            (Some(shown), Some(newest)) if shown > newest => self.ships_at(shown),
            _ => Vec::new(),
        };
        self.frames.push_back(frame);
        if self.frames.len() as f32 > (FRAMES_SECONDS / self.rules.tick_seconds).max(16.0) {
            // Nothing was drawn for long, so these removals need not be reported any more.
            self.frames.pop_front();
        }
        if let (Some(shown), false) = (shown, before.is_empty()) {
            self.note_errors(&before, shown);
        }
    }

    /// Sets the newest state of our own ship.
    pub fn push_predicted(&mut self, predicted: Predicted) {
        let jump = predicted.correction;
        self.error = match jump.length() > CORRECTION_UNITS_MAX || predicted.ship.is_none() {
            true => Vec2::ZERO,
            false => self.error - jump,
        };
        self.struck.extend(predicted.struck.iter().map(|shot| shot.expires));
        self.removals.extend(predicted.struck.iter().map(|shot| Removal {
            key: own_shot_key(shot.expires),
            kind: EntityKind::Shot,
            position: shot.position,
            destroyed: true,
        }));
        self.predicted = Some(predicted);
    }

    /// Current interpolation delay, in milliseconds.
    pub fn delay_ms(&self) -> f64 {
        let ticks = self.predicted.as_ref().map_or(0.0, |predicted| predicted.view.delay_ticks);
        ticks * f64::from(self.rules.tick_seconds) * 1e3
    }

    /// The scene at `now`, with our gun pointing where `controls` points at this moment.
    pub fn sample(&mut self, now: Micros, controls: &Controls) -> &Scene {
        self.scene.removals.clear();
        self.scene.removals.append(&mut self.removals);
        let seconds = now.saturating_sub(self.sampled).min(10_000_000) as f32 / 1e6;
        self.sampled = now;
        // Exponential decay, in a first-order form that needs no exponential.
        self.error /= 1.0 + seconds / CORRECTION_SECONDS;
        self.errors.retain_mut(|(_, error)| {
            *error /= 1.0 + seconds / RETURN_SECONDS;
            error.length_squared() > 0.01
        });
        let (Some(shown), Some(newest)) = (self.shown(now), self.frames.back()) else {
            return &self.scene;
        };
        let scene = &mut self.scene;
        scene.side = newest.side;
        scene.player = newest.player;
        scene.own.clone_from(&newest.own);
        for frame in &self.frames {
            let tick = f64::from(frame.tick.0);
            if tick > self.told && tick <= shown {
                scene.removals.extend_from_slice(&frame.removals);
            }
        }
        // A moment beyond the newest snapshot reports nothing yet; after a pause of the server it is shown once more.
        self.told = self.told.max(shown.min(f64::from(newest.tick.0)));
        self.scene.ships = self.ships_at(shown);
        for (key, ship) in &mut self.scene.ships {
            if let Some((_, error)) = self.errors.iter().find(|(other, _)| other == key) {
                ship.position += *error;
            }
        }
        let present = self.present(now);
        self.place_own(present, controls);
        self.place_drifting(present);
        self.place_shots(present, shown);
        // Only one snapshot before the moment is needed.
        while self.frames.len() > 1 && f64::from(self.frames[1].tick.0) <= shown {
            self.frames.pop_front();
        }
        &self.scene
    }

    /// The moment of the past that is shown at `now`.
    fn shown(&self, now: Micros) -> Option<f64> {
        let predicted = self.predicted.as_ref()?;
        Some(predicted.view.at(self.ticks_since(predicted.at, now)))
    }

    /// The moment of the client's present at `now`; it stops when client ticks fail to come.
    fn present(&self, now: Micros) -> f64 {
        self.predicted.as_ref().map_or(0.0, |predicted| {
            f64::from(predicted.tick.0) + self.ticks_since(predicted.at, now).min(1.0)
        })
    }

    fn ticks_since(&self, then: Micros, now: Micros) -> f64 {
        now.saturating_sub(then) as f64 / 1e6 / f64::from(self.rules.tick_seconds)
    }

    fn ships_at(&self, shown: f64) -> Vec<(EntityKey, ShipState)> {
        let Some(around) = Around::find(&self.frames, shown) else { return Vec::new() };
        let mut index = 0;
        let ships = around.from.ships.iter();
        ships.map(|(key, ship)| (*key, around.ship(*key, ship, &mut index, &self.rules))).collect()
    }

    /// Notes the distance of the ships drawn `before` from their actual positions.
    fn note_errors(&mut self, before: &[(EntityKey, ShipState)], shown: f64) {
        let after = self.ships_at(shown);
        for (key, ship) in before {
            let Some((_, now)) = after.iter().find(|(other, _)| other == key) else { continue };
            let error = ship.position - now.position;
            if error.length() > CORRECTION_UNITS_MAX {
                continue;
            }
            match self.errors.iter_mut().find(|(other, _)| other == key) {
                Some((_, sum)) => *sum += error,
                None => self.errors.push((*key, error)),
            }
        }
    }

    /// Takes the removals that happen in the present out of a new frame's removals, to report them with the next
    /// sample.
    fn tell_present(&mut self, frame: &mut Frame) {
        let last = self.frames.back();
        let own_shot = |key: EntityKey| {
            let shots = last.map_or(&[][..], |last| &last.shots[..]);
            let found = shots.iter().find(|(other, _)| *other == key)?;
            (found.1.shooter == frame.player).then_some(found.1.expires)
        };
        self.struck.retain(|expires| *expires > frame.tick);
        let (present, struck) = (&mut self.removals, &self.struck);
        frame.removals.retain(|removal| match removal.kind {
            EntityKind::Ship => true,
            EntityKind::Asteroid | EntityKind::Ore => {
                present.push(*removal);
                false
            }
            EntityKind::Shot => match own_shot(removal.key) {
                Some(expires) if struck.contains(&expires) => false,
                Some(expires) => {
                    present.push(Removal { key: own_shot_key(expires), ..*removal });
                    false
                }
                None => true,
            },
        });
    }

    /// Puts our own ship at its position in the client's present.
    fn place_own(&mut self, present: f64, controls: &Controls) {
        let player = self.scene.player;
        let Some(predicted) = &self.predicted else { return };
        let Some(ship) = predicted.ship else {
            self.scene.ships.retain(|(_, ship)| ship.player != player);
            return;
        };
        let seconds = self.course_seconds(present - f64::from(predicted.tick.0));
        let mut own = ship;
        own.position += ship.velocity * seconds + self.error;
        own.aim = controls.aim;
        self.scene.camera = own.position;
        match self.scene.ships.iter_mut().find(|(_, ship)| ship.player == player) {
            Some((_, ship)) => *ship = ShipState { hit_points: ship.hit_points, ..own },
            None => self.scene.ships.push((EntityKey(0), own)),
        }
    }

    /// Extrapolates drifting entities to the present.
    fn place_drifting(&mut self, present: f64) {
        let Some(newest) = self.frames.back() else { return };
        let seconds = self.course_seconds(present - f64::from(newest.tick.0));
        let scene = &mut self.scene;
        scene.asteroids.clone_from(&newest.asteroids);
        for (_, asteroid) in &mut scene.asteroids {
            asteroid.position += asteroid.velocity * seconds;
        }
        scene.ores.clone_from(&newest.ores);
        for (_, ore) in &mut scene.ores {
            ore.position += ore.velocity * seconds;
        }
    }

    fn place_shots(&mut self, present: f64, shown: f64) {
        self.scene.shots.clear();
        let Some(around) = Around::find(&self.frames, shown) else { return };
        let seconds = self.course_seconds(around.ticks);
        let ahead = self.course_seconds(present - shown);
        let camera = self.scene.camera;
        for (key, shot) in &around.from.shots {
            if shot.shooter == self.scene.player {
                continue;
            }
            let mut drawn = *shot;
            drawn.position += shot.velocity * seconds;
            let near = 1.0 - (drawn.position.distance(camera) / LOCAL_UNITS).min(1.0);
            drawn.position += shot.velocity * (ahead * near);
            let moment = shown + f64::from(near) * (present - shown).max(0.0);
            let is_over = f64::from(shot.ends().0) <= moment
                || around.to.is_some_and(|to| {
                    // It is gone in the next snapshot, so it ends on the way there, not after it.
                    to.shots.iter().all(|(other, _)| other != key) && around.share() > 0.5
                });
            if is_over {
                continue;
            }
            self.scene.shots.push((*key, drawn));
        }
        let Some(predicted) = &self.predicted else { return };
        let seconds = self.course_seconds(present - f64::from(predicted.tick.0));
        for shot in &predicted.shots {
            let mut drawn = *shot;
            drawn.position += shot.velocity * seconds;
            self.scene.shots.push((own_shot_key(shot.expires), drawn));
        }
    }

    /// Seconds of a number of ticks, limited for extrapolation.
    fn course_seconds(&self, ticks: f64) -> f32 {
        (ticks as f32 * self.rules.tick_seconds).clamp(0.0, COURSE_SECONDS_MAX)
    }
}

/// At most one of our shots is fired per tick, and all have the same lifetime, so the tick of its end identifies a
/// shot.
fn own_shot_key(expires: Tick) -> EntityKey {
    EntityKey(OWN_SHOT | expires.0)
}
