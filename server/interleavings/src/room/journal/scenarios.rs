//! What must hold of a room's journal between the room, its own thread and the store, in every order.

use std::time::Duration;

use driftfield_shared::units::Tick;

use super::chunk::Chunk;
use super::scribe::{Page, Scribe};
use crate::store::{StoreHandle, Submission};
use crate::sync::{Instant, begin, thread};

const PAGES: u32 = 4;

fn page(tick: u32) -> Page {
    let tick = Tick(tick);
    Page::Chunk(Chunk { first: tick, last: tick, bytes: Vec::new() }, Vec::new())
}

/// A room hands over page after page and asks how far they are durable.
fn write_pages(batches_max: usize, is_failing: bool) {
    begin();
    let (store, writer) = StoreHandle::start(batches_max, is_failing);
    let scribe = Scribe::start("test", store.clone(), 1, None).unwrap();
    let mut durable = 0;
    for tick in 1..=PAGES {
        assert!(scribe.try_send(page(tick)), "there is room for some");
        if let Some(Tick(tick)) = scribe.poll_durable() {
            // Page and submission have the same numbers: nobody else hands over.
            assert!(tick > durable, "tick {tick} after {durable}");
            assert!(store.is_written(Submission(tick.into())), "told before it is written");
            durable = tick;
        }
        assert!(!scribe.take_torn(), "no page is lost");
        thread::yield_now();
    }
    // In this clock that is early enough for some orders and too late for others.
    let is_whole = scribe.finish(Instant::now() + Duration::from_secs(5));
    if is_whole {
        assert!(store.is_written(Submission(PAGES.into())), "said to be durable and is not");
    }
    store.close(Instant::now() + Duration::from_secs(3600));
    writer.join().unwrap();
}

/// No tick is confirmed before it is written, and the end says the truth.
pub fn no_tick_is_confirmed_before_it_is_written() {
    write_pages(16, false);
}

/// The same with a store that is full and fails.
pub fn a_full_store_delays_pages_and_loses_none() {
    write_pages(2, true);
}

/// A store that closes under a room: the room learns it, and does not claim that its journal is whole.
pub fn a_page_that_is_lost_is_told() {
    begin();
    let (store, writer) = StoreHandle::start(16, false);
    let scribe = Scribe::start("test", store.clone(), 1, None).unwrap();
    let closer = {
        let store = store.clone();
        thread::spawn(move || store.close(Instant::now() + Duration::from_secs(3600)))
    };
    let mut times_told = 0;
    for tick in 1..=PAGES {
        assert!(scribe.try_send(page(tick)));
        times_told += u32::from(scribe.take_torn());
    }
    closer.join().unwrap();
    // As the room's recorder does it.
    let is_whole = scribe.finish(Instant::now() + Duration::from_secs(3600)) && times_told == 0;
    writer.join().unwrap();
    let is_written = store.is_written(Submission(PAGES.into()));
    assert!(!is_whole || is_written, "said to be whole, and is not");
    assert!(times_told == 0 || !is_written, "told to be torn, and is whole");
}
