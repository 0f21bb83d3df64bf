//! A copy of the database while a server writes to it.
//!
//! It is made by another process with a connection that only reads, in one step: in WAL mode that holds up no commit,
//! and the copy is the state of one moment. The log of the server only grows a little longer meanwhile.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use super::Database;

/// Why there is no copy. The message is for the host.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The folder has no database.
    #[error("there is no database in {}", .0.display())]
    NoDatabase(PathBuf),
    /// Nothing is overwritten.
    #[error("{} is there already; choose another name", .0.display())]
    Exists(PathBuf),
    /// The database cannot be read, or the copy not be written.
    #[error("the copy cannot be made: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The copy is not sound.
    #[error("the copy is damaged, and so is the database: {0}; see server store check")]
    Damaged(String),
    /// The copy cannot get its name.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// Copies the database of a data folder to a new file, and checks the copy. Returns its size in bytes.
///
/// # Errors
/// When there is no copy. Nothing is left behind then.
pub fn backup(data_dir: &Path, target: &Path) -> Result<u64, BackupError> {
    let database = Database::in_folder(data_dir);
    if !database.path().exists() {
        return Err(BackupError::NoDatabase(data_dir.to_owned()));
    }
    if target.exists() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let outcome = copy(&database, &partial).and_then(|()| {
        publish(&partial, target)
            .map_err(|source| BackupError::Io { path: target.to_owned(), source })
    });
    if outcome.is_err() {
        // It may not be there at all.
        let _ = fs::remove_file(&partial);
    }
    outcome
}

fn copy(database: &Database, partial: &Path) -> Result<(), BackupError> {
    // One from an attempt that was interrupted.
    let _ = fs::remove_file(partial);
    let source = database.reader()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut copy = Connection::open_with_flags(partial, flags)?;
    Backup::new(&source, &mut copy)?.run_to_completion(ALL_PAGES, BUSY_PAUSE, None)?;
    // A copy is one file, and nobody writes to it.
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    let check = copy.query_row("PRAGMA quick_check(1)", (), |row| row.get::<_, String>(0))?;
    if check == "ok" { Ok(()) } else { Err(BackupError::Damaged(check)) }
}

/// Syncs the copy and gives it its name.
fn publish(partial: &Path, target: &Path) -> io::Result<u64> {
    let file = File::open(partial)?;
    file.sync_all()?;
    fs::rename(partial, target)?;
    #[cfg(unix)]
    if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(file.metadata()?.len())
}

/// In one step: in several, each commit in between would begin the copy anew.
const ALL_PAGES: i32 = i32::MAX;
/// Pause after the database was busy, which it is only while its log is reset.
const BUSY_PAUSE: Duration = Duration::from_millis(50);
