//! Transfers.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use driftfield_shared::units::{Credits, Tick, Units};
use rusqlite::Connection;

use super::{Asset, Party, balance};
use crate::store::time::UnixSeconds;

/// Transfers of one purpose in one room: everything that players sold in a chunk of the journal, for instance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Booking {
    room: Arc<str>,
    /// The run of the room in which it happened; 0: none.
    run: u32,
    tick: Tick,
    purpose: &'static str,
    /// Whether it tells what has happened already, and is booked even if a party has too little.
    is_of_play: bool,
    /// What each party gets of each asset; below zero: what it gives.
    entries: BTreeMap<(Asset, Party), i64>,
}

impl Booking {
    /// A booking without a transfer yet. `tick` is the last tick that it covers.
    pub fn new(room: Arc<str>, tick: Tick, purpose: &'static str) -> Self {
        Booking { room, run: 0, tick, purpose, is_of_play: false, entries: BTreeMap::new() }
    }

    /// A booking of what has happened in a run of a room already. If a party has less in the ledger than in the room, because a part of
    /// the room's journal was lost, the rest is booked from `source:correction`.
    pub fn of_play(room: Arc<str>, run: u32, tick: Tick, purpose: &'static str) -> Self {
        Booking { run, is_of_play: true, ..Booking::new(room, tick, purpose) }
    }

    /// Moves money.
    pub fn pay(&mut self, from: Party, to: Party, amount: Credits) {
        self.transfer(Asset::Credits, from, to, amount.0);
    }

    /// Moves units of an ore.
    pub fn carry(&mut self, ore: Arc<str>, from: Party, to: Party, amount: Units) {
        self.transfer(Asset::Ore(ore), from, to, amount.0);
    }

    /// Hands over an item.
    pub fn hand_over(&mut self, item: Arc<str>, from: Party, to: Party) {
        self.transfer(Asset::Item(item), from, to, 1);
    }

    /// Whether nothing changes hands.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn transfer(&mut self, asset: Asset, from: Party, to: Party, amount: u32) {
        for (party, amount) in [(from, -i64::from(amount)), (to, i64::from(amount))] {
            // Two thousand million transfers of the largest amount would fit.
            let entry = self.entries.entry((asset.clone(), party)).or_default();
            *entry += amount;
        }
        self.entries.retain(|_, amount| *amount != 0);
        debug_assert_eq!(self.entries.values().sum::<i64>(), 0, "a transfer only moves");
    }

    /// Memory that it holds beside itself, in bytes, roughly.
    pub(in crate::store) fn bytes(&self) -> usize {
        self.entries.len() * 2 * mem::size_of::<((Asset, Party), i64)>()
    }

    /// Writes it, with the new balances.
    pub(in crate::store) fn apply(
        &self,
        connection: &Connection,
        now: UnixSeconds,
    ) -> rusqlite::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        if self.is_of_play {
            self.correct(connection, now)?;
        }
        let place = (&*self.room, self.run, self.tick.0);
        let booking = insert(connection, now, place, self.purpose)?;
        self.entries.iter().try_for_each(|((asset, party), amount)| {
            enter(connection, booking, &asset.to_string(), &party.to_string(), *amount)
        })
    }
}

impl Booking {
    /// Gives the parties what they lack for it.
    fn correct(&self, connection: &Connection, now: UnixSeconds) -> rusqlite::Result<()> {
        let givers = self
            .entries
            .iter()
            .filter(|((_, party), amount)| **amount < 0 && !matches!(party, Party::Source(_)));
        for ((asset, party), amount) in givers {
            let (asset, party) = (asset.to_string(), party.to_string());
            lend(connection, now, (&self.room, self.run, self.tick.0), &asset, &party, *amount)?;
        }
        Ok(())
    }
}

/// Gives a party what it lacks to give `-amount` away.
pub(super) fn lend(
    connection: &Connection,
    now: UnixSeconds,
    place: Place<'_>,
    asset: &str,
    party: &str,
    amount: i64,
) -> rusqlite::Result<()> {
    let lacks = -(balance(connection, party, asset)? + amount);
    if lacks > 0 {
        let booking = insert(connection, now, place, "correction")?;
        let source = Party::Source(CORRECTION).to_string();
        enter(connection, booking, asset, &source, -lacks)?;
        enter(connection, booking, asset, party, lacks)?;
    }
    Ok(())
}

/// Name of the source of what rooms have and the ledger does not.
pub(super) const CORRECTION: &str = "correction";

/// Room, run and tick of a booking.
pub(super) type Place<'a> = (&'a str, u32, u32);

/// Writes the head of a booking. Returns its number.
pub(super) fn insert(
    connection: &Connection,
    now: UnixSeconds,
    (room, run, tick): Place<'_>,
    purpose: &str,
) -> rusqlite::Result<i64> {
    connection.execute(
        "INSERT INTO bookings (at, room, run, tick, purpose) VALUES (?1, ?2, ?3, ?4, ?5)",
        (now, room, run, tick, purpose),
    )?;
    Ok(connection.last_insert_rowid())
}

/// Writes one side of a booking and the party's new balance. The database refuses a balance below zero.
pub(super) fn enter(
    connection: &Connection,
    booking: i64,
    asset: &str,
    party: &str,
    amount: i64,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO entries (booking, asset, party, amount) VALUES (?1, ?2, ?3, ?4)",
        (booking, asset, party, amount),
    )?;
    // The row that is to be inserted is checked even if it then becomes an update, so the update comes first.
    let updated = connection.execute(
        "UPDATE balances SET amount = amount + ?3 WHERE party = ?1 AND asset = ?2",
        (party, asset, amount),
    )?;
    if updated == 0 {
        connection.execute("INSERT INTO balances VALUES (?1, ?2, ?3)", (party, asset, amount))?;
    }
    Ok(())
}
