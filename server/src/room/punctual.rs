//! Asks the system to wake the thread of a room on time, as far as the system lets us.

/// The niceness that a room's thread asks for: before what else runs, far behind what keeps the machine alive.
#[cfg(target_os = "linux")]
const NICENESS: i32 = -5;

/// Makes the calling thread, and those that it starts, wake when their time has come: not up to 50 us later, as the kernel does
/// to save wake-ups, and, where the process may say so (root, or `LimitNICE` of its service), with more weight than other
/// programs that want the same core. A host that gave the server a niceness of its own knows better.
#[cfg(target_os = "linux")]
pub fn ask_for_punctuality() {
    use std::num::NonZeroU64;

    use tracing::debug;

    // Without an id it is the calling thread alone.
    let is_plain = rustix::process::getpriority_process(None) == Ok(0);
    if is_plain && let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        debug!(%error, "rooms run at the priority of any other program");
    }
    if let Err(error) = rustix::thread::set_current_timer_slack(NonZeroU64::new(1)) {
        debug!(%error, "rooms may wake a little late");
    }
}

/// Other systems have no such thing for a thread.
#[cfg(not(target_os = "linux"))]
pub fn ask_for_punctuality() {}
