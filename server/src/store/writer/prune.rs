//! Deletes the oldest parts of the journals, and the oldest lines of chat, reports and notices, some rows in each commit, so that no commit takes
//! long for it.
//!
//! What recovery needs stays, whatever its age: a room can always be recovered from both of its last checkpoints. Older checkpoints
//! are there for replays, and go with the journal after them.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use super::apply::CHECKPOINTS_KEPT;
use crate::store::time::UnixSeconds;
use crate::store::{company, lines, own_rooms};

/// How much journal is kept. Whichever bound is reached first counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct JournalLimits {
    /// Longest age.
    pub age: Duration,
    /// Size of the database, everything included, in bytes. The file does not shrink: its free pages are used again.
    pub database_bytes: u64,
}

/// Prunes once a second.
#[derive(Debug)]
pub(super) struct Pruner {
    limits: JournalLimits,
    last: UnixSeconds,
}

impl Pruner {
    pub(super) fn new(limits: JournalLimits) -> Self {
        Pruner { limits, last: 0 }
    }

    /// Deletes some of the rows that are beyond the limits, if it is time.
    pub(super) fn prune(
        &mut self,
        connection: &Connection,
        now: UnixSeconds,
    ) -> rusqlite::Result<()> {
        if now == self.last {
            return Ok(());
        }
        self.last = now;
        lines::prune(connection, LINES_KEPT, ROWS_DELETED)?;
        own_rooms::prune(connection, ROWS_DELETED)?;
        company::prune(connection, now, ROWS_DELETED)?;
        let oldest = connection
            .query_row("SELECT written FROM journal ORDER BY id LIMIT 1", (), |row| row.get(0))
            .optional()?;
        let written_before = self.limits.written_before(connection, now)?;
        if oldest.is_some_and(|oldest: UnixSeconds| oldest < written_before) {
            connection.execute(
                "DELETE FROM journal WHERE id IN (\
                 SELECT id FROM (SELECT * FROM journal ORDER BY id LIMIT ?2) AS old \
                 WHERE written < ?1 AND (run, last_tick) <= \
                 (SELECT run, tick FROM (SELECT run, tick FROM checkpoints WHERE room = old.room \
                 ORDER BY run DESC, tick DESC LIMIT ?4) ORDER BY run, tick LIMIT 1) LIMIT ?3)",
                (written_before, ROWS_LOOKED_AT, ROWS_DELETED, CHECKPOINTS_KEPT),
            )?;
            connection.execute(
                "DELETE FROM checkpoints WHERE rowid IN (\
                 SELECT rowid FROM (SELECT rowid, room, run, tick FROM checkpoints ORDER BY rowid LIMIT ?1) AS old \
                 WHERE NOT EXISTS (SELECT 1 FROM journal \
                 WHERE room = old.room AND run = old.run AND first_tick = old.tick + 1) \
                 AND (run, tick) NOT IN (SELECT run, tick FROM checkpoints WHERE room = old.room \
                 ORDER BY run DESC, tick DESC LIMIT ?2))",
                (ROWS_DELETED, CHECKPOINTS_KEPT),
            )?;
        }
        Ok(())
    }
}

impl JournalLimits {
    /// The time before which a chunk must be written to be too old now.
    fn written_before(
        self,
        connection: &Connection,
        now: UnixSeconds,
    ) -> rusqlite::Result<UnixSeconds> {
        let number =
            |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let pages = number("page_count")? - number("freelist_count")?;
        let bytes = pages.saturating_mul(number("page_size")?);
        let age = UnixSeconds::try_from(self.age.as_secs()).unwrap_or(UnixSeconds::MAX);
        Ok(match u64::try_from(bytes).unwrap_or(0) > self.database_bytes {
            true => UnixSeconds::MAX,
            false => now.saturating_sub(age),
        })
    }
}

/// Lines of chat that are kept: some weeks of a busy server, in some 100 MB.
const LINES_KEPT: u64 = 1_000_000;
/// Rows deleted at once: twice what fifty rooms write in a second.
const ROWS_DELETED: u32 = 1_000;
/// Rows looked at for it. Rooms that exist no more keep some hundred rows each, which are looked at again every time.
const ROWS_LOOKED_AT: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    /// Ticks of the chunks that are left of ten, written in second 1 to 10, with checkpoints after tick 1, 4 and 8.
    fn left(limits: JournalLimits, now: UnixSeconds) -> Vec<u32> {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        for tick in 1..=10 {
            connection
                .execute(
                    "INSERT INTO journal (room, run, first_tick, last_tick, build, chain, written, bytes) \
                     VALUES ('a', 1, ?1, ?1, 0, zeroblob(32), ?1, zeroblob(100))",
                    [tick],
                )
                .unwrap();
        }
        connection
            .execute_batch(
                "INSERT INTO checkpoints SELECT room, run, last_tick, build, chain, chain, written, bytes \
                 FROM journal WHERE last_tick IN (1, 4, 8)",
            )
            .unwrap();
        Pruner::new(limits).prune(&connection, now).unwrap();
        let checkpoints: Vec<u32> = {
            let mut select =
                connection.prepare("SELECT tick FROM checkpoints ORDER BY tick").unwrap();
            select.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let mut select = connection.prepare("SELECT first_tick FROM journal ORDER BY id").unwrap();
        let left: Vec<u32> =
            select.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        // The oldest checkpoint is good for a replay as long as the chunk after it is there.
        let expected: &[u32] = if left.contains(&2) { &[1, 4, 8] } else { &[4, 8] };
        assert_eq!(checkpoints, expected);
        left
    }

    #[test]
    fn what_is_too_old_goes_and_what_a_kept_checkpoint_needs_stays() {
        let limits = JournalLimits { age: Duration::from_secs(60), database_bytes: u64::MAX };
        assert_eq!(
            left(limits, 61),
            (1..=10).collect::<Vec<u32>>(),
            "nothing is older than a minute"
        );
        assert_eq!(left(limits, 62), (2..=10).collect::<Vec<u32>>());
        assert_eq!(left(limits, 63), (3..=10).collect::<Vec<u32>>());
        assert_eq!(left(limits, 1_000), (5..=10).collect::<Vec<u32>>());
    }

    #[test]
    fn a_database_that_is_too_large_loses_all_that_no_checkpoint_needs() {
        let limits = JournalLimits { age: Duration::from_secs(3_600), database_bytes: 4_096 };
        assert_eq!(left(limits, 11), (5..=10).collect::<Vec<u32>>());
    }
}
