//! Takes bookings back that a room has done and then not done: it goes on from before them.
//!
//! ```text
//! run 4:  checkpoint - chunk - chunk - chunk (damaged) - chunk      booked: ticks 1 to 40
//! run 5:               \- goes on after tick 20                     taken back: ticks 21 to 40
//! ```
//!
//! A room's journal and the ledger agree, because a chunk and its bookings are one transaction. But a room goes on from an earlier
//! state when what follows is damaged or of another build. Its players then mine and sell again, differently, so what was
//! booked after that state did not happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftfield_shared::units::Tick;
use rusqlite::Connection;

use super::booking::{enter, insert, lend};
use crate::store::audit::AuditLine;
use crate::store::time::UnixSeconds;

/// A room goes on after a tick of one of its runs. Nothing that it booked later has happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fence {
    /// The room.
    pub room: Arc<str>,
    /// The run that it goes on from.
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
        let mut select = connection.prepare(
            "SELECT id FROM bookings WHERE room = ?1 AND (run, tick) > (?2, ?3) AND run > 0 \
             AND run < ?4 AND voided_by IS NULL AND purpose <> ?5",
        )?;
        let bookings = select
            .query_map((&**room, run, tick.0, next_run, PURPOSE), |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        if bookings.is_empty() {
            return Ok(());
        }
        let mut back: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut select =
            connection.prepare("SELECT asset, party, amount FROM entries WHERE booking = ?1")?;
        for booking in &bookings {
            let mut rows = select.query([booking])?;
            while let Some(row) = rows.next()? {
                let entry = back.entry((row.get(0)?, row.get(1)?)).or_default();
                *entry = entry.saturating_sub(row.get(2)?);
            }
        }
        back.retain(|_, amount| *amount != 0);
        let givers = back
            .iter()
            .filter(|((_, party), amount)| **amount < 0 && !party.starts_with("source:"));
        for ((asset, party), amount) in givers {
            lend(connection, now, (room, *next_run, tick.0), asset, party, *amount)?;
        }
        let voided_by = insert(connection, now, (room, *next_run, tick.0), PURPOSE)?;
        for ((asset, party), amount) in &back {
            enter(connection, voided_by, asset, party, *amount)?;
        }
        let mut void = connection.prepare("UPDATE bookings SET voided_by = ?1 WHERE id = ?2")?;
        for booking in &bookings {
            void.execute((voided_by, booking))?;
        }
        let line = AuditLine {
            at: now,
            actor: "store".to_owned(),
            action: "void".to_owned(),
            subject: format!("room {room}"),
            detail: format!(
                "{} bookings after tick {} of run {run}: run {next_run} goes on from there; booking {voided_by}",
                bookings.len(),
                tick.0
            ),
        };
        line.apply(connection)
    }
}

/// The purpose of a booking that takes others back.
const PURPOSE: &str = "voided";
