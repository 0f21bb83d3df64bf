//! The reference workload for load tests: always in motion, and it costs a server about the same on every run.
//!
//! It holds one of eight directions for 0.5 to 2 seconds, turns the aim at a rate that changes with the direction, and fires
//! once every 1.5 seconds. A lingering one flies back after each leg, so it stays near its start.

use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::{Angle, Controls, Thrust, Tick};

use crate::sdk::{Brain, BrainView};

/// Seconds for which a direction is held, least and most.
const HOLD_SECONDS: (f32, f32) = (0.5, 2.0);
/// Seconds between shots.
const FIRE_SECONDS: f32 = 1.5;
/// Directions to choose from.
const DIRECTIONS: u8 = 8;
const DIRECTIONS_APART: u8 = Thrust::DIRECTIONS / DIRECTIONS;
/// Fastest turn of the aim, in turns per second.
const TURN_MAX: f32 = 0.25;

/// Flies at random.
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
    /// The thrust that leads back after this leg, and for how many ticks.
    way_back: Option<(Thrust, u32)>,
}

impl Wander {
    /// A wanderer whose random choices follow from the seed.
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

    /// One that stays near its start, so that a crowd stays a crowd.
    pub fn lingering(seed: u64) -> Self {
        Wander { lingers: true, ..Wander::new(seed) }
    }

    /// The controls for the tick after `now`. It needs no view of the world.
    pub fn wander(&mut self, rules: &Rules, now: Tick) -> Controls {
        if self.turn_at <= now {
            self.choose(rules, now);
        }
        self.aim = self.aim.turned(self.turn);
        let interval = rules.ticks(FIRE_SECONDS);
        // The first shot comes at a random moment of the interval, so that bots that joined together do not fire together.
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
        // At least one step per tick, because an aim that does not turn would cost no bytes.
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
