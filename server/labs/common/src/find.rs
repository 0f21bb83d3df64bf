//! The programs that a lab runs, as files.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use thiserror::Error;

/// Why a program cannot be run.
#[derive(Debug, Error)]
pub enum FindError {
    /// It is missing.
    #[error(
        "{0} does not exist; build it with `cargo build --release`, or name its folder with --bin-dir"
    )]
    Missing(PathBuf),
    /// The system does not tell where this program itself is.
    #[error("system call failed: {0}")]
    System(#[from] io::Error),
}

/// The file of a program in `folder`; without one, in the folder of this program itself.
///
/// # Errors
/// When there is no such file.
pub fn find(folder: Option<&Path>, name: &str) -> Result<PathBuf, FindError> {
    let own = env::current_exe()?;
    let folder = folder.or(own.parent()).unwrap_or(Path::new(""));
    let file = std::path::absolute(folder.join(name))?;
    if file.is_file() { Ok(file) } else { Err(FindError::Missing(file)) }
}

/// Sets a server's log filter, unless the user has set it for all programs.
pub fn log_by_default(command: &mut Command, level: &str) {
    if env::var_os(LOG).is_none() {
        command.env(LOG, level);
    }
}

/// Environment variable of the server's log filter.
const LOG: &str = "RUST_LOG";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_beside_this_one_or_named_with_the_folder_that_lacks_it() {
        let own = env::current_exe().unwrap();
        let name = own.file_name().and_then(|name| name.to_str()).unwrap();
        assert_eq!(find(None, name).unwrap(), own);
        let missing = find(Some(Path::new("/nonexistent")), "server").unwrap_err().to_string();
        assert!(missing.starts_with("/nonexistent/server does not exist"), "{missing}");
    }
}
