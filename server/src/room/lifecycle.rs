//! How a room is asked to end, pauses after a failure, sleeps and has ended, between its threads and everybody else.

use std::time::Duration;

use super::health::{Failures, RoomHealth};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::mpsc::Receiver;
use crate::sync::{Arc, Condvar, Instant, Mutex, MutexGuard, PoisonError};

/// Longest wait for a room to end.
const WAIT_MAX: Duration = Duration::from_secs(3600);

/// The life of a room.
#[derive(Debug, Default)]
pub(super) struct Lifecycle {
    is_draining: AtomicBool,
    is_ending_now: AtomicBool,
    state: Mutex<State>,
    /// The state has changed, or the room has been asked to end.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    end: Option<RoomEnd>,
    failures: Failures,
}

/// How a room ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum RoomEnd {
    /// Its state is saved, or it keeps none.
    Kept,
    /// It could not be saved.
    Lost,
}

impl Lifecycle {
    /// Asks the room to say goodbye to all players, be saved, and end. A room that sleeps must also get a message.
    pub(super) fn ask_to_drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
        // A pausing room waits for this under the same lock, so it cannot miss it.
        drop(self.state());
        self.changed.notify_all();
    }

    /// Asks the room to be saved and end, without waiting for players.
    pub(super) fn ask_to_end_now(&self) {
        self.is_ending_now.store(true, Ordering::Relaxed);
        self.ask_to_drain();
    }

    /// Whether the room has been asked to end.
    pub(super) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    /// Whether the room must end without waiting for players.
    pub(super) fn is_ending_now(&self) -> bool {
        self.is_ending_now.load(Ordering::Relaxed)
    }

    /// Notes a failure. Returns when the room may be started again.
    pub(super) fn note_failure(&self, now: Instant) -> Instant {
        self.state().failures.note(now)
    }

    /// Number of recent failures.
    pub(super) fn failures(&self) -> u32 {
        self.state().failures.count()
    }

    /// How much is left of the pause after the last failure.
    pub(super) fn pause_left(&self, now: Instant) -> Duration {
        self.state().failures.pause_left(now)
    }

    /// Waits until the pause after a failure is over, or the room is asked to end.
    pub(super) fn wait_until_open(&self) {
        let state = self.state();
        let pause = state.failures.pause_left(Instant::now());
        let is_running = |_: &mut State| !self.is_draining();
        let _ = self.changed.wait_timeout_while(state, pause, is_running);
    }

    /// Publishes that the room has ended. Only the first call counts.
    pub(super) fn set_closed(&self, end: RoomEnd) {
        self.state().end.get_or_insert(end);
        self.changed.notify_all();
    }

    /// Waits until the room has ended. Returns whether it has by `deadline`.
    pub(super) fn wait_closed(&self, deadline: Instant) -> bool {
        let patience = deadline.saturating_duration_since(Instant::now()).min(WAIT_MAX);
        let state = self.state();
        let waited = self.changed.wait_timeout_while(state, patience, |state| state.end.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.end.is_some()
    }

    /// How the room has ended, if it has.
    pub(super) fn end(&self) -> Option<RoomEnd> {
        self.state().end
    }

    /// The current health.
    pub(super) fn health(&self, now: Instant) -> RoomHealth {
        let state = self.state();
        state.end.map_or_else(|| state.failures.health(now), |_| RoomHealth::Ended)
    }

    /// No code panics between two related changes of the state, so a poisoned lock protects a valid state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The room's end of its mailbox. It outlives the room's thread, so that a restarted room finds the waiting
/// connections.
#[derive(Debug)]
pub(super) struct Mailbox<T>(Arc<Mutex<Receiver<T>>>);

impl<T> Mailbox<T> {
    pub(super) fn new(messages: Receiver<T>) -> Self {
        Mailbox(Arc::new(Mutex::new(messages)))
    }

    /// Waits for the next message; `None` when no sender is left.
    pub(super) fn wait(&self) -> Option<T> {
        self.receiver().recv().ok()
    }

    /// The next message, if there is one.
    pub(super) fn poll(&self) -> Option<T> {
        self.receiver().try_recv().ok()
    }

    fn receiver(&self) -> MutexGuard<'_, Receiver<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        Mailbox(self.0.clone())
    }
}
