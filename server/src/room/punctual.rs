//! Asks the system to wake the thread of a room on time, as far as the system lets us.

#[cfg(target_os = "linux")]
pub use linux::{ask_for_nothing, ask_for_punctuality};
#[cfg(not(target_os = "linux"))]
pub use others::{ask_for_nothing, ask_for_punctuality};

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::num::NonZeroU64;

    use rustix::process::{getpid, getpriority_process, setpriority_process};
    use rustix::thread::set_current_timer_slack;
    use tracing::debug;

    /// The niceness that a room's thread asks for: before what else runs, far behind what keeps the machine alive.
    const NICENESS: i32 = -5;
    /// The time slice that it asks for, nanoseconds: the least that Linux gives.
    const SLICE_NANOS: u64 = 100_000;

    /// Makes the calling thread, and those that it starts, wake when their time has come: not up to 50 us later, as the kernel does
    /// to save wake-ups; not at the end of the time slice of who happens to run; and, where the process may say so (root, or
    /// `LimitNICE` of its service), with more weight than other programs that want the same core. A host that gave the server a
    /// niceness or a scheduling policy of its own knows better.
    pub fn ask_for_punctuality() {
        if let Err(error) = set_current_timer_slack(NonZeroU64::new(1)) {
            debug!(%error, "rooms may wake a little late");
        }
        // Without an id it is the calling thread alone.
        if getpriority_process(None) != Ok(0) {
            return;
        }
        if let Err(error) = setpriority_process(None, NICENESS) {
            debug!(%error, "rooms run at the priority of any other program");
        }
        if let Err(error) = ask_for_short_slices() {
            debug!(%error, "rooms may have to wait for others' time slices");
        }
    }

    /// Who wakes with a shorter slice than the one that runs need not let it use its own up, which may take until the next tick of the
    /// kernel's clock, milliseconds away. It takes no privilege: a short slice is a claim to an early turn, not to a longer one.
    /// Kernels before 6.12 take no notice.
    ///
    /// P. Zijlstra, "sched/eevdf: Allow shorter slices to wakeup-preempt" (Linux 6.12); `sched_setattr(2)`.
    ///
    /// # Errors
    /// What the system says.
    fn ask_for_short_slices() -> io::Result<()> {
        let mut attributes = scheduling(THIS_THREAD)?;
        if attributes.sched_policy != libc::SCHED_OTHER as u32 {
            return Ok(());
        }
        attributes.sched_runtime = SLICE_NANOS;
        schedule(&attributes)
    }

    /// Makes the calling thread one like any other of the process again: what was asked for by the thread that started it does not
    /// hold for it. Who helps need not come first, and whoever wants the same core (on a small machine the clients' own programs, or
    /// the kernel's work for their sockets) would have none at all for as long as a tick takes.
    pub fn ask_for_nothing() {
        let of_process = getpid().as_raw_nonzero().get();
        if let Err(error) = scheduling(of_process).and_then(|usual| schedule(&usual)) {
            debug!(%error, "helpers are scheduled as their room is");
        }
    }

    /// What the system calls the calling thread.
    const THIS_THREAD: libc::pid_t = 0;

    /// Schedules the calling thread so.
    #[allow(
        unsafe_code,
        reason = "no library offers sched_setattr for threads of the usual policy"
    )]
    fn schedule(attributes: &libc::sched_attr) -> io::Result<()> {
        let no_flags = 0_u32;
        // SAFETY: The kernel reads as many bytes as `size` says. It wrote that itself, and no more than the structure has.
        let outcome = unsafe {
            libc::syscall(libc::SYS_sched_setattr, THIS_THREAD, &raw const *attributes, no_flags)
        };
        if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// How a thread is scheduled.
    #[allow(
        unsafe_code,
        reason = "no library offers sched_getattr for threads of the usual policy"
    )]
    fn scheduling(thread: libc::pid_t) -> io::Result<libc::sched_attr> {
        let size = size_of::<libc::sched_attr>() as u32;
        let mut attributes = libc::sched_attr {
            size,
            sched_policy: 0,
            sched_flags: 0,
            sched_nice: 0,
            sched_priority: 0,
            sched_runtime: 0,
            sched_deadline: 0,
            sched_period: 0,
        };
        let no_flags = 0_u32;
        // SAFETY: The kernel writes no more bytes than the size that it is given, which is that of the structure.
        let outcome = unsafe {
            libc::syscall(libc::SYS_sched_getattr, thread, &raw mut attributes, size, no_flags)
        };
        if outcome == 0 { Ok(attributes) } else { Err(io::Error::last_os_error()) }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_thread_that_asks_has_short_slices_and_keeps_its_niceness() {
            let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
            let mut numbers = release.split(|char: char| !char.is_ascii_digit());
            let mut number =
                || numbers.next().and_then(|number| number.parse::<u32>().ok()).unwrap();
            let has_slices = (number(), number()) >= (6, 12);
            std::thread::spawn(move || {
                let before = scheduling(THIS_THREAD).unwrap();
                ask_for_short_slices().unwrap();
                let after = scheduling(THIS_THREAD).unwrap();
                assert_eq!(after.sched_policy, before.sched_policy);
                assert_eq!(after.sched_nice, before.sched_nice);
                assert!(
                    after.sched_runtime == SLICE_NANOS || !has_slices,
                    "{}",
                    after.sched_runtime
                );
            })
            .join()
            .unwrap();
        }

        #[test]
        fn a_thread_that_asks_for_nothing_is_scheduled_as_the_process_is() {
            std::thread::spawn(|| {
                ask_for_punctuality();
                std::thread::spawn(|| {
                    ask_for_nothing();
                    let of_process = getpid().as_raw_nonzero().get();
                    let (this, usual) =
                        (scheduling(THIS_THREAD).unwrap(), scheduling(of_process).unwrap());
                    assert_eq!(this.sched_nice, usual.sched_nice);
                    assert_eq!(this.sched_runtime, usual.sched_runtime);
                })
                .join()
                .unwrap();
            })
            .join()
            .unwrap();
        }
    }
}

/// Other systems have no such thing for a thread, so there is nothing to take back.
#[cfg(not(target_os = "linux"))]
mod others {
    pub fn ask_for_punctuality() {}

    pub fn ask_for_nothing() {}
}
