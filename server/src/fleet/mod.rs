//! Headless bots: a fleet of them over the network, and the few that the server brings along.
//!
//! ```text
//! Brain (what to do) -> Bot (netcode Client + Brain, sans-IO) -> runner: many sockets on one thread (bin `bots`)
//!                                                            \-> house: in-process connections (bin `server`)
//! ```
//!
//! Bots see what the wire shows, through the same netcode as the browser, and fly by the same rules.

mod bot;
pub mod brain;
mod names;

pub use bot::Bot;
