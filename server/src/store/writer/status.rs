//! What the store has promised: how far its submissions are durable, and whether it can write now.
//!
//! Threads that tick read it at any time: it is a handful of atomic numbers, and nobody waits for anybody.

use std::time::Duration;

use tokio::sync::watch;

use crate::store::failure::Failure;
use crate::store::watch::Trouble;
use crate::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use crate::sync::{Arc, Instant};

/// Number of a submission. They rise in the order in which the store got them, and become durable in that order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Submission(pub u64);

/// The store's promise, as everybody sees it. Clones show the same.
#[derive(Clone, Debug)]
pub struct StoreStatus(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Times are counted from here.
    start: Instant,
    durable: AtomicU64,
    /// Last submission that the database refused as impossible; 0: none.
    refused: AtomicU64,
    /// 0: no failure, otherwise one more than its place in [`Failure::ALL`].
    failure: AtomicU8,
    /// Since when it lasts, in milliseconds.
    failing_since: AtomicU64,
    /// 0: none, 1: slow, otherwise two more than the failure's place in [`Failure::ALL`].
    trouble: AtomicU8,
    /// When the oldest submission came that waits in the queue, in milliseconds and one; 0: none waits.
    queued_since: AtomicU64,
    /// The same of those that the writer has in hand.
    in_hand_since: AtomicU64,
    /// For those who wait in tokio.
    wake: watch::Sender<()>,
}

impl StoreStatus {
    pub(in crate::store) fn new(start: Instant) -> Self {
        StoreStatus(Arc::new(Shared {
            start,
            durable: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failure: AtomicU8::new(0),
            failing_since: AtomicU64::new(0),
            trouble: AtomicU8::new(0),
            queued_since: AtomicU64::new(0),
            in_hand_since: AtomicU64::new(0),
            wake: watch::Sender::new(()),
        }))
    }

    /// The last submission that is durable, with all before it.
    pub fn durable(&self) -> Submission {
        Submission(self.0.durable.load(Ordering::Acquire))
    }

    /// Whether a submission is durable.
    pub fn is_durable(&self, submission: Submission) -> bool {
        self.durable() >= submission
    }

    /// The last submission, if any, that the database refused for ever: only a bug causes that. It is not in the database,
    /// though those after it are. A room that finds one of its own here must begin a new run.
    pub fn refused(&self) -> Option<Submission> {
        Some(Submission(self.0.refused.load(Ordering::Acquire))).filter(|refused| refused.0 > 0)
    }

    /// Why nothing can be written now, and for how long that has been so.
    pub fn failure(&self) -> Option<(Failure, Duration)> {
        let number = self.0.failure.load(Ordering::Acquire);
        let failure = *Failure::ALL.get(usize::from(number).checked_sub(1)?)?;
        let since = Duration::from_millis(self.0.failing_since.load(Ordering::Acquire));
        Some((failure, self.0.start.elapsed().saturating_sub(since)))
    }

    /// Whether what happens now may be lost in a crash, as the watch over the store tells it: within a second, and until
    /// all has been well for a while.
    pub fn trouble(&self) -> Option<Trouble> {
        match self.0.trouble.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Trouble::Slow),
            number => Failure::ALL.get(usize::from(number) - 2).copied().map(Trouble::Failing),
        }
    }

    pub(in crate::store) fn note_trouble(&self, trouble: Option<Trouble>) {
        let number = match trouble {
            None => 0,
            Some(Trouble::Slow) => 1,
            Some(Trouble::Failing(failure)) => place(failure) + 2,
        };
        self.0.trouble.store(number, Ordering::Release);
    }

    /// The age of the oldest submission that is not durable. Some 100 ms are usual.
    pub fn lag(&self) -> Duration {
        let oldest = [&self.0.in_hand_since, &self.0.queued_since]
            .map(|since| since.load(Ordering::Acquire))
            .into_iter()
            .filter(|since| *since > 0)
            .min();
        let since = oldest.map(|since| Duration::from_millis(since - 1));
        since.map_or(Duration::ZERO, |since| self.0.start.elapsed().saturating_sub(since))
    }

    /// Waits until a submission is durable. Does not end while the store cannot write: give it a time limit.
    pub async fn wait(&self, submission: Submission) {
        let mut wake = self.0.wake.subscribe();
        while !self.is_durable(submission) {
            // The sender lives as long as this status.
            let _ = wake.changed().await;
        }
    }

    /// The same, but not for longer than `patience`. Returns whether the submission is durable.
    pub async fn wait_within(&self, submission: Submission, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.wait(submission)).await.is_ok()
    }

    pub(super) fn note_queued(&self, at: Instant) {
        self.0.queued_since.store(self.stamp(at), Ordering::Release);
    }

    /// The writer takes everything that waits.
    pub(super) fn note_taken(&self) {
        let since = self.0.queued_since.load(Ordering::Acquire);
        self.0.in_hand_since.store(since, Ordering::Release);
        self.0.queued_since.store(0, Ordering::Release);
    }

    /// What was taken, up to this submission, is durable.
    pub(super) fn note_durable(&self, submission: Submission) {
        debug_assert!(self.durable() < submission, "submissions become durable in their order");
        self.0.durable.store(submission.0, Ordering::Release);
        self.0.in_hand_since.store(0, Ordering::Release);
        self.0.failure.store(0, Ordering::Release);
        self.0.wake.send_replace(());
    }

    /// Must be noted before the submissions around it are durable.
    pub(super) fn note_refused(&self, submission: Submission) {
        self.0.refused.store(submission.0, Ordering::Release);
    }

    pub(super) fn note_failure(&self, failure: Failure, at: Instant) {
        if self.0.failure.load(Ordering::Acquire) == 0 {
            let since = at.saturating_duration_since(self.0.start).as_millis() as u64;
            self.0.failing_since.store(since, Ordering::Release);
        }
        self.0.failure.store(place(failure) + 1, Ordering::Release);
    }

    fn stamp(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.0.start).as_millis() as u64 + 1
    }
}

fn place(failure: Failure) -> u8 {
    Failure::ALL.iter().position(|other| *other == failure).unwrap_or(0) as u8
}
