//! The threads of a room: one runs ticks at absolute deadlines; the standby runs a tick that has not started in time.
//!
//! A thread sleeps with a timer of the processor that it is on. If that processor does not run when the timer
//! expires, because a hypervisor has lent it to another machine or the kernel is busy there, the thread sleeps on for
//! milliseconds, while the next processor is idle. So a second thread, kept off the first one's processor, checks a
//! moment after each deadline whether the tick has started, and runs it if not. Usually both processors must stall at
//! once for a tick to start late.
//!
//! The same idea in distributed systems is hedged requests: J. Dean and L. A. Barroso, "The Tail at Scale" (2013).

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;
use std::{io, mem};

use tracing::{error, warn};

use super::scheduled_room::{ScheduledRoom, panic_message};
use crate::metrics::Metrics;
use crate::os::affinity::{Affinity, this_processor};
use crate::os::scheduling::ask_for_prompt_wakeups;
use crate::room::RoomSettings;
use crate::room::handle::{RoomEnd, RoomHandle, Shared, pair};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Condvar, Instant, Mutex, MutexGuard, PoisonError, TryLockError};

/// How long after a deadline the standby checks. In calm minutes a Linux thread runs 0.03 to 0.1 ms after its timer
/// expires.
const STANDBY_DELAY: Duration = Duration::from_micros(150);

/// Opens a room on its own threads.
///
/// # Errors
/// When a thread cannot be started.
pub fn open(settings: RoomSettings, metrics: Metrics) -> io::Result<RoomHandle> {
    // Before anybody can ask who has a seat here.
    let restoring = Mutex::new(Some(settings.purses.restoring()));
    let (handle, shared, mailbox) = pair(settings);
    thread::Builder::new().name(format!("room {}", handle.id())).spawn(move || {
        // Dropped last, when the room is gone.
        let open = Open(shared);
        ask_for_prompt_wakeups();
        run_until_closed(&open.0, || {
            // Ends here in any case: a room that cannot be restored must not keep everybody from all others.
            let _restoring = restoring.lock().unwrap_or_else(PoisonError::into_inner).take();
            ScheduledRoom::new(open.0.clone(), mailbox.clone(), metrics.clone())
        });
    })?;
    Ok(handle)
}

/// Runs a room until it has ended or must end. Starts it again after a bug that it did not survive by itself.
fn run_until_closed(shared: &Shared, start: impl Fn() -> ScheduledRoom) {
    while let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(start()))) {
        shared.note_failure(Instant::now());
        let (failures, reason) = (shared.failures(), panic_message(panic.as_ref()));
        error!(
            room = shared.settings().id,
            failures, reason, "the room's thread panicked and is started again"
        );
        if shared.is_draining() {
            return;
        }
        shared.wait_until_open();
    }
}

/// Runs ticks on the calling thread and a standby until the room has ended. A panic that ends one of them ends both,
/// and is returned here.
fn run(room: ScheduledRoom) {
    let id = room.id().to_owned();
    let room = Arc::new(TickLoop::new(room));
    let standby = room.start_standby(&id);
    let own = catch_unwind(AssertUnwindSafe(|| room.keep_time()));
    room.announce(Next::End);
    let others = standby.map_or(Ok(()), JoinHandle::join);
    if let Err(panic) = own.and(others) {
        resume_unwind(panic);
    }
}

/// A room that is open until this is dropped. If it has not said by then how it ended, it is lost.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set_seats(0, 0);
        self.0.set_closed(RoomEnd::Lost);
    }
}

/// State shared by the threads of a room.
struct TickLoop {
    /// Whoever holds the lock runs the tick. It is poisoned by a panic that [`ScheduledRoom`] itself did not survive;
    /// then both threads end.
    ticking: Mutex<ScheduledRoom>,
    interval: Duration,
    next: Mutex<Next>,
    /// The room has woken, or ended.
    changed: Condvar,
    /// The processor of the room's own thread when its tick began or when it went to sleep: its timer is there.
    processor: AtomicUsize,
}

/// What the room's own thread is waiting for.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// A message that wakes the room.
    Wake,
    /// The tick of this deadline.
    Tick(Instant),
    /// Nothing: the room has ended.
    End,
}

