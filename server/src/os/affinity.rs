//! Keeps one thread off the processor of another, where the operating system supports it.
//!
//! Two threads that should work at the same time, or one in place of the other, gain nothing on the same processor.
//! The kernel corrects that only after milliseconds: where processors share no cache, it wakes a thread where it
//! slept last, and starts a new thread where its parent is.

#[cfg(target_os = "linux")]
pub use linux::{Affinity, this_processor};
#[cfg(not(target_os = "linux"))]
pub use others::{Affinity, this_processor};

#[cfg(target_os = "linux")]
mod linux {
    use rustix::io;
    use rustix::process::{Pid, getpid};
    use rustix::thread::{CpuSet, gettid, sched_getaffinity, sched_getcpu, sched_setaffinity};
    use tracing::debug;

    /// The processor that the calling thread runs on.
    pub fn this_processor() -> usize {
        sched_getcpu()
    }

    /// The processors that the host lets the server use: those of its first thread, which is never restricted here.
    fn allowed() -> io::Result<CpuSet> {
        sched_getaffinity(Some(getpid()))
    }

    /// A thread, and the processor that it is kept off.
    #[derive(Debug)]
    pub struct Affinity {
        thread: Pid,
        avoided: Option<usize>,
    }

    impl Affinity {
        /// For the calling thread, which is not kept off any processor yet.
        pub fn of_this_thread() -> Self {
            Affinity { thread: gettid(), avoided: None }
        }

        /// Whether there is a second processor.
        pub fn has_choice() -> bool {
            allowed().is_ok_and(|allowed| allowed.count() > 1)
        }

        /// Lets the thread, which need not be the calling one, use all processors except this one. If it is the only
        /// one, or the system refuses, nothing changes.
        pub fn keep_off(&mut self, processor: usize) {
            if self.avoided.replace(processor) == Some(processor) {
                return;
            }
            if let Err(error) = self.move_off(processor) {
                debug!(%error, "cannot keep a thread off another thread's processor");
            }
        }

        fn move_off(&self, processor: usize) -> io::Result<()> {
            // Read again each time, which is seldom, because the host may have changed it.
            let mut others = allowed()?;
            if processor < CpuSet::MAX_CPU {
                others.unset(processor);
            }
            if others.count() == 0 {
                return Ok(());
            }
            sched_setaffinity(Some(self.thread), &others)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_thread_is_kept_off_one_of_the_processors_that_it_may_use_and_no_other() {
            std::thread::spawn(|| {
                if !Affinity::has_choice() {
                    return;
                }
                let mut affinity = Affinity::of_this_thread();
                let allowed = allowed().unwrap();
                for _ in 0..4 {
                    let avoided = this_processor();
                    affinity.keep_off(avoided);
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
        fn a_thread_started_by_one_that_is_kept_off_may_be_kept_off_another() {
            std::thread::spawn(|| {
                let processor = this_processor();
                Affinity::of_this_thread().keep_off(processor);
                let child = std::thread::spawn(move || {
                    let here = this_processor();
                    Affinity::of_this_thread().keep_off(here);
                    (here, this_processor())
                });
                let (before, after) = child.join().unwrap();
                assert!(before != after || !Affinity::has_choice());
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
                name.send(Affinity::of_this_thread()).unwrap();
                woken.recv().unwrap();
                sched_getaffinity(None).unwrap()
            });
            let mut affinity = named.recv().unwrap();
            let processor = this_processor();
            affinity.keep_off(processor);
            wake.send(()).unwrap();
            assert!(!sleeper.join().unwrap().is_set(processor) || !Affinity::has_choice());
        }
    }
}

/// Other systems offer no control over the placement of threads.
#[cfg(not(target_os = "linux"))]
mod others {
    pub fn this_processor() -> usize {
        0
    }

    #[derive(Debug)]
    pub struct Affinity;

    impl Affinity {
        pub fn of_this_thread() -> Self {
            Affinity
        }

        pub fn has_choice() -> bool {
            std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
        }

        pub fn keep_off(&mut self, _processor: usize) {}
    }
}
