//! A store on a disk that can fail.

use std::time::{Duration, Instant};

use super::faults::{self, Disk};
use super::{Folder, chunks};
use crate::metrics::Metrics;
use crate::store::database::Database;
use crate::store::{
    Batch, Failure, JournalChunk, QueueLimits, Store, StoreHandle, StoreSettings, Submission,
};

/// A store whose only room writes a journal.
pub struct Rig {
    pub disk: Disk,
    pub store: Store,
    pub metrics: Metrics,
    chunks: Box<dyn Iterator<Item = JournalChunk> + Send>,
    pub folder: Folder,
}

impl Rig {
    pub fn new(name: &str) -> Rig {
        Rig::with_queue(name, StoreSettings::default().queue)
    }

    pub fn with_queue(name: &str, queue: QueueLimits) -> Rig {
        let folder = Folder::new(name);
        let disk = Disk::under(folder.path());
        let database = Database::in_folder(folder.path()).through(faults::NAME);
        let settings = StoreSettings { queue, ..StoreSettings::default() };
        let metrics = Metrics::new();
        let store = Store::start(database, None, settings, metrics.store().clone()).unwrap();
        let chunks = Box::new(chunks("room", 1));
        Rig { disk, store, metrics, chunks, folder }
    }

    pub fn handle(&self) -> StoreHandle {
        self.store.handle()
    }

    /// Submits the next chunks of the room. Returns the last one's number.
    pub fn write(&mut self, count: usize) -> Submission {
        let handle = self.handle();
        let submit = |chunk| handle.submit(Batch::of(chunk)).expect("there is room");
        self.chunks.by_ref().take(count).map(submit).last().expect("at least one chunk")
    }

    pub fn next_chunk(&mut self) -> JournalChunk {
        self.chunks.next().expect("endless")
    }

    pub fn wait_durable(&self, submission: Submission) {
        let handle = self.handle();
        wait_until("it is durable", || handle.status().is_durable(submission));
    }

    pub fn wait_failure(&self, failure: Failure) {
        let handle = self.handle();
        wait_until("it fails", || {
            handle.status().failure().is_some_and(|(other, _)| other == failure)
        });
    }

    /// Whether the metric of a reason to fail has this value now.
    pub fn tells(&self, reason: &str, value: u8) -> bool {
        self.handle().report();
        let line = format!("driftfield_store_failing{{reason=\"{reason}\"}} {value}\n");
        self.metrics.exposition().contains(&line)
    }

    /// First ticks of the room's chunks, as another connection sees them.
    pub fn first_ticks(&self) -> Vec<u32> {
        first_ticks(&Database::in_folder(self.folder.path()))
    }
}

/// First ticks of all chunks that are in a database.
pub(super) fn first_ticks(database: &Database) -> Vec<u32> {
    let reader = database.reader().unwrap();
    let mut select = reader.prepare("SELECT first_tick FROM journal ORDER BY id").unwrap();
    let rows = select.query_map((), |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Waits for something that another thread does.
pub fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "not within 30 s: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
