//! What survives the process: one SQLite database in a data folder that one server owns.
//!
//! ```text
//! StoreHandle --submit(Batch)--> writer thread --one transaction every 100 ms--> driftfield.sqlite3
//!      |  ^                           |                                             |
//!      |  +---- StoreStatus: durable up to N, failing since ... <-------------------+
//!      +--read-only connections--> history of a room, accounts
//! ```
//!
//! Everything that is confirmed to a player or a host waits for [`StoreStatus::is_durable`]. No code outside this folder speaks
//! SQL. The tables are described in `docs/store.md`.

pub mod accounts;
mod audit;
mod company;
pub mod data_dir;
mod database;
mod failure;
pub mod history;
mod ledger;
mod lines;
mod own_rooms;
mod record;
mod sanctions;
mod time;
mod watch;
mod writer;

#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tracing::info;

pub use accounts::{Account, AccountChange, AccountId, AccountKind, SecretHash, StoredPurse};
pub use audit::{AuditLine, audit};
pub use company::{
    ExecutedRequest, FriendChange, IgnoreChange, Ignored, NoticesRead, PartyChange, PartyId,
    Report, Roles, StoredMember, StoredNotice, StoredParty, StoredReport, Wanted,
};
use data_dir::DataDir;
use database::Database;
pub use database::{BackupError, CheckReport, backup, check};
pub use failure::{Failure, StoreError};
pub use history::{BuildId, ChainHash, JournalChunk, RoomCheckpoint, RoomHistory, Stretch};
use ledger::Auditor;
pub use ledger::{Asset, Booking, Fence, Party};
pub use lines::{LineKind, StoredLine};
pub use own_rooms::{OwnRoomChange, StoredRoom, room_place};
pub use record::{Batch, Record};
pub use sanctions::{Sanction, SanctionKind, SanctionTarget, Sanctions};
pub use time::UnixSeconds;
pub(crate) use time::{in_words, unix_millis, unix_seconds};
pub use watch::Trouble;
use watch::Watch;
pub use writer::{JournalLimits, QueueLimits, StoreStatus, Submission, SubmitError};
use writer::{Queue, Writer};

use crate::limits::{SAVE_TIME_MAX, STORE_BATCHES_MAX, STORE_BYTES_MAX};
use crate::metrics::StoreMetrics;

/// How a store is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StoreSettings {
    /// How much journal is kept for replays.
    pub journal: JournalLimits,
    /// How much may wait for the disk.
    pub queue: QueueLimits,
}

impl Default for StoreSettings {
    fn default() -> Self {
        StoreSettings {
            journal: JournalLimits {
                age: Duration::from_secs(7 * 86_400),
                database_bytes: 2 << 30,
            },
            queue: QueueLimits { bytes: STORE_BYTES_MAX, batches: STORE_BATCHES_MAX },
        }
    }
}

/// The store of a server. Dropping it writes what waits; [`Store::close`] also tells whether that was possible.
#[derive(Debug)]
pub struct Store {
    handle: StoreHandle,
    thread: Option<JoinHandle<()>>,
    _auditor: Auditor,
    _watch: Watch,
}

/// What the rest of the server has of the store. Clones are cheap and lead to the same store.
#[derive(Clone, Debug)]
pub struct StoreHandle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    database: Database,
    /// Where damaged parts of a history are kept.
    evidence: Option<PathBuf>,
    queue: Queue,
    status: StoreStatus,
    sanctions: Sanctions,
    roles: Roles,
    metrics: StoreMetrics,
    /// Connections that read and are not in use.
    readers: Mutex<Vec<rusqlite::Connection>>,
    /// Locked until the last handle is gone.
    _data_dir: Option<Arc<DataDir>>,
}

impl Store {
    /// Opens the store in a data folder, or one in memory that ends with the process.
    ///
    /// # Errors
    /// When the database cannot be used; the message is for the host.
    pub fn open(
        data_dir: Option<Arc<DataDir>>,
        settings: StoreSettings,
        metrics: StoreMetrics,
    ) -> Result<Store, StoreError> {
        let database = match &data_dir {
            Some(data_dir) => Database::in_folder(data_dir.folder()),
            None => Database::in_memory().map_err(StoreError::Memory)?,
        };
        Self::start(database, data_dir, settings, metrics)
    }

    fn start(
        database: Database,
        data_dir: Option<Arc<DataDir>>,
        settings: StoreSettings,
        metrics: StoreMetrics,
    ) -> Result<Store, StoreError> {
        let connection = database.prepare()?;
        match database.is_in_memory() {
            true => info!(
                "nothing is kept over a restart: the store is in memory. --data-dir DIR keeps it"
            ),
            false => info!(file = %database.path().display(), "the store is open"),
        }
        let sanctions = Sanctions::default();
        sanctions.refresh(&connection).map_err(|error| database.error(error))?;
        let roles = Roles::default();
        roles.refresh(&connection).map_err(|error| database.error(error))?;
        let status = StoreStatus::new(Instant::now());
        let queue = Queue::new(settings.queue, status.clone());
        let writer = Writer::new(
            database.clone(),
            connection,
            queue.clone(),
            status.clone(),
            (sanctions.clone(), roles.clone()),
            settings.journal,
            metrics.clone(),
        );
        let thread = Some(writer.start()?);
        let auditor = Auditor::start(database.clone(), metrics.clone())?;
        let watch = Watch::start(status.clone())?;
        let evidence = data_dir.as_ref().map(|data_dir| data_dir.folder().join(EVIDENCE_FOLDER));
        let shared = Shared {
            database,
            evidence,
            queue,
            status,
            sanctions,
            roles,
            metrics,
            readers: Mutex::default(),
            _data_dir: data_dir,
        };
        Ok(Store {
            handle: StoreHandle(Arc::new(shared)),
            thread,
            _auditor: auditor,
            _watch: watch,
        })
    }

