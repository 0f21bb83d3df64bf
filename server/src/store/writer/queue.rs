//! What waits for the writer: bounded by bytes and by count.
//!
//! A thread that ticks hands over a batch under a lock that is held for a push or a swap, never while anything is written. What
//! the writer has taken but not committed still counts, so a store that cannot write fills up and then refuses.

use std::mem;
use std::time::Duration;

use thiserror::Error;

use super::status::{StoreStatus, Submission};
use crate::store::record::Batch;
use crate::sync::{Arc, Condvar, Instant, Mutex, MutexGuard, PoisonError};

/// A batch that has its number.
#[derive(Debug)]
pub(in crate::store) struct Submitted {
    pub(super) number: Submission,
    pub(super) batch: Batch,
}

/// How much may wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QueueLimits {
    /// In bytes.
    pub bytes: usize,
    /// In batches.
    pub batches: usize,
}

impl QueueLimits {
    /// Rooms may not fill the last eighth: it is for accounts, bans and the like, which are small.
    fn for_batch(self, batch: &Batch) -> QueueLimits {
        let less = |limit: usize| if batch.is_of_room() { limit - limit / 8 } else { limit };
        QueueLimits { bytes: less(self.bytes), batches: less(self.batches) }
    }
}

/// Why a batch was not taken. It comes back, so that its owner decides what becomes of it.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// Too much waits already: the disk is too slow, or cannot be written.
    #[error("too much waits for the store already")]
    Full(Batch),
    /// The server ends.
    #[error("the store is closed")]
    Closed(Batch),
}

/// The queue between all threads and the writer. Clones are the same queue.
#[derive(Clone, Debug)]
pub(in crate::store) struct Queue(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: QueueLimits,
    status: StoreStatus,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Submitted>,
    /// Of what waits and of what the writer has in hand.
    bytes: usize,
    batches: usize,
    last: u64,
    /// Set when the store closes: how long the writer may go on trying.
    closes_at: Option<Instant>,
}

impl Queue {
    pub(in crate::store) fn new(limits: QueueLimits, status: StoreStatus) -> Self {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Queue(Arc::new(Shared { limits, status, state, changed }))
    }

    /// Takes a batch. Never waits for the disk.
    pub(in crate::store) fn submit(
        &self,
        batch: Batch,
        now: Instant,
    ) -> Result<Submission, SubmitError> {
        let limits = self.0.limits.for_batch(&batch);
        let mut state = self.state();
        if state.closes_at.is_some() {
            return Err(SubmitError::Closed(batch));
        }
        // A batch that is too large on its own is taken alone; otherwise it could never be kept.
        let is_full = state.batches >= limits.batches
            || (state.batches > 0 && state.bytes + batch.bytes() > limits.bytes);
        if is_full {
            return Err(SubmitError::Full(batch));
        }
        state.last += 1;
        state.bytes += batch.bytes();
        state.batches += 1;
        let number = Submission(state.last);
        let was_empty = state.waiting.is_empty();
        state.waiting.push(Submitted { number, batch });
        if was_empty {
            self.0.status.note_queued(now);
        }
        drop(state);
        if was_empty {
            self.0.changed.notify_one();
        }
        Ok(number)
    }

    /// Waits for something to write, then until `not_before`, so that one commit serves many; then takes all of it. `None`:
    /// the store closes, and nothing waits. `spare` is an empty buffer to fill next.
    pub(in crate::store) fn take(
        &self,
        not_before: Instant,
        spare: Vec<Submitted>,
    ) -> Option<Vec<Submitted>> {
        debug_assert!(spare.is_empty(), "what the writer has in hand would be lost");
        let mut state = self.state();
        loop {
            let now = Instant::now();
            let is_closing = state.closes_at.is_some();
            if state.waiting.is_empty() {
                if is_closing {
                    return None;
                }
                state = self.wait(state, None);
            } else if !is_closing && now < not_before {
                state = self.wait(state, Some(not_before - now));
            } else {
                self.0.status.note_taken();
                return Some(mem::replace(&mut state.waiting, spare));
            }
        }
    }

    /// Gives back the room of batches that are durable.
    pub(in crate::store) fn release(&self, batches: &[Submitted]) {
        let bytes: usize = batches.iter().map(|submitted| submitted.batch.bytes()).sum();
        let mut state = self.state();
        debug_assert!(state.bytes >= bytes && state.batches >= batches.len(), "counted before");
        state.bytes -= bytes;
        state.batches -= batches.len();
    }

