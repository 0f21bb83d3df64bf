//! Who is in the room, for those who look after the company there.

use super::{Context, Membership};
use crate::hub::{Present, Wanted, Whereabouts};

impl Membership {
    /// Everyone with a seat.
    pub fn present(&self, context: &Context<'_>) -> Vec<Present> {
        let (now, tick_hz) = (context.tick(), context.settings.rules.tick_hz);
        let seats = context.state().seats();
        let present = seats.iter().map(|seat| {
            let player = seat.info.player;
            let client = self.clients.iter().find(|client| client.player == player);
            let peer = client.and_then(|client| client.connection.peer());
            let idle_ticks = client.map(|client| now.0.saturating_sub(client.acted_at().0));
            Present {
                room: context.settings.id.as_str().into(),
                player,
                name: seat.info.name.clone(),
                account: seats.account_of(player),
                address: peer.map(|peer| peer.ip()),
                is_bot: seat.info.is_bot,
                is_house_bot: client.is_some_and(|client| client.connection.is_house_bot()),
                is_connected: client.is_some(),
                is_active: idle_ticks
                    .is_some_and(|idle| idle < ACTIVE_SECONDS * u32::from(tick_hz)),
            }
        });
        present.collect()
    }

    /// Who of these has a seat and a connection, and where the ship is.
    pub fn whereabouts(&self, context: &Context<'_>, wanted: &Wanted) -> Vec<Whereabouts> {
        let state = context.state();
        let found = state.seats().iter().filter_map(|seat| {
            let player = seat.info.player;
            let account = state.seats().account_of(player);
            let account = account.filter(|account| wanted.contains(account))?;
            self.clients.iter().find(|client| client.player == player)?;
            let ship = state.ship(player).map(|ship| {
                let place = ship.state.position.round();
                (place.x as i32, place.y as i32)
            });
            Some(Whereabouts { account, name: seat.info.name.clone(), player, ship })
        });
        found.collect()
    }
}

/// Whoever has done something in so many seconds is active.
const ACTIVE_SECONDS: u32 = 60;