    /// A handle for another part of the server.
    pub fn handle(&self) -> StoreHandle {
        self.handle.clone()
    }

    /// Takes nothing more, and writes what waits until `deadline`. Returns whether all of it is durable.
    pub fn close(mut self, deadline: Instant) -> bool {
        self.finish(deadline);
        self.handle.is_settled()
    }

    fn finish(&mut self, deadline: Instant) {
        self.handle.0.queue.close(deadline);
        if let Some(thread) = self.thread.take() {
            // The thread catches its own panics.
            let _ = thread.join();
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.finish(Instant::now() + SAVE_TIME_MAX);
    }
}

impl StoreHandle {
    /// Hands over a batch. Never waits for the disk: it can be called in a tick.
    ///
    /// # Errors
    /// The batch comes back when too much waits already, or when the server ends. A room then goes on with play and
    /// confirms nothing. It may hand the batch over later; if it drops a chunk, its journal has a gap, so it must begin a new
    /// run with a checkpoint.
    pub fn submit(&self, batch: Batch) -> Result<Submission, SubmitError> {
        let outcome = self.0.queue.submit(batch, Instant::now());
        if matches!(outcome, Err(SubmitError::Full(_))) {
            self.0.metrics.count_full();
        }
        outcome
    }

    /// How far submissions are durable, and whether the store can write.
    pub fn status(&self) -> &StoreStatus {
        &self.0.status
    }

    /// The bans and mutes in force.
    pub fn sanctions(&self) -> &Sanctions {
        &self.0.sanctions
    }

    /// Whether all that was ever submitted is durable.
    pub fn is_settled(&self) -> bool {
        self.status().is_durable(self.0.queue.last())
    }

    /// Brings the metrics that are true only now up to date.
    pub fn report(&self) {
        let (bytes, _) = self.0.queue.load();
        let status = self.status();
        self.0.metrics.report(status.lag(), bytes, status.trouble());
    }

    /// The history of a room: its latest good checkpoint and the chunks after it. Reads a file, so it is not for ticks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn room_history(&self, room: &str) -> Result<RoomHistory, StoreError> {
        let evidence = self.0.evidence.as_deref();
        self.read(|connection| RoomHistory::read(connection, room, evidence))
    }

    /// Keeps bytes that somebody should look at in a file of their own, if there is a data folder. Returns the file.
    pub fn keep_evidence(&self, name: &str, bytes: &[u8]) -> Option<PathBuf> {
        history::keep(self.0.evidence.as_deref(), name, bytes)
    }

    /// The account of a secret, if there is a durable one. Reads a file, so it is not for ticks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find_account(&self, secret: SecretHash) -> Result<Option<Account>, StoreError> {
        self.read(|connection| accounts::find(connection, secret))
    }

    /// What a party has of an asset, as far as it is durable. Reads a file, so it is not for ticks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn balance(&self, party: &Party, asset: &Asset) -> Result<i64, StoreError> {
        let (party, asset) = (party.to_string(), asset.to_string());
        self.read(|connection| ledger::balance(connection, &party, &asset))
    }

    /// What an account owns wherever it plays, as far as it is durable. Reads a file, so it is not for ticks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn purse(&self, account: AccountId) -> Result<StoredPurse, StoreError> {
        self.read(|connection| accounts::purse(connection, account))
    }

    /// At most `count` lines of a place before the line `before`, the oldest first. Reads a file, so it is not for ticks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn lines_before(
        &self,
        place: &str,
        before: u64,
        count: u32,
    ) -> Result<Vec<StoredLine>, StoreError> {
        self.read(|connection| lines::before(connection, place, before, count))
    }

    /// The newest lines of all places, the oldest first. Reads a file, so it is not for ticks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn newest_lines(&self, count: u32) -> Result<Vec<StoredLine>, StoreError> {
        self.read(|connection| lines::newest(connection, count))
    }

    /// The rooms that players have opened and that have not ended, with those who may enter. Reads a file, so it is not for
    /// ticks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn own_rooms(&self) -> Result<Vec<(StoredRoom, Vec<AccountId>)>, StoreError> {
        self.read(own_rooms::open)
    }

    /// Reads with a connection of its own, which is then kept for the next reader.
    fn read<T>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let readers = || self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = readers().pop();
        let outcome = kept.map_or_else(|| self.0.database.reader(), Ok).and_then(|connection| {
            let outcome = read(&connection)?;
            // One that has failed is closed: the next reader opens the file anew.
            let mut readers = readers();
            if readers.len() < READERS_KEPT_MAX {
                readers.push(connection);
            }
            Ok(outcome)
        });
        outcome.map_err(|error| self.0.database.error(error))
    }
}

/// In the data folder: parts of histories that are damaged.
const EVIDENCE_FOLDER: &str = "damaged";
/// Readers that are kept open: rarely more read at the same time.
const READERS_KEPT_MAX: usize = 4;
