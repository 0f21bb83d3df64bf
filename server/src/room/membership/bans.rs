//! Bans and kicks: refuses banned and kicked players at the door, and sends those away who are already in the room.

use std::net::IpAddr;

use driftfield_shared::protocol::CloseReason;
use driftfield_shared::units::PlayerId;

use super::{Context, Membership, RoomCommand};
use crate::hub::Guest;
use crate::net::connection::Connection;
use crate::store::{AccountId, unix_seconds};

impl Context<'_> {
    /// Why somebody is not let in, if so.
    pub(super) fn refused(
        &self,
        account: Option<AccountId>,
        connection: &Connection,
    ) -> Option<CloseReason> {
        let address = address(connection);
        let guest = Guest { room: &self.settings.id, player: None, account, address };
        let kicked = || self.settings.kicks.refused(guest, unix_seconds());
        self.is_banned(account, address).then_some(CloseReason::Banned).or_else(kicked)
    }

    fn is_banned(&self, account: Option<AccountId>, address: Option<IpAddr>) -> bool {
        let store = self.settings.store.as_ref();
        store.is_some_and(|store| store.sanctions().ban(account, address).is_some())
    }

    fn sanctions_version(&self) -> u64 {
        self.settings.store.as_ref().map_or(0, |store| store.sanctions().version())
    }
}

impl Membership {
    /// Gives up the seats of those who were banned or kicked since the last call, and closes their connections.
    pub fn dismiss_banned(&mut self, context: &mut Context<'_>) {
        let versions = (context.sanctions_version(), context.settings.kicks.version());
        let seen = std::mem::replace(&mut self.sanctions_seen, versions);
        if seen == versions {
            return;
        }
        let address = |player: PlayerId| {
            let client = self.clients.iter().find(|client| client.player == player)?;
            address(&client.connection)
        };
        let (seats, now) = (context.state().seats(), unix_seconds());
        let reason = |player: PlayerId| {
            let (account, address) = (seats.account_of(player), address(player));
            if context.is_banned(account, address) {
                return Some(CloseReason::Banned);
            }
            let room = &context.settings.id;
            let guest = Guest { room, player: Some(player), account, address };
            context.settings.kicks.dismissed(guest, seen.1, now)
        };
        let dismissed: Vec<(PlayerId, CloseReason)> = seats
            .iter()
            .filter_map(|seat| Some((seat.info.player, reason(seat.info.player)?)))
            .collect();
        for (player, reason) in dismissed {
            if let Some(mut client) = self.take_client(player) {
                self.close_input_path(&mut client, reason);
                self.refuse(client.connection, reason, context);
            }
            // Also without a connection: its token would bring somebody back.
            context.execute(RoomCommand::Leave(player));
        }
    }
}

fn address(connection: &Connection) -> Option<IpAddr> {
    connection.peer().map(|peer| peer.ip())
}
