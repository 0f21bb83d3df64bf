//! A hunter against one person: it must be a danger, and it must be possible to beat it.

use std::sync::{Arc, Mutex};

use driftfield_shared::sim::{Rng, ShipState};
use driftfield_shared::units::{Controls, Tick};
use glam::Vec2;

use super::arena::Arena;
use crate::sdk::toolkit::{Gunner, Helm, Skill, Target, ticks_between};
use crate::sdk::{Brain, BrainView};

/// Where the person waits: outside the safe zone.
const PLACE: Vec2 = Vec2::new(1_000.0, 0.0);
/// How well a person aims after an evening of play.
const HAND: Skill = Skill {
    error_degrees: 5.0,
    reaction_seconds: 0.3,
    turn_per_second: 1.1,
    burst_seconds: (0.7, 1.4),
    pause_seconds: (0.4, 1.0),
    range: 560.0,
};

/// How a person behaves when hunted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    StandsStill,
    Dodges,
    FightsBack,
}

/// A person in the open, where hunters look.
struct Person {
    habit: Habit,
    helm: Helm,
    gunner: Gunner,
    rng: Rng,
    /// A velocity to fly with, and until when.
    dodge: (Tick, Vec2),
    first_hit: Option<Tick>,
    /// Seconds from the first hit to the death, for each ship; the last ship still lives.
    lives: Arc<Mutex<Vec<f32>>>,
}

impl Brain for Person {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        if view.hull_share() < 1.0 {
            let first = *self.first_hit.get_or_insert(view.now);
            *self.lives.lock().unwrap().last_mut().unwrap() = view.seconds_since(first);
        }
        let foe = view.others().map(|(_, ship)| ship).find(|ship| can_fight(view, ship));
        let Some(foe) = foe.filter(|_| self.habit != Habit::StandsStill) else {
            return self.helm.fly_to(view, PLACE, false).and(self.gunner.rest(view));
        };
        if self.dodge.0 <= view.now {
            let ticks = ticks_between(view, &mut self.rng, 0.4, 1.0);
            let home = (PLACE - view.ship.position).clamp_length_max(100.0);
            self.dodge = (view.now.plus(ticks), self.rng.angle().direction() * 280.0 + home);
        }
        let whole = view.rules.hull(foe.hull).hit_points;
        let is_winning = self.habit == Habit::FightsBack && foe.hit_points < whole / 2;
        let steering = match is_winning {
            // A person chases a damaged hunter.
            true => self.helm.fly_through(view, foe.position, true),
            false => self.helm.fly_with(view, self.dodge.1, false),
        };
        let aimed = match Target::ship(view, foe.player) {
            Some(target) if self.habit == Habit::FightsBack => {
                self.gunner.track(view, &target, &HAND)
            }
            _ => self.gunner.rest(view),
        };
        steering.and(aimed)
    }

    fn lose_ship(&mut self) {
        self.first_hit = None;
        self.lives.lock().unwrap().push(0.0);
    }
}

fn can_fight(view: &BrainView<'_>, ship: &ShipState) -> bool {
    view.distance(ship.position) < 700.0 && view.distance(PLACE) < 900.0
}

/// Outcome of some minutes of a hunter against a person.
#[derive(Debug, Default)]
struct Outcome {
    lives: Vec<f32>,
    kills_by_hunter: u32,
    kills_by_person: u32,
}

fn duel(habit: Habit, seeds: u64) -> Outcome {
    let mut outcome = Outcome::default();
    for seed in 1..=seeds {
        let lives = Arc::new(Mutex::new(vec![0.0]));
        let person = Person {
            habit,
            helm: Helm::new(seed),
            gunner: Gunner::new(seed),
            rng: Rng::new(seed),
            dodge: (Tick(0), Vec2::ZERO),
            first_hit: None,
            lives: lives.clone(),
        };
        let mut arena = Arena::new("frontier", "frontier", seed, &["hunter"]);
        arena.seat("person", Box::new(person));
        arena.run(240);
        let mut lives = lives.lock().unwrap().clone();
        lives.pop();
        outcome.lives.extend(lives);
        outcome.kills_by_hunter += arena.kills("hunter");
        outcome.kills_by_person += arena.kills("person");
    }
    outcome
}

fn mean(seconds: &[f32]) -> f32 {
    seconds.iter().sum::<f32>() / seconds.len().max(1) as f32
}

#[test]
fn a_hunter_leaves_time_to_react_and_rewards_those_who_do() {
    let (still, dodging) = (duel(Habit::StandsStill, 2), duel(Habit::Dodges, 2));
    assert!(still.lives.len() >= 4, "it is a danger: {still:?}");
    assert!(mean(&still.lives) > 3.5, "{still:?}");
    assert!(mean(&dodging.lives) > mean(&still.lives) * 1.4, "{still:?} {dodging:?}");
}

#[test]
fn a_hunter_can_be_beaten() {
    let fight = duel(Habit::FightsBack, 3);
    assert!(fight.kills_by_person >= 1, "{fight:?}");
    assert!(fight.kills_by_hunter >= 1, "{fight:?}");
}
