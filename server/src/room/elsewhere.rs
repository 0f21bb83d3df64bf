//! Keeps one thread off the processor of another, where the system has a say for that.
//!
//! Threads that are to work at the same time, or one in place of the other, gain nothing on the same processor. A kernel mends
//! that in its own time, which is milliseconds: where processors share no cache it leaves a thread that wakes where it slept
//! last, and starts a new one where its parent is.

#[cfg(target_os = "linux")]
pub use linux::{Elsewhere, this_processor};
#[cfg(not(target_os = "linux"))]
pub use others::{Elsewhere, this_processor};

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::Pid;
    use rustix::thread::{CpuSet, gettid, sched_getaffinity, sched_getcpu, sched_setaffinity};
    use tracing::debug;

    /// The processor that the calling thread is on.
    pub fn this_processor() -> usize {
        sched_getcpu()
    }

    /// A thread, the processors that it may use, and the one of them that it is kept off.
    #[derive(Debug)]
    pub struct Elsewhere {
        thread: Pid,
        allowed: Option<CpuSet>,
        avoided: Option<usize>,
    }

    impl Elsewhere {
        /// The calling thread, which may use what it was given by the host.
        pub fn of_this_thread() -> Self {
            let allowed = sched_getaffinity(None)
                .inspect_err(|error| debug!(%error, "threads stay where the system puts them"));
            let allowed = allowed.ok().filter(|allowed| allowed.count() > 1);
            Elsewhere { thread: gettid(), allowed, avoided: None }
        }

        /// Whether there is a second processor at all.
        pub fn is_somewhere(&self) -> bool {
            self.allowed.is_some()
        }

        /// Lets the thread use all of its processors but this one. It need not be the calling one.
        pub fn keep_off(&mut self, processor: usize) {
            let Some(allowed) = &self.allowed else { return };
            if self.avoided == Some(processor) || processor >= CpuSet::MAX_CPU {
                return;
            }
            // Also where it fails: a host that took processors away is not asked again in every tick.
            self.avoided = Some(processor);
            let mut others = *allowed;
            others.unset(processor);
            if let Err(error) = sched_setaffinity(Some(self.thread), &others) {
                debug!(%error, "a thread stays where the system puts it");
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_thread_is_kept_off_one_of_the_processors_that_it_may_use_and_no_other() {
            std::thread::spawn(|| {
                let mut elsewhere = Elsewhere::of_this_thread();
                let Some(allowed) = elsewhere.allowed else { return };
                let here = this_processor();
                for avoided in [here, here, this_processor()] {
                    elsewhere.keep_off(avoided);
                    let mut expected = allowed;
                    expected.unset(avoided);
                    assert_eq!(sched_getaffinity(None).unwrap(), expected);
                    assert_ne!(this_processor(), avoided);
                }
            })
            .join()
            .unwrap();
        }

        #[test]
        fn another_thread_is_kept_off_while_it_sleeps() {
            use std::sync::mpsc::channel;
            let (name, named) = channel();
            let (wake, woken) = channel::<()>();
            let sleeper = std::thread::spawn(move || {
                name.send(Elsewhere::of_this_thread()).unwrap();
                woken.recv().unwrap();
                this_processor()
            });
            let mut elsewhere = named.recv().unwrap();
            let processor = this_processor();
            elsewhere.keep_off(processor);
            wake.send(()).unwrap();
            assert!(sleeper.join().unwrap() != processor || !elsewhere.is_somewhere());
        }
    }
}

/// Other systems place threads as they think best.
#[cfg(not(target_os = "linux"))]
mod others {
    pub fn this_processor() -> usize {
        0
    }

    #[derive(Debug)]
    pub struct Elsewhere;

    impl Elsewhere {
        pub fn of_this_thread() -> Self {
            Elsewhere
        }

        pub fn is_somewhere(&self) -> bool {
            std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
        }

        pub fn keep_off(&mut self, _processor: usize) {}
    }
}
