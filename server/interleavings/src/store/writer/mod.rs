//! The real queue and the real promise, and a writer that keeps to the order of the real one.

#[path = "../../../../src/store/writer/queue.rs"]
pub mod queue;
#[path = "../../../../src/store/writer/status.rs"]
pub mod status;

use std::time::Duration;

use super::StoreHandle;
use super::failure::Failure;
use crate::sync::Instant;
use crate::sync::atomic::Ordering;

/// Writes until the store is closed and nothing waits, or until it must give up. The first attempt of each commit fails if `is_failing`.
pub(super) fn write_all(store: &StoreHandle, is_failing: bool) {
    let StoreHandle { queue, status, written } = store;
    let (mut next_commit, mut spare) = (Instant::now(), Vec::new());
    while let Some(mut taken) = queue.take(next_commit, spare) {
        let now = Instant::now();
        next_commit = now + Duration::from_millis(100);
        if is_failing {
            status.note_failure(Failure::Io, now);
            if !queue.pause(now + Duration::from_secs(1)) {
                return;
            }
        }
        let last = taken.last().expect("what is taken is not empty").number;
        written.store(last.0, Ordering::SeqCst);
        status.note_durable(last);
        queue.release(&taken);
        taken.clear();
        spare = taken;
    }
}
