//! Asks the system to wake the thread of a room on time, as far as the system lets us.

/// The niceness that a room's thread asks for: before what else runs, far behind what keeps the machine alive.
#[cfg(target_os = "linux")]
const NICENESS: i32 = -5;
/// The time slice that it asks for, nanoseconds: the least that Linux gives.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SLICE_NANOS: u64 = 100_000;

/// Makes the calling thread, and those that it starts, wake when their time has come: not up to 50 us later, as the kernel does
/// to save wake-ups; not behind the slice of who happens to run; and, where the process may say so (root, or `LimitNICE` of
/// its service), with more weight than other programs that want the same core. A host that gave the server a niceness or a
/// scheduling policy of its own knows better.
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
    if let Err(error) = ask_for_short_slices() {
        debug!(%error, "rooms may have to wait for others' time slices");
    }
}

/// Whoever wakes with a shorter slice than the one that runs takes its place at once, and need not wait until the longer one
/// is used up, which is milliseconds. No privilege is needed: a short slice is a claim to an early turn, not to a longer one.
/// Kernels before 6.12 take no notice.
///
/// P. Zijlstra, "sched/eevdf: Allow shorter slices to wakeup-preempt" (Linux 6.12); `sched_setattr(2)`.
///
/// # Errors
/// What the system says.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "no library wraps sched_setattr for plain threads")]
fn ask_for_short_slices() -> std::io::Result<()> {
    let mut attributes = libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: 0,
        sched_flags: 0,
        sched_nice: 0,
        sched_priority: 0,
        sched_runtime: 0,
        sched_deadline: 0,
        sched_period: 0,
    };
    let (this_thread, no_flags) = (0, 0_u32);
    // SAFETY: The kernel writes no more than the size that it is given, which is that of the structure.
    let outcome = unsafe {
        let (size, to) = (attributes.size, &raw mut attributes);
        libc::syscall(libc::SYS_sched_getattr, this_thread, to, size, no_flags)
    };
    if outcome != 0 {
        return Err(std::io::Error::last_os_error());
    }
    if attributes.sched_policy != libc::SCHED_OTHER as u32 {
        return Ok(());
    }
    attributes.sched_runtime = SLICE_NANOS;
    // SAFETY: The kernel reads as many bytes as the structure says of itself.
    let outcome = unsafe {
        libc::syscall(libc::SYS_sched_setattr, this_thread, &raw const attributes, no_flags)
    };
    if outcome == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

/// Only the C library of GNU is asked here.
#[cfg(all(target_os = "linux", not(target_env = "gnu")))]
fn ask_for_short_slices() -> std::io::Result<()> {
    Ok(())
}

/// Other systems have no such thing for a thread.
#[cfg(not(target_os = "linux"))]
pub fn ask_for_punctuality() {}
