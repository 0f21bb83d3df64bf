//! Where the database is, how connections to it are opened, and what is done with the file as a whole: a copy, a check.
//!
//! A database in memory lives as long as one connection to it is open, so [`Database`] keeps one.

mod backup;
mod check;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

pub use backup::{BackupError, backup};
pub use check::{CheckReport, check};

use super::failure::{Failure, StoreError};

/// A place for the database. Clones are the same place.
#[derive(Clone, Debug)]
pub(super) struct Database {
    path: PathBuf,
    /// SQLite's layer for files; `None`: the system's own.
    vfs: Option<&'static str>,
    /// Keeps a database in memory alive.
    _keep_alive: Option<Arc<Mutex<Connection>>>,
}

impl Database {
    /// The database in a data folder.
    pub(super) fn in_folder(folder: &Path) -> Database {
        Database { path: folder.join(FILE_NAME), vfs: None, _keep_alive: None }
    }

    /// A new database in memory.
    pub(super) fn in_memory() -> rusqlite::Result<Database> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Connections of one process share the database of a name that begins with a slash.
        let name = format!("/driftfield-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(name);
        let connection = open(&path, Some(MEMORY_VFS), WRITER)?;
        let keep_alive = Some(Arc::new(Mutex::new(connection)));
        Ok(Database { path, vfs: Some(MEMORY_VFS), _keep_alive: keep_alive })
    }

    /// The same through another layer for files, which tests let fail.
    #[cfg(test)]
    pub(super) fn through(self, vfs: &'static str) -> Database {
        Database { vfs: Some(vfs), ..self }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is gone when the process ends.
    pub(super) fn is_in_memory(&self) -> bool {
        self._keep_alive.is_some()
    }

    /// The one connection that writes.
    pub(super) fn writer(&self) -> rusqlite::Result<Connection> {
        let connection = open(&self.path, self.vfs, WRITER)?;
        connection.busy_timeout(BUSY_TIME_MAX)?;
        let journal_mode = if self.is_in_memory() { "memory" } else { "wal" };
        connection.pragma_update_and_check(None, "journal_mode", journal_mode, |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
        Ok(connection)
    }

    /// A connection that only reads. It sees what is durable, and holds up nobody for long.
    pub(super) fn reader(&self) -> rusqlite::Result<Connection> {
        let connection = open(&self.path, self.vfs, READER)?;
        connection.busy_timeout(BUSY_TIME_MAX)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    /// Opens the database to write, creates it if there is none, and brings an older one to the current schema.
    pub(super) fn prepare(&self) -> Result<Connection, StoreError> {
        let mut connection = self.writer().map_err(|error| self.error(error))?;
        self.migrate(&mut connection)?;
        Ok(connection)
    }

    fn migrate(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let in_sqlite = |error| self.error(error);
        let number = |connection: &Connection, name| {
            connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0))
        };
        let found = number(connection, "user_version").map_err(in_sqlite)?;
        let application = number(connection, "application_id").map_err(in_sqlite)?;
        let tables: u32 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))
            .map_err(in_sqlite)?;
        if application != APPLICATION_ID && tables > 0 {
            return Err(StoreError::Foreign { path: self.path.clone() });
        }
        let known = MIGRATIONS.len() as u32;
        if found > known {
            return Err(StoreError::Newer { path: self.path.clone(), found, known });
        }
        for (version, script) in (1..).zip(MIGRATIONS).skip(found as usize) {
            let mut step = || {
                let transaction = connection.transaction()?;
                transaction.execute_batch(script)?;
                transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
                transaction.pragma_update(None, "user_version", version)?;
                transaction.commit()
            };
            step().map_err(in_sqlite)?;
        }
        Ok(())
    }

    /// An error with the file's name.
    pub(super) fn error(&self, source: rusqlite::Error) -> StoreError {
        let path = self.path.clone();
        match Failure::of(&source) {
            Some(Failure::Damaged) => StoreError::Damaged { path, source },
            _ => StoreError::Sqlite { path, source },
        }
    }
}

