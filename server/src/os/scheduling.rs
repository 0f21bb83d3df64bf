//! Asks the operating system to wake a room's thread on time, as far as permissions allow.

#[cfg(target_os = "linux")]
pub use linux::{ask_for_prompt_wakeups, restore_default};
#[cfg(not(target_os = "linux"))]
pub use others::{ask_for_prompt_wakeups, restore_default};

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::num::NonZeroU64;

    use rustix::process::{getpid, getpriority_process, setpriority_process};
    use rustix::thread::set_current_timer_slack;
    use tracing::debug;

    /// The niceness that a room's thread asks for: ahead of ordinary programs, far behind what keeps the machine
    /// alive.
    const NICENESS: i32 = -5;
    /// The time slice that it asks for, in nanoseconds: the shortest that Linux grants.
    const SLICE_NANOS: u64 = 100_000;

    /// Makes the calling thread, and threads that it starts, wake on time: without the timer slack of up to 50 us
    /// that the kernel uses to save wake-ups, and without waiting for the end of the running thread's time slice. If
    /// the process may raise its priority (root, or `LimitNICE` of its service), the thread also gets more weight
    /// than other programs on the same core. If the host gave the server its own niceness or scheduling policy, that
    /// is left as it is.
    pub fn ask_for_prompt_wakeups() {
        if let Err(error) = set_current_timer_slack(NonZeroU64::new(1)) {
            debug!(%error, "cannot reduce timer slack; rooms may wake up to 50 us late");
        }
        // Without an id, it is the calling thread only.
        if getpriority_process(None) != Ok(0) {
            return;
        }
        if let Err(error) = setpriority_process(None, NICENESS) {
            debug!(%error, "cannot raise the priority of room threads");
        }
        if let Err(error) = ask_for_short_slices() {
            debug!(%error, "cannot shorten the time slice; rooms may wait for other threads' time slices");
        }
    }

    /// Asks for the shortest time slice. A woken thread with a shorter slice than the running one may preempt it at
    /// once; otherwise it may wait until the next tick of the kernel's clock, milliseconds away. This needs no privilege: a short slice is a claim to
    /// an earlier turn, not to a longer one. Kernels before 6.12 ignore it.
    ///
    /// P. Zijlstra, "sched/eevdf: Allow shorter slices to wakeup-preempt" (Linux 6.12); `sched_setattr(2)`.
    ///
    /// # Errors
    /// The system's answer.
    fn ask_for_short_slices() -> io::Result<()> {
        let mut attributes = scheduling(THIS_THREAD)?;
        if attributes.sched_policy != libc::SCHED_OTHER as u32 {
            return Ok(());
        }
        attributes.sched_runtime = SLICE_NANOS;
        schedule(&attributes)
    }

    /// Gives the calling thread the process's ordinary scheduling again, because it inherited that of the thread that
    /// started it. A helper need not run first: other programs on the same core (on a small machine the clients' own
    /// programs, or the kernel's work for their sockets) would get no time for the length of a tick.
    pub fn restore_default() {
        let of_process = getpid().as_raw_nonzero().get();
        if let Err(error) = scheduling(of_process).and_then(|usual| schedule(&usual)) {
            debug!(%error, "cannot reset a helper's scheduling; it keeps its room's");
        }
    }

    /// The id by which the system calls refer to the calling thread.
    const THIS_THREAD: libc::pid_t = 0;

    /// Sets the scheduling of the calling thread.
    #[allow(
        unsafe_code,
        reason = "no library offers sched_setattr for threads of the usual policy"
    )]
    fn schedule(attributes: &libc::sched_attr) -> io::Result<()> {
        let no_flags = 0_u32;
        // SAFETY: The kernel reads as many bytes as `size` says. The kernel itself wrote that size, and it is at most
        // that of the structure.
        let outcome = unsafe {
            libc::syscall(libc::SYS_sched_setattr, THIS_THREAD, &raw const *attributes, no_flags)
        };
        if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// The scheduling attributes of a thread, as Linux defines them.
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
        // SAFETY: The kernel writes at most as many bytes as the given size, which is that of the structure.
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
        fn a_thread_whose_scheduling_is_restored_is_scheduled_as_the_process_is() {
            std::thread::spawn(|| {
                ask_for_prompt_wakeups();
                std::thread::spawn(|| {
                    restore_default();
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

/// Other systems have no such setting per thread, so there is nothing to reset.
#[cfg(not(target_os = "linux"))]
mod others {
    pub fn ask_for_prompt_wakeups() {}

    pub fn restore_default() {}
}
