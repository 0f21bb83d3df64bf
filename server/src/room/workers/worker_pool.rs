//! The worker pool of a room whose own thread alone takes too long for a tick.
//!
//! Only work done for one client after the other is shared out: reading, and encoding and writing snapshots. The step
//! stays on the room's thread, so the world knows nothing of threads. All rooms share the machine's cores: a helper
//! is borrowed for a part of one tick and returned. A room that gets none does all work by itself, as most rooms
//! always do.

use std::thread;

use tracing::warn;

use super::helpers::Helpers;
use crate::sync::atomic::{AtomicIsize, Ordering};
use crate::sync::{Arc, Mutex, PoisonError};

/// Mean share of the tick interval spent in ticks above which a room wants one helper more.
const UTILIZATION_HIGH: f32 = 0.6;
/// The same below which it wants one helper less. It is far enough below that the helper is not missed at once.
const UTILIZATION_LOW: f32 = 0.25;
/// Averaging time of the utilization in ticks, approximately.
const TICKS: u32 = 10;

/// The machine's cores, shared by all rooms of a server. A thread that works counts as one taken core, and helpers
/// come from the cores that are left. A room works also when all cores are taken; below zero there is nothing to
/// lend.
#[derive(Clone, Debug)]
pub struct Cores(Arc<AtomicIsize>);

impl Cores {
    /// All cores that the process may use.
    pub fn of_machine() -> Self {
        Cores::new(thread::available_parallelism().map_or(1, usize::from))
    }

    /// A given number of cores.
    pub fn new(cores: usize) -> Self {
        Cores(Arc::new(AtomicIsize::new(cores as isize)))
    }

    /// Takes one core until the loan is dropped, also if none is left.
    pub fn occupy(&self) -> Loan<'_> {
        // Relaxed: only the number itself matters, and no other data is published with it.
        self.0.fetch_sub(1, Ordering::Relaxed);
        Loan { cores: self, taken: 1 }
    }

    /// Takes up to `wanted` of the remaining cores until the loan is dropped.
    fn borrow(&self, wanted: usize) -> Loan<'_> {
        let mut taken = 0;
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            taken = wanted.min(left.max(0) as usize);
            (taken > 0).then(|| left - taken as isize)
        });
        Loan { cores: self, taken }
    }
}

/// Cores taken until this is dropped.
pub struct Loan<'a> {
    cores: &'a Cores,
    taken: usize,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.cores.0.fetch_add(self.taken as isize, Ordering::Relaxed);
    }
}

/// A room's helpers, and how many it wants.
#[derive(Debug)]
pub struct WorkerPool {
    cores: Cores,
    wanted: usize,
    helpers: usize,
    threads: Helpers,
    /// Recent mean share of the tick interval spent in ticks, at most 1.
    utilization: f32,
    /// Ticks since the last change.
    ticks: u32,
}

impl WorkerPool {
    /// A pool that borrows from these cores.
    pub fn new(cores: Cores) -> Self {
        let threads = Helpers::default();
        WorkerPool { cores, wanted: 0, helpers: 0, threads, utilization: 0.0, ticks: 0 }
    }

    /// Notes which share of the tick interval one tick took.
    pub fn note(&mut self, share: f32) {
        // One tick that was delayed for long does not mean that the room is full.
        self.utilization += (share.clamp(0.0, 1.0) - self.utilization) / TICKS as f32;
        self.ticks += 1;
        // As many ticks as it takes to see the effect of a change.
        if self.ticks < TICKS {
            return;
        }
        // A room that has fewer helpers than it wants would gain nothing by wanting more.
        if self.utilization > UTILIZATION_HIGH && self.helpers >= self.wanted {
            (self.wanted, self.ticks) = (self.wanted + 1, 0);
        } else if self.utilization < UTILIZATION_LOW && self.wanted > 0 {
            (self.wanted, self.ticks) = (self.wanted - 1, 0);
        }
    }

    /// Number of helpers that took part when work was last shared out.
    pub fn helpers(&self) -> usize {
        self.helpers
    }

