//! One client in a room: its requests, its state, and whether it keeps up.

pub mod input_buffer;
pub mod input_path;
mod replies;
mod state_checks;
mod view_lag;

use driftfield_shared::limits::{
    MESSAGE_BEHIND_OVERHEAD_BYTES, SILENCE_SECONDS_MAX, STALL_SECONDS_MAX,
};
use driftfield_shared::protocol::{CloseReason, InputMessage, InputTicket};
use driftfield_shared::sim::World;
use driftfield_shared::snapshot::{
    BitBudget, ClientView, History, SnapshotOrder, SnapshotTally, Workspace, find_visible,
};
use driftfield_shared::units::{Controls, PlayerId, Tick};

use super::RoomSettings;
use super::pacing::allowance::Allowance;
use super::pacing::flow_control::FlowControl;
use super::pacing::path_debt::PathDebt;
use super::state::InputCommand;
use super::topics::{OwnTopics, Subscriptions, TopicMessages, Topics};
use crate::net::connection::Connection;
use crate::secret;
use crate::store::AccountId;
use input_buffer::{InputBuffer, Received};
use input_path::InputPath;
use replies::Replies;
use state_checks::StateChecks;
use view_lag::ViewLagBound;

/// A client in the room.
#[derive(Debug)]
pub struct Client {
    /// Its first connection.
    pub connection: Connection,
    /// Its seat.
    pub player: PlayerId,
    /// Its second connection, if it has one.
    pub input_path: Option<Box<InputPath>>,
    /// What it wants to be told of.
    pub topics: Subscriptions,
    /// The answers to what it has asked for.
    pub replies: Replies,
    /// Only the hash is kept, so the secret cannot leak.
    ticket_hash: [u8; 32],
    /// Whether there ever was a second connection, so that duplicate commands are expected.
    has_copies: bool,
    view: ClientView,
    inputs: InputBuffer,
    view_lag: ViewLagBound,
    flow: FlowControl,
    allowance: Allowance,
    path_debt: PathDebt,
    heard_at: Tick,
    /// Since when bytes have been waiting that its socket does not accept.
    congested_since: Option<Tick>,
    /// `None` if the client did not ask for state checks.
    checks: Option<Box<StateChecks>>,
    played: Played,
    /// The controls of the newest command, and since when they have been the same.
    controls: Controls,
    acted_at: Tick,
    /// The tick that must be durable before the client is told that its seat is kept; `None` once it was told.
    seat_unkept: Option<Tick>,
    /// Whether it was told last that nothing can be saved.
    knows_unsaved: bool,
}

/// Whether the first input command has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Played {
    NotYet,
    New,
    Known,
}

/// Error: a client acknowledged a snapshot that it was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NeverSent;

impl Client {
    /// A client that takes its seat in tick `now` of a room with these settings, and the ticket for its second
    /// connection.
    pub fn new(
        connection: Connection,
        player: PlayerId,
        now: Tick,
        settings: &RoomSettings,
        input_ticket: &InputTicket,
        account: Option<AccountId>,
        wants_checks: bool,
    ) -> Self {
        let tick_hz = settings.rules.tick_hz;
        let own = OwnTopics::new(&settings.id, account);
        Client {
            connection,
            player,
            input_path: None,
            topics: Subscriptions::new(now, tick_hz, settings.topic_bytes_per_second, own),
            replies: Replies::default(),
            ticket_hash: secret::hash(&input_ticket.0),
            has_copies: false,
            view: ClientView::default(),
            inputs: InputBuffer::new(tick_hz),
            view_lag: ViewLagBound::new(tick_hz),
            flow: FlowControl::new(now, tick_hz),
            allowance: Allowance::new(now, tick_hz),
            path_debt: PathDebt::default(),
            heard_at: now,
            congested_since: None,
            checks: wants_checks.then(|| Box::new(StateChecks::new(now, tick_hz))),
            played: Played::NotYet,
            controls: Controls::default(),
            acted_at: now,
            // Its seat was taken for the tick that comes next.
            seat_unkept: Some(now.next()),
            knows_unsaved: false,
        }
    }

    /// Another epoch begins with the next snapshot, which is a full one.
    pub fn begin_epoch(&mut self) {
        self.view.begin_epoch();
    }

    /// Whether to tell the client now, once, that its seat is kept over a crash: all up to `durable` is.
    pub fn take_seat_kept(&mut self, durable: Tick) -> bool {
        self.seat_unkept.take_if(|tick| *tick <= durable).is_some()
    }

    /// What to tell the client of that now: whether nothing that happens can be saved, if it knows otherwise.
    pub fn take_unsaved(&mut self, is_unsaved: bool) -> Option<bool> {
        let is_known = std::mem::replace(&mut self.knows_unsaved, is_unsaved) == is_unsaved;
        (!is_known).then_some(is_unsaved)
    }

    /// Handles an input command; `now` is the last simulated tick.
    ///
    /// # Errors
    /// When it acknowledges a snapshot that was not sent.
    pub fn handle_input(&mut self, now: Tick, input: &InputMessage) -> Result<Received, NeverSent> {
        let ack = now.nearest_with_low_bits(input.ack_low);
        self.acknowledge(now, ack)?;
        if self.played == Played::NotYet {
            self.played = Played::New;
        }
        if self.controls != input.controls {
            (self.controls, self.acted_at) = (input.controls, now);
        }
        let tick = now.nearest_with_low_bits(input.tick_low);
        let view_lag = self.view_lag.admit(now.next(), tick, ack, input.view_lag);
        let command = InputCommand { controls: input.controls, view_lag };
        Ok(self.inputs.insert(now, tick, ack, command))
    }

