//! A room: one world, its tick loop on its own threads, and its clients.
//!
//! ```text
//! thread, absolute deadlines:
//!   mailbox, sockets -> decode -> input buffers -> World::step -> History
//! -> flow control: which clients get a snapshot -> interest -> encode -> topics -> sockets -> metrics
//! ```
//!
//! Everything in here except [`RoomHandle`] is used by one thread at a time: the room's own or its standby
//! (`schedule`). Helper threads share the long loops over clients (`workers`). Nothing in here waits for a peer.

mod client;
mod door;
mod entry;
mod epochs;
mod handle;
mod health;
mod hub_line;
mod inbound;
pub mod journal;
mod lifecycle;
mod membership;
mod outbound;
mod pacing;
#[allow(clippy::module_inception)]
mod room;
mod schedule;
pub(crate) mod state;
#[cfg(test)]
mod tests;
mod topics;
mod workers;

use std::sync::Arc;

use driftfield_shared::sim::Rules;

use crate::hub::{Desks, HubTopics, Kicks, Purses};
use crate::store::StoreHandle;

pub use door::Door;
pub use entry::Entry;
pub use handle::{JoinError, RoomHandle, RoomStatus};
pub use health::RoomHealth;
pub use schedule::tick_loop::open;
pub use state::Purse;
pub use workers::worker_pool::Cores;

/// Settings of a room.
#[derive(Clone, Debug)]
pub struct RoomSettings {
    /// As in `/ws?room=ID`.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Sector, mode and tick rate.
    pub rules: Arc<Rules>,
    /// Number of seats.
    pub max_players: u32,
    /// Who may enter.
    pub door: Door,
    /// Whether it is for load tests: people are not sent there.
    pub for_load: bool,
    /// How long a seat is kept after a lost connection, in seconds.
    pub grace_seconds: f32,
    /// Whether a seat is kept for that long whoever had it. Otherwise a connection has to earn it by playing.
    pub is_grace_whole: bool,
    /// Seed of a new world.
    pub seed: u64,
    /// Keeps the room's journal, from which it goes on after a restart or a panic. `None`: nothing is kept.
    pub store: Option<StoreHandle>,
    /// Bytes of topics per second and client.
    pub topic_bytes_per_second: u32,
    /// The topics that are not of one room.
    pub hub: HubTopics,
    /// Where players' requests to the hub are left.
    pub desks: Desks,
    /// Who was sent out, and is not let in for a while.
    pub kicks: Kicks,
    /// Where accounts play.
    pub purses: Purses,
    /// The cores that it shares with the other rooms.
    pub cores: Cores,
}
