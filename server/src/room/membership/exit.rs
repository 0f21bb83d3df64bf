//! Leaving: which seat is kept, and how connections are closed.

use std::time::Instant;

use driftfield_shared::protocol::{CloseReason, PlayerInfo, ServerControl, encode_server_control};
use driftfield_shared::units::PlayerId;
use tracing::debug;

use super::idle::Step;
use super::{Context, Leaver, Membership, RoomCommand};
use crate::net::connection::{Connection, Disconnect};
use crate::room::client::Client;
use crate::room::client::input_path::InputPath;
use crate::room::inbound::Left;
use crate::room::state::{Purse, RoomEvent};
use crate::store::{AccountChange, AccountId, Batch};

/// Closing connections that are driven per tick; the others wait their turn.
const CLOSING_PER_TICK_MAX: usize = 512;

impl Membership {
    /// Removes a client. Its seat is kept for a while, unless it left on purpose.
    pub fn handle_left(&mut self, player: PlayerId, left: Left, context: &mut Context<'_>) {
        let Some(mut client) = self.take_client(player) else { return };
        let command = match left {
            Left::End(end) => {
                note_end(end, context);
                self.close_input_path(&mut client, CloseReason::NoSeat);
                self.closing.push(client.connection);
                RoomCommand::Detach(player)
            }
            Left::Refuse(reason) => {
                self.close_input_path(&mut client, CloseReason::NoSeat);
                self.refuse(client.connection, reason, context);
                RoomCommand::Detach(player)
            }
            Left::Leave => {
                self.dismiss(client, CloseReason::Left);
                RoomCommand::Leave(player)
            }
        };
        context.execute(command);
    }

    /// Publishes what has happened in the room's state, and closes the connections of seats that were needed.
    pub fn handle_events(&mut self, context: &mut Context<'_>) {
        for event in context.recorder.take_events() {
            context.topics.note(&event);
            if let RoomEvent::Joined(info) | RoomEvent::Renamed(info) = &event {
                context.keep_name(info);
            }
            if let RoomEvent::Left { player, account } = event {
                if let Some(client) = self.take_client(player) {
                    self.dismiss(client, CloseReason::SeatNeeded);
                }
                // It happens in the next tick.
                let durable_at = context.tick().next();
                let leaver = |(account, purse)| Leaver { account, purse, durable_at };
                self.left.extend(account.map(leaver));
            }
        }
    }

    /// Lets an account go, which plays elsewhere now.
    pub fn let_go(&mut self, account: AccountId, context: &mut Context<'_>) {
        let seats = context.state().seats().iter();
        let players = seats.filter(|seat| seat.account() == Some(account));
        let players: Vec<PlayerId> = players.map(|seat| seat.info.player).collect();
        for player in players {
            if let Some(client) = self.take_client(player) {
                self.dismiss(client, CloseReason::TakenOver);
            }
            context.execute(RoomCommand::Leave(player));
        }
    }

    /// Tells of accounts whose seats were given up, once that is durable, with all that they did here.
    pub fn tell_who_left(&mut self, context: &Context<'_>) {
        let durable = context.recorder.durable();
        let is_told = |leaver: &mut Leaver| leaver.durable_at <= durable;
        while let Some(Leaver { account, .. }) = self.left.pop_front_if(is_told) {
            self.tell_purses(account, context);
        }
    }

    /// Tells where an account plays that came or left.
    pub(super) fn tell_purses(&self, account: AccountId, context: &Context<'_>) {
        let (purses, room) = (&context.settings.purses, &context.settings.id);
        if context.state().seats().iter().any(|seat| seat.account() == Some(account)) {
            purses.took_seat(account, room);
        } else if !self.left.iter().any(|leaver| leaver.account == account) {
            purses.gave_up(account, room);
        }
    }

    /// What an account had that has just left, as long as the ledger may not have all of it.
    pub(super) fn left_with(&self, account: AccountId) -> Option<Purse> {
        let last = self.left.iter().rev().find(|leaver| leaver.account == account);
        last.map(|leaver| leaver.purse.clone())
    }

