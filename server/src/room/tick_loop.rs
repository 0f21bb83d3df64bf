//! The threads of a room: one that ticks at absolute deadlines, and one that stands by to tick in its place.
//!
//! A thread sleeps with a timer of the processor that it is on. If that processor does not run when the timer is up, since a
//! hypervisor has lent it to another machine or the kernel is busy there, the thread sleeps on, for milliseconds, while the next
//! processor has nothing to do. So a second thread, kept off the first one's processor, looks a moment after each deadline
//! whether the tick has begun, and does it if not. As a rule it takes two processors that stall at once to make a tick begin late.
//!
//! The same thought in distributed systems: hedged requests, J. Dean and L. A. Barroso, "The Tail at Scale" (2013).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use tracing::warn;

use super::RoomSettings;
use super::elsewhere::{Elsewhere, this_processor};
use super::handle::{RoomHandle, Shared, pair};
use super::punctual::ask_for_punctuality;
use super::ticking::Ticking;
use crate::metrics::Metrics;

/// How long after a deadline the standby looks. In calm minutes a thread on Linux runs 0.03 to 0.1 ms after its timer is up.
const PATIENCE: Duration = Duration::from_micros(150);

/// Opens a room on threads of its own.
///
/// # Errors
/// When the system gives no thread.
pub fn open(settings: RoomSettings, metrics: Metrics) -> io::Result<RoomHandle> {
    let (handle, shared, messages) = pair(settings);
    thread::Builder::new().name(format!("room {}", handle.id())).spawn(move || {
        // Dropped last, when the room is gone.
        let open = Open(shared.clone());
        ask_for_punctuality();
        let room = Arc::new(TickLoop::new(Ticking::new(shared, messages, metrics)));
        let standby = room.start_standby(&open.0.settings().id);
        // Panics have been reported when they come here: they end the room, its standby with it.
        let _ = catch_unwind(AssertUnwindSafe(|| room.keep_time()));
        room.announce(Next::End);
        let _ = standby.map(JoinHandle::join);
    })?;
    Ok(handle)
}

/// A room that is open until this is dropped, be it by a bug that no new start helps against.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set_seats(0, 0);
        self.0.set_closed();
    }
}

/// What the threads of a room have in common.
struct TickLoop {
    /// Held by who ticks. Poisoned by a panic that [`Ticking`] itself did not survive: the room ends.
    ticking: Mutex<Ticking>,
    interval: Duration,
    next: Mutex<Next>,
    /// The room has woken, or ended.
    changed: Condvar,
    /// Where the room's own thread was when its tick began or when it went to sleep: its timer is there.
    processor: AtomicUsize,
}

/// What the room's own thread waits for.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// Someone who comes.
    Guest,
    /// The tick of this deadline.
    Tick(Instant),
    /// Nothing: the room has ended.
    End,
}

impl TickLoop {
    fn new(ticking: Ticking) -> Self {
        TickLoop {
            interval: ticking.interval(),
            ticking: Mutex::new(ticking),
            next: Mutex::new(Next::Guest),
            changed: Condvar::new(),
            processor: AtomicUsize::new(this_processor()),
        }
    }

    /// Ticks until the room has ended.
    fn keep_time(&self) {
        let Ok(mut ticking) = self.ticking.lock() else { return };
        loop {
            if ticking.is_asleep() {
                self.announce(Next::Guest);
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

    /// Does the ticks that have not begun when they should, until the room has ended.
    fn stand_by(&self) {
        let mut elsewhere = Elsewhere::of_this_thread();
        let mut last = None;
        while let Some(announced) = self.next_deadline() {
            let deadline = after(last, announced, self.interval);
            last = Some(deadline);
            elsewhere.keep_off(self.processor.load(Ordering::Relaxed));
            // After a long tick of its own, too, the room's own thread comes first: it is where the system wants it.
            sleep_until(deadline.max(Instant::now()) + PATIENCE);
            match self.ticking.try_lock() {
                Ok(mut ticking) => ticking.tick(deadline, true),
                // Who holds it ticks.
                Err(TryLockError::WouldBlock) => (),
                Err(TryLockError::Poisoned(_)) => return,
            }
        }
    }

    /// The deadline of the tick that the room's own thread waits for or does; `None`: the room has ended.
    fn next_deadline(&self) -> Option<Instant> {
        let is_asleep = |next: &mut Next| matches!(next, Next::Guest);
        let next = self.changed.wait_while(lock(&self.next), is_asleep);
        match *next.unwrap_or_else(PoisonError::into_inner) {
            Next::Tick(deadline) => Some(deadline),
            Next::Guest | Next::End => None,
        }
    }

    fn note_processor(&self) {
        self.processor.store(this_processor(), Ordering::Relaxed);
    }

    fn announce(&self, next: Next) {
        let before = mem::replace(&mut *lock(&self.next), next);
        // Between ticks the standby wakes by itself.
        if matches!(before, Next::Guest) || matches!(next, Next::End) {
            self.changed.notify_one();
        }
    }

    /// Starts the standby, with what the calling thread has asked the system for; not where it would have to share a processor.
    fn start_standby(self: &Arc<Self>, id: &str) -> Option<JoinHandle<()>> {
        if !Elsewhere::exists() {
            return None;
        }
        let this = self.clone();
        let standby = thread::Builder::new().name(format!("standby {id}"));
        let thread = standby.spawn(move || this.stand_by());
        thread
            .inspect_err(|error| warn!(room = id, %error, "the system gives no thread to stand by"))
            .ok()
    }
}

/// The deadline to look at after the `last` one: the one that is announced, or, while the tick of the last one is still being
/// done, the one that will be if it takes no longer than it may.
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

    use super::super::ticking::tests::{join, room};
    use super::*;
    use crate::connection::LocalLink;
    use crate::metrics::RoomMetrics;

    const TICK_HZ: u16 = 60;

    /// A room that has been asked to end, and the guest in it to whom it says goodbye, which takes it some thirty ticks.
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
