//! The miner: breaks asteroids, collects the ore, sells it at the station, and flees when it is shot at.
//!
//! ```text
//! search -> asteroid in view -> shoot from a safe distance -> collect -> hold full -> dock -> search
//!                    hit: flee home, firing back
//! ```

use driftfield_shared::netcode::EntityKey;
use driftfield_shared::sim::{AsteroidState, Item, OreState};
use driftfield_shared::units::{Controls, Credits};
use glam::Vec2;

use crate::sdk::toolkit::{Aimed, Shopper, Skill, Steering, Target, Tools};
use crate::sdk::{Brain, BrainView};

/// What it buys, in this order.
const SHOPPING: Shopper = Shopper(&["racks", "drill", "mole", "veil", "vault", "ox"]);
/// Share of the hold from which cargo is sold at once, and from which it is sold after a long search.
const FULL_SHARE: f32 = 0.9;
const WORTH_SHARE: f32 = 0.4;
/// Hull below which repairs come first.
const BATTERED_SHARE: f32 = 0.5;
/// Hull below which a hit makes the miner flee.
const SCARED_SHARE: f32 = 0.75;
/// Seconds of flight after a hit.
const FLEE_SECONDS: f32 = 5.0;
/// Distance from an asteroid's surface at which to shoot, in units: preferred, and at most.
const STANDOFF: f32 = 120.0;
const STANDOFF_MAX: f32 = 240.0;
/// Speed of circling an asteroid, in units/s.
const CIRCLING_SPEED: f32 = 45.0;
/// Distance in units up to which ore is collected before the next asteroid.
const GATHER_RANGE: f32 = 520.0;
/// Units by which an asteroid counts as farther if another ship is near it, and how near that is.
const CLAIMED_DETOUR: f32 = 500.0;
/// The same for one behind a wall: the way around is longer.
const WALLED_DETOUR: f32 = 500.0;
const CLAIM_RANGE: f32 = 260.0;
/// Units by which an asteroid counts as nearer per credit of its ore's price.
const PRICE_PULL: f32 = 12.0;
/// Seconds of search after which a small cargo is sold, too.
const SEARCH_SECONDS: f32 = 10.0;

/// Lives on mining.
#[derive(Clone, Debug)]
pub struct Miner {
    tools: Tools,
    rock: Option<EntityKey>,
    /// Direction in which asteroids are circled, +1 or -1.
    round: f32,
    searched_ticks: u32,
}

impl Miner {
    /// A miner whose random choices follow from the seed.
    pub fn new(seed: u64) -> Self {
        Miner {
            tools: Tools::new(seed),
            rock: None,
            round: if seed.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 },
            searched_ticks: 0,
        }
    }

    fn decide(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        let is_scared = view.hull_share() < SCARED_SHARE;
        if is_scared && self.tools.alarm.is_hurt_within(view, FLEE_SECONDS) && !view.is_safe() {
            self.rock = None;
            return self.tools.flee(view);
        }
        let inside = self.tools.shelter(view).or_else(|| self.dock(view));
        if let Some(steering) = inside {
            return (steering, self.tools.gunner.rest(view));
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
        self.tools.search(view)
    }

    /// Flies to the station when it is time to sell or repair, and stays until both are done.
    fn dock(&mut self, view: &BrainView<'_>) -> Option<Steering> {
        let cargo = view.cargo_share();
        let has_searched = self.searched_ticks > view.rules.ticks(SEARCH_SECONDS);
        let is_due = cargo >= FULL_SHARE
            || view.hull_share() < BATTERED_SHARE
            || (has_searched && cargo > WORTH_SHARE);
        if !self.tools.must_dock(view, is_due) {
            return None;
        }
        self.searched_ticks = 0;
        self.tools.dock(view, false)
    }

    fn gather(&mut self, view: &BrainView<'_>, ore: &OreState) -> Steering {
        // Through the ore and not only to it, so that the ship does not stop there.
        let ahead = (ore.position - view.ship.position).normalize_or_zero();
        self.tools.helm.fly_to(view, ore.position + ore.velocity * 0.5 + ahead * OVERSHOOT, false)
    }

    /// Keeps firing at the same asteroid while collecting ore beside it.
    fn shoot_on(&mut self, view: &BrainView<'_>) -> Aimed {
        let rock = self.rock.and_then(|rock| view.asteroids().find(|(key, _)| *key == rock));
        match rock {
            Some((key, rock)) => {
                self.tools.gunner.track(view, &Target::asteroid(view, key, &rock), &Skill::ROCKS)
            }
            None => self.tools.gunner.rest(view),
        }
    }

    /// The same asteroid as before while it is in view, otherwise the nearest one; rich ones count as nearer, and those near
    /// another ship as farther.
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
                view.distance(rock.position)
                    + if is_claimed { CLAIMED_DETOUR } else { 0.0 }
                    + if view.is_walled_off(rock.position) { WALLED_DETOUR } else { 0.0 }
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
        let aimed =
            self.tools.gunner.track(view, &Target::asteroid(view, key, rock), &Skill::ROCKS);
        if view.is_walled_off(rock.position) {
            return (self.tools.helm.fly_to(view, rock.position, false), aimed);
        }
        let radius = view.rules.content.asteroid_size(rock.size).radius;
        let apart = view.ship.position - rock.position;
        let outwards = match view.station() {
            // In the safe zone the gun does not fire: shoot from the side away from the station.
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
            return (self.tools.helm.fly_with(view, wanted, false), aimed);
        }
        let place = rock.position + outwards * (radius + STANDOFF);
        (self.tools.helm.fly_to(view, place, false), aimed)
    }
}

impl Brain for Miner {
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
        self.rock = None;
    }
}

/// How far beyond a chunk of ore to fly, in units.
const OVERSHOOT: f32 = 25.0;
