//! What changed hands in a chunk of the journal, as the ledger books it.
//!
//! Ore comes from `source:mine` into a hold. It ends at the station, which pays, or in a wreck: what floats away from there
//! and is found again counts as mined once more. What is bought at a dock ends at `sink:outfitter`.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftfield_shared::units::Tick;

use crate::room::state::{Deal, Transfer};
use crate::store::{AccountChange, Booking, Party};

/// One booking for each purpose that there was in a run, up to `last`.
pub fn bookings(
    room: &Arc<str>,
    run: u32,
    last: Tick,
    transfers: &[Transfer],
) -> impl Iterator<Item = Booking> {
    let mut bookings = BTreeMap::new();
    for Transfer { account, deal } in transfers {
        let purpose = match deal {
            Deal::Collected(..) => "mined",
            Deal::Sold(..) => "sold",
            Deal::Lost(..) => "lost",
            Deal::Bought(..) => "bought",
            Deal::Refunded(..) => "refunded",
            Deal::Fitted(_) => continue,
        };
        let booking = bookings
            .entry(purpose)
            .or_insert_with(|| Booking::of_play(room.clone(), run, last, purpose));
        let (hold, purse) = match account {
            Some(account) => (Party::Hold(*account), Party::Player(*account)),
            None => (Party::GuestHolds(room.clone()), Party::Guests(room.clone())),
        };
        match deal {
            Deal::Collected(ore, units) => {
                booking.carry(ore.clone(), Party::Source("mine"), hold, *units);
            }
            Deal::Lost(ore, units) => {
                booking.carry(ore.clone(), hold, Party::Sink("wreck"), *units);
            }
            Deal::Sold(ore, units, credits) => {
                booking.carry(ore.clone(), hold, Party::Sink("station"), *units);
                booking.pay(Party::Source("station"), purse, *credits);
            }
            Deal::Bought(item, credits) => {
                booking.pay(purse.clone(), Party::Sink("outfitter"), *credits);
                booking.hand_over(item.clone(), Party::Source("outfitter"), purse);
            }
            Deal::Refunded(item, credits) => {
                booking.hand_over(item.clone(), purse.clone(), Party::Sink("withdrawn"));
                booking.pay(Party::Source("refund"), purse, *credits);
            }
            Deal::Fitted(_) => {}
        }
    }
    bookings.into_values().filter(|booking| !booking.is_empty())
}

/// How the ships of accounts are made from now on: for each account the last one of a chunk.
pub fn fits(transfers: &[Transfer]) -> impl Iterator<Item = AccountChange> {
    let mut fits = BTreeMap::new();
    for Transfer { account, deal } in transfers {
        if let (Some(id), Deal::Fitted(names)) = (account, deal) {
            fits.insert(*id, names.clone());
        }
    }
    fits.into_iter().map(|(id, fit)| AccountChange::Fit { id, fit })
}
