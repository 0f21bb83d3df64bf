//! The store's queue and its promise, with a writer that only notes what it has written.

pub mod failure;
pub mod record;
pub mod scenarios;
pub mod watch;
pub mod writer;

pub use record::{Batch, ChainHash, Fence, JournalChunk, RoomCheckpoint, RoomHistory};
pub use writer::queue::SubmitError;
pub use writer::status::{StoreStatus, Submission};

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Instant};
use writer::queue::{Queue, QueueLimits};

/// A store without a database.
#[derive(Clone, Debug)]
pub struct StoreHandle {
    queue: Queue,
    status: StoreStatus,
    /// The last submission that the writer has written. It is set before that is told.
    written: Arc<AtomicU64>,
}

impl StoreHandle {
    /// A store in which so many batches may wait, and its writer, which fails at first if `is_failing`.
    pub fn start(batches: usize, is_failing: bool) -> (StoreHandle, JoinHandle<()>) {
        let status = StoreStatus::new(Instant::now());
        let limits = QueueLimits { bytes: usize::MAX, batches };
        let queue = Queue::new(limits, status.clone());
        let store = StoreHandle { queue, status, written: Arc::new(AtomicU64::new(0)) };
        let writer = store.clone();
        (store, thread::spawn(move || writer::write_all(&writer, is_failing)))
    }

    pub fn submit(&self, batch: Batch) -> Result<Submission, SubmitError> {
        self.queue.submit(batch, Instant::now())
    }

    pub fn status(&self) -> &StoreStatus {
        &self.status
    }

    /// Writes what waits, until `deadline`.
    pub fn close(&self, deadline: Instant) {
        self.queue.close(deadline);
    }

    /// Whether the writer has it, whatever is told.
    pub fn is_written(&self, submission: Submission) -> bool {
        self.written.load(Ordering::SeqCst) >= submission.0
    }
}
