//! Aiming: at where a moving target will be, with a hand that trembles and an eye that needs a moment.
//!
//! What makes a bot beatable stands in [`Skill`]: it sees changes of course late, its aim is off by a
//! slowly wandering error, turns at a limited rate, and fires in bursts.

use driftfield_shared::netcode::EntityKey;
use driftfield_shared::sim::{AsteroidState, Rng};
use driftfield_shared::units::{Angle, PlayerId, Tick};
use glam::Vec2;

use super::obstacles::is_hidden;
use super::{BrainView, ticks_between};

/// How well a gunner aims.
#[derive(Clone, Copy, Debug)]
pub struct Skill {
    /// Greatest error of the aim, degrees.
    pub error_degrees: f32,
    /// Seconds until a new target is shot at, and in which a change of its course is noticed.
    pub reaction_seconds: f32,
    /// Fastest turn of the gun, turns/s.
    pub turn_per_second: f32,
    /// Seconds of a burst, least and most.
    pub burst_seconds: (f32, f32),
    /// Seconds between bursts, least and most.
    pub pause_seconds: (f32, f32),
    /// Longest distance at which it fires.
    pub range: f32,
}

impl Skill {
    /// A hand that is used to rocks.
    pub const ROCKS: Skill = Skill {
        error_degrees: 2.0,
        reaction_seconds: 0.25,
        turn_per_second: 0.9,
        burst_seconds: (0.9, 1.8),
        pause_seconds: (0.2, 0.5),
        range: 460.0,
    };
    /// A hand that is used to fights.
    pub const FIGHTS: Skill = Skill {
        error_degrees: 7.0,
        reaction_seconds: 0.5,
        turn_per_second: 1.0,
        burst_seconds: (0.6, 1.2),
        pause_seconds: (0.5, 1.1),
        range: 560.0,
    };
    /// A hand that fires back in fear.
    pub const FRIGHT: Skill = Skill {
        error_degrees: 9.0,
        reaction_seconds: 0.5,
        turn_per_second: 1.0,
        burst_seconds: (0.4, 0.8),
        pause_seconds: (0.7, 1.4),
        range: 420.0,
    };
}

/// Something to shoot at.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Which entity.
    pub key: EntityKey,
    /// Where it is now.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
    /// Its radius.
    pub radius: f32,
}

impl Mark {
    /// A rock as a target.
    pub fn rock(view: &BrainView<'_>, key: EntityKey, rock: &AsteroidState) -> Mark {
        let radius = view.rules.content.asteroid_size(rock.size).radius;
        Mark { key, position: rock.position, velocity: rock.velocity, radius }
    }

    /// A player's ship as a target, while in view.
    pub fn ship(view: &BrainView<'_>, player: PlayerId) -> Option<Mark> {
        view.others().find(|(_, ship)| ship.player == player).map(|(key, ship)| Mark {
            key,
            position: ship.position,
            velocity: ship.velocity,
            radius: view.rules.hull(ship.hull).radius,
        })
    }
}

/// Where the gun points, and whether to fire.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Aimed {
    /// Where it points.
    pub aim: Angle,
    /// Whether the trigger is held.
    pub fire: bool,
}

/// A hand at a gun.
#[derive(Clone, Debug)]
pub struct Gunner {
    rng: Rng,
    /// The target, since when, and its velocity as it was noticed.
    target: Option<(EntityKey, Tick, Vec2)>,
    /// Present error and the one it wanders to, -1..1 of the skill's.
    error: f32,
    error_goal: f32,
    error_until: Tick,
    /// Whether a burst is on, and until when that or the pause lasts.
    is_burst: bool,
    burst_until: Tick,
}

impl Gunner {
    /// A hand whose trembling follows from the seed.
    pub fn new(seed: u64) -> Self {
        Gunner {
            rng: Rng::new(seed),
            target: None,
            error: 0.0,
            error_goal: 0.0,
            error_until: Tick(0),
            is_burst: false,
            burst_until: Tick(0),
        }
    }

    /// Follows a target with the gun, and fires when it should hit.
    pub fn track(&mut self, view: &BrainView<'_>, mark: &Mark, skill: &Skill) -> Aimed {
        let (since, velocity) = self.notice(view, mark, skill);
        self.tremble(view);
        let weapon = view.rules.weapon(view.rules.hull(view.ship.hull).weapon);
        let apart = mark.position - view.ship.position;
        let meeting = meet(apart, velocity - view.ship.velocity, weapon.speed);
        let lifetime = f32::from(weapon.lifetime_ticks) * view.rules.tick_seconds;
        let ideal = Angle::from_direction(meeting.map_or(apart, |(direction, _)| direction));
        let error = self.error * skill.error_degrees / 360.0 * f32::from(Angle::STEPS);
        let aim = turn(view, ideal.turned(error as i16), skill.turn_per_second);
        let distance = apart.length();
        let tolerance =
            Angle::from_direction(Vec2::new(distance, mark.radius)).steps() + STEADY_STEPS;
        let is_on = ideal.turned(error as i16).distance_from(aim).unsigned_abs() < tolerance;
        let is_in_reach = distance - mark.radius < skill.range
            && meeting.is_some_and(|(_, seconds)| seconds < lifetime);
        let is_ready = view.seconds_since(since) >= skill.reaction_seconds;
        let fire = is_on
            && is_in_reach
            && is_ready
            && !view.is_safe()
            && self.is_in_burst(view, skill)
            && !is_hidden(view, view.ship.position, mark.position, Some(mark.key));
        Aimed { aim, fire }
    }

