//! Mines: breaks rocks, gathers the ore, sells it at the station, and runs when shot at.
//!
//! ```text
//! search -> rock in view -> shoot from a safe distance -> gather -> hold full -> dock -> search
//!                    hit: run home, firing back
//! ```

use driftfield_shared::netcode::EntityKey;
use driftfield_shared::sim::{AsteroidState, OreState};
use driftfield_shared::units::Controls;
use glam::Vec2;

use super::{Aimed, Alarm, Brain, BrainView, Gunner, Helm, Mark, Patrol, Skill, Steering};

/// Share of the hold from which it is time to sell, and the one from which that is worth a way after a
/// long search.
const FULL_SHARE: f32 = 0.9;
const WORTH_SHARE: f32 = 0.4;
/// Hull below which repairs come first.
const BATTERED_SHARE: f32 = 0.5;
/// Hull below which a hit is no longer shrugged off.
const SCARED_SHARE: f32 = 0.75;
/// Seconds for which a hit keeps us running.
const FLEE_SECONDS: f32 = 5.0;
/// Distance from a rock's surface to shoot from, and up to which to stay.
const STANDOFF: f32 = 120.0;
const STANDOFF_MAX: f32 = 240.0;
/// Speed at which a rock is circled, units/s.
const CIRCLING_SPEED: f32 = 45.0;
/// Distance up to which ore is gathered before the next rock.
const GATHER_RANGE: f32 = 520.0;
/// How much farther a rock seems near which another ship already is, units, and how near that is.
const CLAIMED_DETOUR: f32 = 500.0;
const CLAIM_RANGE: f32 = 260.0;
/// How much nearer a rock seems per credit of its ore's price, units.
const PRICE_PULL: f32 = 12.0;
/// Seconds of search after which some cargo is better than none.
const SEARCH_SECONDS: f32 = 10.0;

/// Digs for a living.
#[derive(Clone, Debug)]
pub struct Miner {
    helm: Helm,
    gunner: Gunner,
    patrol: Patrol,
    alarm: Alarm,
    rock: Option<EntityKey>,
    /// +1 or -1: the way round in which rocks are circled.
    round: f32,
    is_docking: bool,
    searched_ticks: u32,
}

