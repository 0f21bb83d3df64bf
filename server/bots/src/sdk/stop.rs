//! The signals that ask a program to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Sets `stop` at the first Ctrl-C, request to terminate, or loss of the terminal, so that the program can end orderly. If
/// `stop` is set already, such a signal ends the program at once.
///
/// # Errors
/// When the system does not let the program catch a signal.
pub fn stop_at_signals(stop: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in SIGNALS {
        // In this order: the first signal finds the flag unset, and sets it.
        flag::register_conditional_shutdown(*signal, INTERRUPTED, stop.clone())?;
        flag::register(*signal, stop.clone())?;
    }
    Ok(())
}

#[cfg(unix)]
const SIGNALS: &[i32] = &[SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: &[i32] = &[SIGINT, SIGTERM];

/// The exit status that a shell reports for a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;
