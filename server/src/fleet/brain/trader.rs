//! Trades: picks up what floats about, hauls it to the station, and keeps out of fights.
//!
//! ```text
//! search -> ore in view -> gather -> some cargo -> haul
//!        -> ships at work -> keep near them: where they dig, something floats
//!        -> nothing for long -> crack a rock with its own gun
//!                 shots come this way: boost home
//! ```

use driftfield_shared::sim::{AsteroidState, ShipState};
use driftfield_shared::units::{Controls, Tick};
use glam::Vec2;

use super::obstacles::is_hidden;
use super::{Aimed, Alarm, Brain, BrainView, Gunner, Helm, Mark, Patrol, Skill, Steering};

/// Share of the hold that is worth the way to the station at any time, and after a while without ore.
const LOADED_SHARE: f32 = 0.6;
const SOME_SHARE: f32 = 0.35;
/// Hull below which repairs come first.
const BATTERED_SHARE: f32 = 0.7;
/// Distance up to which ore is gathered: as far as it can be seen.
const GATHER_RANGE: f32 = 1_100.0;
/// Distance up to which a ship that fires this way is a threat.
const FIRE_RANGE: f32 = 600.0;
/// Closest distance to us of a shot that was meant for us, units.
const NEAR_MISS: f32 = 60.0;
/// Seconds for which a threat keeps us running.
const FLEE_SECONDS: f32 = 3.0;
/// Distance to keep from ships at work, units.
const FOLLOW_DISTANCE: f32 = 330.0;
/// Distance up to which somebody at a rock is at work on it.
const WORK_RANGE: f32 = 330.0;
/// Seconds without ore after which cargo is hauled, and after which we dig ourselves.
const IDLE_SECONDS: f32 = 7.0;
const HUNGRY_SECONDS: f32 = 4.0;
/// Distance from a rock's surface to shoot from, units.
const STANDOFF: f32 = 150.0;

/// Hauls what others leave.
#[derive(Clone, Debug)]
pub struct Trader {
    helm: Helm,
    gunner: Gunner,
    patrol: Patrol,
    alarm: Alarm,
    is_hauling: bool,
    /// When ore was last in reach.
    fed_at: Option<Tick>,
    flee_until: Tick,
}

impl Trader {
    /// A trader whose habits follow from the seed.
    pub fn new(seed: u64) -> Self {
        Trader {
            helm: Helm::new(seed ^ 1),
            gunner: Gunner::new(seed ^ 2),
            patrol: Patrol::new(seed ^ 3),
            alarm: Alarm::default(),
            is_hauling: false,
            fed_at: None,
            flee_until: Tick(0),
        }
    }

    fn decide(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        let threat = threat(view);
        if threat.is_some() || self.alarm.is_hurt_within(view, FLEE_SECONDS) {
            self.flee_until = view.after(FLEE_SECONDS);
        }
        if view.now < self.flee_until && !view.is_safe() {
            let pursuer = threat.or_else(|| self.alarm.attacker(view)).map(|ship| ship.position);
            return (self.patrol.flee(view, &mut self.helm, pursuer), self.gunner.rest(view));
        }
        let inside = self.patrol.shelter(view, &mut self.helm).or_else(|| self.haul(view));
        if let Some(steering) = inside {
            return (steering, self.gunner.rest(view));
        }
        if let Some(ore) = view.nearest_ore(GATHER_RANGE) {
            self.fed_at = Some(view.now);
            let goal = ore.position + ore.velocity * 0.5;
            return (self.helm.fly_to(view, goal, false), self.gunner.rest(view));
        }
        if self.idle_seconds(view) > HUNGRY_SECONDS
            && let Some(decision) = self.dig(view)
        {
            return decision;
        }
        (self.look_about(view), self.gunner.rest(view))
    }

    fn idle_seconds(&mut self, view: &BrainView<'_>) -> f32 {
        view.seconds_since(*self.fed_at.get_or_insert(view.now))
    }

