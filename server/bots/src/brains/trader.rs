//! The trader: collects ore that floats freely, hauls it to the station, and avoids fights.
//!
//! ```text
//! search -> ore in view -> collect -> some cargo -> haul
//!        -> ships that mine -> stay near them, because they leave ore
//!        -> no ore for long -> break an asteroid
//!                 shots come close: boost home
//! ```

use driftfield_shared::sim::{AsteroidState, Item, ShipState};
use driftfield_shared::units::{Controls, Credits, Tick};
use glam::Vec2;

use crate::sdk::toolkit::obstacles::is_hidden;
use crate::sdk::toolkit::{Aimed, Shopper, Skill, Steering, Target, Tools};
use crate::sdk::{Brain, BrainView};

/// What it buys, in this order.
const SHOPPING: Shopper = Shopper(&["racks", "mole", "vault", "ox"]);
/// Share of the hold from which cargo is hauled at once, and from which it is hauled after a while without ore.
const LOADED_SHARE: f32 = 0.6;
const SOME_SHARE: f32 = 0.35;
/// Hull below which repairs come first.
const BATTERED_SHARE: f32 = 0.7;
/// Distance in units up to which ore is collected: as far as it can be seen.
const GATHER_RANGE: f32 = 1_100.0;
/// Distance in units up to which a ship that fires in our direction is a threat.
const FIRE_RANGE: f32 = 600.0;
/// A shot that passes within this distance, in units, was aimed at us.
const NEAR_MISS: f32 = 60.0;
/// Seconds of flight after a threat.
const FLEE_SECONDS: f32 = 3.0;
/// Distance kept from ships that mine, in units.
const FOLLOW_DISTANCE: f32 = 330.0;
/// A ship within this distance of an asteroid, in units, mines it.
const WORK_RANGE: f32 = 330.0;
/// Seconds without ore after which cargo is hauled, and after which an asteroid is broken.
const IDLE_SECONDS: f32 = 7.0;
const HUNGRY_SECONDS: f32 = 4.0;
/// Distance from an asteroid's surface at which to shoot, in units.
const STANDOFF: f32 = 150.0;

/// Hauls the ore that others leave.
#[derive(Clone, Debug)]
pub struct Trader {
    tools: Tools,
    /// When ore was last in reach.
    fed_at: Option<Tick>,
    flee_until: Tick,
}

impl Trader {
    /// A trader whose random choices follow from the seed.
    pub fn new(seed: u64) -> Self {
        Trader { tools: Tools::new(seed), fed_at: None, flee_until: Tick(0) }
    }

    fn decide(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        let threat = threat(view);
        if threat.is_some() || self.tools.alarm.is_hurt_within(view, FLEE_SECONDS) {
            self.flee_until = view.after(FLEE_SECONDS);
        }
        if view.now < self.flee_until && !view.is_safe() {
            let Tools { alarm, patrol, helm, gunner, .. } = &mut self.tools;
            let pursuer = threat.or_else(|| alarm.attacker(view)).map(|ship| ship.position);
            return (patrol.flee(view, helm, pursuer), gunner.rest(view));
        }
        let inside = self.tools.shelter(view).or_else(|| self.haul(view));
        if let Some(steering) = inside {
            return (steering, self.tools.gunner.rest(view));
        }
        if let Some(ore) = view.nearest_ore(GATHER_RANGE) {
            self.fed_at = Some(view.now);
            let goal = ore.position + ore.velocity * 0.5;
            return (self.tools.helm.fly_to(view, goal, false), self.tools.gunner.rest(view));
        }
        if self.idle_seconds(view) > HUNGRY_SECONDS
            && let Some(decision) = self.dig(view)
        {
            return decision;
        }
        self.look_about(view)
    }

    fn idle_seconds(&mut self, view: &BrainView<'_>) -> f32 {
        view.seconds_since(*self.fed_at.get_or_insert(view.now))
    }

    /// Flies to the station when it is time to sell or repair, and stays until both are done.
    fn haul(&mut self, view: &BrainView<'_>) -> Option<Steering> {
        let cargo = view.cargo_share();
        let is_idle = self.idle_seconds(view) > IDLE_SECONDS;
        let is_due = cargo >= LOADED_SHARE
            || view.hull_share() < BATTERED_SHARE
            || (is_idle && cargo >= SOME_SHARE);
        if !self.tools.must_dock(view, is_due) {
            return None;
        }
        self.fed_at = Some(view.now);
        // From far away it is worth the boost.
        let is_far =
            view.station().is_some_and(|s| view.distance(s.position) > s.safe_radius * 2.0);
        self.tools.dock(view, is_far)
    }

    /// Breaks the smallest asteroid nearby, because small ones leave only ore.
    fn dig(&mut self, view: &BrainView<'_>) -> Option<(Steering, Aimed)> {
        let (key, rock) = view.asteroids().min_by(|a, b| {
            let effort = |rock: &AsteroidState| {
                let size = view.rules.content.asteroid_size(rock.size);
                view.distance(rock.position) + f32::from(size.hit_points) * 4.0
            };
            effort(&a.1).total_cmp(&effort(&b.1))
        })?;
        let aimed =
            self.tools.gunner.track(view, &Target::asteroid(view, key, &rock), &Skill::ROCKS);
        let radius = view.rules.content.asteroid_size(rock.size).radius;
        let outwards = match view.station() {
            Some(station) if view.is_safe() => rock.position - station.position,
            _ => view.ship.position - rock.position,
        };
        let place = match view.is_walled_off(rock.position) {
            true => rock.position,
            false => rock.position + outwards.normalize_or(Vec2::X) * (radius + STANDOFF),
        };
        Some((self.tools.helm.fly_to(view, place, false), aimed))
    }

    /// Stays near a ship that mines, or continues the search.
    fn look_about(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
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
                (self.tools.helm.fly_to(view, place, false), self.tools.gunner.rest(view))
            }
            None => self.tools.search(view),
        }
    }
}

impl Brain for Trader {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.tools.update(view);
        let (steering, aimed) = self.decide(view);
        steering.and(aimed)
    }

    fn wish(&mut self, view: &BrainView<'_>) -> Option<(Item, Credits)> {
        SHOPPING.wish(view)
    }

    fn lose_ship(&mut self) {
        self.tools.lose_ship();
        self.fed_at = None;
        self.flee_until = Tick(0);
    }
}

/// The nearest ship whose shots come close to us.
fn threat(view: &BrainView<'_>) -> Option<ShipState> {
    if view.is_safe() {
        return None;
    }
    view.others()
        .map(|(_, ship)| ship)
        .filter(|ship| view.distance(ship.position) < FIRE_RANGE && is_firing_at_us(view, ship))
        // With an asteroid between us, the shots are aimed at the asteroid.
        .filter(|ship| !is_hidden(view, ship.position, view.ship.position, None))
        .min_by(|a, b| view.distance(a.position).total_cmp(&view.distance(b.position)))
}

/// Whether a shot of this ship will pass close to us.
fn is_firing_at_us(view: &BrainView<'_>, ship: &ShipState) -> bool {
    view.frame.shots.iter().filter(|(_, shot)| shot.shooter == ship.player).any(|(_, shot)| {
        let apart = view.ship.position - view.by_now(shot.position, shot.velocity);
        let course = shot.velocity.normalize_or_zero();
        let along = apart.dot(course);
        (0.0..FIRE_RANGE).contains(&along) && apart.perp_dot(course).abs() < NEAR_MISS
    })
}
