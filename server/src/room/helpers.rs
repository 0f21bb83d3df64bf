//! Threads that stand by to help another with work on data that is its own.
//!
//! The standard library lends such data to threads that it starts for the purpose, which costs a start each time, and the thread
//! starts where its parent is busy. These sleep in between, and wake on another processor.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

use super::elsewhere::{Elsewhere, this_processor};
use super::punctual::ask_for_nothing;

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
    /// From when its thread runs on: nobody waits for that.
    elsewhere: Option<Elsewhere>,
    introduced: Receiver<Elsewhere>,
    desk: Arc<Desk>,
}

/// Where a helper finds its work and leaves what came of it.
#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
enum State {
    /// Nothing to do.
    #[default]
    Idle,
    /// Not begun: may be taken away again.
    Asked(Work<'static>),
    /// The helper uses it.
    Working,
    /// The helper has used it for the last time, and may have panicked.
    Done(thread::Result<()>),
    /// There will never be any again.
    Dismissed,
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

    /// Has `work` done once by each of `count` helpers, or as many as there are, while this thread does `own`. When that is done,
    /// who has not begun is let off, since its processor may not run at all, and all others are waited for.
    ///
    /// # Errors
    /// What the first helper panicked with that did. If `own` does, this does.
    pub fn lend(&mut self, count: usize, work: Work<'_>, own: impl FnOnce()) -> Result<(), Panic> {
        let count = count.min(self.threads.len());
        let here = this_processor();
        for helper in &mut self.threads[..count] {
            helper.keep_off(here);
        }
        let helpers = &self.threads[..count];
        let lent = Lent { helpers, outcome: Ok(()) };
        // SAFETY: No helper uses `work` after `lent` is gone, and this function is not left before, be it by a panic: when it is
        // dropped it takes `work` back from each helper's desk, or waits until the helper says that it is done with it.
        #[allow(
            unsafe_code,
            reason = "no maintained library lends to threads that sleep in between"
        )]
        let work: Work<'static> = unsafe { std::mem::transmute::<Work<'_>, Work<'static>>(work) };
        for helper in helpers {
            *helper.desk.state() = State::Asked(work);
            helper.desk.changed.notify_one();
        }
        own();
        lent.end()
    }
}

impl Helper {
    /// A thread that waits for work.
    fn start() -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let (introduce, introduced) = sync_channel(1);
        Builder::new().name("helper".to_owned()).spawn({
            let desk = desk.clone();
            move || {
                ask_for_nothing();
                let _ = introduce.send(Elsewhere::of_this_thread());
                desk.serve();
            }
        })?;
        Ok(Helper { elsewhere: None, introduced, desk })
    }

    fn keep_off(&mut self, processor: usize) {
        if self.elsewhere.is_none() {
            self.elsewhere = self.introduced.try_recv().ok();
        }
        if let Some(elsewhere) = &mut self.elsewhere {
            elsewhere.keep_off(processor);
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        *self.desk.state() = State::Dismissed;
        self.desk.changed.notify_one();
    }
}

impl Desk {
    /// Nothing panics while it is locked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, condition: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let state = self.changed.wait_while(self.state(), |state| condition(state));
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// What the helper does until it is dismissed.
    fn serve(&self) {
        loop {
            let mut state = self.wait_while(|state| matches!(state, State::Idle | State::Done(_)));
            let State::Asked(work) = *state else { return };
            *state = State::Working;
            drop(state);
            let outcome = catch_unwind(AssertUnwindSafe(work));
            *self.state() = State::Done(outcome);
            self.changed.notify_one();
        }
    }

    /// Takes work back that has not begun, or waits until it is done.
    fn settle(&self) -> thread::Result<()> {
        let mut state = self.wait_while(|state| matches!(state, State::Working));
        match std::mem::take(&mut *state) {
            State::Done(outcome) => outcome,
            State::Idle | State::Asked(_) | State::Working | State::Dismissed => Ok(()),
        }
    }
}

/// Work that helpers may have on their desks, until this is dropped.
struct Lent<'a> {
    helpers: &'a [Helper],
    outcome: Result<(), Panic>,
}