    /// Takes nothing more. The writer tries until `deadline` to write what waits.
    pub(in crate::store) fn close(&self, deadline: Instant) {
        self.state().closes_at.get_or_insert(deadline);
        self.0.changed.notify_all();
    }

    /// Pauses the writer after a failure. Returns false when it must give up.
    pub(in crate::store) fn pause(&self, until: Instant) -> bool {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            if state.closes_at.is_some_and(|at| at <= now) {
                return false;
            }
            let until = state.closes_at.map_or(until, |at| at.min(until));
            if until <= now {
                return true;
            }
            state = self.wait(state, Some(until - now));
        }
    }

    /// Bytes and batches that wait or are in the writer's hands.
    pub(in crate::store) fn load(&self) -> (usize, usize) {
        let state = self.state();
        (state.bytes, state.batches)
    }

    /// The last number that was given.
    pub(in crate::store) fn last(&self) -> Submission {
        Submission(self.state().last)
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        let changed = &self.0.changed;
        match limit {
            None => changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                changed.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    /// No code panics between two related changes, so a poisoned lock protects a valid state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::audit::AuditLine;
    use crate::store::tests::chunks;

    fn queue(bytes: usize, batches: usize) -> (Queue, StoreStatus) {
        let status = StoreStatus::new(Instant::now());
        (Queue::new(QueueLimits { bytes, batches }, status.clone()), status)
    }

    fn audit() -> Batch {
        let word = String::new;
        let line =
            AuditLine { at: 0, actor: word(), action: word(), subject: word(), detail: word() };
        Batch::of(line)
    }

    #[test]
    fn rooms_leave_the_last_eighth_to_accounts_and_get_their_batch_back() {
        let (queue, _) = queue(usize::MAX, 16);
        let mut chunks = chunks("a", 1).map(Batch::of);
        let submit = |batch| queue.submit(batch, Instant::now());
        let taken = (0..14).filter(|_| submit(chunks.next().unwrap()).is_ok()).count();
        let refused = submit(chunks.next().unwrap());
        assert!(
            taken == 14 && matches!(&refused, Err(SubmitError::Full(batch)) if batch.is_of_room())
        );
        assert!(submit(audit()).is_ok() && submit(audit()).is_ok());
        assert!(matches!(submit(audit()), Err(SubmitError::Full(_))));
    }

    #[test]
    fn what_the_writer_has_in_hand_still_takes_room_until_it_is_durable() {
        let (queue, status) = queue(usize::MAX, 1);
        let now = Instant::now();
        assert_eq!(queue.submit(audit(), now).unwrap(), Submission(1));
        let in_hand = queue.take(now, Vec::new()).unwrap();
        assert!(matches!(queue.submit(audit(), now), Err(SubmitError::Full(_))));
        status.note_durable(Submission(1));
        queue.release(&in_hand);
        assert_eq!(queue.submit(audit(), now).unwrap(), Submission(2));
    }

    #[test]
    fn a_batch_larger_than_the_bound_is_taken_when_nothing_else_waits() {
        let (queue, _) = queue(1, 16);
        assert!(queue.submit(audit(), Instant::now()).is_ok());
        assert!(matches!(queue.submit(audit(), Instant::now()), Err(SubmitError::Full(_))));
    }

    #[test]
    fn a_closed_queue_takes_nothing_and_gives_out_what_it_has() {
        let (queue, _) = queue(1_000, 16);
        let now = Instant::now();
        queue.submit(audit(), now).unwrap();
        queue.close(now);
        assert!(matches!(queue.submit(audit(), now), Err(SubmitError::Closed(_))));
        let later = now + Duration::from_secs(3600);
        assert_eq!(queue.take(later, Vec::new()).unwrap().len(), 1, "at once, though it is early");
        assert!(queue.take(later, Vec::new()).is_none());
        assert!(!queue.pause(later), "the writer gives up");
    }

    #[test]
    fn the_lag_is_the_age_of_the_oldest_submission_that_is_not_durable() {
        let start = Instant::now() - Duration::from_secs(3600);
        let status = StoreStatus::new(start);
        assert_eq!(status.lag(), Duration::ZERO);
        status.note_queued(start + Duration::from_secs(600));
        status.note_taken();
        status.note_queued(start + Duration::from_secs(1_200));
        assert_eq!(status.lag().as_secs() / 60, 50);
        status.note_durable(Submission(1));
        assert_eq!(status.lag().as_secs() / 60, 40);
    }
}
