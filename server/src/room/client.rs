//! One client in a room: what it asks for, what it holds, and whether it keeps up.

use driftfield_shared::limits::{SILENCE_SECONDS_MAX, STALL_SECONDS_MAX};
use driftfield_shared::protocol::{CloseReason, InputMessage, InputTicket};
use driftfield_shared::snapshot::{
    BitBudget, ClientView, SnapshotOrder, SnapshotTally, Workspace, find_visible,
};
use driftfield_shared::units::{PlayerId, Tick};

use super::allowance::Allowance;
use super::flow_control::FlowControl;
use super::input_buffer::{InputBuffer, InputCommand, Received};
use super::input_path::InputPath;
use super::secret;
use super::sender::Outgoing;
use super::view_lag::ViewLagBound;
use crate::connection::Connection;

/// A client that was let in.
#[derive(Debug)]
pub struct Client {
    /// Its link.
    pub connection: Connection,
    /// Its seat.
    pub player: PlayerId,
    /// Its second connection, if it has one.
    pub input_path: Option<Box<InputPath>>,
    /// Only the hash is kept: what is not there cannot leak.
    ticket_hash: [u8; 32],
    /// Whether there ever was a second connection, so that commands come twice.
    has_copies: bool,
    view: ClientView,
    inputs: InputBuffer,
    view_lag: ViewLagBound,
    flow: FlowControl,
    allowance: Allowance,
    heard_at: Tick,
    played: Played,
}

/// Whether a client has sent an input command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Played {
    NotYet,
    New,
    Known,
}

/// What snapshots are made with, one after the other.
pub struct SnapshotMaker<'a> {
    /// What all clients share.
    pub outgoing: &'a Outgoing<'a>,
    /// Used again from one client to the next.
    pub space: &'a mut Workspace,
    /// Where the bits went, of all clients.
    pub tally: &'a mut SnapshotTally,
}

impl Client {
    /// A client that takes its seat in tick `now` of a room of `tick_hz` ticks a second, and the ticket for its second
    /// connection.
    pub fn new(
        connection: Connection,
        player: PlayerId,
        now: Tick,
        tick_hz: u16,
        input_ticket: &InputTicket,
    ) -> Self {
        Client {
            connection,
            player,
            input_path: None,
            ticket_hash: secret::hash(&input_ticket.0),
            has_copies: false,
            view: ClientView::default(),
            inputs: InputBuffer::default(),
            view_lag: ViewLagBound::default(),
            flow: FlowControl::new(now),
            allowance: Allowance::new(now, tick_hz),
            heard_at: now,
            played: Played::NotYet,
        }
    }

    /// Takes an input command in; `now` is the last tick that was simulated.
    pub fn handle_input(&mut self, now: Tick, input: &InputMessage) -> Received {
        self.heard_at = now;
        if self.played == Played::NotYet {
            self.played = Played::New;
        }
        let ack = now.nearest_with_low_bits(input.ack_low);
        self.flow.acknowledge(now, ack);
        let tick = now.nearest_with_low_bits(input.tick_low);
        if self.inputs.has_had(tick) {
            return Received::Again;
        }
        let view_lag = self.view_lag.admit(tick, ack, input.view_lag);
        self.inputs.insert(now, tick, InputCommand { controls: input.controls, view_lag })
    }

    /// Whether the first input command has come since this was last asked.
    pub fn is_first_input(&mut self) -> bool {
        let is_new = self.played == Played::New;
        if is_new {
            self.played = Played::Known;
        }
        is_new
    }

    /// Whether a ticket with this hash is the one that the client got.
    pub fn has_ticket(&self, ticket_hash: &[u8; 32]) -> bool {
        self.ticket_hash == *ticket_hash
    }

    /// Takes commands from a second connection, too. Returns the one that it replaces.
    pub fn attach(&mut self, path: InputPath) -> Option<InputPath> {
        self.has_copies = true;
        self.input_path.replace(Box::new(path)).map(|replaced| *replaced)
    }

    /// Whether a command that came again is the copy over another connection, and not one too many.
    pub fn has_copies(&self) -> bool {
        self.has_copies
    }

    /// The command for a tick, if it came.
    pub fn take_input(&mut self, tick: Tick) -> Option<InputCommand> {
        self.inputs.take(tick)
    }

    /// Why the client must go, if it is silent or takes nothing.
    pub fn overdue(&self, now: Tick, tick_hz: u16) -> Option<CloseReason> {
        let ticks = |seconds: f32| (seconds * f32::from(tick_hz)) as u32;
        if now.since(self.heard_at) > ticks(SILENCE_SECONDS_MAX) {
            return Some(CloseReason::TimedOut);
        }
        let stalled = self.flow.stalled_ticks(now) > ticks(STALL_SECONDS_MAX);
        stalled.then_some(CloseReason::TooSlow)
    }

    /// Whether the client has not acknowledged, or not taken, enough of what it was sent before: a
    /// snapshot would be stale on arrival. To be asked before anything of this tick is queued.
    pub fn is_behind(&self) -> bool {
        !self.flow.may_send() || self.connection.is_congested()
    }

    /// Makes the snapshot of the present tick, which is to be written next. Returns its bytes.
    pub fn make_snapshot<'a>(&mut self, maker: &'a mut SnapshotMaker<'_>) -> &'a [u8] {
        let (Outgoing { world, history, .. }, space) = (maker.outgoing, &mut *maker.space);
        let now = world.tick();
        find_visible(world, history, self.player, &self.view, &mut space.visible);
        let path = self.flow.bytes_max(now).map_or(usize::MAX, |bytes| bytes * 8);
        let BitBudget { most, evenly } = self.allowance.budget(now, maker.outgoing.budget_share);
        let order = SnapshotOrder {
            player: self.player,
            margin: self.inputs.margin(now),
            budget: BitBudget { most: most.min(path), evenly: evenly.min(path) },
        };
        let tally = self.view.encode(world, history, order, space);
        maker.tally.add(&tally);
        let bytes = space.bytes();
        self.flow.sent(now, bytes.len());
        self.allowance.spend(bytes.len());
        bytes
    }
}
