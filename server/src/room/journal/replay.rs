//! Executes a stretch of a room's journal again, offline, and compares it with what the room was.
//!
//! ```text
//! start (checkpoint) --chunks--> state after each tick
//!                                   |-- equal hash once a second?
//!                                   \-- equal bytes at each later checkpoint?
//! ```
//!
//! A stretch can be written to a file, which is executed again in the same way: a bug report that a test takes.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use driftfield_shared::sim::World;
use driftfield_shared::units::Tick;
use driftfield_shared::wire::{DecodeError, codec};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::checkpoint::{self, CheckpointError};
use super::chunk::{ChunkError, ChunkReader};
use crate::store::{BuildId, Stretch};

/// A stretch of a journal, whole in itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Replay {
    /// The room.
    pub room: String,
    /// The build that executed it.
    build: u64,
    /// The state that it begins with, as a checkpoint.
    start: Vec<u8>,
    /// The commands, chunk by chunk.
    chunks: Vec<Vec<u8>>,
    /// Checkpoints on the way, by tick.
    checkpoints: BTreeMap<u32, Vec<u8>>,
}

/// Why a stretch cannot be executed again.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// It is not what this build writes.
    #[error("it is no replay of this version: {0}")]
    Form(#[from] DecodeError),
    /// Other code would execute the same commands to other states.
    #[error(
        "another build of the server made this journal, and only that one can execute it again"
    )]
    OtherBuild,
    /// The first state cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The commands cannot be read.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayReport {
    /// The tick of the first state.
    pub from: Tick,
    /// The last tick.
    pub to: Tick,
    /// Ticks per second of the room.
    pub tick_hz: u16,
    /// Hashes and checkpoints that were compared.
    pub compared: u32,
    /// The first tick after which the state is another one than it was.
    pub differs_at: Option<Tick>,
    /// How long it took.
    pub took: Duration,
}

impl From<Stretch> for Replay {
    fn from(Stretch { start, chunks, checkpoints }: Stretch) -> Self {
        // A run is of one build; a chunk of another one would be executed to something else.
        let is_alike = chunks.iter().all(|chunk| chunk.build == start.build);
        debug_assert!(is_alike, "a run is executed by one build");
        Replay {
            room: start.room.to_string(),
            build: start.build.0,
            start: start.bytes,
            chunks: chunks.into_iter().map(|chunk| chunk.bytes).collect(),
            checkpoints: checkpoints
                .into_iter()
                .map(|checkpoint| (checkpoint.tick.0, checkpoint.bytes))
                .collect(),
        }
    }
}

impl Replay {
    /// The bytes of a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode_file(self)
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Replay, ReplayError> {
        Ok(codec::decode_file(bytes)?)
    }

    /// Executes it from the first state to the last tick, or to the first difference.
    ///
    /// # Errors
    /// When it cannot be executed by this build.
    pub fn execute(&self) -> Result<ReplayReport, ReplayError> {
        self.execute_watched(|_| {})
    }

    /// The same. Shows `watch` the world of the first state, and after each tick.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn execute_watched(
        &self,
        mut watch: impl FnMut(&World),
    ) -> Result<ReplayReport, ReplayError> {
        if BuildId(self.build) != BuildId::current() {
            return Err(ReplayError::OtherBuild);
        }
        let mut state = checkpoint::decode_any(&self.start)?;
        let (from, started) = (state.world().tick(), Instant::now());
        let (mut reader, mut compared, mut differs_at) = (ChunkReader::default(), 0, None);
        watch(state.world());
        'chunks: for chunk in &self.chunks {
            for executed in reader.read(chunk)? {
                for command in &executed.commands {
                    state.apply(command);
                }
                state.step();
                state.take_events();
                state.take_transfers();
                watch(state.world());
                let (tick, mut is_equal) = (state.world().tick(), true);
                if let Some(hash) = executed.hash {
                    compared += 1;
                    is_equal = hash == state.hash();
                }
                if let Some(was) = self.checkpoints.get(&tick.0) {
                    compared += 1;
                    is_equal &= *was == checkpoint::encode(state.world().rules(), &state.save());
                }
                if !is_equal {
                    differs_at = Some(tick);
                    break 'chunks;
                }
            }
        }
        let tick_hz = state.world().rules().tick_hz;
        let to = state.world().tick();
        Ok(ReplayReport { from, to, tick_hz, compared, differs_at, took: started.elapsed() })
    }
}

impl fmt::Display for ReplayReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReplayReport { from, to, tick_hz, compared, differs_at, took } = self;
        let played = f64::from(to.since(*from)) / f64::from((*tick_hz).max(1));
        let times = played / took.as_secs_f64().max(1e-9);
        write!(
            f,
            "ticks {} to {}: {played:.1} s of play in {took:.2?}, {times:.0} times as fast; ",
            from.0, to.0
        )?;
        match differs_at {
            None => write!(f, "all {compared} states that were recorded came again"),
            Some(tick) => write!(f, "after tick {} the state is another one than it was", tick.0),
        }
    }
}
