//! What to draw at a moment: others between two snapshots, our own ship at the client's present.
//!
//! Others are shown a little in the past, so that there nearly always is a snapshot on either side. The
//! delay follows the measured lateness of snapshots: it grows at once and shrinks slowly.

use std::collections::VecDeque;

use glam::Vec2;

use super::frame::Frame;
use super::prediction::Predicted;
use crate::sim::{AsteroidState, OreState, OwnState, ShipState, ShotState};
use crate::snapshot::{EntityKey, Removal};
use crate::units::{Controls, Micros, PlayerId};

/// Frames kept: a second at 60 Hz.
const FRAMES_MAX: usize = 64;
/// Snapshots whose lateness is remembered: two seconds at 30 Hz.
const LATENESS_SAMPLES: usize = 60;
/// Interpolation delay in ticks, at least and at most.
const DELAY_TICKS_MIN: f64 = 1.0;
const DELAY_TICKS_MAX: f64 = 10.0;
/// Ticks that the delay may shrink per second.
const DELAY_SHRINK_PER_SECOND: f64 = 0.05 * 30.0;
/// Ticks beyond the newest snapshot for which others are carried on along their course.
const EXTRAPOLATION_TICKS_MAX: f64 = 6.0;
/// Ticks of error from which the drawn time jumps instead of drifting.
const JUMP_TICKS: f64 = 15.0;
/// Seconds in which most of a correction of our own ship is smoothed away.
const CORRECTION_SECONDS: f32 = 0.05;
/// Corrections beyond this are shown as what they are.
const CORRECTION_UNITS_MAX: f32 = 200.0;

/// Everything to draw, interpolated to one moment.
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
    /// Shots; ours are shown in our ship's time.
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
    tick_micros: f64,
    frames: VecDeque<Frame>,
    /// Arrival time minus tick time of recent frames, in ticks.
    arrivals: VecDeque<f64>,
    delay_ticks: f64,
    /// The tick that is drawn, and when it was.
    shown: Option<(f64, Micros)>,
    predicted: Option<Predicted>,
    /// What is left of corrections to smooth, world units.
    error: Vec2,
    scene: Scene,
}

impl Interpolator {
    /// An interpolator for a room of `tick_hz`.
    pub fn new(tick_hz: u16) -> Self {
        Interpolator {
            tick_micros: 1e6 / f64::from(tick_hz),
            frames: VecDeque::new(),
            arrivals: VecDeque::new(),
            delay_ticks: DELAY_TICKS_MIN,
            shown: None,
            predicted: None,
            error: Vec2::ZERO,
            scene: Scene::default(),
        }
    }

    /// Takes a snapshot in.
    pub fn push_frame(&mut self, frame: Frame) {
        if self.frames.back().is_some_and(|last| last.tick >= frame.tick) {
            // A new session in the same room: the old time has no meaning any more.
            self.frames.clear();
            self.arrivals.clear();
            self.shown = None;
        }
        let arrival = frame.arrived as f64 / self.tick_micros - f64::from(frame.tick.0);
        self.arrivals.push_back(arrival);
        if self.arrivals.len() > LATENESS_SAMPLES {
            self.arrivals.pop_front();
        }
        let lateness = self.lateness();
        let wanted = (1.0 + lateness).clamp(DELAY_TICKS_MIN, DELAY_TICKS_MAX);
        self.delay_ticks = self.delay_ticks.max(wanted);
        self.frames.push_back(frame);
        if self.frames.len() > FRAMES_MAX {
            // Not drawn for a second: what it took away must still be told to nobody.
            self.frames.pop_front();
        }
    }

    /// Takes the newest state of our own ship in.
    pub fn push_predicted(&mut self, predicted: Predicted) {
        let jump = predicted.correction;
        self.error = match jump.length() > CORRECTION_UNITS_MAX || predicted.ship.is_none() {
            true => Vec2::ZERO,
            false => self.error - jump,
        };
        self.predicted = Some(predicted);
    }

    /// Interpolation delay now, milliseconds.
    pub fn delay_ms(&self) -> f64 {
        self.delay_ticks * self.tick_micros / 1e3
    }