impl Lent<'_> {
    /// Takes all of it back, and says how it went.
    fn end(mut self) -> Result<(), Panic> {
        self.take_back();
        std::mem::replace(&mut self.outcome, Ok(()))
    }

    fn take_back(&mut self) {
        // One after the other: should an outcome that nobody wants panic when it is dropped, the rest is still to be settled.
        while let Some((first, rest)) = self.helpers.split_first() {
            self.helpers = rest;
            let outcome = first.desk.settle();
            if self.outcome.is_ok() {
                self.outcome = outcome;
            }
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.take_back();
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            State::Idle => "Idle",
            State::Asked(_) => "Asked",
            State::Working => "Working",
            State::Done(_) => "Done",
            State::Dismissed => "Dismissed",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashSet;
    use std::panic::panic_any;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{RecvTimeoutError, SyncSender};
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
            let together = Barrier::new(count + 1);
            for _ in 0..100 {
                let work = || {
                    together.wait();
                    done.fetch_add(1, Ordering::Relaxed);
                };
                let own = || {
                    together.wait();
                    own += 1;
                };
                helpers.lend(count, &work, own).unwrap();
            }
            assert_eq!((own, done.into_inner()), (100, 100 * count));
        }
    }

    #[test]
    fn it_is_the_same_threads_each_time_until_their_number_changes() {
        let mut helpers = helpers(2);
        let threads = Mutex::new(HashSet::<ThreadId>::new());
        let meet = |helpers: &mut Helpers| {
            let together = Barrier::new(helpers.count() + 1);
            let note = || {
                threads.lock().unwrap().insert(thread::current().id());
                together.wait();
            };
            helpers.lend(2, &note, || _ = together.wait()).unwrap();
        };
        (0..10).for_each(|_| meet(&mut helpers));
        assert_eq!(threads.lock().unwrap().len(), 2);
        helpers.resize(0).unwrap();
        meet(&mut helpers);
        helpers.resize(1).unwrap();
        meet(&mut helpers);
        assert_eq!(threads.lock().unwrap().len(), 3);
    }

    #[test]
    fn nothing_is_given_back_before_the_last_helper_that_began_is_done_with_it() {
        let mut helpers = helpers(2);
        let (begun, done) = (Barrier::new(3), AtomicUsize::new(0));
        let be_slow = || {
            begun.wait();
            thread::sleep(Duration::from_millis(20));
            done.fetch_add(1, Ordering::Relaxed);
        };
        helpers.lend(2, &be_slow, || _ = begun.wait()).unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 2);
        let fail = || {
            begun.wait();
            panic!("a bug of the owner");
        };
        let failed = catch_unwind(AssertUnwindSafe(|| helpers.lend(2, &be_slow, fail)));
        assert!(failed.is_err());
        assert_eq!(done.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn who_has_not_begun_when_the_owner_is_done_is_not_waited_for() {
        // As if its processor stood still.
        let (_introduce, introduced) = sync_channel(1);
        let stalled = Helper { elsewhere: None, introduced, desk: Arc::new(Desk::default()) };
        let desk = stalled.desk.clone();
        let mut helpers = Helpers { threads: vec![stalled] };
        let asked = AtomicUsize::new(0);
        let work = || panic!("nobody is here to do it");
        helpers
            .lend(1, &work, || {
                asked.fetch_add(matches!(*desk.state(), State::Asked(_)).into(), Ordering::Relaxed);
            })
            .unwrap();
        assert_eq!(asked.into_inner(), 1);
        assert!(matches!(*desk.state(), State::Idle), "it finds nothing when it comes");
    }

    #[test]
    fn a_helper_that_panics_tells_its_owner_and_helps_again() {
        let mut helpers = helpers(2);
        let begun = Barrier::new(3);
        let fail = || {
            begun.wait();
            panic!("a bug of a helper");
        };
        let panic = helpers.lend(2, &fail, || _ = begun.wait()).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a bug of a helper"));
        helpers.lend(2, &|| _ = begun.wait(), || _ = begun.wait()).unwrap();
    }

    #[test]
    fn nothing_is_given_back_too_soon_should_what_a_helper_panicked_with_panic_itself() {
        struct Wicked;
        impl Drop for Wicked {
            fn drop(&mut self) {
                assert!(thread::panicking(), "a bug of a bug");
            }
        }
        let mut helpers = helpers(3);
        let (begun, turn, done) = (Barrier::new(4), AtomicUsize::new(0), AtomicUsize::new(0));
        let fail_twice = || {
            begun.wait();
            if turn.fetch_add(1, Ordering::Relaxed) < 2 {
                panic_any(Wicked);
            }
            thread::sleep(Duration::from_millis(20));
            done.fetch_add(1, Ordering::Relaxed);
        };
        let lend = || helpers.lend(3, &fail_twice, || _ = begun.wait());
        assert!(catch_unwind(AssertUnwindSafe(lend)).is_err());
        assert_eq!(done.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn helpers_that_are_let_go_end() {
        thread_local!(static HELD: RefCell<Option<SyncSender<()>>> = const { RefCell::new(None) });
        let (alive, ended) = sync_channel(0);
        let (alive, begun) = (Mutex::new(Some(alive)), Barrier::new(2));
        let mut helpers = helpers(1);
        let hold = || {
            HELD.set(alive.lock().unwrap().take());
            begun.wait();
        };
        helpers.lend(1, &hold, || _ = begun.wait()).unwrap();
        drop(helpers);
        // The thread drops what is its own when it ends.
        let end = ended.recv_timeout(Duration::from_secs(60));
        assert_eq!(end, Err(RecvTimeoutError::Disconnected));
    }
}
