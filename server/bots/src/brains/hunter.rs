//! The hunter: chases ships outside the safe zone, circles them in a fight, and flies home for repairs.
//!
//! ```text
//! search -> prey in view -> close in -> circle and fire -> kill: collect loot, pause, search
//!                 hull low: fly home, repair, come back
//! ```

use driftfield_shared::sim::{Item, Rng, ShipState};
use driftfield_shared::units::{Controls, Credits, PlayerId, Tick};
use glam::Vec2;

use crate::sdk::toolkit::{Aimed, Shopper, Skill, Steering, Target, Tools, ticks_between};
use crate::sdk::{Brain, BrainView};

/// What it buys, in this order.
const SHOPPING: Shopper = Shopper(&["scatter", "kestrel", "veil", "afterburner", "bastion"]);
/// Hull below which a fight is broken off.
const BREAK_OFF_SHARE: f32 = 0.3;
/// Share of the hold from which loot is sold.
const LOADED_SHARE: f32 = 0.7;
/// Preferred distance in a fight, in units, and the speed per unit of deviation with which it is restored, in 1/s.
const FIGHT_DISTANCE: f32 = 250.0;
const FIGHT_EAGERNESS: f32 = 1.3;
/// Speed of circling, in units/s; least and most seconds in one direction.
const STRAFE_SPEED: f32 = 170.0;
const STRAFE_SECONDS: (f32, f32) = (0.8, 2.2);
/// Distance in units beyond which the boost is used to close in.
const BOOST_DISTANCE: f32 = 560.0;
/// Seconds after which a chase is given up, and for which that ship is then left alone.
const CHASE_SECONDS: f32 = 24.0;
const GRUDGE_SECONDS: f32 = 15.0;
/// Seconds after a kill in which nobody is hunted, so that the same bot does not kill a player twice in a row.
const CONTENT_SECONDS: f32 = 7.0;
/// Distance from the safe zone, in units, within which nobody is hunted.
const DOORSTEP: f32 = 160.0;
/// Units by which a person counts as nearer than a bot, because people come to play.
const PERSON_PULL: f32 = 180.0;
/// Units by which a ship that shot at us counts as nearer.
const REVENGE_PULL: f32 = 400.0;
/// Units by which a badly damaged ship counts as nearer.
const WOUND_PULL: f32 = 150.0;
/// Distance in units up to which loot is collected between hunts.
const LOOT_RANGE: f32 = 420.0;

/// Attacks other ships.
#[derive(Clone, Debug)]
pub struct Hunter {
    rng: Rng,
    tools: Tools,
    /// The player whose ship is chased, and since when.
    prey: Option<(PlayerId, Tick)>,
    /// A player who is left alone, and until when.
    spared: Option<(PlayerId, Tick)>,
    peace_until: Tick,
    /// Direction of circling, +1 or -1, and until when it is kept.
    strafe: f32,
    strafe_until: Tick,
}

impl Hunter {
    /// A hunter whose random choices follow from the seed.
    pub fn new(seed: u64) -> Self {
        Hunter {
            rng: Rng::new(seed),
            tools: Tools::new(seed),
            prey: None,
            spared: None,
            peace_until: Tick(0),
            strafe: 1.0,
            strafe_until: Tick(0),
        }
    }

    fn decide(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        if let Some(decision) = self.mend(view) {
            return decision;
        }
        if let Some(prey) = self.choose_prey(view) {
            return self.fight(view, &prey);
        }
        match view.nearest_ore(LOOT_RANGE) {
            Some(ore) => {
                let goal = ore.position + ore.velocity * 0.5;
                (self.tools.helm.fly_to(view, goal, false), self.tools.gunner.rest(view))
            }
            None => self.tools.search(view),
        }
    }

    /// Breaks off when the hull is low or the hold is full: flies home, and stays until everything is repaired and sold.
    fn mend(&mut self, view: &BrainView<'_>) -> Option<(Steering, Aimed)> {
        let hull = view.hull_share();
        let is_due = hull < BREAK_OFF_SHARE || view.cargo_share() >= LOADED_SHARE;
        if !self.tools.must_dock(view, is_due) {
            return None;
        }
        self.prey = None;
        if self.tools.alarm.attacker(view).is_some() && !view.is_safe() {
            return Some(self.tools.flee(view));
        }
        // Without a station there is nowhere to repair: the fight goes on.
        let steering = self.tools.dock(view, hull < BREAK_OFF_SHARE)?;
        Some((steering, self.tools.gunner.rest(view)))
    }

