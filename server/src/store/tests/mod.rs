//! Tests of the whole store, and what tests of other parts use.

mod books;
mod copies;
pub mod faults;
#[path = "../../../tests/support/folder.rs"]
mod folder;
mod recovery;
pub mod rig;
mod writing;

use std::sync::Arc;

use driftfield_shared::units::Tick;

use super::{ChainHash, JournalChunk, Store, StoreSettings};
use crate::metrics::Metrics;
pub use faults::Fault;
pub use folder::Folder;
pub use rig::Rig;

/// A store that ends with the test.
pub fn in_memory() -> Store {
    let metrics = Metrics::new();
    Store::open(None, StoreSettings::default(), metrics.store().clone()).unwrap()
}

/// The chunks of a run of three ticks each, one after the other.
pub fn chunks(room: &str, run: u32) -> impl Iterator<Item = JournalChunk> {
    let room: Arc<str> = Arc::from(room);
    let mut chain = ChainHash::start(&room, run);
    (0..).map(move |n: u32| {
        let ticks = (Tick(3 * n + 1), Tick(3 * n + 3));
        let chunk = JournalChunk::after(chain, room.clone(), run, ticks, vec![n as u8; 100]);
        chain = chunk.chain;
        chunk
    })
}
