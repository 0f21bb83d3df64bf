//! Records into rows.

use rusqlite::Connection;

use crate::store::history::{JournalChunk, RoomCheckpoint};
use crate::store::record::{Batch, Record};
use crate::store::sanctions;
use crate::store::time::UnixSeconds;

/// Writes a batch, in the order of its records.
pub(in crate::store) fn apply(
    connection: &Connection,
    batch: &Batch,
    now: UnixSeconds,
) -> rusqlite::Result<()> {
    batch.records().iter().try_for_each(|record| match record {
        Record::Chunk(chunk) => apply_chunk(connection, chunk, now),
        Record::Checkpoint(checkpoint) => apply_checkpoint(connection, checkpoint, now),
        Record::Account(change) => change.apply(connection, now),
        Record::Booking(booking) => booking.apply(connection, now),
        Record::Fence(fence) => fence.apply(connection, now),
        Record::Sanction(sanction) => sanction.apply(connection),
        Record::EndSanction { id, at } => sanctions::end(connection, *id, *at),
        Record::Audit(line) => line.apply(connection),
        Record::Line(line) => line.apply(connection),
        Record::OwnRoom(change) => change.apply(connection),
        Record::Ignore(change) => change.apply(connection),
        Record::Friend(change) => change.apply(connection),
        Record::Party(change) => change.apply(connection),
        Record::Report(report) => report.apply(connection),
        Record::Request(request) => request.apply(connection),
        Record::Notice(notice) => notice.apply(connection),
        Record::NoticesRead(read) => read.apply(connection),
    })
}

fn apply_chunk(
    connection: &Connection,
    chunk: &JournalChunk,
    now: UnixSeconds,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare(
        "INSERT INTO journal (room, run, first_tick, last_tick, build, chain, written, bytes) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    insert.execute((
        &*chunk.room,
        chunk.run,
        chunk.first_tick.0,
        chunk.last_tick.0,
        chunk.build.0.cast_signed(),
        chunk.chain.0,
        now,
        &chunk.bytes,
    ))?;
    Ok(())
}

/// Keeps it and the one before. Of the older ones about one in ten minutes stays, so that a replay can begin there, as long as
/// the journal after it is kept.
fn apply_checkpoint(
    connection: &Connection,
    checkpoint: &RoomCheckpoint,
    now: UnixSeconds,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO checkpoints (room, run, tick, build, chain, seal, written, bytes) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            &*checkpoint.room,
            checkpoint.run,
            checkpoint.tick.0,
            checkpoint.build.0.cast_signed(),
            checkpoint.chain.0,
            checkpoint.seal(),
            now,
            &checkpoint.bytes,
        ),
    )?;
    // The first that recovery needs no more, and the one before it.
    let mut select = connection.prepare(
        "SELECT rowid, run, written FROM checkpoints WHERE room = ?1 \
         ORDER BY run DESC, tick DESC LIMIT 2 OFFSET ?2",
    )?;
    let mut older = select.query_map((&*checkpoint.room, CHECKPOINTS_KEPT), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, UnixSeconds>(2)?))
    })?;
    let (Some(spare), Some(before)) = (older.next().transpose()?, older.next().transpose()?) else {
        return Ok(());
    };
    let is_soon_after =
        before.1 == spare.1 && spare.2.saturating_sub(before.2) < CHECKPOINTS_APART_SECONDS;
    if is_soon_after {
        connection.execute("DELETE FROM checkpoints WHERE rowid = ?1", [spare.0])?;
    }
    Ok(())
}

/// Checkpoints kept for each room to recover from: the second is for the case that the first is damaged.
pub(super) const CHECKPOINTS_KEPT: u32 = 2;
/// Seconds between two older ones of a run that are kept: a replay executes them in about a second.
const CHECKPOINTS_APART_SECONDS: UnixSeconds = 600;