    /// The ship to chase: the same as before while it can be damaged, otherwise the one that counts as nearest.
    fn choose_prey(&mut self, view: &BrainView<'_>) -> Option<ShipState> {
        let can_be_hurt = |ship: &ShipState| !ship.protected && !is_nearly_safe(view, ship);
        if let Some((player, since)) = self.prey {
            let prey = view.others().map(|(_, ship)| ship).find(|ship| ship.player == player);
            match prey {
                Some(ship) if can_be_hurt(&ship) && view.seconds_since(since) < CHASE_SECONDS => {
                    return Some(ship);
                }
                Some(_) => {
                    self.prey = None;
                    self.spared = Some((player, view.after(GRUDGE_SECONDS)));
                }
                None => {
                    // Killed or escaped; in both cases there is a pause.
                    self.prey = None;
                    self.peace_until = view.after(CONTENT_SECONDS);
                    self.spared = Some((player, view.after(GRUDGE_SECONDS)));
                }
            }
        }
        let is_provoked = self.tools.alarm.is_hurt_within(view, 3.0);
        if view.now < self.peace_until && !is_provoked {
            return None;
        }
        let attacker =
            self.tools.alarm.attacker(view).filter(|_| is_provoked).map(|ship| ship.player);
        let spared = self.spared.filter(|(_, until)| view.now < *until).map(|(player, _)| player);
        let prey = view
            .others()
            .map(|(_, ship)| ship)
            .filter(can_be_hurt)
            .filter(|ship| Some(ship.player) != spared || Some(ship.player) == attacker)
            .min_by(|a, b| {
                let effort = |ship: &ShipState| {
                    let whole = f32::from(view.rules.hull(ship.hull).hit_points.max(1));
                    let pull = |is_so: bool, pull: f32| if is_so { pull } else { 0.0 };
                    view.distance(ship.position)
                        - pull(view.is_person(ship.player), PERSON_PULL)
                        - pull(Some(ship.player) == attacker, REVENGE_PULL)
                        - (1.0 - f32::from(ship.hit_points) / whole) * WOUND_PULL
                };
                effort(a).total_cmp(&effort(b))
            })?;
        self.prey = Some((prey.player, view.now));
        Some(prey)
    }

    fn fight(&mut self, view: &BrainView<'_>, prey: &ShipState) -> (Steering, Aimed) {
        if self.strafe_until <= view.now {
            self.strafe = if self.rng.below(2) == 0 { 1.0 } else { -1.0 };
            let (min, max) = STRAFE_SECONDS;
            self.strafe_until = view.now.plus(ticks_between(view, &mut self.rng, min, max));
        }
        let aimed = match Target::ship(view, prey.player) {
            Some(target) => self.tools.gunner.track(view, &target, &Skill::FIGHTS),
            None => self.tools.gunner.rest(view),
        };
        let apart = prey.position - view.ship.position;
        let (distance, towards) = (apart.length(), apart.normalize_or(Vec2::X));
        let is_apart = distance > BOOST_DISTANCE || view.is_walled_off(prey.position);
        let steering = if is_apart {
            let meeting = prey.position + prey.velocity * (distance / view.top_speed()).min(1.5);
            self.tools.helm.fly_through(view, meeting, true)
        } else {
            let closing = (distance - FIGHT_DISTANCE) * FIGHT_EAGERNESS;
            let wanted = prey.velocity * 0.7
                + towards * closing
                + towards.perp() * (self.strafe * STRAFE_SPEED);
            self.tools.helm.fly_with(view, wanted.clamp_length_max(view.top_speed()), false)
        };
        (steering, aimed)
    }
}

/// Whether a ship is in the safe zone or close to it, where nobody is attacked.
fn is_nearly_safe(view: &BrainView<'_>, ship: &ShipState) -> bool {
    view.station().is_some_and(|station| {
        ship.position.distance(station.position) < station.safe_radius + DOORSTEP
    })
}

impl Brain for Hunter {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.tools.update(view);
        let (steering, aimed) = self.decide(view);
        steering.and(aimed)
    }

    fn wish(&mut self, view: &BrainView<'_>) -> Option<(Item, Credits)> {
        SHOPPING.wish(view)
    }

    fn lose_ship(&mut self) {
        // We were destroyed: the ship that we chased is left alone for a while.
        self.spared = self.prey.map(|(player, since)| (player, since.plus(1))).or(self.spared);
        self.prey = None;
        self.tools.lose_ship();
    }
}