    /// Removes a second connection; the first stays as it is.
    pub fn end_input_path(&mut self, path: InputPath, end: Disconnect, context: &Context<'_>) {
        note_end(end, context);
        let reason = match end {
            Disconnect::Refused(reason) => reason,
            // It has already ended, so nothing is sent.
            Disconnect::Closed | Disconnect::Lost(_) => CloseReason::Left,
        };
        self.closing.push(path.close(reason));
    }

    /// Asks idle players for their seats while another player waits for one.
    pub fn watch_idle(&mut self, context: &mut Context<'_>) {
        let now = context.tick();
        let people = self.clients.iter().filter(|client| !client.connection.is_house_bot());
        let acted = people.map(|client| (client.player, client.acted_at()));
        match self.idle.step(now, context.settings.rules.tick_hz, acted) {
            Some(Step::Ask(player, seconds)) => {
                let message = encode_server_control(&ServerControl::SeatWanted { seconds });
                if let Some(client) = self.client(player)
                    && client.connection.send(&message).is_ok()
                {
                    context.metrics.sent_control_bytes.inc_by(message.len() as u64);
                }
            }
            Some(Step::Release(player)) => {
                if let Some(client) = self.take_client(player) {
                    self.dismiss(client, CloseReason::Idle);
                    context.execute(RoomCommand::Leave(player));
                }
            }
            None => {}
        }
    }

    /// Closes all connections. Seats stay as they are.
    pub fn dismiss_all(&mut self, reason: CloseReason) {
        for client in std::mem::take(&mut self.clients) {
            self.dismiss(client, reason);
        }
    }

    /// Closes a connection for which there is no seat.
    pub fn turn_away(&mut self, mut connection: Connection, reason: CloseReason) {
        connection.close(reason);
        self.closing.push(connection);
    }

    /// Drives the closing connections.
    pub fn poll_closing(&mut self, now: Instant) {
        let looked_after = self.closing.len().min(CLOSING_PER_TICK_MAX);
        let mut index = 0;
        for _ in 0..looked_after {
            match self.closing[index].poll_closed(now) {
                true => drop(self.closing.swap_remove(index)),
                false => index += 1,
            }
        }
        // The next tick begins with those that had to wait in this one.
        self.closing.rotate_left(index);
    }

    /// Closes a client's connections for a reason that is nobody's fault.
    pub(super) fn dismiss(&mut self, mut client: Client, reason: CloseReason) {
        self.close_input_path(&mut client, reason);
        client.connection.close(reason);
        self.closing.push(client.connection);
    }

    /// Closes a connection that broke the rules, and counts it.
    pub(super) fn refuse(
        &mut self,
        connection: Connection,
        reason: CloseReason,
        context: &Context<'_>,
    ) {
        context.metrics.count_rejected(reason.label());
        debug!(room = context.settings.id, peer = ?connection.peer(), %reason, "refused");
        self.turn_away(connection, reason);
    }

    /// Closes the second connection of a client that leaves, if it has one.
    pub(super) fn close_input_path(&mut self, client: &mut Client, reason: CloseReason) {
        self.closing.extend(client.input_path.take().map(|path| path.close(reason)));
    }
}

impl Context<'_> {
    /// Keeps how an account is called now, so that it is found by name later.
    fn keep_name(&self, info: &PlayerInfo) {
        let Some(store) = &self.settings.store else { return };
        if let Some(id) = self.state().seats().account_of(info.player) {
            // When the store is full, a name is not worth waiting for.
            let _ = store.submit(Batch::of(AccountChange::Rename { id, name: info.name.clone() }));
        }
    }
}

fn note_end(end: Disconnect, context: &Context<'_>) {
    if let Disconnect::Refused(reason) = end {
        context.metrics.count_rejected(reason.label());
    }
    debug!(room = context.settings.id, %end, "connection ended");
}
