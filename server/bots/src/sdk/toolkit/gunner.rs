//! Aims at the place where a moving target will be, with human errors.
//!
//! [`Skill`] makes a bot beatable: it notices changes of course late, its aim has an error that changes slowly, the gun turns
//! at a limited rate, and it fires in bursts.

use driftfield_shared::netcode::EntityKey;
use driftfield_shared::sim::{AsteroidState, Rng};
use driftfield_shared::units::{Angle, PlayerId, Tick};
use glam::Vec2;

use super::obstacles::is_hidden;
use super::ticks_between;
use crate::sdk::BrainView;

/// How well a gunner aims.
#[derive(Clone, Copy, Debug)]
pub struct Skill {
    /// Largest error of the aim, in degrees.
    pub error_degrees: f32,
    /// Seconds before the first shot at a new target, and in which a change of its course is noticed.
    pub reaction_seconds: f32,
    /// Fastest turn of the gun, in turns/s.
    pub turn_per_second: f32,
    /// Seconds of a burst, least and most.
    pub burst_seconds: (f32, f32),
    /// Seconds between bursts, least and most.
    pub pause_seconds: (f32, f32),
    /// Longest distance at which it fires, in units.
    pub range: f32,
}

impl Skill {
    /// The skill for shooting at asteroids.
    pub const ROCKS: Skill = Skill {
        error_degrees: 2.0,
        reaction_seconds: 0.25,
        turn_per_second: 0.9,
        burst_seconds: (0.9, 1.8),
        pause_seconds: (0.2, 0.5),
        range: 460.0,
    };
    /// The skill of a fighter.
    pub const FIGHTS: Skill = Skill {
        error_degrees: 7.0,
        reaction_seconds: 0.5,
        turn_per_second: 1.0,
        burst_seconds: (0.6, 1.2),
        pause_seconds: (0.5, 1.1),
        range: 560.0,
    };
    /// The skill of a ship that flees and fires back.
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
pub struct Target {
    /// Which entity.
    pub key: EntityKey,
    /// Its position now.
    pub position: Vec2,
    /// Its velocity, in units/s.
    pub velocity: Vec2,
    /// Its radius, in units.
    pub radius: f32,
}

impl Target {
    /// An asteroid as a target.
    pub fn asteroid(view: &BrainView<'_>, key: EntityKey, rock: &AsteroidState) -> Target {
        let radius = view.rules.content.asteroid_size(rock.size).radius;
        Target { key, position: rock.position, velocity: rock.velocity, radius }
    }

    /// A player's ship as a target, while in view.
    pub fn ship(view: &BrainView<'_>, player: PlayerId) -> Option<Target> {
        view.others().find(|(_, ship)| ship.player == player).map(|(key, ship)| Target {
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

/// Aims and fires a gun.
#[derive(Clone, Debug)]
pub struct Gunner {
    rng: Rng,
    /// The target, since when it has been the target, and its velocity as far as it was noticed.
    target: Option<(EntityKey, Tick, Vec2)>,
    /// The error now and the one it changes to, as shares -1..1 of the skill's largest error.
    error: f32,
    error_goal: f32,
    error_until: Tick,
    /// Whether it fires a burst now, and until when the burst or the pause lasts.
    is_burst: bool,
    burst_until: Tick,
}

impl Gunner {
    /// A gunner whose random errors follow from the seed.
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

    /// Follows a target with the gun, and fires when a shot should hit.
    pub fn track(&mut self, view: &BrainView<'_>, target: &Target, skill: &Skill) -> Aimed {
        let (since, velocity) = self.notice(view, target, skill);
        self.tremble(view);
        let weapon = view.rules.weapon(view.ship.fit.weapon);
        let apart = target.position - view.ship.position;
        let meeting = meet(apart, velocity - view.ship.velocity, weapon.speed);
        let lifetime = f32::from(weapon.lifetime_ticks) * view.rules.tick_seconds;
        let ideal = Angle::from_direction(meeting.map_or(apart, |(direction, _)| direction));
        let error = self.error * skill.error_degrees / 360.0 * f32::from(Angle::STEPS);
        let aim = turn(view, ideal.turned(error as i16), skill.turn_per_second);
        let distance = apart.length();
        let tolerance =
            Angle::from_direction(Vec2::new(distance, target.radius)).steps() + STEADY_STEPS;
        let is_on = ideal.turned(error as i16).distance_from(aim).unsigned_abs() < tolerance;
        let is_in_reach = distance - target.radius < skill.range
            && meeting.is_some_and(|(_, seconds)| seconds < lifetime);
        let is_ready = view.seconds_since(since) >= skill.reaction_seconds;
        let fire = is_on
            && is_in_reach
            && is_ready
            && !view.is_safe()
            && self.is_in_burst(view, skill)
            && !is_hidden(view, view.ship.position, target.position, Some(target.key));
        Aimed { aim, fire }
    }

    /// Has no target: turns the gun in the direction of flight.
    pub fn rest(&mut self, view: &BrainView<'_>) -> Aimed {
        self.target = None;
        let ahead = match view.ship.velocity.length() > RESTING_SPEED {
            true => Angle::from_direction(view.ship.velocity),
            false => view.ship.aim,
        };
        Aimed { aim: turn(view, ahead, RESTING_TURN), fire: false }
    }

    /// Updates the target. Returns since when it has been the target, and its velocity as far as it was noticed.
    fn notice(&mut self, view: &BrainView<'_>, target: &Target, skill: &Skill) -> (Tick, Vec2) {
        let noticed = match self.target {
            Some((key, since, velocity)) if key == target.key => {
                let share = (view.rules.tick_seconds / skill.reaction_seconds.max(0.01)).min(1.0);
                (key, since, velocity.lerp(target.velocity, share))
            }
            _ => (target.key, view.now, target.velocity),
        };
        self.target = Some(noticed);
        (noticed.1, noticed.2)
    }

    /// Changes the error of the aim a little.
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

/// Steps of aim that make no difference to a hit.
const STEADY_STEPS: u16 = 24;
/// Speed from which a resting gun points in the direction of flight, in units/s, and how fast it turns, in turns/s.
const RESTING_SPEED: f32 = 30.0;
const RESTING_TURN: f32 = 0.5;
/// Turn of a gun per angle that is left, in 1/s, before the limit of the skill applies.
const TURN_EASE: f32 = 14.0;

/// The gun's direction one tick later on its way to `wanted`: it turns fast when far away and slowly at the end.
fn turn(view: &BrainView<'_>, wanted: Angle, turns_per_second: f32) -> Angle {
    let left = f32::from(wanted.distance_from(view.ship.aim));
    let limit = turns_per_second * f32::from(Angle::STEPS) * view.rules.tick_seconds;
    let eased = left * (TURN_EASE * view.rules.tick_seconds).min(1.0);
    let step = eased.clamp(-limit, limit);
    // The last step is a whole one; less than a step would be rounded to none.
    view.ship.aim.turned(if step.abs() < 1.0 { left.clamp(-1.0, 1.0) } else { step } as i16)
}

/// The direction in which a shot of `speed` meets a target, and in how many seconds; `None` if it never does. `apart` and
/// `velocity` are the target's position and velocity relative to the gun.
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
