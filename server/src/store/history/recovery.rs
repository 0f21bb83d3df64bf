//! What a room finds when it starts: the latest good checkpoint, and the chunks after it.
//!
//! Whatever does not fit its hash is left out, with everything that builds on it. It is told and its bytes are kept in a
//! file of its own, so that the history before it is still used and somebody can look at what happened.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use driftfield_shared::units::Tick;
use rusqlite::{Connection, Row};
use tracing::{error, warn};

use super::{BuildId, ChainHash, JournalChunk, RoomCheckpoint};
use crate::store::failure::Failure;

/// What is durable of a room.
#[derive(Debug, Default)]
pub struct RoomHistory {
    /// The latest checkpoint that is intact.
    pub checkpoint: Option<RoomCheckpoint>,
    /// The chunks after it, without a gap. They may be of another build than this one.
    pub chunks: Vec<JournalChunk>,
    /// A number for a new run. It must begin with a checkpoint, handed to the store before the run's first chunk.
    pub next_run: u32,
    /// What could not be used.
    pub damage: Vec<Damage>,
}

/// A part of a room's history that cannot be used.
#[derive(Debug)]
pub struct Damage {
    /// What it is, and what is wrong with it.
    pub what: String,
    /// The file that has its bytes now, where one could be written.
    pub kept_as: Option<PathBuf>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kept_as {
            Some(path) => write!(f, "{}; its bytes are kept as {}", self.what, path.display()),
            None => f.write_str(&self.what),
        }
    }
}

impl RoomHistory {
    /// Reads the history of `room`. Damaged parts are written to `evidence`, if there is such a folder, and logged.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub(in crate::store) fn read(
        connection: &Connection,
        room: &str,
        evidence: Option<&Path>,
    ) -> rusqlite::Result<RoomHistory> {
        let next_run = next_run(connection, room)?;
        let mut history = RoomHistory { next_run, ..RoomHistory::default() };
        history.find_checkpoint(connection, room, evidence)?;
        history.find_chunks(connection, room, evidence)?;
        for damage in &history.damage {
            error!(room, "{damage}");
        }
        Ok(history)
    }

    fn find_checkpoint(
        &mut self,
        connection: &Connection,
        room: &str,
        evidence: Option<&Path>,
    ) -> rusqlite::Result<()> {
        let mut list = connection.prepare(
            "SELECT run, tick FROM checkpoints WHERE room = ?1 ORDER BY run DESC, tick DESC",
        )?;
        let newest_first = list
            .query_map([room], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
        let mut select = connection.prepare(
            "SELECT run, tick, build, chain, seal, bytes FROM checkpoints WHERE room = ?1 AND run = ?2 AND tick = ?3",
        )?;
        for (run, tick) in newest_first {
            let read = select.query_row((room, run, tick), |row| checkpoint_of(room, row));
            let (wrong, bytes) = match read {
                Ok(checkpoint) if checkpoint.is_intact() => {
                    self.checkpoint = Some(checkpoint);
                    break;
                }
                Ok(checkpoint) => ("does not fit its hash".to_owned(), checkpoint.bytes),
                Err(error) if is_damage(&error) => (format!("cannot be read: {error}"), Vec::new()),
                Err(error) => return Err(error),
            };
            let name = format!("{room}-run{run}-tick{tick}.checkpoint");
            let what = format!("the checkpoint of room {room} after tick {tick} {wrong}");
            self.damage.push(Damage { what, kept_as: keep(evidence, &name, &bytes) });
        }
        Ok(())
    }

    fn find_chunks(
        &mut self,
        connection: &Connection,
        room: &str,
        evidence: Option<&Path>,
    ) -> rusqlite::Result<()> {
        let Some(checkpoint) = &self.checkpoint else { return Ok(()) };
        let (run, mut chain, mut tick) = (checkpoint.run, checkpoint.chain, checkpoint.tick);
        let mut select = connection.prepare(
            "SELECT run, first_tick, last_tick, build, chain, bytes FROM journal \
             WHERE room = ?1 AND run = ?2 AND first_tick > ?3 ORDER BY first_tick",
        )?;
        for read in select.query_map((room, run, tick.0), |row| chunk_of(room, row))? {
            let (wrong, bytes) = match read {
                Ok(chunk) if Some(chunk.first_tick.0) != tick.0.checked_add(1) => {
                    ("has a gap".to_owned(), chunk.bytes)
                }
                Ok(chunk) if !chunk.follows(chain) => {
                    ("does not fit its hash".to_owned(), chunk.bytes)
                }
                Ok(chunk) => {
                    (chain, tick) = (chunk.chain, chunk.last_tick);
                    self.chunks.push(chunk);
                    continue;
                }
                Err(error) if is_damage(&error) => (format!("cannot be read: {error}"), Vec::new()),
                Err(error) => return Err(error),
            };
            let name = format!("{room}-run{run}-after-tick{}.journal", tick.0);
            let what = format!(
                "the journal of room {room} after tick {} {wrong}; the room goes back to that tick",
                tick.0
            );
            self.damage.push(Damage { what, kept_as: keep(evidence, &name, &bytes) });
            break;
        }
        Ok(())
    }
}

/// Whether an error is about the bytes of a row, and not about the disk at this moment.
fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(Failure::of(error), None | Some(Failure::Damaged))
}

/// One more than the newest run. Numbers that no run can have are damage, and do not count.
fn next_run(connection: &Connection, room: &str) -> rusqlite::Result<u32> {
    connection.query_row(
        "SELECT coalesce(max(run), 0) + 1 FROM (SELECT run FROM checkpoints WHERE room = ?1 \
         UNION ALL SELECT max(run) FROM journal WHERE room = ?1) WHERE run < 4294967295",
        [room],
        |row| row.get(0),
    )
}

pub(super) fn checkpoint_of(room: &str, row: &Row<'_>) -> rusqlite::Result<RoomCheckpoint> {
    Ok(RoomCheckpoint {
        room: Arc::from(room),
        run: row.get(0)?,
        tick: Tick(row.get(1)?),
        build: BuildId(row.get::<_, i64>(2)?.cast_unsigned()),
        chain: ChainHash(row.get(3)?),
        seal: row.get(4)?,
        bytes: row.get(5)?,
    })
}

pub(super) fn chunk_of(room: &str, row: &Row<'_>) -> rusqlite::Result<JournalChunk> {
    Ok(JournalChunk {
        room: Arc::from(room),
        run: row.get(0)?,
        first_tick: Tick(row.get(1)?),
        last_tick: Tick(row.get(2)?),
        build: BuildId(row.get::<_, i64>(3)?.cast_unsigned()),
        chain: ChainHash(row.get(4)?),
        bytes: row.get(5)?,
    })
}

/// Writes bytes, if there are any, to a file in the folder `evidence`, if there is such a folder. A file of that name has
/// the same bytes from an earlier start.
pub(in crate::store) fn keep(evidence: Option<&Path>, name: &str, bytes: &[u8]) -> Option<PathBuf> {
    if bytes.is_empty() {
        return None;
    }
    let path = evidence?.join(name);
    match fs::create_dir_all(evidence?).and_then(|()| fs::write(&path, bytes)) {
        Ok(()) => Some(path),
        Err(error) => {
            warn!(path = %path.display(), %error, "the damaged bytes could not be kept in a file");
            None
        }
    }
}
