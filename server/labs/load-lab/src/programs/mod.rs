//! The measured programs, each a process of its own: a server, and fleets of bots with their report.

mod fleet;
mod server;
mod temporary;

pub use fleet::{Fleet, FleetPlan, FleetReport, Spread, await_joined, pause};
pub use server::{Server, ServerPlan};
pub use temporary::{TemporaryFile, TemporaryFolder};
