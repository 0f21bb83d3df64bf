//! Threads that stand by to help another with work on data that is its own.
//!
//! The standard library lends such data to threads that it starts for the purpose, which costs a start each time, and the thread
//! starts where its parent is busy. These sleep in between, and wake on another processor.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Builder};

use super::elsewhere::{Elsewhere, this_processor};

/// What is to be done, by as many threads as there are.
type Work<'a> = &'a (dyn Fn() + Sync);
type Panic = Box<dyn Any + Send>;

/// Threads that help their owner. They end when they are dropped.
#[derive(Debug, Default)]
pub struct Helpers {
    threads: Vec<Helper>,
}

#[derive(Debug)]
struct Helper {
    elsewhere: Elsewhere,
    /// Bounded, with one place: a helper has one thing to do at a time.
    work: SyncSender<Work<'static>>,
    outcomes: Receiver<thread::Result<()>>,
}

impl Helpers {
    /// Makes it that many: more start, or some end.
    ///
    /// # Errors
    /// When the system gives no thread; there are fewer then.
    pub fn resize(&mut self, count: usize) -> io::Result<()> {
        self.threads.truncate(count);
        while self.threads.len() < count {
            self.threads.push(Helper::start()?);
        }
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.threads.len()
    }

    /// Has `work` done once by each of `count` helpers, or as many as there are, while this thread does `own`. All are done with it
    /// when this returns.
    ///
    /// # Errors
    /// What the first helper panicked with that did. If `own` does, this does.
    pub fn lend(&mut self, count: usize, work: Work<'_>, own: impl FnOnce()) -> Result<(), Panic> {
        let count = count.min(self.threads.len());
        let here = this_processor();
        for helper in &mut self.threads[..count] {
            helper.elsewhere.keep_off(here);
        }
        let helpers = &self.threads[..count];
        let mut lent = Lent { borrowers: &[], outcome: Ok(()) };
        // SAFETY: No helper uses `work` after `lent` is gone, and this function is not left before, be it by a panic: when it is
        // dropped it waits for all helpers that `work` was sent to. A helper tells that it is done after its last use of it and
        // keeps no copy; where it cannot tell, its thread has ended.
        #[allow(
            unsafe_code,
            reason = "no maintained library lends to threads that sleep in between"
        )]
        let work: Work<'static> = unsafe { std::mem::transmute::<Work<'_>, Work<'static>>(work) };
        for (index, helper) in helpers.iter().enumerate() {
            if helper.work.send(work).is_err() {
                break;
            }
            lent.borrowers = &helpers[..=index];
        }
        own();
        lent.end()
    }
}

impl Helper {
    /// A thread that waits for work, with what the calling one has asked the system for.
    fn start() -> io::Result<Self> {
        let (work, requests) = sync_channel::<Work<'static>>(1);
        let (outcome, outcomes) = sync_channel(1);
        let (introduce, introduced) = sync_channel(1);
        Builder::new().name("helper".to_owned()).spawn(move || {
            // Nobody waits for any of it any more where it cannot be sent.
            let _ = introduce.send(Elsewhere::of_this_thread());
            while let Ok(work) = requests.recv() {
                let done = catch_unwind(AssertUnwindSafe(work));
                if outcome.send(done).is_err() {
                    return;
                }
            }
        })?;
        let elsewhere = introduced.recv().map_err(io::Error::other)?;
        Ok(Helper { elsewhere, work, outcomes })
    }
}

/// Work that helpers have been sent. It is theirs until this is dropped.
struct Lent<'a> {
    borrowers: &'a [Helper],
    outcome: Result<(), Panic>,
}

impl Lent<'_> {
    /// Waits for all, and says how it went.
    fn end(mut self) -> Result<(), Panic> {
        self.wait();
        std::mem::replace(&mut self.outcome, Ok(()))
    }

    fn wait(&mut self) {
        for borrower in std::mem::take(&mut self.borrowers) {
            // It has ended if it does not answer, and uses nothing any more.
            let Ok(Err(panic)) = borrower.outcomes.recv() else { continue };
            if self.outcome.is_ok() {
                self.outcome = Err(panic);
            }
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, Mutex};
    use std::thread::ThreadId;
    use std::time::Duration;

    use super::*;

    fn helpers(count: usize) -> Helpers {
        let mut helpers = Helpers::default();
        helpers.resize(count).unwrap();
        helpers
    }

    #[test]
    fn each_helper_does_the_work_once_with_what_its_owner_has_on_the_stack() {
        for count in 0..4 {
            let mut helpers = helpers(3);
            let (done, mut own) = (AtomicUsize::new(0), 0);
            for _ in 0..100 {
                let work = || _ = done.fetch_add(1, Ordering::Relaxed);
                helpers.lend(count, &work, || own += 1).unwrap();
            }
            assert_eq!((own, done.into_inner()), (100, 100 * count));
        }
    }

    #[test]
    fn it_is_the_same_threads_each_time_until_their_number_changes() {
        let mut helpers = helpers(2);
        let threads = Mutex::new(HashSet::<ThreadId>::new());
        let note = || _ = threads.lock().unwrap().insert(thread::current().id());
        for _ in 0..10 {
            helpers.lend(2, &note, || ()).unwrap();
        }
        assert_eq!(threads.lock().unwrap().len(), 2);
        helpers.resize(0).unwrap();
        helpers.lend(2, &note, || ()).unwrap();
        helpers.resize(1).unwrap();
        helpers.lend(2, &note, || ()).unwrap();
        assert_eq!(threads.lock().unwrap().len(), 3);
    }

    #[test]
    fn helpers_work_at_the_same_time_as_their_owner() {
        let together = Barrier::new(4);
        let meet = || _ = together.wait();
        helpers(3).lend(3, &meet, || _ = together.wait()).unwrap();
    }

    #[test]
    fn nothing_is_given_back_before_the_last_helper_is_done_with_it() {
        let mut helpers = helpers(2);
        let done = AtomicUsize::new(0);
        let be_slow = || {
            thread::sleep(Duration::from_millis(20));
            done.fetch_add(1, Ordering::Relaxed);
        };
        helpers.lend(2, &be_slow, || ()).unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 2);
        let own = || helpers.lend(2, &be_slow, || panic!("a bug of the owner"));
        assert!(catch_unwind(AssertUnwindSafe(own)).is_err());
        assert_eq!(done.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn a_helper_that_panics_tells_its_owner_and_helps_again() {
        let mut helpers = helpers(2);
        let fail = || panic!("a bug of a helper");
        let mut own = 0;
        let panic = helpers.lend(2, &fail, || own += 1).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a bug of a helper"));
        let done = AtomicUsize::new(0);
        helpers.lend(2, &|| _ = done.fetch_add(1, Ordering::Relaxed), || own += 1).unwrap();
        assert_eq!((own, done.into_inner()), (2, 2));
    }

    #[test]
    fn helpers_that_are_let_go_end() {
        let (alive, ended) = sync_channel::<()>(0);
        let alive = Mutex::new(Some(alive));
        let mut helpers = helpers(1);
        thread_local!(static HELD: std::cell::RefCell<Option<SyncSender<()>>> = const { std::cell::RefCell::new(None) });
        helpers.lend(1, &|| HELD.set(alive.lock().unwrap().take()), || ()).unwrap();
        drop(helpers);
        // The thread drops what is its own when it ends.
        assert!(
            ended
                .recv_timeout(Duration::from_secs(60))
                .is_err_and(|error| { error == std::sync::mpsc::RecvTimeoutError::Disconnected })
        );
    }
}
