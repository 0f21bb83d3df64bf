//! The report's file. It is opened before the run, so that no run is wasted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Report;

/// Why a report cannot be written.
#[derive(Debug, Error)]
#[error("cannot write the report to {}: {error}", path.display())]
pub struct ReportFileError {
    path: PathBuf,
    error: io::Error,
}

/// A file for the report. Its old content stays until the report is written; a new file is removed if nothing is
/// written.
#[derive(Debug)]
pub struct ReportFile {
    path: PathBuf,
    file: File,
    is_to_be_removed: bool,
}

impl ReportFile {
    /// Opens the file for writing, and creates it if it does not exist.
    ///
    /// # Errors
    /// When the file is not writable.
    pub fn open(path: &Path) -> Result<Self, ReportFileError> {
        let is_new = !path.exists();
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|error| ReportFileError { path: path.to_path_buf(), error })?;
        Ok(ReportFile { path: path.to_path_buf(), file, is_to_be_removed: is_new })
    }

    /// Replaces the file's content by the report as JSON.
    ///
    /// # Errors
    /// When writing fails, for instance because the disk is full.
    pub fn write(mut self, report: &Report) -> Result<(), ReportFileError> {
        self.is_to_be_removed = false;
        let written = report.to_json().and_then(|json| {
            // A pipe or a terminal has no length, so it cannot be truncated.
            let _ = self.file.set_len(0);
            self.file.write_all(&json)
        });
        written.map_err(|error| ReportFileError { path: self.path.clone(), error })
    }
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        if self.is_to_be_removed {
            // An empty file that stays behind does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}
