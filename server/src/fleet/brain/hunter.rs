//! Hunts: chases ships outside the safe zone, circles them in a fight, and goes home to mend.
//!
//! ```text
//! search -> prey in view -> close in -> circle and fire -> kill: loot, breathe, search
//!                 hull low: run home, mend, come back
//! ```

use driftfield_shared::sim::{Rng, ShipState};
use driftfield_shared::units::{Controls, PlayerId, Tick};
use glam::Vec2;

use super::{
    Aimed, Alarm, Brain, BrainView, Gunner, Helm, Mark, Patrol, Skill, Steering, ticks_between,
};

/// Hull below which a fight is broken off, and up to which it is mended.
const BREAK_OFF_SHARE: f32 = 0.3;
const MENDED_SHARE: f32 = 1.0;
/// Share of the hold from which loot is sold.
const LOADED_SHARE: f32 = 0.7;
/// Distance to fight at, units, and how eagerly it is kept, 1/s.
const FIGHT_DISTANCE: f32 = 250.0;
const FIGHT_EAGERNESS: f32 = 1.3;
/// Speed of circling, units/s, and seconds in one direction, least and most.
const STRAFE_SPEED: f32 = 170.0;
const STRAFE_SECONDS: (f32, f32) = (0.8, 2.2);
/// Distance from which the boost closes in.
const BOOST_DISTANCE: f32 = 560.0;
/// Seconds after which prey that does not fall is left alone, and for how long.
const CHASE_SECONDS: f32 = 24.0;
const GRUDGE_SECONDS: f32 = 15.0;
/// Seconds of peace after a kill: nobody is hunted down twice in a row by the same bot.
const CONTENT_SECONDS: f32 = 7.0;
/// Distance from the safe zone within which nobody is hunted.
const DOORSTEP: f32 = 160.0;
/// How much nearer a person seems, units: people come to play.
const PERSON_PULL: f32 = 180.0;
/// How much nearer who shot at us seems, units.
const REVENGE_PULL: f32 = 400.0;
/// How much nearer a wounded ship seems at the most, units.
const WOUND_PULL: f32 = 150.0;
/// Distance up to which loot is gathered between hunts.
const LOOT_RANGE: f32 = 420.0;

/// Lives off others.
#[derive(Clone, Debug)]
pub struct Hunter {
    rng: Rng,
    helm: Helm,
    gunner: Gunner,
    patrol: Patrol,
    alarm: Alarm,
    /// Whom we chase, and since when.
    prey: Option<(PlayerId, Tick)>,
    /// Who is left alone, and until when.
    spared: Option<(PlayerId, Tick)>,
    peace_until: Tick,
    /// +1 or -1: the way round in which prey is circled, and until when.
    strafe: f32,
    strafe_until: Tick,
    is_docking: bool,
}

impl Hunter {
    /// A hunter whose habits follow from the seed.
    pub fn new(seed: u64) -> Self {
        Hunter {
            rng: Rng::new(seed),
            helm: Helm::new(seed ^ 1),
            gunner: Gunner::new(seed ^ 2),
            patrol: Patrol::new(seed ^ 3),
            alarm: Alarm::default(),
            prey: None,
            spared: None,
            peace_until: Tick(0),
            strafe: 1.0,
            strafe_until: Tick(0),
            is_docking: false,
        }
    }

    fn decide(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        if let Some(decision) = self.mend(view) {
            return decision;
        }
        if let Some(prey) = self.choose_prey(view) {
            return self.fight(view, &prey);
        }
        let steering = match view.nearest_ore(LOOT_RANGE) {
            Some(ore) => self.helm.fly_to(view, ore.position + ore.velocity * 0.5, false),
            None => self.patrol.search(view, &mut self.helm),
        };
        (steering, self.gunner.rest(view))
    }

    /// Breaks off when battered or laden; runs home, and stays there until mended and sold.
    fn mend(&mut self, view: &BrainView<'_>) -> Option<(Steering, Aimed)> {
        let hull = view.hull_share();
        if hull < BREAK_OFF_SHARE || view.cargo_share() >= LOADED_SHARE {
            self.is_docking = true;
        }
        if hull >= MENDED_SHARE && view.cargo() == 0 {
            self.is_docking = false;
        }
        if !self.is_docking {
            return None;
        }
        self.prey = None;
        let foe = self.alarm.attacker(view).filter(|_| !view.is_safe());
        let Some(foe) = foe else {
            let steering = self.patrol.dock(view, &mut self.helm, hull < BREAK_OFF_SHARE);
            // Nowhere to mend: there is nothing but to fight on.
            return steering.map(|steering| (steering, self.gunner.rest(view)));
        };
        let steering = self.patrol.flee(view, &mut self.helm, Some(foe.position));
        let aimed = match Mark::ship(view, foe.player) {
            Some(mark) => self.gunner.track(view, &mark, &Skill::FRIGHT),
            None => self.gunner.rest(view),
        };
        Some((steering, aimed))
    }

    /// Whom to chase: the one of before as long as it can be hurt, else who seems nearest.
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
                    // Killed or escaped; either way a moment to breathe.
                    self.prey = None;
                    self.peace_until = view.after(CONTENT_SECONDS);
                    self.spared = Some((player, view.after(GRUDGE_SECONDS)));
                }
            }
        }
        let is_provoked = self.alarm.is_hurt_within(view, 3.0);
        if view.now < self.peace_until && !is_provoked {
            return None;
        }
        let attacker = self.alarm.attacker(view).filter(|_| is_provoked).map(|ship| ship.player);
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
        let aimed = match Mark::ship(view, prey.player) {
            Some(mark) => self.gunner.track(view, &mark, &Skill::FIGHTS),
            None => self.gunner.rest(view),
        };
        let apart = prey.position - view.ship.position;
        let (distance, towards) = (apart.length(), apart.normalize_or(Vec2::X));
        let steering = if distance > BOOST_DISTANCE {
            let meeting = prey.position + prey.velocity * (distance / view.top_speed()).min(1.5);
            self.helm.fly_through(view, meeting, true)
        } else {
            let closing = (distance - FIGHT_DISTANCE) * FIGHT_EAGERNESS;
            let wanted = prey.velocity * 0.7
                + towards * closing
                + towards.perp() * (self.strafe * STRAFE_SPEED);
            self.helm.fly_with(view, wanted.clamp_length_max(view.top_speed()), false)
        };
        (steering, aimed)
    }
}

/// Whether a ship is in the safe zone or close to it: nobody is waylaid at the station's door.
fn is_nearly_safe(view: &BrainView<'_>, ship: &ShipState) -> bool {
    view.station().is_some_and(|station| {
        ship.position.distance(station.position) < station.safe_radius + DOORSTEP
    })
}

impl Brain for Hunter {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.alarm.update(view);
        let (steering, aimed) = self.decide(view);
        steering.and(aimed)
    }

    fn lose_ship(&mut self) {
        // Beaten: whoever did it gets a rest from us.
        self.spared = self.prey.map(|(player, since)| (player, since.plus(1))).or(self.spared);
        self.prey = None;
        self.alarm.reset();
        self.patrol.reset();
        self.is_docking = false;
    }
}
