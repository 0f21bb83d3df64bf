//! The journal of a room: everything that it executed, kept in the store, so that it can be executed again.
//!
//! ```text
//! RoomCommand --> Recorder --> RoomState (executes it)
//!                    \-> ChunkWriter --100 ms--> Scribe (thread: hashes, encodes) --> store
//!                        SavedRoom   --10 s----/     and what changed hands, for the ledger
//! store --> latest checkpoint, chunks after it --> recover --> RoomState
//! ```
//!
//! A room never waits for its journal. If the store takes nothing for long, the journal has a gap, and a new run with a
//! checkpoint at its start begins as soon as possible.

mod books;
mod checkpoint;
mod chunk;
#[cfg(test)]
mod ledger_tests;
mod open;
mod recorder;
mod recovery;
mod replay;
mod scribe;
#[cfg(test)]
mod tests;

pub use open::{open, open_anew};
pub use recorder::Recorder;
pub use replay::{Replay, ReplayError, ReplayReport};
