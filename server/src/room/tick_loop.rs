//! The threads of a room: one that ticks at absolute deadlines, and one that stands by to tick in its place.
//!
//! A thread sleeps with a timer of the processor that it is on. If that processor does not run when the timer is up, since a
//! hypervisor has lent it to another machine or the kernel is busy there, the thread sleeps on, for milliseconds, while the next
//! processor has nothing to do. So a second thread, kept off the first one's processor, looks a moment after each deadline
//! whether the tick has begun, and does it if not. It takes two processors that stall at once to make a tick late.
//!
//! The same thought in distributed systems: hedged requests, J. Dean and L. A. Barroso, "The Tail at Scale" (2013).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use tracing::warn;

use super::RoomSettings;
use super::elsewhere::{Elsewhere, this_processor};
use super::handle::{RoomHandle, pair};
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
    let id = handle.id().to_owned();
    thread::Builder::new().name(format!("room {id}")).spawn(move || {
        ask_for_punctuality();
        let room = Arc::new(TickLoop::new(Ticking::new(shared.clone(), messages, metrics)));
        if let Err(error) = room.start_standby(&id) {
            warn!(room = id, %error, "the system gives no thread to stand by");
        }
        room.keep_time();
        shared.set_seats(0, 0);
        shared.set_closed();
    })?;
    Ok(handle)
}

/// What the threads of a room have in common.
struct TickLoop {
    /// Held by who ticks.
    ticking: Mutex<Ticking>,
    interval: Duration,
    next: Mutex<Next>,
    /// The room has woken, or ended.
    changed: Condvar,
}

/// What the room's own thread waits for.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// Someone who comes.
    Guest,
    /// A tick, with a timer of this processor.
    Tick { deadline: Instant, processor: usize },
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
        }
    }

    /// Ticks until the room has ended.
    fn keep_time(&self) {
        let mut ticking = lock(&self.ticking);
        loop {
            if ticking.is_asleep() {
                self.announce(Next::Guest);
                ticking.sleep();
            }
            if ticking.is_closed() {
                return self.announce(Next::End);
            }
            let deadline = ticking.deadline();
            self.announce(Next::Tick { deadline, processor: this_processor() });
            if deadline > Instant::now() {
                drop(ticking);
                sleep_until(deadline);
                ticking = lock(&self.ticking);
            }
            // Or the standby has done it.
            if ticking.deadline() == deadline && !ticking.is_closed() {
                ticking.tick(false);
            }
        }
    }

    /// Does the ticks that have not begun when they should, until the room has ended.
    fn stand_by(&self) {
        let mut elsewhere = Elsewhere::of_this_thread();
        // The next deadline is made known when the tick before it is done. Until then it is taken to be an interval later.
        let mut expected = Instant::now();
        while let Some((deadline, processor)) = self.next_tick() {
            let deadline = deadline.max(expected);
            elsewhere.keep_off(processor);
            sleep_until(deadline + PATIENCE);
            expected = deadline + self.interval;
            // Who holds it ticks.
            let Ok(mut ticking) = self.ticking.try_lock() else { continue };
            if ticking.deadline() <= deadline && !ticking.is_asleep() && !ticking.is_closed() {
                ticking.tick(true);
            }
            if ticking.is_closed() {
                return;
            }
        }
    }

    /// The tick that the room's own thread waits for; `None`: the room has ended.
    fn next_tick(&self) -> Option<(Instant, usize)> {
        let is_asleep = |next: &mut Next| matches!(next, Next::Guest);
        let next = self.changed.wait_while(lock(&self.next), is_asleep);
        match *next.unwrap_or_else(PoisonError::into_inner) {
            Next::Tick { deadline, processor } => Some((deadline, processor)),
            Next::Guest | Next::End => None,
        }
    }

    fn announce(&self, next: Next) {
        let before = mem::replace(&mut *lock(&self.next), next);
        // Between ticks the standby wakes by itself.
        if matches!(before, Next::Guest) || matches!(next, Next::End) {
            self.changed.notify_one();
        }
    }

    /// Starts the standby, with what the calling thread has asked the system for; not where it would have to share a processor.
    fn start_standby(self: &Arc<Self>, id: &str) -> io::Result<()> {
        if !Elsewhere::of_this_thread().is_somewhere() {
            return Ok(());
        }
        let this = self.clone();
        let standby = thread::Builder::new().name(format!("room {id} standby"));
        standby.spawn(move || this.stand_by()).map(drop)
    }
}

/// A panic in a tick is dealt with by [`Ticking`] itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sleep_until(deadline: Instant) {
    thread::sleep(deadline.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use driftfield_shared::content::Content;
    use driftfield_shared::netcode::{Client, ClientConfig};
    use driftfield_shared::sim::Rules;

    use super::*;
    use crate::connection::{Connection, LocalLink};
    use crate::metrics::RoomMetrics;
    use crate::room::Cores;

    const TICK_HZ: u16 = 60;

    /// A room that has been asked to end, and the guest in it to whom it says goodbye, which takes it some thirty ticks.
    fn ending() -> (TickLoop, RoomMetrics, LocalLink) {
        let content = Arc::new(Content::built_in().unwrap());
        let settings = RoomSettings {
            id: "test".into(),
            name: "Test".into(),
            rules: Arc::new(Rules::new(content, "frontier", "frontier", TICK_HZ).unwrap()),
            max_players: 1,
            grace_seconds: 1.0,
            seed: 7,
            data_dir: None,
            cores: Cores::new(1),
        };
        let metrics = Metrics::new();
        let (handle, shared, messages) = pair(settings);
        let (connection, guest) = Connection::in_process();
        let mut client = Client::new(ClientConfig::default());
        handle.join(connection, Some(client.connect(0))).unwrap();
        handle.drain();
        let ticking = Ticking::new(shared, messages, metrics.clone());
        (TickLoop::new(ticking), metrics.room("test"), guest)
    }

    /// How many ticks a room may have done since `start`, at most: each once, and those that were late caught up.
    fn ticks_at_most(start: Instant) -> u64 {
        (start.elapsed().as_secs_f64() * f64::from(TICK_HZ)) as u64 + 1
    }

    #[test]
    fn the_standby_does_every_tick_of_a_room_whose_own_thread_does_not_come() {
        let (room, metrics, _guest) = ending();
        let start = Instant::now();
        room.announce(Next::Tick { deadline: start, processor: this_processor() });
        room.stand_by();
        assert!(lock(&room.ticking).is_closed());
        let wakes = metrics.ticks_stood_in.get();
        assert!(wakes > 1 && wakes <= metrics.ticks.get(), "{wakes} of {}", metrics.ticks.get());
        assert!(metrics.ticks.get() + metrics.ticks_skipped.get() <= ticks_at_most(start));
    }

    #[test]
    fn no_tick_is_done_twice_and_both_threads_end_with_the_room() {
        let (room, metrics, _guest) = ending();
        let start = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| room.stand_by());
            room.keep_time();
        });
        assert!(lock(&room.ticking).is_closed());
        assert!(metrics.ticks.get() + metrics.ticks_skipped.get() <= ticks_at_most(start));
    }

    #[test]
    fn the_standby_does_not_wait_for_a_tick_that_has_begun() {
        let (room, metrics, _guest) = ending();
        thread::scope(|scope| {
            let begun = lock(&room.ticking);
            room.announce(Next::Tick { deadline: Instant::now(), processor: this_processor() });
            let standby = scope.spawn(|| room.stand_by());
            thread::sleep(room.interval * 10);
            assert!(!standby.is_finished());
            room.announce(Next::End);
            standby.join().unwrap();
            drop(begun);
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
}
