//! The thread that hands a room's journal to the store: encoding and hashing are done here, off the tick threads.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use driftfield_shared::sim::Rules;
use driftfield_shared::units::Tick;
use tracing::warn;

use super::books::{bookings, fits};
use super::checkpoint;
use super::chunk::Chunk;
use crate::os::scheduling::restore_default;
use crate::room::state::{SavedRoom, Transfer};
use crate::store::{
    Batch, ChainHash, Fence, JournalChunk, RoomCheckpoint, RoomHistory, StoreHandle, Submission,
    SubmitError,
};
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::mpsc::{Receiver, SyncSender, sync_channel};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Instant, Mutex, PoisonError};

/// Pages that may wait for the thread: some seconds of chunks. More means that the store takes nothing; the journal then
/// has a gap.
const PAGES_MAX: usize = 64;
/// Pause before a batch is offered again to a store that is full.
const FULL_PAUSE: Duration = Duration::from_millis(50);
/// Interval in which the end is waited for.
const END_POLL: Duration = Duration::from_millis(2);

/// A part of a journal.
#[derive(Debug)]
pub enum Page {
    /// A new run begins in this state, after this tick, under these rules.
    Run(Tick, Arc<Rules>, Box<SavedRoom>),
    /// What was executed since the page before, and what changed hands by it.
    Chunk(Chunk, Vec<Transfer>),
    /// The state after this tick, with which the page before ends, under these rules.
    Checkpoint(Tick, Arc<Rules>, Box<SavedRoom>),
}

impl Page {
    /// The last tick that it covers.
    fn last(&self) -> Tick {
        match self {
            Page::Run(tick, ..) | Page::Checkpoint(tick, ..) => *tick,
            Page::Chunk(chunk, _) => chunk.last,
        }
    }
}

/// What earlier runs of a room have left, as far as the ledger is concerned.
#[derive(Debug)]
pub struct Past {
    /// The run that is gone on from; 0: none, the room has a new world.
    pub run: u32,
    /// The last tick of it whose bookings stand.
    pub tick: Tick,
    /// What changed hands after it and before the new run.
    pub transfers: Vec<Transfer>,
}

impl Past {
    /// That of a room which begins with a new world: nothing that it did has happened. `None`: it did nothing yet.
    pub fn of_new_world(history: &RoomHistory) -> Option<Past> {
        // Runs are counted from 1.
        let has_past = history.next_run > 1;
        has_past.then(|| Past { run: 0, tick: Tick(0), transfers: Vec::new() })
    }
}

/// A room's end of the thread.
#[derive(Debug)]
pub struct Scribe {
    pages: SyncSender<Page>,
    thread: JoinHandle<()>,
    shared: Arc<Shared>,
    store: StoreHandle,
}

#[derive(Debug, Default)]
struct Shared {
    /// The last submission.
    last: AtomicU64,
    /// The last ticks of pages that are not known to be durable, with their submissions. A tick only tries the lock.
    waiting: Mutex<VecDeque<(Tick, Submission)>>,
    /// Whether a page is lost: the journal has a gap, and a new run must begin.
    is_torn: AtomicBool,
    /// Whether a store that is full is not waited for any more.
    has_given_up: AtomicBool,
}

/// What the thread knows.
struct Desk {
    room: Arc<str>,
    store: StoreHandle,
    shared: Arc<Shared>,
    run: u32,
    chain: ChainHash,
    /// The first submission of the run.
    run_from: Option<Submission>,
    /// Before the first run.
    past: Option<Past>,
}

