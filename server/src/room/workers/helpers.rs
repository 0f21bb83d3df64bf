//! Threads that help their owner with work on borrowed data. They sleep in between.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon_core::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::os::affinity::{Affinity, this_processor};
use crate::os::scheduling::restore_default;

/// Threads that help their owner. Dropping this ends them.
#[derive(Debug, Default)]
pub struct Helpers {
    /// `None`: there are no helpers.
    pool: Option<ThreadPool>,
    /// Of each helper that runs already. Nothing waits for the others.
    affinities: Arc<Mutex<Vec<Affinity>>>,
}

impl Helpers {
    /// Sets the number of helpers. If it changes, all of them are started anew.
    ///
    /// # Errors
    /// When the system refuses a thread; there is then no helper.
    pub fn resize(&mut self, count: usize) -> Result<(), ThreadPoolBuildError> {
        if count == self.count() {
            return Ok(());
        }
        *self = Helpers::default();
        if count > 0 {
            let affinities = self.affinities.clone();
            let builder = ThreadPoolBuilder::new().num_threads(count);
            let pool = builder.thread_name(|_| "helper".to_owned()).start_handler(move |_| {
                restore_default();
                lock(&affinities).push(Affinity::of_this_thread());
            });
            self.pool = Some(pool.build()?);
        }
        Ok(())
    }

    /// Number of helpers.
    pub fn count(&self) -> usize {
        self.pool.as_ref().map_or(0, ThreadPool::current_num_threads)
    }

    /// Has `work` done `count` times by helpers while this thread does `own`. A helper that is done takes over what
    /// another one has not begun, since that one's processor may not run at all.
    ///
    /// # Panics
    /// If a helper or `own` panics, with the first panic, after all of them have ended.
    pub fn lend(&self, count: usize, work: impl Fn() + Sync, own: impl FnOnce()) {
        let Some(pool) = &self.pool else { return own() };
        let here = this_processor();
        lock(&self.affinities).iter_mut().for_each(|affinity| affinity.keep_off(here));
        pool.in_place_scope(|scope| {
            (0..count).for_each(|_| scope.spawn(|_| work()));
            own();
        });
    }
}

/// No code panics while holding the lock.
fn lock(affinities: &Mutex<Vec<Affinity>>) -> MutexGuard<'_, Vec<Affinity>> {
    affinities.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
    use std::time::Duration;

    use super::*;

    fn helpers(count: usize) -> Helpers {
        let mut helpers = Helpers::default();
        helpers.resize(count).unwrap();
        helpers
    }

    #[test]
    fn helpers_work_at_the_same_time_with_what_their_owner_has_on_the_stack() {
        for count in 0..4 {
            let helpers = helpers(count);
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
                helpers.lend(count, work, own);
            }
            assert_eq!((own, done.into_inner()), (100, 100 * count));
        }
    }

    #[test]
    fn helpers_that_are_let_go_end() {
        thread_local!(static HELD: RefCell<Option<SyncSender<()>>> = const { RefCell::new(None) });
        let (alive, ended) = sync_channel(0);
        let (alive, begun) = (Mutex::new(Some(alive)), Barrier::new(2));
        let helpers = helpers(1);
        let hold = || {
            HELD.set(alive.lock().unwrap().take());
            begun.wait();
        };
        helpers.lend(1, hold, || _ = begun.wait());
        drop(helpers);
        // A thread drops its thread-local values when it ends.
        let end = ended.recv_timeout(Duration::from_secs(60));
        assert_eq!(end, Err(RecvTimeoutError::Disconnected));
    }
}
