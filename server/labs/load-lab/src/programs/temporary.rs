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
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("driftfield-load-lab-{}-{number}-{ending}", std::process::id());
        TemporaryFile(std::env::temp_dir().join(name))
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
