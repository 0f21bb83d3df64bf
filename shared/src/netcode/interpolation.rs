//! What to draw at a moment: others a little in the past, between two snapshots, and what answers to us in
//! the client's present.
//!
//! | what | drawn at |
//! |---|---|
//! | our ship, our shots | the present, as predicted |
//! | asteroids, ore | the present: they drift as predicted, and we bump into them there |
//! | other ships | the past of the [`View`](super::View), between two snapshots |
//! | shots of others | far from our ship the past of their ships, close to it the present that they hit us in |
//!
//! The last row is the "local perception filter" of P. Sharkey, M. Ryan and D. Roberts, 1998.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::Vec2;

use super::frame::Frame;
use super::playback::Around;
use super::prediction::Predicted;
use crate::sim::{AsteroidState, OreState, OwnState, Rules, ShipState, ShotState};
use crate::snapshot::{EntityKey, EntityKind, Removal};
use crate::units::{Controls, Micros, PlayerId, Tick};

/// Frames kept: two seconds at 30 Hz, which is more than the longest delay.
const FRAMES_MAX: usize = 64;
/// Seconds in which most of a correction of our own ship is smoothed away.
const CORRECTION_SECONDS: f32 = 0.05;
/// Seconds in which most of what extrapolation got wrong of another ship is smoothed away.
const RETURN_SECONDS: f32 = 0.08;
/// Corrections beyond this are shown as what they are.
const CORRECTION_UNITS_MAX: f32 = 200.0;
/// Units from our ship at which shots of others are drawn in the past altogether.
const LOCAL_UNITS: f32 = 350.0;
/// What marks the key of a shot of ours: it has one from the click on, before the server gave it any.
const OWN_SHOT: u32 = 1 << 31;
/// Ticks by which anything is carried on along its course at the most.
const COURSE_TICKS_MAX: f64 = 30.0;

/// Everything to draw, at one moment of the client.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Side of the sector: the square from -side/2 to side/2.
    pub side: f32,
    /// Where our ship is, or was last.
    pub camera: Vec2,
    /// Which ship is ours.
    pub player: PlayerId,
    /// What only we know about it.
    pub own: OwnState,
    /// Ships; ours is predicted.
    pub ships: Vec<(EntityKey, ShipState)>,
    /// Shots; ours are predicted.
    pub shots: Vec<(EntityKey, ShotState)>,
    /// Asteroids.
    pub asteroids: Vec<(EntityKey, AsteroidState)>,
    /// Ore.
    pub ores: Vec<(EntityKey, OreState)>,
    /// What went away since the last sample.
    pub removals: Vec<Removal>,
}

/// Turns frames, as they come, into scenes, as they are wanted.
#[derive(Debug)]
pub struct Interpolator {
    rules: Arc<Rules>,
    frames: VecDeque<Frame>,
    predicted: Option<Predicted>,
    sampled: Micros,
    /// The moment of the past that was drawn last: what went away by then has been told.
    told: f64,
    /// What is left of corrections to smooth, world units.
    error: Vec2,
    /// The same for other ships, which extrapolation put elsewhere.
    errors: Vec<(EntityKey, Vec2)>,
    /// What went away in the present, not yet told.
    removals: Vec<Removal>,
    /// Our shots whose end was told when it was predicted, by the ticks of their ends.
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