    /// The scene at `now`, with our gun pointing where `controls` says at this moment.
    pub fn sample(&mut self, now: Micros, controls: &Controls) -> &Scene {
        self.scene.removals.clear();
        let since_last = self.shown.map_or(0, |(_, at)| now.saturating_sub(at));
        // Exponential decay, in the first-order form that needs no exponential.
        self.error /= 1.0 + since_last as f32 / 1e6 / CORRECTION_SECONDS;
        let shown = self.advance(now);
        let Some(shown) = shown else { return &self.scene };
        // The snapshots on either side; what lies before the first of them is done with.
        while self.frames.len() > 1 && f64::from(self.frames[1].tick.0) <= shown {
            self.scene.removals.extend_from_slice(&self.frames[1].removals);
            self.frames.pop_front();
        }
        let (Some(from), to) = (self.frames.front(), self.frames.get(1)) else {
            return &self.scene;
        };
        let ticks_past = (shown - f64::from(from.tick.0)).max(0.0);
        let gap = to.map_or(1.0, |to| f64::from(to.tick.since(from.tick).max(1)));
        let seconds_past =
            (ticks_past.min(gap.max(EXTRAPOLATION_TICKS_MAX)) * self.tick_micros / 1e6) as f32;
        let share = (ticks_past / gap).min(1.0) as f32;
        let blend = Blend { share, seconds: seconds_past };
        let scene = &mut self.scene;
        scene.side = from.side;
        scene.player = from.player;
        scene.own.clone_from(&self.frames.back().unwrap_or(from).own);
        blend.all(&mut scene.ships, &from.ships, to.map(|to| &to.ships));
        blend.all(&mut scene.shots, &from.shots, to.map(|to| &to.shots));
        blend.all(&mut scene.asteroids, &from.asteroids, to.map(|to| &to.asteroids));
        blend.all(&mut scene.ores, &from.ores, to.map(|to| &to.ores));
        self.place_own(now, shown, controls);
        &self.scene
    }

    /// The tick to draw at `now`.
    fn advance(&mut self, now: Micros) -> Option<f64> {
        let newest = f64::from(self.frames.back()?.tick.0);
        let first = self.arrivals.iter().copied().fold(f64::INFINITY, f64::min);
        let present = now as f64 / self.tick_micros - first;
        let (shown, at) = self.shown.unwrap_or((present - self.delay_ticks, now));
        let passed = now.saturating_sub(at) as f64 / self.tick_micros;
        let wanted_delay = (1.0 + self.lateness()).clamp(DELAY_TICKS_MIN, DELAY_TICKS_MAX);
        let shrink = DELAY_SHRINK_PER_SECOND * passed * self.tick_micros / 1e6;
        self.delay_ticks = (self.delay_ticks - shrink).max(wanted_delay);
        let target = present - self.delay_ticks;
        let error = target - (shown + passed);
        // Drift towards the target by up to a tenth of the time that passed; jump if hopeless.
        let shown = match error.abs() > JUMP_TICKS {
            true => target,
            false => shown + passed + (error * 0.1).clamp(-0.1 * passed, 0.1 * passed),
        };
        let shown = shown.min(newest + EXTRAPOLATION_TICKS_MAX);
        self.shown = Some((shown, now));
        Some(shown)
    }

    /// Ticks by which nearly all recent snapshots came later than the quickest one.
    fn lateness(&self) -> f64 {
        let mut arrivals: Vec<f64> = self.arrivals.iter().copied().collect();
        arrivals.sort_unstable_by(f64::total_cmp);
        let index = arrivals.len().saturating_sub(1) * 97 / 100;
        match (arrivals.first(), arrivals.get(index)) {
            (Some(first), Some(late)) => late - first,
            _ => 0.0,
        }
    }

    /// Puts our own ship where the client's present has it, and our shots into the same time.
    fn place_own(&mut self, now: Micros, shown: f64, controls: &Controls) {
        let player = self.scene.player;
        let Some(predicted) = &self.predicted else { return };
        let Some(ship) = predicted.ship else {
            self.scene.ships.retain(|(_, ship)| ship.player != player);
            return;
        };
        let passed = now.saturating_sub(predicted.at).min(self.tick_micros as Micros);
        let seconds = passed as f32 / 1e6;
        let mut own = ship;
        own.position += ship.velocity * seconds + self.error;
        own.aim = controls.aim;
        let held = self.scene.ships.iter_mut().find(|(_, ship)| ship.player == player);
        match held {
            Some((_, ship)) => *ship = ShipState { hit_points: ship.hit_points, ..own },
            None => self.scene.ships.push((EntityKey(0), own)),
        }
        self.scene.camera = own.position;
        let present = f64::from(predicted.tick.0) + passed as f64 / self.tick_micros;
        let ahead = ((present - shown) * self.tick_micros / 1e6).max(0.0) as f32;
        for (_, shot) in self.scene.shots.iter_mut().filter(|(_, shot)| shot.shooter == player) {
            shot.position += shot.velocity * ahead;
        }
    }
}