impl TickLoop {
    fn new(ticking: ScheduledRoom) -> Self {
        TickLoop {
            interval: ticking.interval(),
            ticking: Mutex::new(ticking),
            next: Mutex::new(Next::Wake),
            changed: Condvar::new(),
            processor: AtomicUsize::new(this_processor()),
        }
    }

    /// Runs ticks until the room has ended.
    fn keep_time(&self) {
        let Ok(mut ticking) = self.ticking.lock() else { return };
        loop {
            if ticking.is_asleep() {
                self.announce(Next::Wake);
                ticking.sleep();
            }
            if ticking.is_closed() {
                return;
            }
            let deadline = ticking.deadline();
            self.announce(Next::Tick(deadline));
            if deadline > Instant::now() {
                drop(ticking);
                self.note_processor();
                sleep_until(deadline);
                let Ok(again) = self.ticking.lock() else { return };
                ticking = again;
            }
            // The standby goes to sleep before this tick is done.
            self.note_processor();
            ticking.tick(deadline, false);
        }
    }

    /// Runs the ticks that have not started in time, until the room has ended.
    fn stand_by(&self) {
        let mut affinity = Affinity::of_this_thread();
        let mut last = None;
        while let Some(announced) = self.next_deadline() {
            let deadline = after(last, announced, self.interval);
            last = Some(deadline);
            affinity.keep_off(self.processor.load(Ordering::Relaxed));
            // Also after a long tick on the standby, the room's own thread has priority, because the system schedules
            // it best.
            sleep_until(deadline.max(Instant::now()) + STANDBY_DELAY);
            match self.ticking.try_lock() {
                Ok(mut ticking) => ticking.tick(deadline, true),
                // Whoever holds the lock runs the tick.
                Err(TryLockError::WouldBlock) => (),
                Err(TryLockError::Poisoned(_)) => return,
            }
        }
    }

    /// The deadline of the tick that the room's own thread waits for or runs; `None`: the room has ended.
    fn next_deadline(&self) -> Option<Instant> {
        let is_asleep = |next: &mut Next| matches!(next, Next::Wake);
        let next = self.changed.wait_while(lock(&self.next), is_asleep);
        match *next.unwrap_or_else(PoisonError::into_inner) {
            Next::Tick(deadline) => Some(deadline),
            Next::Wake | Next::End => None,
        }
    }

    fn note_processor(&self) {
        self.processor.store(this_processor(), Ordering::Relaxed);
    }

    fn announce(&self, next: Next) {
        let before = mem::replace(&mut *lock(&self.next), next);
        // Between ticks the standby wakes by its own timer.
        if matches!(before, Next::Wake) || matches!(next, Next::End) {
            self.changed.notify_one();
        }
    }

    /// Starts the standby, with the scheduling of the calling thread; not if both would share a processor.
    fn start_standby(self: &Arc<Self>, id: &str) -> Option<JoinHandle<()>> {
        if !Affinity::has_choice() {
            return None;
        }
        let this = self.clone();
        let standby = thread::Builder::new().name(format!("standby {id}"));
        let thread = standby.spawn(move || this.stand_by());
        thread.inspect_err(|error| warn!(room = id, %error, "cannot start the standby thread")).ok()
    }
}

/// The deadline to check after the `last` one: the published one; or, while the tick of the last one is still
/// running, the one that follows if that tick finishes within its interval.
fn after(last: Option<Instant>, announced: Instant, interval: Duration) -> Instant {
    match last {
        Some(last) if announced <= last => last + interval,
        _ => announced,
    }
}

