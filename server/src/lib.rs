//! The Driftfield server as a library; the binary `server` is thin.
//!
//! ```text
//! config -> server::run -> room::open: each room ticks on its own thread
//!                      \-> net: listener -> http -> connection -> room
//! ```
//!
//! Only the outer shell (`net`, `shutdown`) runs on tokio, and only until a client enters a room. From then on its
//! socket belongs to the room.

pub mod admin;
pub mod config;
pub mod house_bots;
pub mod hub;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod net;
pub mod opener;
pub mod os;
pub mod own_rooms;
pub mod room;
mod secret;
pub mod server;
pub mod shutdown;
pub mod store;
mod sync;
pub mod text;
