//! Bans, as far as they are about somebody who is in the room already.

use driftfield_shared::protocol::CloseReason;
use driftfield_shared::units::PlayerId;

use super::{Context, Membership, RoomCommand};
use crate::net::connection::Connection;
use crate::store::AccountId;

impl Context<'_> {
    /// Whether somebody may not be here.
    pub(super) fn is_banned(
        &self,
        account: Option<AccountId>,
        connection: Option<&Connection>,
    ) -> bool {
        let address = connection.and_then(Connection::peer).map(|peer| peer.ip());
        let store = self.settings.store.as_ref();
        store.is_some_and(|store| store.sanctions().ban(account, address).is_some())
    }
}

impl Membership {
    /// Gives up the seats of those who were banned since the last call, and closes their connections.
    pub fn dismiss_banned(&mut self, context: &mut Context<'_>) {
        let Some(store) = &context.settings.store else { return };
        let version = store.sanctions().version();
        if std::mem::replace(&mut self.sanctions_seen, version) == version {
            return;
        }
        let connection = |player: PlayerId| {
            let client = self.clients.iter().find(|client| client.player == player)?;
            Some(&client.connection)
        };
        let seats = context.state().seats();
        let banned: Vec<PlayerId> = (seats.iter().map(|seat| seat.info.player))
            .filter(|player| context.is_banned(seats.account_of(*player), connection(*player)))
            .collect();
        for player in banned {
            if let Some(mut client) = self.take_client(player) {
                self.close_input_path(&mut client, CloseReason::Banned);
                self.refuse(client.connection, CloseReason::Banned, context);
            }
            // Also without a connection: its token would bring somebody back.
            context.execute(RoomCommand::Leave(player));
        }
    }
}