    /// Handles an acknowledgement that came in tick `now`, with or without a command.
    ///
    /// # Errors
    /// When no snapshot of that tick was sent.
    pub fn acknowledge(&mut self, now: Tick, ack: Tick) -> Result<(), NeverSent> {
        self.heard_at = now;
        if self.view.tick().is_none_or(|newest| ack > newest) {
            return Err(NeverSent);
        }
        self.flow.acknowledge(now, ack);
        Ok(())
    }

    /// Handles the client's report of a desync as of `tick`, and answers it. Returns whether there was such a check.
    pub fn handle_desync(&mut self, tick: Tick) -> bool {
        let Some(answer) = self.checks.as_mut().and_then(|checks| checks.answer(tick)) else {
            return false;
        };
        if !answer.is_empty() {
            // An ended connection is noticed at the next read.
            let _ = self.connection.send(&answer);
        }
        true
    }

    /// The bytes of the state check that is due after the snapshot just written.
    pub fn poll_check(&mut self) -> Option<Vec<u8>> {
        self.checks.as_mut()?.poll_check()
    }

    /// When the player last acted, that is, changed the controls.
    pub fn acted_at(&self) -> Tick {
        self.acted_at
    }

    /// Whether the first input command has come since the last call.
    pub fn is_first_input(&mut self) -> bool {
        let is_new = self.played == Played::New;
        if is_new {
            self.played = Played::Known;
        }
        is_new
    }

    /// Whether this is the hash of the client's ticket.
    pub fn has_ticket(&self, ticket_hash: &[u8; 32]) -> bool {
        self.ticket_hash == *ticket_hash
    }

    /// Attaches a second connection. Returns the one that it replaces.
    pub fn attach(&mut self, path: InputPath) -> Option<InputPath> {
        self.has_copies = true;
        self.input_path.replace(Box::new(path)).map(|replaced| *replaced)
    }

    /// Whether a repeated command is a duplicate over the other connection, and not one too many.
    pub fn has_copies(&self) -> bool {
        self.has_copies
    }

    /// The command for a tick, if it came.
    pub fn take_input(&mut self, tick: Tick) -> Option<InputCommand> {
        self.inputs.take(tick)
    }

    /// Why the client must be closed, if it is silent or reads nothing. Call it once per tick.
    pub fn overdue(&mut self, now: Tick, tick_hz: u16) -> Option<CloseReason> {
        let ticks = |seconds: f32| (seconds * f32::from(tick_hz)) as u32;
        if now.since(self.heard_at) > ticks(SILENCE_SECONDS_MAX) {
            return Some(CloseReason::TimedOut);
        }
        let since = match self.connection.is_congested() {
            true => *self.congested_since.get_or_insert(now),
            false => {
                self.congested_since = None;
                now
            }
        };
        // Regardless of its acknowledgements: waiting bytes have not been read.
        let stalled = self.flow.stalled_ticks(now).max(now.since(since));
        (stalled > ticks(STALL_SECONDS_MAX)).then_some(CloseReason::TooSlow)
    }

    /// Notes that the room has stood still since tick `now`.
    pub fn note_standstill(&mut self, now: Tick) {
        self.flow.note_standstill(now);
    }

    /// Whether the client has too many unacknowledged snapshots or unread bytes, so that a further snapshot would be
    /// stale on arrival. Call it before anything of this tick is queued.
    pub fn is_behind(&self) -> bool {
        !self.flow.may_send() || self.connection.is_congested()
    }

    /// Encodes the snapshot of the current tick into `space`, to be written next. Returns where its bits went.
    pub fn make_snapshot(
        &mut self,
        world: &World,
        history: &History,
        space: &mut Workspace,
    ) -> SnapshotTally {
        let now = world.tick();
        find_visible(world, history, self.player, self.view.held(), &mut space.visible);
        let limit = self.flow.bytes_max(now);
        let (path, behind) = self.path_debt.take(now, limit);
        let path = path.map_or(usize::MAX, |bytes| bytes * 8);
        let BitBudget { most, evenly } = self.allowance.budget(now);
        let order = SnapshotOrder {
            player: self.player,
            margin: self.inputs.margin(now),
            budget: BitBudget { most: most.min(path), evenly: evenly.min(path) },
        };
        let tally = self.view.encode(world, history, order, space);
        let bytes = space.bytes().len();
        self.flow.sent(now, bytes + behind);
        self.allowance.spend(bytes);
        if let Some(checks) = self.checks.as_mut().filter(|checks| checks.is_due(now))
            && let Some(held) = self.view.held_by_client(world, history)
        {
            checks.take(held);
        }
        tally
    }

    /// Writes what the client is told of topics behind the snapshot of tick `now`. Returns how many topics there were not
    /// to which it has subscribed.
    pub fn tell_topics(&mut self, topics: &Topics, now: Tick, messages: &mut TopicMessages) -> u64 {
        messages.clear();
        if self.flow.is_queued() {
            return 0;
        }
        let unknown = self.topics.poll(topics, now, self.path_debt.limit(), messages);
        let overhead = messages.iter().count() * MESSAGE_BEHIND_OVERHEAD_BYTES;
        self.path_debt.add(messages.len_bytes() + overhead);
        unknown
    }
}
