//! The data folder, for everything that survives the process. It is tested and locked before the server opens its
//! rooms.
//!
//! One server owns it. The lock is the operating system's, and is released when the process ends in any way.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;

use thiserror::Error;

/// Why a data folder cannot be used. The message is for the host.
#[derive(Debug, Error)]
pub enum DataDirError {
    /// A folder cannot be created, or is not writable.
    #[error("--data-dir: {} cannot be used: {source}", .path.display())]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Another server uses the folder.
    #[error("--data-dir: {} is in use by another server{}", .folder.display(), of_process(.owner))]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The other server's process id, if it can be read.
        owner: Option<u32>,
    },
}

fn of_process(owner: &Option<u32>) -> String {
    owner.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

/// A data folder that only this process writes to.
#[derive(Debug)]
pub struct DataDir {
    folder: PathBuf,
    /// Locked until it is dropped.
    _lock: File,
}

impl DataDir {
    /// Creates missing folders, locks the data folder, and writes to it, so that a failure to save is found at the start
    /// and not at the end.
    ///
    /// # Errors
    /// When the folder is not writable, or another server uses it.
    pub fn open(folder: &Path) -> Result<DataDir, DataDirError> {
        let unusable =
            |path: &Path, source| DataDirError::Unusable { path: path.to_owned(), source };
        fs::create_dir_all(folder).map_err(|error| unusable(folder, error))?;
        let path = folder.join(LOCK_FILE);
        let lock = lock(folder, &path)?;
        try_writing(folder).map_err(|error| unusable(folder, error))?;
        Ok(DataDir { folder: folder.to_owned(), _lock: lock })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn lock(folder: &Path, path: &Path) -> Result<File, DataDirError> {
    let unusable = |source| DataDirError::Unusable { path: path.to_owned(), source };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // On some systems a locked file cannot be read.
            let _ = file.read_to_string(&mut text);
            let owner = text.trim().parse().ok();
            return Err(DataDirError::InUse { folder: folder.to_owned(), owner });
        }
        Err(TryLockError::Error(error)) => return Err(unusable(error)),
    }
    // Only after the lock is held may the file be changed.
    file.set_len(0).map_err(unusable)?;
    writeln!(file, "{}", process::id()).map_err(unusable)?;
    Ok(file)
}

/// Does the steps of a save once: writes, syncs and renames a file.
fn try_writing(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".write-test-{}", process::id()));
    let renamed = folder.join(format!(".write-test-{}-renamed", process::id()));
    let mut file = File::create(&probe)?;
    file.write_all(b"driftfield")?;
    file.sync_all()?;
    drop(file);
    fs::rename(&probe, &renamed)?;
    fs::remove_file(&renamed)
}

/// Contains the process id of the server that has the folder.
const LOCK_FILE: &str = "lock";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Folder;

    #[test]
    fn a_data_folder_is_made_with_the_folders_above_it() {
        let folder = Folder::new("made");
        let data = folder.path().join("a/b");
        assert_eq!(DataDir::open(&data).unwrap().folder(), data);
        assert!(data.is_dir());
    }

    #[test]
    fn a_folder_that_could_not_be_saved_to_at_the_end_is_refused_at_the_start() {
        let folder = Folder::new("refused");
        let file = folder.path().join("file");
        fs::write(&file, b"a file where a folder should be").unwrap();
        let refused = DataDir::open(&file).unwrap_err().to_string();
        assert!(refused.contains("--data-dir") && refused.contains("file"), "{refused}");
        let below_a_file = file.join("data");
        assert!(matches!(DataDir::open(&below_a_file), Err(DataDirError::Unusable { .. })));
    }

    #[test]
    fn a_folder_has_one_owner_whose_process_the_second_one_names() {
        let folder = Folder::new("owner");
        let first = DataDir::open(folder.path()).unwrap();
        let refused = DataDir::open(folder.path()).unwrap_err();
        assert!(matches!(refused, DataDirError::InUse { .. }), "{refused}");
        #[cfg(unix)]
        assert!(refused.to_string().contains(&process::id().to_string()), "{refused}");
        drop(first);
        DataDir::open(folder.path()).unwrap();
    }
}
