//! Membership of a room: joining, keeping a seat over a lost connection, and leaving.
//!
//! ```text
//! admit --> entry: a seat from the state --> Client
//! reading, idleness --> exit: the seat is kept or given up --> connections on their way out
//! ```
//!
//! Who has a seat is decided by the room's state; here are the connections. A change is a command to the state, and its
//! events are published in the topics of the [`Context`].

mod bans;
mod entry;
mod exit;
mod idle;
mod present;

use std::collections::VecDeque;

use driftfield_shared::protocol::ServerControl;
use driftfield_shared::units::{PlayerId, Tick};

use super::RoomSettings;
use super::client::Client;
use super::journal::Recorder;
use super::state::{Holder, Purse, RoomCommand, RoomState};
use super::topics::Topics;
use crate::metrics::RoomMetrics;
use crate::net::connection::Connection;
use crate::store::AccountId;
use idle::IdleWatch;

/// An account whose seat was given up.
#[derive(Debug)]
struct Leaver {
    account: AccountId,
    /// What it had, for when it comes back at once.
    purse: Purse,
    /// The tick that must be durable before it may play elsewhere.
    durable_at: Tick,
}

/// The connections of a room.
#[derive(Default)]
pub struct Membership {
    clients: Vec<Client>,
    /// Closing connections.
    closing: Vec<Connection>,
    idle: IdleWatch,
    /// Accounts whose seats were given up, in this order, until that is durable.
    left: VecDeque<Leaver>,
    /// Versions of the bans and of the kicks that are enforced.
    sanctions_seen: (u64, u64),
}

/// The parts of the room that membership reads and writes.
pub struct Context<'a> {
    /// The room's settings.
    pub settings: &'a RoomSettings,
    /// The room's metrics.
    pub metrics: &'a RoomMetrics,
    /// The state before the step, with its journal.
    pub recorder: &'a mut Recorder,
    /// The epoch that clients were told of, and that has not begun.
    pub coming_epoch: Option<ServerControl>,
    /// Where what happens is published.
    pub topics: &'a mut Topics,
}

impl Context<'_> {
    fn state(&self) -> &RoomState {
        self.recorder.state()
    }

    fn tick(&self) -> Tick {
        self.state().world().tick()
    }

    /// Executes a command for the next tick. Returns whether it has an effect.
    pub fn execute(&mut self, command: RoomCommand) -> bool {
        self.recorder.execute(command)
    }
}

impl Membership {
    /// All connected clients.
    pub fn clients(&mut self) -> &mut Vec<Client> {
        &mut self.clients
    }

    /// Number of connected clients.
    pub fn client_count(&self) -> usize {
        self.clients.len()
    }

    /// Whether there is no connection, not even a closing one.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty() && self.closing.is_empty()
    }

    /// Whether everybody has been told of who left.
    pub fn has_told_who_left(&self) -> bool {
        self.left.is_empty()
    }

    /// The client with this seat, if it is connected.
    pub fn client(&mut self, player: PlayerId) -> Option<&mut Client> {
        self.clients.iter_mut().find(|client| client.player == player)
    }

    fn take_client(&mut self, player: PlayerId) -> Option<Client> {
        let index = self.clients.iter().position(|client| client.player == player)?;
        Some(self.clients.swap_remove(index))
    }
}
