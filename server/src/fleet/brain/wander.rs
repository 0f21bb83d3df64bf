//! The reference workload: always in motion, never the same, the cost to a server known in advance.
//!
//! Holds one of eight directions for half a second to two, keeps turning the aim at a constant rate
//! that changes with the direction, and fires once every 1.5 seconds. Who lingers flies each of its ways back again, and so
//! stays about where it began.

use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::{Angle, Controls, Thrust, Tick};

use super::{Brain, BrainView};

/// Seconds for which a direction is held, least and most.
const HOLD_SECONDS: (f32, f32) = (0.5, 2.0);
/// Seconds between shots.
const FIRE_SECONDS: f32 = 1.5;
/// Directions to choose from.
const DIRECTIONS: u8 = 8;
const DIRECTIONS_APART: u8 = Thrust::DIRECTIONS / DIRECTIONS;
/// Fastest turn of the aim, in turns per second.
const TURN_MAX: f32 = 0.25;

/// Flies by dice.
#[derive(Clone, Debug)]
pub struct Wander {
    rng: Rng,
    thrust: Thrust,
    aim: Angle,
    /// Steps of aim per tick.
    turn: i16,
    turn_at: Tick,
    fire_at: Option<Tick>,
    lingers: bool,
    /// The way back from where it flies, and for how many ticks.
    way_back: Option<(Thrust, u32)>,
}

impl Wander {
    /// A wanderer whose ways follow from the seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let aim = rng.angle();
        Wander {
            rng,
            thrust: Thrust::NONE,
            aim,
            turn: 0,
            turn_at: Tick(0),
            fire_at: None,
            lingers: false,
            way_back: None,
        }
    }

    /// One that stays about where it is: where many are in one place, they stay many in one place.
    pub fn lingering(seed: u64) -> Self {
        Wander { lingers: true, ..Wander::new(seed) }
    }

    /// What to do in the tick after `now`: it takes no look at the world.
    pub fn wander(&mut self, rules: &Rules, now: Tick) -> Controls {
        if self.turn_at <= now {
            self.choose(rules, now);
        }
        self.aim = self.aim.turned(self.turn);
        let interval = rules.ticks(FIRE_SECONDS);
        // The first shot at any moment of the interval: a fleet that joined together does not fire together.
        let fire_at = *self.fire_at.get_or_insert(now.plus(self.rng.below(interval)));
        let fire = fire_at <= now;
        if fire {
            let next = fire_at.plus(interval);
            self.fire_at = Some(if next > now { next } else { now.plus(interval) });
        }
        Controls { thrust: self.thrust, boost: false, fire, aim: self.aim }
    }

    fn choose(&mut self, rules: &Rules, now: Tick) {
        let way_back = self.way_back.take();
        self.thrust = match way_back {
            Some((thrust, _)) => thrust,
            None => Thrust::towards(self.rng.below(DIRECTIONS.into()) as u8 * DIRECTIONS_APART),
        };
        let fastest = TURN_MAX * f32::from(Angle::STEPS) * rules.tick_seconds;
        // Whole steps and never none: an aim that stands still would cost the wire nothing.
        let turn = 1 + self.rng.below((fastest as u32).max(1)) as i16;
        self.turn = if self.rng.below(2) == 0 { turn } else { -turn };
        let ticks = match way_back {
            Some((_, ticks)) => ticks,
            None => rules.ticks(self.rng.range(HOLD_SECONDS.0, HOLD_SECONDS.1)),
        };
        self.turn_at = now.plus(ticks);
        if self.lingers && way_back.is_none() {
            let behind = self.thrust.code() - 1 + Thrust::DIRECTIONS / 2;
            self.way_back = Some((Thrust::towards(behind), ticks));
        }
    }
}

impl Brain for Wander {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.wander(view.rules, view.now)
    }
}
