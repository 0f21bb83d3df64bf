//! The reference workload as a source of controls, for any number of ships.
//!
//! It does the same as the bots' brain `wander`, but without a view: holds one of eight directions for half a second
//! to two, keeps turning the aim at a rate that changes with the direction, and fires once every 1.5 seconds.

use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::{Angle, Controls, Thrust, Tick};

/// Shortest and longest time for which a direction is held, in seconds.
const HOLD_SECONDS: (f32, f32) = (0.5, 2.0);
/// Time between shots, in seconds.
const FIRE_SECONDS: f32 = 1.5;
/// Number of directions.
const DIRECTIONS: u32 = 8;
/// Fastest turn of the aim, in turns per second.
const TURN_MAX: f32 = 0.25;

/// Flies one ship by random numbers.
#[derive(Clone, Debug)]
pub struct Wander {
    rng: Rng,
    thrust: Thrust,
    aim: Angle,
    /// Turn of the aim, in steps per tick.
    turn: i16,
    turn_at: Tick,
    fire_at: Tick,
}

impl Wander {
    /// A wanderer whose behaviour follows from the seed. The first shot comes at a random moment of the interval, so
    /// that ships that joined together do not fire together.
    pub fn new(seed: u64, rules: &Rules) -> Self {
        let mut rng = Rng::new(seed);
        let aim = rng.angle();
        let fire_at = Tick(rng.below(rules.ticks(FIRE_SECONDS)));
        Wander { rng, thrust: Thrust::NONE, aim, turn: 0, turn_at: Tick(0), fire_at }
    }

    /// The controls for tick `now`. Call it once per tick.
    pub fn controls(&mut self, now: Tick, rules: &Rules) -> Controls {
        if self.turn_at <= now {
            self.choose(now, rules);
        }
        self.aim = self.aim.turned(self.turn);
        let fire = self.fire_at <= now;
        if fire {
            self.fire_at = now.plus(rules.ticks(FIRE_SECONDS));
        }
        Controls { thrust: self.thrust, boost: false, fire, aim: self.aim }
    }

    fn choose(&mut self, now: Tick, rules: &Rules) {
        let apart = u32::from(Thrust::DIRECTIONS) / DIRECTIONS;
        self.thrust = Thrust::towards((self.rng.below(DIRECTIONS) * apart) as u8);
        let fastest = TURN_MAX * f32::from(Angle::STEPS) * rules.tick_seconds;
        // Whole steps and never zero: an aim that stands still would cost nothing on the wire.
        let turn = 1 + self.rng.below((fastest as u32).max(1)) as i16;
        self.turn = if self.rng.below(2) == 0 { turn } else { -turn };
        let held = self.rng.range(HOLD_SECONDS.0, HOLD_SECONDS.1);
        self.turn_at = now.plus(rules.ticks(held));
    }
}