    /// Has no target: the gun looks where the ship is going.
    pub fn rest(&mut self, view: &BrainView<'_>) -> Aimed {
        self.target = None;
        let ahead = match view.ship.velocity.length() > RESTING_SPEED {
            true => Angle::from_direction(view.ship.velocity),
            false => view.ship.aim,
        };
        Aimed { aim: turn(view, ahead, RESTING_TURN), fire: false }
    }

    /// Since when the target is noticed, and its velocity as far as it is.
    fn notice(&mut self, view: &BrainView<'_>, mark: &Mark, skill: &Skill) -> (Tick, Vec2) {
        let noticed = match self.target {
            Some((key, since, velocity)) if key == mark.key => {
                let share = (view.rules.tick_seconds / skill.reaction_seconds.max(0.01)).min(1.0);
                (key, since, velocity.lerp(mark.velocity, share))
            }
            _ => (mark.key, view.now, mark.velocity),
        };
        self.target = Some(noticed);
        (noticed.1, noticed.2)
    }

    /// Lets the error of the aim wander on.
    fn tremble(&mut self, view: &BrainView<'_>) {
        if self.error_until <= view.now {
            self.error_goal = self.rng.range(-1.0, 1.0);
            self.error_until = view.now.plus(ticks_between(view, &mut self.rng, 0.3, 0.9));
        }
        self.error += (self.error_goal - self.error) * (view.rules.tick_seconds * 5.0).min(1.0);
    }

    fn is_in_burst(&mut self, view: &BrainView<'_>, skill: &Skill) -> bool {
        if self.burst_until <= view.now {
            self.is_burst = !self.is_burst;
            let (min, max) = if self.is_burst { skill.burst_seconds } else { skill.pause_seconds };
            self.burst_until = view.now.plus(ticks_between(view, &mut self.rng, min, max));
        }
        self.is_burst
    }
}

/// Steps of aim that do not matter.
const STEADY_STEPS: u16 = 24;
/// Speed from which a resting gun looks ahead, units/s, and how fast it turns, turns/s.
const RESTING_SPEED: f32 = 30.0;
const RESTING_TURN: f32 = 0.5;
/// Share of the way to where it should point that a gun turns in a second, before its limit; 1/s.
const TURN_EASE: f32 = 14.0;

/// The gun's direction a tick later, on its way to `wanted`: fast when far, softly at the end.
fn turn(view: &BrainView<'_>, wanted: Angle, turns_per_second: f32) -> Angle {
    let left = f32::from(wanted.distance_from(view.ship.aim));
    let limit = turns_per_second * f32::from(Angle::STEPS) * view.rules.tick_seconds;
    let eased = left * (TURN_EASE * view.rules.tick_seconds).min(1.0);
    let step = eased.clamp(-limit, limit);
    // The last step is whole, or it would never be taken.
    view.ship.aim.turned(if step.abs() < 1.0 { left.clamp(-1.0, 1.0) } else { step } as i16)
}

/// The direction in which a shot of `speed` meets what is `apart` and moves with `velocity` relative to
/// the gun, and in how many seconds; `None` when it never does.
fn meet(apart: Vec2, velocity: Vec2, speed: f32) -> Option<(Vec2, f32)> {
    // |apart + velocity t| = speed t, solved for the smallest positive t.
    let a = velocity.length_squared() - speed * speed;
    let b = apart.dot(velocity);
    let c = apart.length_squared();
    let seconds = if a.abs() < 1e-3 {
        -c / (2.0 * b)
    } else {
        let root = (b * b - a * c).max(0.0).sqrt();
        let (first, second) = ((-b - root) / a, (-b + root) / a);
        match (first > 0.0, second > 0.0) {
            (true, true) => first.min(second),
            (true, false) => first,
            _ => second,
        }
    };
    let is_meeting = seconds.is_finite() && seconds > 0.0 && b * b - a * c >= 0.0;
    is_meeting.then(|| (apart + velocity * seconds, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shot_meets_what_it_is_aimed_at() {
        for (apart, velocity) in [
            (Vec2::new(300.0, 0.0), Vec2::new(0.0, 120.0)),
            (Vec2::new(-200.0, 350.0), Vec2::new(200.0, -50.0)),
            (Vec2::new(50.0, 50.0), Vec2::ZERO),
            (Vec2::new(0.0, -400.0), Vec2::new(-260.0, -260.0)),
        ] {
            let (direction, seconds) = meet(apart, velocity, 700.0).unwrap();
            let shot = direction.normalize() * 700.0 * seconds;
            let target = apart + velocity * seconds;
            assert!(shot.distance(target) < 0.5, "{apart} {velocity}: {shot} {target}");
        }
    }

    #[test]
    fn what_is_faster_than_a_shot_gets_away() {
        assert_eq!(meet(Vec2::new(100.0, 0.0), Vec2::new(800.0, 0.0), 700.0), None);
        assert_eq!(meet(Vec2::new(100.0, 0.0), Vec2::new(700.0, 0.0), 700.0), None);
    }
}