fn open(path: &Path, vfs: Option<&str>, flags: OpenFlags) -> rusqlite::Result<Connection> {
    match vfs {
        None => Connection::open_with_flags(path, flags),
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs),
    }
}

/// The scripts that lead from each version of the schema to the next, the first of them from an empty file. One that
/// was released is never changed.
const MIGRATIONS: [&str; 11] = [
    include_str!("schema/1-histories-and-accounts.sql"),
    include_str!("schema/2-ledger.sql"),
    include_str!("schema/3-runs-of-bookings.sql"),
    include_str!("schema/4-chat.sql"),
    include_str!("schema/5-own-rooms.sql"),
    include_str!("schema/6-moderation.sql"),
    include_str!("schema/7-notices.sql"),
    include_str!("schema/8-friends.sql"),
    include_str!("schema/9-requests.sql"),
    include_str!("schema/10-parties.sql"),
    include_str!("schema/11-fits.sql"),
];

/// Name of the database in a data folder.
const FILE_NAME: &str = "driftfield.sqlite3";
const MEMORY_VFS: &str = "memdb";
/// "Drft": tells our databases from other programs'.
const APPLICATION_ID: u32 = 0x4472_6674;
/// No connection is used by two threads at once.
const WRITER: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_CREATE)
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
const READER: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
/// How long a connection waits for another one's lock. In WAL mode, only while the log is recovered or reset.
const BUSY_TIME_MAX: Duration = Duration::from_secs(2);
/// Size to which the write-ahead log shrinks after a peak, in bytes.
const WAL_BYTES_KEPT: u32 = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Folder;

    #[test]
    fn a_database_of_a_newer_server_is_refused_and_not_touched() {
        let folder = Folder::new("newer");
        let database = Database::in_folder(folder.path());
        let connection = database.prepare().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        let before = std::fs::read(database.path()).unwrap();
        let refused = database.prepare().unwrap_err().to_string();
        assert!(refused.contains("newer Driftfield") && refused.contains("99"), "{refused}");
        assert_eq!(std::fs::read(database.path()).unwrap(), before);
    }

    #[test]
    fn each_step_of_the_schema_leads_to_the_next_and_keeps_what_is_there() {
        let folder = Folder::new("migrate");
        let database = Database::in_folder(folder.path());
        let old = database.writer().unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        old.execute("INSERT INTO progress VALUES (1, 2, 3)", ()).unwrap();
        drop(old);
        let new = database.prepare().unwrap();
        let kept: i64 =
            new.query_row("SELECT submission FROM progress", (), |row| row.get(0)).unwrap();
        let balances: i64 =
            new.query_row("SELECT count(*) FROM balances", (), |row| row.get(0)).unwrap();
        assert_eq!((kept, balances), (3, 0));
    }

    #[test]
    fn files_that_are_no_database_or_anothers_are_refused_by_name() {
        let folder = Folder::new("foreign");
        let database = Database::in_folder(folder.path());
        std::fs::write(database.path(), [7; 8_192]).unwrap();
        assert!(matches!(database.prepare(), Err(StoreError::Damaged { .. })));
        std::fs::remove_file(database.path()).unwrap();
        Connection::open(database.path()).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        assert!(matches!(database.prepare(), Err(StoreError::Foreign { .. })));
    }

    #[test]
    fn connections_of_a_process_share_its_database_in_memory_and_no_other() {
        let (one, other) = (Database::in_memory().unwrap(), Database::in_memory().unwrap());
        let writer = one.prepare().unwrap();
        other.prepare().unwrap();
        writer.execute("INSERT INTO progress VALUES (1, 2, 3)", ()).unwrap();
        drop(writer);
        let count = |database: &Database| -> u32 {
            let reader = database.reader().unwrap();
            reader.query_row("SELECT count(*) FROM progress", (), |row| row.get(0)).unwrap()
        };
        assert_eq!((count(&one), count(&other)), (1, 0));
    }
}
