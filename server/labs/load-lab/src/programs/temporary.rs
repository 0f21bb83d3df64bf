//! Temporary files that are removed at the end of a run.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A path in the system's temporary folder. Dropping it removes the file, if there is one.
#[derive(Debug)]
pub struct TemporaryFile(PathBuf);

impl TemporaryFile {
    /// A path that no other run uses; it ends in `ending`.
    pub fn named(ending: &str) -> Self {
        TemporaryFile(unused_path(ending))
    }

    /// A file with the given text.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn with_text(ending: &str, text: &str) -> io::Result<Self> {
        let file = TemporaryFile::named(ending);
        std::fs::write(&file.0, text)?;
        Ok(file)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // The file may never have been written.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A folder in the system's temporary folder. Dropping it removes it with all that is in it.
#[derive(Debug)]
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// An empty folder whose name ends in `ending`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(ending: &str) -> io::Result<Self> {
        let path = unused_path(ending);
        std::fs::create_dir(&path)?;
        Ok(TemporaryFolder(path))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Bytes of all files in it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn size(&self) -> io::Result<u64> {
        let mut bytes = 0;
        for entry in std::fs::read_dir(&self.0)? {
            match entry?.metadata() {
                Ok(file) => bytes += file.len(),
                // A database removes files of its own while it runs.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A path that no other run uses.
fn unused_path(ending: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("driftfield-load-lab-{}-{number}-{ending}", std::process::id());
    std::env::temp_dir().join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_as_large_as_its_files_and_gone_at_the_end() {
        let folder = TemporaryFolder::new("test").unwrap();
        assert_eq!(folder.size().unwrap(), 0);
        std::fs::write(folder.path().join("a"), [0; 100]).unwrap();
        std::fs::write(folder.path().join("b"), [0; 20]).unwrap();
        assert_eq!(folder.size().unwrap(), 120);
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }
}
