//! A room: one world, its tick loop on threads of its own, and the clients in it.
//!
//! ```text
//! thread, absolute deadlines:
//!   mailbox, sockets -> decode -> input buffers -> World::step -> History
//!       -> flow control: who gets a snapshot -> interest -> encode -> sockets -> metrics
//! ```
//!
//! Everything in here but [`RoomHandle`] is used by one thread at a time, the room's own or the one that stands by for it
//! (`tick_loop.rs`). It is helped where it does one thing for each client in turn and that takes long (`crew.rs`,
//! `helpers.rs`). Nothing in here waits for a peer.

mod allowance;
mod batch;
mod busy;
mod checkpoint;
mod client;
mod crew;
mod delivery_rate;
mod elsewhere;
mod flow_control;
mod handle;
mod helpers;
mod input_buffer;
mod input_path;
#[cfg(test)]
mod input_path_tests;
mod late_log;
#[cfg(test)]
mod link_rig;
#[cfg(test)]
mod link_tests;
mod load;
mod names;
mod punctual;
mod reading;
#[allow(clippy::module_inception)]
mod room;
mod seats;
mod secret;
mod sender;
#[cfg(test)]
mod tests;
mod tick_loop;
mod ticking;
mod view_lag;

use std::path::PathBuf;
use std::sync::Arc;

use driftfield_shared::sim::Rules;

pub use crew::Cores;
pub use handle::{JoinError, RoomHandle, RoomStatus};
pub use sender::SentCounts;
pub use tick_loop::open;

/// How a room is opened.
#[derive(Clone, Debug)]
pub struct RoomSettings {
    /// As in `/ws?room=ID`.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Sector, mode and tick rate.
    pub rules: Arc<Rules>,
    /// Seats.
    pub max_players: u32,
    /// Seconds for which a seat is kept after a lost connection.
    pub grace_seconds: f32,
    /// Seed of a new world.
    pub seed: u64,
    /// Where the room keeps its state over a restart on purpose, if it does.
    pub data_dir: Option<PathBuf>,
    /// The cores that it shares with the other rooms.
    pub cores: Cores,
}
