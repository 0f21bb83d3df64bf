//! What the labs share. They run programs of ours and of other builds, watch them, and end them. Linux only.
//!
//! ```text
//! find --> Command --log_by_default--> Program        exit_code <-- outcome of the lab
//! ```

mod exit;
#[cfg(target_os = "linux")]
mod find;
#[cfg(target_os = "linux")]
mod program;

pub use exit::exit_code;
#[cfg(target_os = "linux")]
pub use find::{FindError, find, log_by_default};
#[cfg(target_os = "linux")]
pub use program::Program;