/// Something with a course.
trait Drawn: Copy {
    fn position(&mut self) -> &mut Vec2;
    fn velocity(&self) -> Vec2;
    /// Takes over what is neither place nor course, on the way to `to`.
    fn blend_rest(&mut self, _to: &Self, _share: f32) {}
}

macro_rules! drawn {
    ($kind:ty) => {
        impl Drawn for $kind {
            fn position(&mut self) -> &mut Vec2 {
                &mut self.position
            }

            fn velocity(&self) -> Vec2 {
                self.velocity
            }
        }
    };
}

drawn!(ShotState);
drawn!(AsteroidState);
drawn!(OreState);

impl Drawn for ShipState {
    fn position(&mut self) -> &mut Vec2 {
        &mut self.position
    }

    fn velocity(&self) -> Vec2 {
        self.velocity
    }

    fn blend_rest(&mut self, to: &Self, share: f32) {
        let turn = f32::from(to.aim.distance_from(self.aim)) * share;
        self.aim = self.aim.turned(turn as i16);
    }
}

/// A moment between two snapshots.
#[derive(Clone, Copy)]
struct Blend {
    /// Share of the way from one to the other.
    share: f32,
    /// Seconds since the first, for what is carried on along its course.
    seconds: f32,
}

impl Blend {
    fn all<T: Drawn>(
        self,
        out: &mut Vec<(EntityKey, T)>,
        from: &[(EntityKey, T)],
        to: Option<&Vec<(EntityKey, T)>>,
    ) {
        out.clear();
        // Both lists keep the order of arrival, so a match is never behind the last one.
        let mut rest = to.map_or(&[][..], Vec::as_slice);
        for (key, entity) in from {
            let mut drawn = *entity;
            let found = rest.iter().position(|(other, _)| other == key);
            match found {
                Some(index) => {
                    let mut target = rest[index].1;
                    rest = &rest[index + 1..];
                    let place = *drawn.position();
                    *drawn.position() = place.lerp(*target.position(), self.share);
                    drawn.blend_rest(&target, self.share);
                }
                None => {
                    let course = drawn.velocity() * self.seconds;
                    *drawn.position() += course;
                }
            }
            out.push((*key, drawn));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Angle, HullId, Thrust, Tick};

    const TICK: Micros = 33_333;

    fn ship(player: u16, x: f32) -> ShipState {
        ShipState {
            player: PlayerId(player),
            hull: HullId(0),
            position: Vec2::new(x, 0.0),
            velocity: Vec2::new(300.0, 0.0),
            aim: Angle::default(),
            aim_rate: 0,
            thrust: Thrust::NONE,
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
            side: 2000.0,
            ships: vec![(EntityKey(7), ship(1, tick as f32 * 10.0))],
            ..Frame::default()
        }
    }

    /// Where the other ship is drawn at 60 frames a second, while snapshots come as late as `late` says.
    fn places(late: impl Fn(u32) -> Micros) -> Vec<f32> {
        let mut interpolator = Interpolator::new(30);
        let mut frames: VecDeque<Frame> = (1..300).map(|tick| frame(tick, late(tick))).collect();
        // A stream keeps its order: what is behind a late one is as late.
        for index in 1..frames.len() {
            frames[index].arrived = frames[index].arrived.max(frames[index - 1].arrived);
        }
        let mut places = Vec::new();
        for now in (TICK..290 * TICK).step_by(16_667) {
            while let Some(frame) = frames.pop_front_if(|frame| frame.arrived <= now) {
                interpolator.push_frame(frame);
            }
            let scene = interpolator.sample(now, &Controls::default());
            places.extend(scene.ships.first().map(|(_, ship)| ship.position.x));
        }
        places
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
    fn a_stall_is_bridged_and_never_runs_backwards() {
        let places =
            places(
                |tick| if (150..156).contains(&tick) { (156 - u64::from(tick)) * TICK } else { 0 },
            );
        for pair in places[60..].windows(2) {
            assert!((0.0..20.0).contains(&(pair[1] - pair[0])), "{pair:?}");
        }
    }

    #[test]
    fn a_correction_of_our_ship_is_smoothed_away() {
        let mut interpolator = Interpolator::new(30);
        let mut predicted = Predicted { tick: Tick(2), at: TICK * 2, ..Predicted::default() };
        predicted.ship = Some(ShipState { velocity: Vec2::ZERO, ..ship(0, 0.0) });
        interpolator.push_frame(frame(1, 0));
        interpolator.push_predicted(predicted);
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
