//! The history of a room: checkpoints, and between them the journal in chunks.
//!
//! ```text
//! run 1:  checkpoint - chunk - chunk - checkpoint - chunk - chunk - chunk     (the process dies)
//! run 2:                                            checkpoint - chunk - ...
//! ```
//!
//! A **run** begins with a checkpoint and is executed without a gap by one build. A room begins a new run when it does
//! not continue exactly where its journal ends. A checkpoint stands between two chunks. Each chunk's **chain hash** covers
//! everything that the run has executed so far, so a chunk that is altered, lost or taken from elsewhere does not fit.

mod chain;
mod check;
mod recovery;
mod stretch;

use std::sync::Arc;

use driftfield_shared::units::Tick;
use sha2::{Digest, Sha256};

pub use chain::ChainHash;
pub(super) use check::check;
pub(super) use recovery::keep;
pub use recovery::{Damage, RoomHistory};
pub use stretch::Stretch;

/// Which code executes a journal: a hash of the sources of rules and rooms. Another build may execute the same commands
/// to another state, so it starts from a checkpoint and leaves the journal alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BuildId(pub u64);

impl BuildId {
    /// This build.
    pub fn current() -> BuildId {
        const ID: &str = env!("DRIFTFIELD_BUILD_ID");
        BuildId(u64::from_str_radix(ID, 16).expect("the build script writes a hexadecimal number"))
    }
}

/// What a room executed in some ticks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JournalChunk {
    /// The room.
    pub room: Arc<str>,
    /// The run that it belongs to.
    pub run: u32,
    /// First tick whose commands are in it.
    pub first_tick: Tick,
    /// Last tick.
    pub last_tick: Tick,
    /// The build that executed them.
    pub build: BuildId,
    /// Hash over this chunk and all before it in the run.
    pub chain: ChainHash,
    /// The commands, as the room writes them.
    pub bytes: Vec<u8>,
}

impl JournalChunk {
    /// The chunk that follows what `previous` covers.
    pub fn after(
        previous: ChainHash,
        room: Arc<str>,
        run: u32,
        (first_tick, last_tick): (Tick, Tick),
        bytes: Vec<u8>,
    ) -> JournalChunk {
        debug_assert!(first_tick <= last_tick, "a chunk has at least one tick");
        let build = BuildId::current();
        let chain = previous.next(first_tick, last_tick, build, &bytes);
        JournalChunk { room, run, first_tick, last_tick, build, chain, bytes }
    }

    /// Whether it follows what `previous` covers, unaltered.
    fn follows(&self, previous: ChainHash) -> bool {
        self.chain == previous.next(self.first_tick, self.last_tick, self.build, &self.bytes)
    }
}

/// The whole state of a room after a tick.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoomCheckpoint {
    /// The room.
    pub room: Arc<str>,
    /// The run that it belongs to.
    pub run: u32,
    /// The last tick that the state contains.
    pub tick: Tick,
    /// The build that made it.
    pub build: BuildId,
    /// Where the journal stands: the chain hash of the chunk that ends with this tick, or the run's start.
    pub chain: ChainHash,
    /// The state, as the room writes it.
    pub bytes: Vec<u8>,
    /// Hash over all of the above.
    seal: [u8; 32],
}

impl RoomCheckpoint {
    /// A checkpoint of a room, made by this build. It hashes the state, so call it off the tick thread.
    pub fn new(room: Arc<str>, run: u32, tick: Tick, chain: ChainHash, bytes: Vec<u8>) -> Self {
        let build = BuildId::current();
        let mut checkpoint = RoomCheckpoint { room, run, tick, build, chain, bytes, seal: [0; 32] };
        checkpoint.seal = checkpoint.computed_seal();
        checkpoint
    }

    /// The hash over all of it.
    pub fn seal(&self) -> &[u8; 32] {
        &self.seal
    }

    fn is_intact(&self) -> bool {
        self.seal == self.computed_seal()
    }

    fn computed_seal(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.run.to_le_bytes())
            .chain_update(self.tick.0.to_le_bytes())
            .chain_update(self.build.0.to_le_bytes())
            .chain_update(self.chain.0)
            .chain_update((self.room.len() as u64).to_le_bytes())
            .chain_update(self.room.as_bytes())
            .chain_update(&self.bytes)
            .finalize()
            .into()
    }
}
