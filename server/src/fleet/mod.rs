//! Headless bots: a fleet of them over the network, and the few that the server brings along.
//!
//! ```text
//! Brain (what to do) -> Bot (netcode Client + Brain, sans-IO)   or LightBot (framing and clock only)
//!     -> Worker: many sockets on one thread -> FleetPlan::fly -> Report   (bin `bots`)
//!     -> HouseBots: in-process connections                                (bin `server`)
//! ```
//!
//! Bots see what the wire shows, through the same netcode as the browser, and fly by the same rules.

mod bot;
pub mod brain;
mod caller;
mod cpu;
mod flags;
mod house;
mod light;
mod meter;
mod names;
mod pilot;
mod progress;
mod report;
mod runner;
mod second;
mod socket;
mod target;
#[cfg(test)]
mod tests;
mod worker;

pub use bot::Bot;
pub use flags::Flags;
pub use house::HouseBots;
pub use light::LightError;
pub use pilot::Decode;
pub use progress::Progress;
pub use report::{Report, Spread};
pub use runner::{Crew, FleetError, FleetPlan};
pub use target::{Target, TargetError};
pub use worker::WorkerError;
