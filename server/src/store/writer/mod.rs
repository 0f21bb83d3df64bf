//! The one thread that writes.
//!
//! ```text
//! rooms, hub --submit--> Queue --every 100 ms--> one transaction --commit--> StoreStatus: durable up to N
//!                          ^                           |
//!                          +--- stays in hand, pause, reopen <-- the disk is full, read-only, broken
//! ```
//!
//! **Nothing is told durable before its commit has succeeded, and nothing that was taken is dropped.** After a failure the
//! database is opened anew. A failed commit may be in the file all the same: the row in `progress` says so, and then a
//! whole checkpoint of the write-ahead log must succeed before it counts. (After a failed `fsync` the next one may succeed though
//! nothing was written: see ["Can Applications Recover from fsync Failures?"](https://www.usenix.org/conference/atc20/presentation/rebello).)

mod apply;
mod prune;
mod queue;
mod status;

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use tracing::error;

#[cfg(test)]
pub(super) use apply::apply;

use super::company::Roles;
use super::database::Database;
use super::failure::Failure;
use super::sanctions::Sanctions;
use super::time::{UnixSeconds, unix_seconds};
use crate::metrics::StoreMetrics;
pub use prune::JournalLimits;
use prune::Pruner;
pub(super) use queue::Queue;
use queue::Submitted;
pub use queue::{QueueLimits, SubmitError};
pub use status::{StoreStatus, Submission};

/// The writer thread and its state.
#[derive(Debug)]
pub(super) struct Writer {
    database: Database,
    /// `None` after a failure.
    connection: Option<Connection>,
    queue: Queue,
    status: StoreStatus,
    sanctions: Sanctions,
    roles: Roles,
    pruner: Pruner,
    metrics: StoreMetrics,
    /// Tells the numbers of this start from those of earlier ones.
    start: i64,
    /// What is being written.
    in_hand: Vec<Submitted>,
    /// When a failure was last logged.
    complained: Option<Instant>,
}

/// Why a transaction is not committed.
#[derive(Debug)]
struct Failed {
    failure: Failure,
    error: rusqlite::Error,
}

impl Writer {
    pub(super) fn new(
        database: Database,
        connection: Connection,
        queue: Queue,
        status: StoreStatus,
        (sanctions, roles): (Sanctions, Roles),
        limits: JournalLimits,
        metrics: StoreMetrics,
    ) -> Self {
        let start = random_number();
        let pruner = Pruner::new(limits);
        let (connection, in_hand) = (Some(connection), Vec::new());
        let complained = None;
        Writer {
            database,
            connection,
            queue,
            status,
            sanctions,
            roles,
            pruner,
            metrics,
            start,
            in_hand,
            complained,
        }
    }

