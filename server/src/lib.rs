//! The Driftfield server as a library; the binaries `server` and `bots` are thin.
//!
//! ```text
//! config -> server::run -> room::open, tick threads of its own each
//!                      \-> listener -> http -> connection -> room
//! ```
//!
//! Only the outer shell (`listener`, `http`, `shutdown`) runs on tokio, and only until a client enters a
//! room: from then on its socket belongs to the room.

pub mod admission;
mod budget;
pub mod config;
pub mod connection;
pub mod fleet;
pub mod http;
pub mod limits;
pub mod listener;
pub mod logging;
pub mod memory;
pub mod metrics;
pub mod room;
pub mod server;
pub mod shutdown;