impl Scribe {
    /// Starts the thread for a room whose next run has this number.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(
        room: &str,
        store: StoreHandle,
        next_run: u32,
        past: Option<Past>,
    ) -> io::Result<Scribe> {
        let (pages, waiting) = sync_channel(PAGES_MAX);
        let shared = Arc::new(Shared::default());
        let desk = Desk {
            chain: ChainHash::start(room, next_run),
            room: room.into(),
            store: store.clone(),
            shared: shared.clone(),
            // Each run begins by counting up.
            run: next_run.wrapping_sub(1),
            run_from: None,
            past,
        };
        let thread = thread::Builder::new().name(format!("journal {room}"));
        let thread = thread.spawn(move || {
            // A checkpoint takes milliseconds, and must not take them from ticks.
            restore_default();
            desk.write_all(waiting);
        })?;
        Ok(Scribe { pages, thread, shared, store })
    }

    /// Hands over a page. Returns whether it is taken; never waits.
    pub fn try_send(&self, page: Page) -> bool {
        self.pages.try_send(page).is_ok()
    }

    /// The last tick that has become durable since the last call, with all before it.
    pub fn poll_durable(&self) -> Option<Tick> {
        let mut waiting = self.shared.waiting.try_lock().ok()?;
        let status = self.store.status();
        let mut durable = None;
        while let Some((tick, _)) = waiting.pop_front_if(|(_, page)| status.is_durable(*page)) {
            durable = Some(tick);
        }
        durable
    }

    /// Whether a page that was taken is lost. Tells it once.
    pub fn take_torn(&self) -> bool {
        self.shared.is_torn.load(Ordering::Relaxed)
            && self.shared.is_torn.swap(false, Ordering::Relaxed)
    }

    /// Writes what waits. Returns whether all of it is durable by `deadline`.
    pub fn finish(self, deadline: Instant) -> bool {
        let Scribe { pages, thread, shared, store } = self;
        drop(pages);
        let is_early = || Instant::now() < deadline;
        while !thread.is_finished() && is_early() {
            thread::sleep(END_POLL);
        }
        shared.has_given_up.store(true, Ordering::Relaxed);
        let last = Submission(shared.last.load(Ordering::Acquire));
        while !store.status().is_durable(last) && is_early() {
            thread::sleep(END_POLL);
        }
        thread.is_finished()
            && !shared.is_torn.load(Ordering::Relaxed)
            && store.status().is_durable(last)
    }
}

impl Desk {
    fn write_all(mut self, pages: Receiver<Page>) {
        for page in pages {
            let tick = page.last();
            let batch = self.batch(page);
            if !self.submit(batch, tick) {
                self.shared.is_torn.store(true, Ordering::Relaxed);
            }
        }
    }

    fn batch(&mut self, page: Page) -> Batch {
        match page {
            Page::Run(tick, rules, saved) => {
                self.run = self.run.wrapping_add(1);
                self.chain = ChainHash::start(&self.room, self.run);
                self.run_from = None;
                let mut batch = Batch::of(self.checkpoint(tick, &rules, &saved));
                if let Some(past) = self.past.take() {
                    let (room, next_run) = (self.room.clone(), self.run);
                    batch.push(Fence { room, run: past.run, tick: past.tick, next_run });
                    bookings(&self.room, self.run, tick, &past.transfers)
                        .for_each(|booking| batch.push(booking));
                    fits(&past.transfers).for_each(|change| batch.push(change));
                }
                batch
            }
            Page::Checkpoint(tick, rules, saved) => {
                Batch::of(self.checkpoint(tick, &rules, &saved))
            }
            Page::Chunk(Chunk { first, last, bytes }, transfers) => {
                let (room, ticks) = (self.room.clone(), (first, last));
                let chunk = JournalChunk::after(self.chain, room, self.run, ticks, bytes);
                self.chain = chunk.chain;
                let mut batch = Batch::of(chunk);
                bookings(&self.room, self.run, last, &transfers)
                    .for_each(|booking| batch.push(booking));
                fits(&transfers).for_each(|change| batch.push(change));
                batch
            }
        }
    }

    fn checkpoint(&self, tick: Tick, rules: &Rules, saved: &SavedRoom) -> RoomCheckpoint {
        let bytes = checkpoint::encode(rules, saved);
        RoomCheckpoint::new(self.room.clone(), self.run, tick, self.chain, bytes)
    }

    /// Hands a batch to the store, for which it may have to wait. Returns whether the journal is whole.
    fn submit(&mut self, mut batch: Batch, tick: Tick) -> bool {
        loop {
            match self.store.submit(batch) {
                Ok(submission) => {
                    let run_from = *self.run_from.get_or_insert(submission);
                    self.shared.last.store(submission.0, Ordering::Release);
                    let is_whole = |refused| refused < run_from;
                    let is_whole = self.store.status().refused().is_none_or(is_whole);
                    if is_whole {
                        let waiting = &self.shared.waiting;
                        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
                        waiting.push_back((tick, submission));
                    }
                    return is_whole;
                }
                Err(SubmitError::Full(back))
                    if !self.shared.has_given_up.load(Ordering::Relaxed) =>
                {
                    batch = back;
                    thread::sleep(FULL_PAUSE);
                }
                Err(error) => {
                    warn!(room = &*self.room, %error, "a part of the journal is lost");
                    return false;
                }
            }
        }
    }
}
