//! Write a bot for Driftfield, or fly many at once.
//!
//! A bot is a [`Brain`](sdk::Brain): once per tick it sees what a player would see at its place, and returns the
//! controls of its ship. Everything else, from the connection to the prediction of its own ship, is done for it. This
//! is a whole bot:
//!
//! ```no_run
//! use driftfield_bots::sdk::toolkit::{Gunner, Helm, Skill, Target};
//! use driftfield_bots::sdk::{Brain, BrainView, Controls, FlyError, fly};
//!
//! /// Flies to the nearest asteroid and shoots at it.
//! struct Digger {
//!     helm: Helm,
//!     gunner: Gunner,
//! }
//!
//! impl Brain for Digger {
//!     fn think(&mut self, view: &BrainView<'_>) -> Controls {
//!         let Some((key, rock)) = view.nearest_asteroid() else {
//!             return Controls::default();
//!         };
//!         let target = Target::asteroid(view, key, &rock);
//!         let steering = self.helm.fly_to(view, rock.position, false);
//!         steering.and(self.gunner.track(view, &target, &Skill::ROCKS))
//!     }
//! }
//!
//! fn main() -> Result<(), FlyError> {
//!     let digger = Digger { helm: Helm::new(1), gunner: Gunner::new(2) };
//!     fly("ws://127.0.0.1:8080/ws", "Digger", digger)
//! }
//! ```
//!
//! `examples/my_brain.rs` is another one, to change and run. The crate has three parts:
//!
//! ```text
//! sdk     what it takes to write a bot: Brain, BrainView, fly, and a toolkit to steer and aim with
//! brains  bots that are ready to fly: miner, hunter, trader, wander
//! fleet   many bots on one server, measured: the program `bots` (feature `fleet`, on by default)
//! ```
//!
//! Bots see what the server sends to every client, through the same netcode as the browser, and fly by the same rules
//! as people.

pub mod brains;
#[cfg(feature = "fleet")]
pub mod fleet;
pub mod sdk;