    /// Number of helpers that the room wants.
    #[cfg(test)]
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// Does `work` for all `items` in portions, in no particular order, each worker on its own thread. The first
    /// worker works on the calling thread; there are more if that is worthwhile.
    pub fn share_out<W: Default + Send, T: Send>(
        &mut self,
        workers: &mut Vec<W>,
        items: &mut [T],
        items_at_once: usize,
        work: impl Fn(&mut W, &mut [T]) + Sync,
    ) {
        let portions = items.len().div_ceil(items_at_once);
        let loan = self.cores.borrow(self.wanted.min(portions.saturating_sub(1)));
        self.helpers = 0;
        // Unwanted helpers end, and their memory is freed.
        let ready = self.threads.count().min(self.wanted).max(loan.taken);
        if let Err(error) = self.threads.resize(ready) {
            warn!(%error, "cannot start a helper thread");
            self.wanted = self.threads.count();
        }
        workers.truncate(self.wanted + 1);
        if workers.len() <= loan.taken {
            workers.resize_with(loan.taken + 1, W::default);
        }
        let portions = Mutex::new(items.chunks_mut(items_at_once));
        let next = || portions.lock().unwrap_or_else(PoisonError::into_inner).next();
        let run = |worker: &mut W| {
            while let Some(portion) = next() {
                work(worker, portion);
            }
        };
        let Some((own, others)) = workers.split_first_mut() else { return };
        if loan.taken == 0 {
            return run(own);
        }
        let others = Mutex::new(others.iter_mut());
        let next_worker = || others.lock().unwrap_or_else(PoisonError::into_inner).next();
        let help = || {
            if let Some(worker) = next_worker() {
                run(worker);
            }
        };
        self.helpers = loan.taken.min(self.threads.count());
        // A panic in a helper is a panic of the room, which gets its payload.
        self.threads.lend(self.helpers, help, || run(own));
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;

    use super::*;

    fn tick(pool: &mut WorkerPool, share: f32) {
        pool.share_out(&mut Vec::new(), &mut [(); 9], 1, |_: &mut (), _| ());
        pool.note(share);
    }

    fn pool_after(cores: &Cores, ticks: u32, share: f32) -> WorkerPool {
        let mut pool = WorkerPool::new(cores.clone());
        (0..ticks).for_each(|_| tick(&mut pool, share));
        pool
    }

    #[test]
    fn everything_is_done_once_however_many_do_it() {
        for helpers in 0..4 {
            let cores = Cores::new(helpers);
            for count in [0, 1, 9, 10, 11, 1_000] {
                let mut pool = pool_after(&cores, 200, 1.0);
                let (mut workers, mut items) = (Vec::new(), vec![0_u32; count]);
                pool.share_out(&mut workers, &mut items, 10, |done: &mut usize, items| {
                    items.iter_mut().for_each(|item| *item += 1);
                    *done += items.len();
                });
                assert_eq!(items, vec![1; count]);
                assert_eq!(workers.iter().sum::<usize>(), count);
                assert_eq!(workers.len(), helpers.min(count.div_ceil(10).saturating_sub(1)) + 1);
            }
        }
    }

    #[test]
    fn who_is_long_at_its_ticks_wants_one_more_and_who_is_quick_one_less() {
        let cores = Cores::new(8);
        assert_eq!(pool_after(&cores, 5, 1.0).wanted(), 0, "a few long ticks are no crowd");
        assert_eq!(pool_after(&cores, 300, 0.5).wanted(), 0);
        let mut pool = pool_after(&cores, 40, 1.0);
        let most = pool.wanted();
        assert!(most > 1, "{most}");
        (0..100).for_each(|_| tick(&mut pool, 0.4));
        assert!(pool.wanted() >= most, "the number stays when it is enough");
        (0..300).for_each(|_| tick(&mut pool, 0.1));
        assert_eq!(pool.wanted(), 0);
        assert_eq!(pool_after(&Cores::new(0), 300, 1.0).wanted(), 1, "nobody is there to be had");
    }

    #[test]
    fn what_helpers_worked_with_is_given_back_when_none_is_wanted() {
        let mut pool = pool_after(&Cores::new(8), 100, 1.0);
        let mut workers = Vec::new();
        let mut share_out = |pool: &mut WorkerPool| {
            pool.share_out(&mut workers, &mut [(); 9], 1, |_: &mut (), _| ());
            workers.len()
        };
        assert!(share_out(&mut pool) > 1);
        (0..300).for_each(|_| tick(&mut pool, 0.1));
        assert_eq!(share_out(&mut pool), 1);
    }

    #[test]
    fn rooms_share_the_cores_that_are_there_and_give_them_back() {
        let cores = Cores::new(3);
        let first = cores.borrow(2);
        let second = cores.borrow(2);
        assert_eq!((first.taken, second.taken, cores.borrow(2).taken), (2, 1, 0));
        drop(first);
        let others = [cores.occupy(), cores.occupy(), cores.occupy()];
        assert_eq!(cores.borrow(5).taken, 0, "more rooms work than there are cores");
        drop((others, second));
        assert_eq!(cores.borrow(5).taken, 3);
    }

    #[test]
    fn a_helper_that_fails_fails_its_room_and_no_core_is_lost() {
        let cores = Cores::new(2);
        let mut pool = pool_after(&cores, 200, 1.0);
        // In its first portion each worker waits for the others, so all take part.
        let together = Barrier::new(3);
        let fails = AssertUnwindSafe(|| {
            let (mut workers, mut items) = (Vec::new(), [(); 3]);
            pool.share_out(&mut workers, &mut items, 1, |_: &mut (), _| {
                together.wait();
                assert_ne!(thread::current().name(), Some("helper"), "a bug");
            });
        });
        let panic = catch_unwind(fails).unwrap_err();
        assert!(panic.downcast_ref::<String>().is_some_and(|reason| reason.contains("a bug")));
        assert_eq!(cores.borrow(5).taken, 2);
    }
}
