//! Reads the files of all languages.

use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use super::{Faults, Locale, Locales};

/// The language that says which messages there are.
const REFERENCE: &str = "en";

/// Why a folder is not one of languages.
#[derive(Debug, Error)]
pub enum FolderError {
    /// A file or the folder cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file or the folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file has mistakes.
    #[error(transparent)]
    Faults(#[from] Faults),
}

impl Locales {
    /// Reads all `*.ftl` of a folder. English is the reference.
    ///
    /// # Errors
    /// When a file cannot be read or has mistakes, or when there is no English.
    pub fn read_folder(folder: &Path) -> Result<Self, FolderError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::Unreadable { path, source }
        };
        let mut files = vec![folder.join(REFERENCE).with_extension("ftl")];
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "ftl") && path != files[0] {
                files.push(path);
            }
        }
        // The system lists them in any order.
        files[1..].sort();
        let mut all = Vec::new();
        for path in files {
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            let tag = path.file_stem().unwrap_or_default().to_string_lossy();
            all.push(Locale::read(&tag, &text)?);
        }
        Ok(Locales::new(all)?)
    }
}
