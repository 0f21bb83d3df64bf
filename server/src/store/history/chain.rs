//! The hash over everything that a run has executed.

use std::fmt;

use driftfield_shared::units::Tick;
use sha2::{Digest, Sha256};

use super::BuildId;

/// SHA-256 over a run's chunks up to one of them.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// The start of a run, before its first chunk. No two runs of a room share it.
    pub fn start(room: &str, run: u32) -> ChainHash {
        let hash = Sha256::new()
            .chain_update(b"driftfield run")
            .chain_update(run.to_le_bytes())
            .chain_update(room.as_bytes());
        ChainHash(hash.finalize().into())
    }

    /// The hash after one more chunk.
    pub fn next(self, first_tick: Tick, last_tick: Tick, build: BuildId, bytes: &[u8]) -> Self {
        let hash = Sha256::new()
            .chain_update(self.0)
            .chain_update(first_tick.0.to_le_bytes())
            .chain_update(last_tick.0.to_le_bytes())
            .chain_update(build.0.to_le_bytes())
            .chain_update(bytes);
        ChainHash(hash.finalize().into())
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, _) = self.0.split_at(4);
        write!(f, "ChainHash({:02x?}..)", head)
    }
}