    /// Starts the thread. It ends when the queue is closed and either empty or given up.
    pub(super) fn start(mut self) -> io::Result<JoinHandle<()>> {
        let run = move || {
            // A panic is a bug. What is in hand stays there, and the store shows that it fails.
            while panic::catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
                self.connection = None;
                self.note_failure(Failure::Other);
                if !self.queue.pause(Instant::now() + PAUSE_MAX) {
                    return;
                }
            }
        };
        thread::Builder::new().name("store".to_owned()).spawn(run)
    }

    fn run(&mut self) {
        if !self.write_in_hand() {
            return;
        }
        let mut next_commit = Instant::now();
        while let Some(taken) = self.queue.take(next_commit, std::mem::take(&mut self.in_hand)) {
            next_commit = Instant::now() + COMMIT_INTERVAL;
            self.in_hand = taken;
            if !self.write_in_hand() {
                return;
            }
        }
        if let Some(connection) = self.connection.take() {
            // A shorter start next time; without it the log is read then.
            let _ = empty_log(&connection);
        }
    }

    /// Tries until it has succeeded. False: the server has ended before that.
    fn write_in_hand(&mut self) -> bool {
        let mut pause = PAUSE_MIN;
        let mut failing_since = None;
        while let Err(Failed { failure, error }) = self.commit() {
            self.connection = None;
            self.note_failure(failure);
            let now = Instant::now();
            let is_news = |at| now.saturating_duration_since(at) >= COMPLAINT_INTERVAL;
            if failing_since.is_none() && self.complained.is_none_or(is_news) {
                error!(%error, "the store cannot write: {failure}. Play goes on, nothing is confirmed, and it tries again");
                self.complained = Some(now);
            }
            failing_since.get_or_insert(now);
            if !self.queue.pause(now + pause) {
                error!(batches = self.in_hand.len(), %error, "the store gives up: the last batches are lost");
                return false;
            }
            pause = (2 * pause).min(PAUSE_MAX);
        }
        if let Some(last) = self.in_hand.last() {
            self.status.note_durable(last.number);
        }
        self.queue.release(&self.in_hand);
        self.in_hand.clear();
        true
    }

    fn note_failure(&self, failure: Failure) {
        self.metrics.count_failure(failure);
        self.status.note_failure(failure, Instant::now());
    }

    /// One transaction with everything in hand.
    fn commit(&mut self) -> Result<(), Failed> {
        let started = Instant::now();
        let Some(last) = self.in_hand.last().map(|submitted| submitted.number) else {
            return Ok(());
        };
        if self.connection.is_none() {
            let connection = self.database.writer().map_err(environment)?;
            let durable = self.reopen(&connection).map_err(environment)?;
            self.connection = Some(connection);
            if durable >= last {
                return self.refresh_lists();
            }
        }
        let Some(connection) = &self.connection else { return Ok(()) };
        let now = unix_seconds();
        let behavior = TransactionBehavior::Immediate;
        let transaction = Transaction::new_unchecked(connection, behavior).map_err(environment)?;
        for submitted in &self.in_hand {
            self.apply(&transaction, submitted, now)?;
        }
        transaction
            .execute(
                "INSERT OR REPLACE INTO progress VALUES (1, ?1, ?2)",
                (self.start, last.0.cast_signed()),
            )
            .and_then(|_| self.pruner.prune(&transaction, now))
            .and_then(|()| transaction.commit())
            .map_err(environment)?;
        self.metrics.observe_commit(started.elapsed());
        self.refresh_lists()
    }

    /// Brings a ban or a role into force before it is told durable.
    fn refresh_lists(&self) -> Result<(), Failed> {
        let Some(connection) = &self.connection else { return Ok(()) };
        if self.in_hand.iter().any(|submitted| submitted.batch.changes_sanctions()) {
            self.sanctions.refresh(connection).map_err(environment)?;
        }
        if self.in_hand.iter().any(|submitted| submitted.batch.changes_roles()) {
            self.roles.refresh(connection).map_err(environment)?;
        }
        Ok(())
    }

    /// Writes one batch, or nothing of it if the database can never take it.
    fn apply(
        &self,
        transaction: &Transaction<'_>,
        submitted: &Submitted,
        now: UnixSeconds,
    ) -> Result<(), Failed> {
        transaction.execute_batch("SAVEPOINT batch").map_err(environment)?;
        let applied = apply::apply(transaction, &submitted.batch, now);
        let end = match applied {
            Ok(()) => "RELEASE batch",
            Err(error) => {
                if let Some(failure) = Failure::of(&error) {
                    return Err(Failed { failure, error });
                }
                error!(number = submitted.number.0, %error, "a batch that the store cannot take is left out: a bug");
                self.metrics.count_impossible();
                self.status.note_refused(submitted.number);
                "ROLLBACK TO batch; RELEASE batch"
            }
        };
        transaction.execute_batch(end).map_err(environment)
    }

    /// After a failure: up to where this start's submissions are in the database. Whatever is there is synced anew.
    fn reopen(&self, connection: &Connection) -> rusqlite::Result<Submission> {
        empty_log(connection)?;
        let written = connection
            .query_row("SELECT submission FROM progress WHERE start = ?1", [self.start], |row| {
                row.get::<_, i64>(0)
            })
            .optional()?;
        Ok(Submission(written.map_or(0, i64::cast_unsigned)))
    }
}

/// Copies the write-ahead log into the database, syncs it, and begins a new log. Does nothing in memory.
fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
    match is_busy {
        false => Ok(()),
        true => Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            Some("a reader holds the write-ahead log".to_owned()),
        )),
    }
}

/// An error of a step that no record is to blame for.
fn environment(error: rusqlite::Error) -> Failed {
    Failed { failure: Failure::of(&error).unwrap_or(Failure::Other), error }
}

fn random_number() -> i64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one("start").cast_signed()
}

/// Time from one commit to the next, if there is something to write.
pub(super) const COMMIT_INTERVAL: Duration = Duration::from_millis(100);
/// A disk that fails and works in turns is told this often.
const COMPLAINT_INTERVAL: Duration = Duration::from_secs(10);
/// First pause after a failure.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// Longest pause: within it the store notices that the disk is well again.
const PAUSE_MAX: Duration = Duration::from_secs(1);
