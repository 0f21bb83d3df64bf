//! Files that live as long as a run.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The name of a file of our own in the system's folder for such. Dropping it removes the file, if there is one.
#[derive(Debug)]
pub struct TemporaryFile(PathBuf);

impl TemporaryFile {
    /// A name that nobody else has; `ending` is its last part.
    pub fn named(ending: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("driftfield-load-lab-{}-{number}-{ending}", std::process::id());
        TemporaryFile(std::env::temp_dir().join(name))
    }

    /// A file with a text in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn with_text(ending: &str, text: &str) -> io::Result<Self> {
        let file = TemporaryFile::named(ending);
        std::fs::write(&file.0, text)?;
        Ok(file)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // It may never have been written.
        let _ = std::fs::remove_file(&self.0);
    }
}