impl Miner {
    /// A miner whose habits follow from the seed.
    pub fn new(seed: u64) -> Self {
        Miner {
            helm: Helm::new(seed ^ 1),
            gunner: Gunner::new(seed ^ 2),
            patrol: Patrol::new(seed ^ 3),
            alarm: Alarm::default(),
            rock: None,
            round: if seed.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 },
            is_docking: false,
            searched_ticks: 0,
        }
    }

    fn decide(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        let is_scared = view.hull_share() < SCARED_SHARE;
        if is_scared && self.alarm.is_hurt_within(view, FLEE_SECONDS) && !view.is_safe() {
            return self.flee(view);
        }
        let inside = self.patrol.shelter(view, &mut self.helm).or_else(|| self.dock(view));
        if let Some(steering) = inside {
            return (steering, self.gunner.rest(view));
        }
        if let Some(ore) = view.nearest_ore(GATHER_RANGE) {
            self.searched_ticks = 0;
            return (self.gather(view, &ore), self.shoot_on(view));
        }
        if let Some((key, rock)) = self.choose_rock(view) {
            self.searched_ticks = 0;
            return self.mine(view, key, &rock);
        }
        self.searched_ticks += 1;
        (self.patrol.search(view, &mut self.helm), self.gunner.rest(view))
    }

    fn flee(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        self.rock = None;
        let attacker = self.alarm.attacker(view);
        let from = attacker.map(|ship| ship.position);
        let steering = self.patrol.flee(view, &mut self.helm, from);
        let mark = attacker.and_then(|ship| Mark::ship(view, ship.player));
        let aimed = match mark {
            Some(mark) => self.gunner.track(view, &mark, &Skill::FRIGHT),
            None => self.gunner.rest(view),
        };
        (steering, aimed)
    }

    /// Goes to sell or mend when it is time, and stays until both are done.
    fn dock(&mut self, view: &BrainView<'_>) -> Option<Steering> {
        let cargo = view.cargo_share();
        let has_searched = self.searched_ticks > view.rules.ticks(SEARCH_SECONDS);
        if cargo >= FULL_SHARE
            || view.hull_share() < BATTERED_SHARE
            || (has_searched && cargo > WORTH_SHARE)
        {
            self.is_docking = true;
        }
        if cargo == 0.0 && view.hull_share() >= 1.0 {
            self.is_docking = false;
        }
        if !self.is_docking {
            return None;
        }
        self.searched_ticks = 0;
        self.patrol.dock(view, &mut self.helm, false)
    }

    fn gather(&mut self, view: &BrainView<'_>, ore: &OreState) -> Steering {
        // Through it rather than to it: it is taken in passing.
        let ahead = (ore.position - view.ship.position).normalize_or_zero();
        self.helm.fly_to(view, ore.position + ore.velocity * 0.5 + ahead * OVERSHOOT, false)
    }

    /// Keeps firing at the rock of before while gathering beside it.
    fn shoot_on(&mut self, view: &BrainView<'_>) -> Aimed {
        let rock = self.rock.and_then(|rock| view.asteroids().find(|(key, _)| *key == rock));
        match rock {
            Some((key, rock)) => {
                self.gunner.track(view, &Mark::rock(view, key, &rock), &Skill::ROCKS)
            }
            None => self.gunner.rest(view),
        }
    }

    /// The rock of before while it is there, else the nearest that nobody works at, rich ones first.
    fn choose_rock(&mut self, view: &BrainView<'_>) -> Option<(EntityKey, AsteroidState)> {
        let known = self.rock.and_then(|rock| view.asteroids().find(|(key, _)| *key == rock));
        if known.is_some() {
            return known;
        }
        let chosen = view.asteroids().min_by(|a, b| {
            let effort = |rock: &AsteroidState| {
                let is_claimed = view
                    .others()
                    .any(|(_, ship)| ship.position.distance(rock.position) < CLAIM_RANGE);
                view.distance(rock.position) + if is_claimed { CLAIMED_DETOUR } else { 0.0 }
                    - view.rules.content.ore(rock.ore).price as f32 * PRICE_PULL
            };
            effort(&a.1).total_cmp(&effort(&b.1))
        });
        self.rock = chosen.map(|(key, _)| key);
        chosen
    }

    fn mine(
        &mut self,
        view: &BrainView<'_>,
        key: EntityKey,
        rock: &AsteroidState,
    ) -> (Steering, Aimed) {
        let aimed = self.gunner.track(view, &Mark::rock(view, key, rock), &Skill::ROCKS);
        let radius = view.rules.content.asteroid_size(rock.size).radius;
        let apart = view.ship.position - rock.position;
        let outwards = match view.station() {
            // Guns are silent near the station: shoot from the far side.
            Some(station)
                if view
                    .rules
                    .is_safe(rock.position + apart.normalize_or(Vec2::X) * (radius + STANDOFF)) =>
            {
                (rock.position - station.position).normalize_or(Vec2::X)
            }
            _ => apart.normalize_or(Vec2::X),
        };
        let surface = apart.length() - radius;
        if (STANDOFF * 0.7..STANDOFF_MAX).contains(&surface) && !view.is_safe() {
            let wanted = rock.velocity + outwards.perp() * (self.round * CIRCLING_SPEED);
            return (self.helm.fly_with(view, wanted, false), aimed);
        }
        let place = rock.position + outwards * (radius + STANDOFF);
        (self.helm.fly_to(view, place, false), aimed)
    }
}

impl Brain for Miner {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.alarm.update(view);
        let (steering, aimed) = self.decide(view);
        steering.and(aimed)
    }

    fn lose_ship(&mut self) {
        self.alarm.reset();
        self.patrol.reset();
        self.rock = None;
        self.is_docking = false;
    }
}

/// How far beyond a chunk of ore to aim, units.
const OVERSHOOT: f32 = 25.0;
