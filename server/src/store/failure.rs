//! Why the store cannot write, in the words of its metrics, its log lines and `/healthz`.

use std::fmt;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why nothing can be written at the moment. The store tries again until it can.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No space is left, on the disk or under a quota.
    DiskFull,
    /// The file or its file system is read-only, or the process may not write it.
    ReadOnly,
    /// The system could not read, write or sync.
    Io,
    /// The file is not a sound database any more.
    Damaged,
    /// The file, or the folder around it, cannot be opened.
    CannotOpen,
    /// Another connection holds the database.
    Busy,
    /// The process got no memory.
    Memory,
    /// SQLite gives another reason, which the log has.
    Other,
}

impl Failure {
    /// Every failure.
    pub const ALL: [Failure; 8] = [
        Failure::DiskFull,
        Failure::ReadOnly,
        Failure::Io,
        Failure::Damaged,
        Failure::CannotOpen,
        Failure::Busy,
        Failure::Memory,
        Failure::Other,
    ];

    /// The value of the `reason` label in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            Failure::DiskFull => "disk_full",
            Failure::ReadOnly => "read_only",
            Failure::Io => "io_error",
            Failure::Damaged => "damaged",
            Failure::CannotOpen => "cannot_open",
            Failure::Busy => "busy",
            Failure::Memory => "memory",
            Failure::Other => "other",
        }
    }

    /// What kind of failure an error is, and `None` for one that is the record's own fault: with the same record it
    /// would come again for ever.
    pub(super) fn of(error: &rusqlite::Error) -> Option<Failure> {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Some(Failure::DiskFull),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Some(Failure::ReadOnly),
            Some(ErrorCode::SystemIoFailure) => Some(Failure::Io),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Some(Failure::Damaged),
            Some(ErrorCode::CannotOpen) => Some(Failure::CannotOpen),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Some(Failure::Busy),
            Some(ErrorCode::OutOfMemory) => Some(Failure::Memory),
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
            | None => None,
            Some(_) => Some(Failure::Other),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failure::DiskFull => "the disk is full",
            Failure::ReadOnly => "the database is read-only",
            Failure::Io => "the disk reports an error",
            Failure::Damaged => "the database is damaged",
            Failure::CannotOpen => "the database cannot be opened",
            Failure::Busy => "another program holds the database",
            Failure::Memory => "there is no memory",
            Failure::Other => "SQLite reports an error",
        })
    }
}

/// Why a store cannot be opened or read. The message is for the host.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A newer server has written it.
    #[error(
        "{} was written by a newer Driftfield: its schema is version {found}, this server knows up to {known}. Start the \
         newer server, or restore a backup that was made before it",
        .path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Version of its schema.
        found: u32,
        /// Newest version that is known here.
        known: u32,
    },
    /// It is a database of another program.
    #[error("{} is a database of another program; choose another --data-dir", .path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// It cannot be read as a database.
    #[error(
        "{} is damaged: {source}. Nothing was changed. Restore a backup, or move this file and its -wal and -shm away to \
         begin anew",
        .path.display()
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// SQLite gives another reason.
    #[error("{}: {source}", .path.display())]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// No database can be made in memory.
    #[error("the store in memory: {0}")]
    Memory(rusqlite::Error),
    /// The system starts no thread for the writer.
    #[error("the store's writer thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}