    /// Takes a snapshot in.
    pub fn push_frame(&mut self, mut frame: Frame) {
        if self.frames.back().is_some_and(|last| last.tick >= frame.tick) {
            // A new session in the same room: the old time has no meaning any more.
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
        if self.frames.len() > FRAMES_MAX {
            // Not drawn for a long time: what it took away need not be told any more.
            self.frames.pop_front();
        }
        if let (Some(shown), false) = (shown, before.is_empty()) {
            self.note_errors(&before, shown);
        }
    }

    /// Takes the newest state of our own ship in.
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

    /// Interpolation delay now, milliseconds.
    pub fn delay_ms(&self) -> f64 {
        let ticks = self.predicted.as_ref().map_or(0.0, |predicted| predicted.view.delay_ticks);
        ticks * f64::from(self.rules.tick_seconds) * 1e3
    }

    /// The scene at `now`, with our gun pointing where `controls` says at this moment.
    pub fn sample(&mut self, now: Micros, controls: &Controls) -> &Scene {
        self.scene.removals.clear();
        self.scene.removals.append(&mut self.removals);
        let seconds = now.saturating_sub(self.sampled).min(10_000_000) as f32 / 1e6;
        self.sampled = now;
        // Exponential decay, in the first-order form that needs no exponential.
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
        self.told = self.told.max(shown);
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
        // One snapshot before the moment is needed, no more.
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

    /// The moment of the client's present at `now`; it stands still when client ticks fail to come.
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

    /// Notes how far the ships drawn `before` are from where they turn out to be.
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

    /// Takes what goes away in the present out of a new frame's removals, to be told at the next sample.
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

    /// Puts our own ship where the client's present has it.
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

    /// Carries what drifts on to the present.
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
            let is_over = f64::from(shot.expires.0) <= shown
                || around.to.is_some_and(|to| {
                    // It is gone in the next snapshot: it ends on the way there, not after it.
                    to.shots.iter().all(|(other, _)| other != key) && around.share() > 0.5
                });
            if is_over {
                continue;
            }
            let mut drawn = *shot;
            drawn.position += shot.velocity * seconds;
            let near = 1.0 - (drawn.position.distance(camera) / LOCAL_UNITS).min(1.0);
            drawn.position += shot.velocity * (ahead * near);
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

    /// Seconds of so many ticks, for what is carried on along its course.
    fn course_seconds(&self, ticks: f64) -> f32 {
        ticks.clamp(0.0, COURSE_TICKS_MAX) as f32 * self.rules.tick_seconds
    }
}

/// One shot of ours is fired per tick at the most, and all live equally long, so its end names it.
fn own_shot_key(expires: Tick) -> EntityKey {
    EntityKey(OWN_SHOT | expires.0)
}

#[cfg(all(test, feature = "content-files"))]
mod tests {
    use super::*;
    use crate::content::Content;
    use crate::netcode::Playout;
    use crate::units::{Angle, HullId, Thrust, Tick, WeaponId};

    const TICK: Micros = 33_333;

    fn rules() -> Arc<Rules> {
        let content = Arc::new(Content::built_in().unwrap());
        Arc::new(Rules::new(content, "frontier", "frontier", 30).unwrap())
    }

    fn ship(player: u16, x: f32) -> ShipState {
        ShipState {
            player: PlayerId(player),
            hull: HullId(0),
            position: Vec2::new(x, 0.0),
            velocity: Vec2::new(300.0, 0.0),
            aim: Angle::default(),
            aim_rate: 0,
            thrust: Thrust::towards(0),
            boosting: false,
            protected: false,
            hit_points: 100,
        }
    }

    /// A snapshot of one other ship that moves 10 units a tick, arriving `late` after its time.
    fn frame(tick: u32, late: Micros) -> Frame {
        Frame {
            tick: Tick(tick),
            arrived: Micros::from(tick) * TICK + late,
            side: 60_000.0,
            ships: vec![(EntityKey(7), ship(1, tick as f32 * 10.0))],
            ..Frame::default()
        }
    }

    /// Where the other ship is drawn, `frame_micros` apart, while snapshots come as late as `late` says.
    fn places_at(frame_micros: u64, late: impl Fn(u32) -> Micros) -> Vec<f32> {
        let mut interpolator = Interpolator::new(rules());
        let mut playout = Playout::new(30);
        let mut frames: VecDeque<Frame> = (1..300).map(|tick| frame(tick, late(tick))).collect();
        // A stream keeps its order: what is behind a late one is as late.
        for index in 1..frames.len() {
            frames[index].arrived = frames[index].arrived.max(frames[index - 1].arrived);
        }
        let mut places = Vec::new();
        let (mut next_tick, mut next_frame) = (TICK + 10_000, TICK);
        for now in (TICK..290 * TICK).step_by(500) {
            while let Some(frame) = frames.pop_front_if(|frame| frame.arrived <= now) {
                playout.handle_snapshot(frame.arrived, frame.tick);
                interpolator.push_frame(frame);
            }
            if now >= next_tick {
                let predicted = Predicted {
                    tick: Tick((now / TICK) as u32 + 2),
                    at: now,
                    view: playout.advance(now),
                    ..Predicted::default()
                };
                interpolator.push_predicted(predicted);
                next_tick += TICK;
            }
            if now >= next_frame {
                let scene = interpolator.sample(now, &Controls::default());
                places.extend(scene.ships.first().map(|(_, ship)| ship.position.x));
                next_frame += frame_micros;
            }
        }
        places
    }

    /// The same at 60 frames a second.
    fn places(late: impl Fn(u32) -> Micros) -> Vec<f32> {
        places_at(16_667, late)
    }

    fn assert_smooth(places: &[f32], step_max: f32) {
        // The first second finds the delay.
        for pair in places[60..].windows(2) {
            let step = pair[1] - pair[0];
            assert!((0.0..=step_max).contains(&step), "a step of {step} units");
        }
    }

    #[test]
    fn others_move_evenly_on_a_clean_link() {
        let places = places(|_| 5_000);
        assert_smooth(&places, 5.6);
    }

    #[test]
    fn others_move_evenly_although_snapshots_stutter() {
        // Every other snapshot 25 ms late: without a delay, steps of 0 and 17 units.
        let places = places(|tick| if tick % 2 == 0 { 25_000 } else { 0 });
        assert_smooth(&places, 6.5);
    }

    #[test]
    fn a_stall_is_bridged_without_a_jump() {
        let places =
            places(
                |tick| if (150..156).contains(&tick) { (156 - u64::from(tick)) * TICK } else { 0 },
            );
        for pair in places[60..].windows(2) {
            assert!((-2.0..20.0).contains(&(pair[1] - pair[0])), "{pair:?}");
        }
    }

    #[test]
    fn at_ten_frames_a_second_the_picture_is_no_older_than_at_sixty() {
        let (slow, fast) = (places_at(100_000, |_| 5_000), places(|_| 5_000));
        let (slow, fast) = (slow[slow.len() - 1], fast[fast.len() - 1]);
        // A ship of 300 units/s; the last frames of the two may be a tenth of a second apart.
        assert!((fast - slow).abs() < 31.0, "{fast} against {slow}");
    }

    #[test]
    fn a_page_that_was_hidden_for_a_minute_is_right_at_its_first_frame() {
        let mut interpolator = Interpolator::new(rules());
        let mut playout = Playout::new(30);
        for tick in 1..1900 {
            let frame = frame(tick, 0);
            let now = frame.arrived;
            playout.handle_snapshot(now, frame.tick);
            interpolator.push_frame(frame);
            let view = playout.advance(now);
            let tick = Tick(tick + 2);
            interpolator.push_predicted(Predicted { tick, at: now, view, ..Predicted::default() });
            if tick.0 < 60 {
                interpolator.sample(now, &Controls::default());
            }
        }
        let x = interpolator.sample(1899 * TICK, &Controls::default()).ships[0].1.position.x;
        assert!((x - 18_980.0).abs() < 15.0, "{x}");
    }

    #[test]
    fn beyond_the_cap_a_ship_coasts_and_comes_to_rest_instead_of_flying_off() {
        let mut interpolator = Interpolator::new(rules());
        interpolator.push_frame(frame(10, 0));
        let view = crate::netcode::View { tick: 10.0, rate: 1.0, delay_ticks: 1.0 };
        let (tick, at) = (Tick(12), 10 * TICK);
        interpolator.push_predicted(Predicted { tick, at, view, ..Predicted::default() });
        let mut at = |seconds: f64| {
            let now = 10 * TICK + (seconds * 1e6) as u64;
            interpolator.sample(now, &Controls::default()).ships[0].1
        };
        assert_eq!(at(0.1).thrust, Thrust::towards(0));
        assert_eq!(at(0.3).thrust, Thrust::NONE);
        let (one, two) = (at(1.0), at(2.0));
        assert_eq!(one.position, two.position);
        assert!(two.position.x - 100.0 < 0.7 * 300.0, "{two:?}");
    }

    #[test]
    fn our_shot_is_drawn_from_the_tick_of_the_click_and_under_one_key_all_its_life() {
        let mut interpolator = Interpolator::new(rules());
        let shot = ShotState {
            shooter: PlayerId(0),
            weapon: WeaponId(0),
            position: Vec2::ZERO,
            velocity: Vec2::new(700.0, 0.0),
            expires: Tick(60),
        };
        interpolator.push_frame(frame(10, 0));
        let predicted = Predicted {
            tick: Tick(15),
            at: 10 * TICK,
            ship: Some(ship(0, 0.0)),
            shots: vec![shot],
            ..Predicted::default()
        };
        interpolator.push_predicted(predicted.clone());
        let first = interpolator.sample(10 * TICK, &Controls::default()).shots.clone();
        assert_eq!(first, [(own_shot_key(Tick(60)), shot)]);
        // The server's own word of it arrives; it must not be drawn a second time.
        let mut frame = frame(15, 0);
        frame.shots.push((EntityKey(9), shot));
        interpolator.push_frame(frame);
        interpolator.push_predicted(Predicted { at: 15 * TICK, tick: Tick(20), ..predicted });
        let scene = interpolator.sample(15 * TICK, &Controls::default());
        assert_eq!(scene.shots.len(), 1);
        assert_eq!(scene.shots[0].0, first[0].0);
    }

    #[test]
    fn a_shot_of_another_is_drawn_where_it_hits_us_once_it_is_close() {
        let mut interpolator = Interpolator::new(rules());
        let mut near = frame(10, 0);
        let shot = |x: f32| ShotState {
            shooter: PlayerId(1),
            weapon: WeaponId(0),
            position: Vec2::new(x, 0.0),
            velocity: Vec2::new(-300.0, 0.0),
            expires: Tick(60),
        };
        near.shots = vec![(EntityKey(1), shot(30.0)), (EntityKey(2), shot(900.0))];
        interpolator.push_frame(near);
        let view = crate::netcode::View { tick: 10.0, rate: 1.0, delay_ticks: 1.0 };
        let predicted = Predicted {
            tick: Tick(16),
            at: 10 * TICK,
            ship: Some(ShipState { velocity: Vec2::ZERO, ..ship(0, 0.0) }),
            view,
            ..Predicted::default()
        };
        interpolator.push_predicted(predicted);
        let scene = interpolator.sample(10 * TICK, &Controls::default());
        // Six ticks are 60 units.
        let places: Vec<f32> = scene.shots.iter().map(|(_, shot)| shot.position.x).collect();
        assert!((places[0] + 25.0).abs() < 6.0, "{places:?}");
        assert_eq!(places[1], 900.0);
    }

    #[test]
    fn a_correction_of_our_ship_is_smoothed_away() {
        let mut interpolator = Interpolator::new(rules());
        let mut predicted = Predicted { tick: Tick(2), at: TICK * 2, ..Predicted::default() };
        predicted.ship = Some(ShipState { velocity: Vec2::ZERO, ..ship(0, 0.0) });
        interpolator.push_frame(frame(1, 0));
        interpolator.push_predicted(predicted.clone());
        let place = |interpolator: &mut Interpolator, now| {
            interpolator.sample(now, &Controls::default()).camera.x
        };
        assert_eq!(place(&mut interpolator, TICK * 2), 0.0);
        predicted.ship = Some(ShipState { velocity: Vec2::ZERO, ..ship(0, 30.0) });
        predicted.correction = Vec2::new(30.0, 0.0);
        interpolator.push_predicted(predicted);
        assert!(place(&mut interpolator, TICK * 2) < 1.0, "no jump");
        for frame in 1..=9 {
            place(&mut interpolator, TICK * 2 + frame * 16_667);
        }
        let after = place(&mut interpolator, TICK * 2 + 160_000);
        assert!(after > 28.0, "within 160 ms it is where it belongs: {after}");
    }
}
