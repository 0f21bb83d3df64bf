//! Threads that help a room with a tick when its own alone is long at it.
//!
//! Only what is done for one client after the other is shared out: reading, and making and writing snapshots. The step is
//! the room's own, so the world does not know of it. Rooms share the cores that are there: a helper is borrowed for a part
//! of one tick and given back, and a room that gets none does all by itself, as most do for all of their time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::warn;

/// Share of a tick's time that ticks take, on average, from which on a room wants one helper more.
const BUSY: f32 = 0.6;
/// The same below which it wants one less: far enough below that the one is not missed at once.
const RELAXED: f32 = 0.25;
/// Ticks over which their length is averaged, about, and between two changes.
const TICKS: u32 = 10;

/// Cores that no room's own thread needs, for all rooms of a server together.
#[derive(Clone, Debug)]
pub struct SpareCores(Arc<AtomicUsize>);

impl SpareCores {
    /// All cores of the machine that the process may use, but one.
    pub fn of_machine() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        SpareCores::new(cores - 1)
    }

    /// So many.
    pub fn new(cores: usize) -> Self {
        SpareCores(Arc::new(AtomicUsize::new(cores)))
    }

    /// Takes up to `wanted` until the loan is dropped.
    fn borrow(&self, wanted: usize) -> Loan<'_> {
        let mut taken = 0;
        // Nothing is read by one thread that another wrote before: the number alone counts.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spare| {
            taken = wanted.min(spare);
            (taken > 0).then(|| spare - taken)
        });
        Loan { cores: self, taken }
    }
}

struct Loan<'a> {
    cores: &'a SpareCores,
    taken: usize,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.cores.0.fetch_add(self.taken, Ordering::Relaxed);
    }
}

/// A room's helpers, and how many it wants.
#[derive(Debug)]
pub struct Crew {
    cores: SpareCores,
    wanted: usize,
    helpers: usize,
    busy: f32,
    ticks: u32,
}

impl Crew {
    /// Helpers from among these cores.
    pub fn new(cores: SpareCores) -> Self {
        Crew { cores, wanted: 0, helpers: 0, busy: 0.0, ticks: 0 }
    }

    /// Notes that a tick of length `tick` took `busy`.
    pub fn note(&mut self, busy: Duration, tick: Duration) {
        let busy = busy.as_secs_f32() / tick.as_secs_f32().max(f32::EPSILON);
        // One tick that was held up for long is no crowd.
        self.busy += (busy.min(1.0) - self.busy) / TICKS as f32;
        self.ticks += 1;
        if self.ticks < TICKS {
            return;
        }
        if self.busy > BUSY {
            (self.wanted, self.ticks) = (self.wanted + 1, 0);
        } else if self.busy < RELAXED && self.wanted > 0 {
            (self.wanted, self.ticks) = (self.wanted - 1, 0);
        }
    }

    /// How many helpers the room had when it last shared something out.
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
        self.helpers = loan.taken;
        // What cannot be had is not wanted: else it would be long until there is less of it again.
        self.wanted = self.wanted.min(loan.taken + 1);
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
        let Some((own, helpers)) = workers.split_first_mut() else { return };
        if loan.taken == 0 {
            return run(own);
        }
        thread::scope(|scope| {
            for helper in helpers.iter_mut().take(loan.taken) {
                let thread = thread::Builder::new().name("helper".to_owned());
                if let Err(error) = thread.spawn_scoped(scope, || run(helper)) {
                    warn!(%error, "no thread for a helper");
                    break;
                }
            }
            run(own);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const TICK: Duration = Duration::from_millis(33);

    fn crew_after(cores: &SpareCores, ticks: u32, busy: f32) -> Crew {
        let mut crew = Crew::new(cores.clone());
        (0..ticks).for_each(|_| crew.note(TICK.mul_f32(busy), TICK));
        crew
    }

    #[test]
    fn everything_is_done_once_however_many_do_it() {
        for helpers in 0..4 {
            let cores = SpareCores::new(helpers);
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
        let cores = SpareCores::new(8);
        assert_eq!(crew_after(&cores, 5, 1.0).wanted(), 0, "a few long ticks are no crowd");
        assert_eq!(crew_after(&cores, 300, 0.5).wanted(), 0);
        let mut crew = crew_after(&cores, 40, 1.0);
        let most = crew.wanted();
        assert!(most > 1, "{most}");
        (0..100).for_each(|_| crew.note(TICK.mul_f32(0.4), TICK));
        assert!(crew.wanted() >= most, "what is enough stays");
        (0..200).for_each(|_| crew.note(TICK.mul_f32(0.1), TICK));
        assert_eq!(crew.wanted(), 0);
    }

    #[test]
    fn rooms_share_the_cores_that_are_there_and_give_them_back() {
        let cores = SpareCores::new(3);
        let first = cores.borrow(2);
        let second = cores.borrow(2);
        assert_eq!((first.taken, second.taken, cores.borrow(2).taken), (2, 1, 0));
        drop(first);
        assert_eq!(cores.borrow(5).taken, 2);
    }

    #[test]
    fn a_helper_that_fails_fails_its_room_and_no_core_is_lost() {
        let cores = SpareCores::new(2);
        let mut crew = crew_after(&cores, 200, 1.0);
        let fails = AssertUnwindSafe(|| {
            let (mut workers, mut items) = (Vec::new(), vec![0_u32; 100]);
            crew.share_out(&mut workers, &mut items, 1, |_: &mut (), _| panic!("a bug"));
        });
        assert!(catch_unwind(fails).is_err());
        assert_eq!(cores.borrow(5).taken, 2);
    }
}