fn lock(next: &Mutex<Next>) -> MutexGuard<'_, Next> {
    next.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sleep_until(deadline: Instant) {
    thread::sleep(deadline.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::super::scheduled_room::tests::{join, room, settings};
    use super::*;
    use crate::metrics::RoomMetrics;
    use crate::net::connection::LocalLink;
    use crate::room::RoomHealth;

    const TICK_HZ: u16 = 60;

    /// A room that has been asked to end, and a client in it whose goodbye takes some thirty ticks.
    fn ending() -> (TickLoop, RoomMetrics, LocalLink) {
        let metrics = Metrics::new();
        let (handle, ticking) = room(TICK_HZ, metrics.clone());
        let guest = join(&handle);
        handle.drain();
        (TickLoop::new(ticking), metrics.room("test"), guest)
    }

    #[test]
    fn the_standby_does_every_tick_of_a_room_whose_own_thread_does_not_come() {
        let (room, metrics, _guest) = ending();
        thread::scope(|scope| {
            room.announce(Next::Tick(Instant::now()));
            let standby = scope.spawn(|| room.stand_by());
            while !room.ticking.lock().unwrap().is_closed() {
                thread::sleep(Duration::from_millis(1));
            }
            room.announce(Next::End);
            standby.join().unwrap();
        });
        let (stood_in, ticks) = (metrics.ticks_stood_in.get(), metrics.ticks.get());
        assert!(stood_in > 1 && stood_in == ticks, "{stood_in} of {ticks}");
    }

    #[test]
    fn both_threads_end_with_the_room() {
        let (room, metrics, _guest) = ending();
        thread::scope(|scope| {
            let standby = scope.spawn(|| room.stand_by());
            room.keep_time();
            room.announce(Next::End);
            standby.join().unwrap();
        });
        assert!(room.ticking.lock().unwrap().is_closed());
        assert!(metrics.ticks.get() > 1);
    }

    #[test]
    fn the_standby_does_not_wait_for_a_tick_that_has_begun() {
        let (room, metrics, _guest) = ending();
        let (say, said) = channel();
        thread::scope(|scope| {
            let begun = room.ticking.lock().unwrap();
            room.announce(Next::Tick(Instant::now()));
            let room = &room;
            scope.spawn(move || {
                room.stand_by();
                say.send(()).unwrap();
            });
            thread::sleep(room.interval * 10);
            room.announce(Next::End);
            let ended = said.recv_timeout(Duration::from_secs(60));
            drop(begun);
            ended.unwrap();
        });
        assert_eq!((metrics.ticks.get(), metrics.ticks_stood_in.get()), (0, 0));
    }

    #[test]
    fn a_standby_sleeps_with_its_room_and_ends_with_it() {
        let (room, metrics, _guest) = ending();
        thread::scope(|scope| {
            let standby = scope.spawn(|| room.stand_by());
            thread::sleep(room.interval * 10);
            assert!(!standby.is_finished());
            room.announce(Next::End);
            standby.join().unwrap();
        });
        assert_eq!((metrics.ticks.get(), metrics.ticks_stood_in.get()), (0, 0));
    }

    #[test]
    fn a_panic_that_the_room_does_not_survive_ends_both_threads() {
        let (room, metrics, _guest) = ending();
        let failed = thread::scope(|scope| {
            let fail = || {
                let _ticking = room.ticking.lock().unwrap();
                panic!("a bug that no new start helps against");
            };
            scope.spawn(fail).join()
        });
        assert!(failed.is_err());
        room.keep_time();
        room.announce(Next::Tick(Instant::now()));
        room.stand_by();
        assert_eq!(metrics.ticks.get(), 0);
    }

    #[test]
    fn a_room_whose_thread_has_ended_by_a_bug_is_started_anew_and_says_so() {
        let (handle, shared, mailbox) = pair(settings(TICK_HZ));
        let metrics = Metrics::new();
        let starts = AtomicUsize::new(0);
        let start = || {
            assert!(starts.fetch_add(1, Ordering::Relaxed) > 0, "a bug before there is a room");
            ScheduledRoom::new(shared.clone(), mailbox.clone(), metrics.clone())
        };
        thread::scope(|scope| {
            scope.spawn(|| run_until_closed(&shared, start));
            let guest = join(&handle);
            let before = Instant::now();
            while guest.try_receive().unwrap().is_none() {
                assert!(before.elapsed() < Duration::from_secs(60), "nobody is let in");
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(handle.health(), RoomHealth::Recovered { failures: 1 });
            handle.end_now();
        });
        assert!(handle.wait_closed(Instant::now()));
    }

    #[test]
    fn the_standby_looks_at_the_deadlines_of_its_room_whatever_grid_they_are_on() {
        let interval = Duration::from_millis(33);
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let first = after(None, at(40), interval);
        assert_eq!(first, at(40));
        // Still at it, and again: it is long.
        assert_eq!(after(Some(first), at(40), interval), at(73));
        assert_eq!(after(Some(at(73)), at(40), interval), at(106));
        // Asleep and woken in between, on another grid.
        assert_eq!(after(Some(at(106)), at(110), interval), at(110));
        assert_eq!(after(Some(at(110)), at(143), interval), at(143));
    }
}
