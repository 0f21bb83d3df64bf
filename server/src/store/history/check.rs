//! Whether every checkpoint and every chunk fits its hash.

use driftfield_shared::units::Tick;
use rusqlite::{Connection, OptionalExtension};

use super::{ChainHash, JournalChunk};
use crate::store::CheckReport;

/// Notes what does not fit.
pub(in crate::store) fn check(
    connection: &Connection,
    report: &mut CheckReport,
) -> rusqlite::Result<()> {
    check_checkpoints(connection, report)?;
    check_chunks(connection, report)
}

fn check_checkpoints(connection: &Connection, report: &mut CheckReport) -> rusqlite::Result<()> {
    let mut select = connection
        .prepare("SELECT run, tick, build, chain, seal, bytes, room FROM checkpoints ORDER BY room, run, tick")?;
    let mut rows = select.query(())?;
    while let Some(row) = rows.next()? {
        let room: String = row.get(6)?;
        let is_intact = super::recovery::checkpoint_of(&room, row)
            .is_ok_and(|checkpoint| checkpoint.is_intact());
        if !is_intact {
            let (run, tick) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
            report.note(format!(
                "the checkpoint of room {room}, run {run}, tick {tick} does not fit its hash"
            ));
        }
    }
    Ok(())
}

fn check_chunks(connection: &Connection, report: &mut CheckReport) -> rusqlite::Result<()> {
    let mut select = connection.prepare(
        "SELECT run, first_tick, last_tick, build, chain, bytes, room FROM journal ORDER BY room, run, first_tick",
    )?;
    let mut rows = select.query(())?;
    let mut previous: Option<JournalChunk> = None;
    while let Some(row) = rows.next()? {
        let room: String = row.get(6)?;
        let Ok(chunk) = super::recovery::chunk_of(&room, row) else {
            let (run, tick) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
            report.note(format!(
                "the journal of room {room}, run {run}, tick {tick} has numbers that none has"
            ));
            previous = None;
            continue;
        };
        let before = previous.as_ref().filter(|before| is_next(before, &chunk));
        let chain = match before {
            Some(before) => Some(before.chain),
            None => chain_before(connection, &chunk)?,
        };
        // Of a chunk whose predecessors were pruned nothing can be said; its successors are checked against it.
        if chain.is_some_and(|chain| !chunk.follows(chain)) {
            report.note(format!(
                "the journal of room {room}, run {}, ticks {} to {} does not fit its hash",
                chunk.run, chunk.first_tick.0, chunk.last_tick.0
            ));
        }
        previous = Some(chunk);
    }
    Ok(())
}

fn is_next(before: &JournalChunk, chunk: &JournalChunk) -> bool {
    before.room == chunk.room
        && before.run == chunk.run
        && before.last_tick.0.checked_add(1) == Some(chunk.first_tick.0)
}

/// The chain before a chunk whose predecessor is not there: that of a checkpoint, if one stands there.
fn chain_before(
    connection: &Connection,
    chunk: &JournalChunk,
) -> rusqlite::Result<Option<ChainHash>> {
    let Tick(first) = chunk.first_tick;
    let mut select = connection
        .prepare("SELECT chain FROM checkpoints WHERE room = ?1 AND run = ?2 AND tick = ?3")?;
    select
        .query_row((&*chunk.room, chunk.run, i64::from(first) - 1), |row| row.get(0).map(ChainHash))
        .optional()
}
