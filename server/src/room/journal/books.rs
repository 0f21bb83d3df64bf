//! What changed hands in a chunk of the journal, as the ledger books it.
//!
//! Ore comes from `source:mine` into a hold. It ends at the station, which pays, or in a wreck: what floats away from there
//! and is found again counts as mined once more.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftfield_shared::units::Tick;

use crate::room::state::{Deal, Transfer};
use crate::store::{Booking, Party};

/// One booking for each purpose that there was in a run, up to `last`.
pub fn bookings(
    room: &Arc<str>,
    run: u32,
    last: Tick,
    transfers: &[Transfer],
) -> impl Iterator<Item = Booking> {
    let mut bookings = BTreeMap::new();
    for Transfer { account, ore, units, deal } in transfers {
        let purpose = match deal {
            Deal::Collected => "mined",
            Deal::Sold(_) => "sold",
            Deal::Lost => "lost",
        };
        let booking = bookings
            .entry(purpose)
            .or_insert_with(|| Booking::of_play(room.clone(), run, last, purpose));
        let (hold, purse) = match account {
            Some(account) => (Party::Hold(*account), Party::Player(*account)),
            None => (Party::GuestHolds(room.clone()), Party::Guests(room.clone())),
        };
        let ore = ore.clone();
        match deal {
            Deal::Collected => booking.carry(ore, Party::Source("mine"), hold, *units),
            Deal::Lost => booking.carry(ore, hold, Party::Sink("wreck"), *units),
            Deal::Sold(credits) => {
                booking.carry(ore, hold, Party::Sink("station"), *units);
                booking.pay(Party::Source("station"), purse, *credits);
            }
        }
    }
    bookings.into_values().filter(|booking| !booking.is_empty())
}
