//! Takes bookings back that a room has done and then not done: it goes on from before them.
//!
//! ```text
//! run 4:  checkpoint - chunk - chunk - chunk (damaged) - chunk      booked: ticks 1 to 40
//! run 5:               \- goes on after tick 20                     taken back: ticks 21 to 40
//! ```
//!
//! A room's journal and the ledger agree, because a chunk and its bookings are one transaction. But a room goes on from an earlier
//! state when what follows is damaged or of another build. Its players then mine and sell again, differently, so what was
//! booked after that state did not happen. If a room begins with a new world, its ships are gone with their cargo. What
//! their players have earned and bought stays with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftfield_shared::units::Tick;
use rusqlite::Connection;

use super::Party;
use super::booking::{enter, insert, lend};
use crate::store::audit::AuditLine;
use crate::store::time::UnixSeconds;

/// A room goes on after a tick of one of its runs, or with a new world. Nothing that it booked later has happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fence {
    /// The room.
    pub room: Arc<str>,
    /// The run that it goes on from; 0: none, it has a new world.
    pub run: u32,
    /// The last tick of that run that has happened.
    pub tick: Tick,
    /// The run that begins.
    pub next_run: u32,
}

impl Fence {
    /// Takes the bookings after it back with one that moves everything the other way, and writes that to the audit log. What a party
    /// has spent elsewhere meanwhile comes from `source:correction`.
    pub(in crate::store) fn apply(
        &self,
        connection: &Connection,
        now: UnixSeconds,
    ) -> rusqlite::Result<()> {
        let Fence { room, run, tick, next_run } = self;
        if *run == 0 {
            return self.lose_holds(connection, now);
        }
        let later = (&**room, run, tick.0, next_run, PURPOSE);
        let sums = format!(
            "SELECT asset, party, -sum(amount) FROM entries JOIN bookings ON id = booking \
             WHERE {LATER} GROUP BY asset, party"
        );
        let back = connection
            .prepare(&sums)?
            .query_map(later, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(String, String, i64)>>>()?;
        if back.is_empty() {
            return Ok(());
        }
        let givers =
            back.iter().filter(|(_, party, amount)| *amount < 0 && !party.starts_with("source:"));
        for (asset, party, amount) in givers {
            lend(connection, now, (room, *next_run, tick.0), asset, party, *amount)?;
        }
        let voided_by = insert(connection, now, (room, *next_run, tick.0), PURPOSE)?;
        for (asset, party, amount) in back.iter().filter(|(_, _, amount)| *amount != 0) {
            enter(connection, voided_by, asset, party, *amount)?;
        }
        // Those that were just made are of the next run.
        let void = format!("UPDATE bookings SET voided_by = ?6 WHERE {LATER}");
        let (room, run, tick_after, next_run, purpose) = later;
        let count =
            connection.execute(&void, (room, run, tick_after, next_run, purpose, voided_by))?;
        let why = format!(
            "{count} bookings after tick {tick_after} of run {run}: run {next_run} goes on from there"
        );
        let line = AuditLine {
            at: now,
            actor: "store".to_owned(),
            action: "void".to_owned(),
            subject: format!("room {room}"),
            detail: format!("{why}; booking {voided_by}"),
        };
        line.apply(connection)
    }

    /// A room begins with a new world. What players have earned and bought is theirs wherever they play; what was in the holds
    /// of the old world's ships is lost with them.
    fn lose_holds(&self, connection: &Connection, now: UnixSeconds) -> rusqlite::Result<()> {
        let Fence { room, next_run, .. } = self;
        let held = connection
            .prepare(HELD)?
            .query_map([&**room], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(String, String, i64)>>>()?;
        if held.is_empty() {
            return Ok(());
        }
        let place = (&**room, *next_run, 0);
        for (asset, party, amount) in &held {
            lend(connection, now, place, asset, party, -amount)?;
        }
        let booking = insert(connection, now, place, "lost")?;
        let mut lost = BTreeMap::new();
        for (asset, party, amount) in &held {
            enter(connection, booking, asset, party, -amount)?;
            *lost.entry(asset).or_default() += amount;
        }
        // A booking has one side for each party and asset.
        let wreck = Party::Sink("wreck").to_string();
        for (asset, amount) in lost {
            enter(connection, booking, asset, &wreck, amount)?;
        }
        let line = AuditLine {
            at: now,
            actor: "store".to_owned(),
            action: "void".to_owned(),
            subject: format!("room {room}"),
            detail: format!(
                "the cargo of {} holds: run {next_run} has a new world; booking {booking}",
                held.len()
            ),
        };
        line.apply(connection)
    }
}

/// What is still in holds of what was booked in a room (1).
const HELD: &str = "SELECT asset, party, sum(amount) AS held FROM entries \
     JOIN bookings ON id = booking WHERE room = ?1 \
     AND (party GLOB 'hold:*' OR party GLOB 'guest-holds:*') \
     GROUP BY asset, party HAVING held > 0";

/// The bookings that it takes back: of a room (1), after a tick (3) of a run (2), and of the runs before the next one (4), but those
/// that took others back (5).
const LATER: &str = "room = ?1 AND (run, tick) > (?2, ?3) AND run > 0 AND run < ?4 AND voided_by IS NULL \
     AND purpose <> ?5";
/// The purpose of a booking that takes others back.
const PURPOSE: &str = "voided";
