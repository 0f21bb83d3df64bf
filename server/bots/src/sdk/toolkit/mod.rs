//! Tools that most brains need, ready to use.
//!
//! ```text
//! Patrol (where to go) -> Helm (how to get there) -> Steering \
//!                              Gunner (where to aim) -> Aimed  -> Steering::and -> Controls
//! Alarm (are we under attack, and by whom)
//! Shopper (what to buy next)
//! ```
//!
//! [`Tools`] is one of each. Every tool keeps something from tick to tick, so each brain has its own, made with a seed, and asks
//! it once per tick.

mod alarm;
mod gunner;
mod helm;
pub mod obstacles;
mod patrol;
mod route;
mod shopper;
mod tools;

pub use alarm::Alarm;
pub use gunner::{Aimed, Gunner, Skill, Target};
pub use helm::{Helm, Steering};
pub use patrol::Patrol;
pub use route::{Leg, Route};
pub use shopper::Shopper;
pub use tools::Tools;

use driftfield_shared::sim::Rng;

use super::BrainView;

/// A random length of time between two numbers of seconds, in whole ticks and at least one.
pub fn ticks_between(view: &BrainView<'_>, rng: &mut Rng, min: f32, max: f32) -> u32 {
    view.rules.ticks(rng.range(min, max))
}