    /// Goes to sell or mend when it is time, and stays until both are done.
    fn haul(&mut self, view: &BrainView<'_>) -> Option<Steering> {
        let cargo = view.cargo_share();
        let is_idle = self.idle_seconds(view) > IDLE_SECONDS;
        if cargo >= LOADED_SHARE
            || view.hull_share() < BATTERED_SHARE
            || (is_idle && cargo >= SOME_SHARE)
        {
            self.is_hauling = true;
        }
        if cargo == 0.0 && view.hull_share() >= 1.0 {
            self.is_hauling = false;
        }
        if !self.is_hauling {
            return None;
        }
        self.fed_at = Some(view.now);
        // Laden and far out, time is money.
        let is_far =
            view.station().is_some_and(|s| view.distance(s.position) > s.safe_radius * 2.0);
        self.patrol.dock(view, &mut self.helm, is_far)
    }

    /// Cracks the smallest rock nearby: those leave nothing but ore.
    fn dig(&mut self, view: &BrainView<'_>) -> Option<(Steering, Aimed)> {
        let (key, rock) = view.asteroids().min_by(|a, b| {
            let effort = |rock: &AsteroidState| {
                let size = view.rules.content.asteroid_size(rock.size);
                view.distance(rock.position) + f32::from(size.hit_points) * 4.0
            };
            effort(&a.1).total_cmp(&effort(&b.1))
        })?;
        let aimed = self.gunner.track(view, &Mark::rock(view, key, &rock), &Skill::ROCKS);
        let radius = view.rules.content.asteroid_size(rock.size).radius;
        let outwards = match view.station() {
            Some(station) if view.is_safe() => rock.position - station.position,
            _ => view.ship.position - rock.position,
        };
        let place = rock.position + outwards.normalize_or(Vec2::X) * (radius + STANDOFF);
        Some((self.helm.fly_to(view, place, false), aimed))
    }

    /// Keeps near somebody who works at a rock, or searches on.
    fn look_about(&mut self, view: &BrainView<'_>) -> Steering {
        let worker = view
            .others()
            .map(|(_, ship)| ship)
            .filter(|ship| !view.rules.is_safe(ship.position))
            .filter(|ship| {
                view.asteroids().any(|(_, r)| r.position.distance(ship.position) < WORK_RANGE)
            })
            .min_by(|a, b| view.distance(a.position).total_cmp(&view.distance(b.position)));
        match worker {
            Some(worker) => {
                let apart = (view.ship.position - worker.position).normalize_or(Vec2::X);
                let place = worker.position + apart * FOLLOW_DISTANCE;
                self.helm.fly_to(view, place, false)
            }
            None => self.patrol.search(view, &mut self.helm),
        }
    }
}

impl Brain for Trader {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.alarm.update(view);
        let (steering, aimed) = self.decide(view);
        steering.and(aimed)
    }

    fn lose_ship(&mut self) {
        self.alarm.reset();
        self.patrol.reset();
        self.is_hauling = false;
        self.fed_at = None;
        self.flee_until = Tick(0);
    }
}

/// The nearest ship whose shots come this way.
fn threat(view: &BrainView<'_>) -> Option<ShipState> {
    if view.is_safe() {
        return None;
    }
    view.others()
        .map(|(_, ship)| ship)
        .filter(|ship| view.distance(ship.position) < FIRE_RANGE && is_firing_at_us(view, ship))
        // Who shoots at a rock between us means the rock.
        .filter(|ship| !is_hidden(view, ship.position, view.ship.position, None))
        .min_by(|a, b| view.distance(a.position).total_cmp(&view.distance(b.position)))
}

/// Whether a shot of this ship will pass us closely.
fn is_firing_at_us(view: &BrainView<'_>, ship: &ShipState) -> bool {
    view.frame.shots.iter().filter(|(_, shot)| shot.shooter == ship.player).any(|(_, shot)| {
        let apart = view.ship.position - view.by_now(shot.position, shot.velocity);
        let course = shot.velocity.normalize_or_zero();
        let along = apart.dot(course);
        (0.0..FIRE_RANGE).contains(&along) && apart.perp_dot(course).abs() < NEAR_MISS
    })
}
