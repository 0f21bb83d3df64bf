//! The program as a process: how it starts and ends, and what outlives it when it is killed.
//!
//! One program for all of them: each that is linked costs time and disk.

#[cfg(unix)]
mod oracle;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod restart;
mod store_kill;
#[path = "../support/mod.rs"]
mod support;
