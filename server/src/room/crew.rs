//! Threads that help a room with a tick when its own alone is long at it.
//!
//! Only what is done for one client after the other is shared out: reading, and making and writing snapshots. The step is
//! the room's own, so the world does not know of it. Rooms share the cores that are there: a helper is borrowed for a part
//! of one tick and given back, and a room that gets none does all by itself, as most do for all of their time.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tracing::warn;

use super::busy::Busy;
use super::helpers::Helpers;

/// Share of a tick's time that ticks take, on average, from which on a room wants one helper more.
const BUSY: f32 = 0.6;
/// The same below which it wants one less: far enough below that the one is not missed at once.
const RELAXED: f32 = 0.25;
/// Ticks between two changes: so many as it takes to see what one brought.
const TICKS: u32 = Busy::TICKS;

/// The cores of the machine, for all rooms of a server together: who works on one says so, and who wants help gets it from those
/// that are left. A room whose cores are all taken works all the same; below zero there is nothing to lend.
#[derive(Clone, Debug)]
pub struct Cores(Arc<AtomicIsize>);

impl Cores {
    /// All cores that the process may use.
    pub fn of_machine() -> Self {
        Cores::new(thread::available_parallelism().map_or(1, usize::from))
    }

    /// So many.
    pub fn new(cores: usize) -> Self {
        Cores(Arc::new(AtomicIsize::new(cores as isize)))
    }

    /// Works on one until the loan is dropped.
    pub fn occupy(&self) -> Loan<'_> {
        // Nothing is read by one thread that another wrote before: the number alone counts.
        self.0.fetch_sub(1, Ordering::Relaxed);
        Loan { cores: self, taken: 1 }
    }

    /// Takes up to `wanted` of those that are left until the loan is dropped.
    fn borrow(&self, wanted: usize) -> Loan<'_> {
        let mut taken = 0;
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            taken = wanted.min(left.max(0) as usize);
            (taken > 0).then(|| left - taken as isize)
        });
        Loan { cores: self, taken }
    }
}

/// Cores that are taken.
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
pub struct Crew {
    cores: Cores,
    wanted: usize,
    helpers: usize,
    threads: Helpers,
    ticks: u32,
}

impl Crew {
    /// Helpers from among these cores.
    pub fn new(cores: Cores) -> Self {
        Crew { cores, wanted: 0, helpers: 0, threads: Helpers::default(), ticks: 0 }
    }

    /// Notes how busy the room is after one more tick.
    pub fn note(&mut self, busy: Busy) {
        let busy = busy.share();
        self.ticks += 1;
        if self.ticks < TICKS {
            return;
        }
        // Who has less than it wants gains nothing by wanting more.
        if busy > BUSY && self.helpers >= self.wanted {
            (self.wanted, self.ticks) = (self.wanted + 1, 0);
        } else if busy < RELAXED && self.wanted > 0 {
            (self.wanted, self.ticks) = (self.wanted - 1, 0);
        }
    }

    /// How many helpers the room asked when it last shared something out.
    pub fn helpers(&self) -> usize {
        self.helpers
    }

    /// How many helpers it wants.
    #[cfg(test)]
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// Does `work` for all `items`, so many at a time, in no order, each worker on a thread of its own. The first worker works
    /// on this thread; there are more if that is worth it.
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
        // Helpers that are not wanted any more end, and what they used is given back.
        let ready = self.threads.count().min(self.wanted).max(loan.taken);
        if let Err(error) = self.threads.resize(ready) {
            warn!(%error, "the system gives no thread for a helper");
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
        // A bug in a helper is one of the room, which is told what it was.
        let outcome = self.threads.lend(self.helpers, &help, || run(own));
        outcome.unwrap_or_else(|panic| resume_unwind(panic));
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;

    use super::*;

    /// A room's crew, and how busy the room is.
    struct Room(Crew, Busy);

    impl Room {
        fn tick(&mut self, busy: f32) {
            let Room(crew, average) = self;
            crew.share_out(&mut Vec::new(), &mut [(); 9], 1, |_: &mut (), _| ());
            average.note(busy);
            crew.note(*average);
        }
    }

    fn room_after(cores: &Cores, ticks: u32, busy: f32) -> Room {
        let mut room = Room(Crew::new(cores.clone()), Busy::default());
        (0..ticks).for_each(|_| room.tick(busy));
        room
    }

    fn crew_after(cores: &Cores, ticks: u32, busy: f32) -> Crew {
        room_after(cores, ticks, busy).0
    }

    #[test]
    fn everything_is_done_once_however_many_do_it() {
        for helpers in 0..4 {
            let cores = Cores::new(helpers);
            for count in [0, 1, 9, 10, 11, 1_000] {
                let mut crew = crew_after(&cores, 200, 1.0);
                let (mut workers, mut items) = (Vec::new(), vec![0_u32; count]);
                crew.share_out(&mut workers, &mut items, 10, |done: &mut usize, items| {
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
        assert_eq!(crew_after(&cores, 5, 1.0).wanted(), 0, "a few long ticks are no crowd");
        assert_eq!(crew_after(&cores, 300, 0.5).wanted(), 0);
        let mut room = room_after(&cores, 40, 1.0);
        let most = room.0.wanted();
        assert!(most > 1, "{most}");
        (0..100).for_each(|_| room.tick(0.4));
        assert!(room.0.wanted() >= most, "what is enough stays");
        (0..300).for_each(|_| room.tick(0.1));
        assert_eq!(room.0.wanted(), 0);
        assert_eq!(crew_after(&Cores::new(0), 300, 1.0).wanted(), 1, "nobody is there to be had");
    }

    #[test]
    fn what_helpers_worked_with_is_given_back_when_none_is_wanted() {
        let mut room = room_after(&Cores::new(8), 100, 1.0);
        let mut workers = Vec::new();
        let mut share_out = |crew: &mut Crew| {
            crew.share_out(&mut workers, &mut [(); 9], 1, |_: &mut (), _| ());
            workers.len()
        };
        assert!(share_out(&mut room.0) > 1);
        (0..300).for_each(|_| room.tick(0.1));
        assert_eq!(share_out(&mut room.0), 1);
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
        let mut crew = crew_after(&cores, 200, 1.0);
        // Each waits in its first portion for the others: so there are some.
        let together = Barrier::new(3);
        let fails = AssertUnwindSafe(|| {
            let (mut workers, mut items) = (Vec::new(), [(); 3]);
            crew.share_out(&mut workers, &mut items, 1, |_: &mut (), _| {
                together.wait();
                assert_ne!(thread::current().name(), Some("helper"), "a bug");
            });
        });
        let panic = catch_unwind(fails).unwrap_err();
        assert!(panic.downcast_ref::<String>().is_some_and(|reason| reason.contains("a bug")));
        assert_eq!(cores.borrow(5).taken, 2);
    }
}
