//! A stretch of a room's journal: a checkpoint, everything executed after it, and the checkpoints on the way.

use std::path::Path;

use driftfield_shared::units::Tick;
use rusqlite::Connection;

use super::recovery::{checkpoint_of, chunk_of};
use super::{JournalChunk, RoomCheckpoint};
use crate::store::StoreError;
use crate::store::database::Database;

/// A part of one run that can be executed again.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// The state that it begins with.
    pub start: RoomCheckpoint,
    /// What was executed after that, without a gap.
    pub chunks: Vec<JournalChunk>,
    /// Later checkpoints of the same run, the oldest first.
    pub checkpoints: Vec<RoomCheckpoint>,
}

impl Stretch {
    /// A stretch of the room from the last checkpoint at `from` or before, to the end of its run: of the newest run that has this
    /// tick. If no tick is named, of the newest run from its last checkpoint but one. `None` if there is no such checkpoint. A
    /// server may write to the folder meanwhile.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn read(
        data_dir: &Path,
        room: &str,
        from: Option<Tick>,
    ) -> Result<Option<Stretch>, StoreError> {
        let database = Database::in_folder(data_dir);
        let read = database.reader().and_then(|reader| Self::find(&reader, room, from));
        read.map_err(|error| database.error(error))
    }

    fn find(
        connection: &Connection,
        room: &str,
        from: Option<Tick>,
    ) -> rusqlite::Result<Option<Stretch>> {
        // One moment: the server may prune between two queries.
        let moment = connection.unchecked_transaction()?;
        let Some(run) = run_with(&moment, room, from)? else { return Ok(None) };
        let mut select = moment.prepare(
            "SELECT run, tick, build, chain, seal, bytes FROM checkpoints \
             WHERE room = ?1 AND run = ?2 ORDER BY tick",
        )?;
        let mut checkpoints = select
            .query_map((room, run), |row| checkpoint_of(room, row))?
            .filter(|read| read.as_ref().map_or(true, RoomCheckpoint::is_intact))
            .collect::<rusqlite::Result<Vec<RoomCheckpoint>>>()?;
        let first = match from {
            Some(from) => checkpoints.iter().rposition(|checkpoint| checkpoint.tick <= from),
            None => checkpoints.len().checked_sub(1).map(|last| last.saturating_sub(1)),
        };
        let Some(first) = first else { return Ok(None) };
        let mut checkpoints = checkpoints.split_off(first).into_iter();
        let Some(start) = checkpoints.next() else { return Ok(None) };
        let mut select = moment.prepare(
            "SELECT run, first_tick, last_tick, build, chain, bytes FROM journal \
             WHERE room = ?1 AND run = ?2 AND first_tick > ?3 ORDER BY first_tick",
        )?;
        let (mut chain, mut chunks) = (start.chain, Vec::new());
        for chunk in select.query_map((room, start.run, start.tick.0), |row| chunk_of(room, row))? {
            let chunk = chunk?;
            if !chunk.follows(chain) {
                break;
            }
            chain = chunk.chain;
            chunks.push(chunk);
        }
        Ok(Some(Stretch { start, chunks, checkpoints: checkpoints.collect() }))
    }
}

/// The newest run of a room, of those that have a tick if one is named.
fn run_with(
    connection: &Connection,
    room: &str,
    tick: Option<Tick>,
) -> rusqlite::Result<Option<i64>> {
    connection.query_row(
        "SELECT max(run) FROM checkpoints AS start WHERE room = ?1 AND (?2 IS NULL OR tick <= ?2 AND \
         EXISTS (SELECT 1 FROM journal WHERE room = ?1 AND run = start.run AND last_tick >= ?2))",
        (room, tick.map(|tick| tick.0)),
        |row| row.get(0),
    )
}
