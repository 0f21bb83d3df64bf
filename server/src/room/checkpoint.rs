//! A room in a file, so that a restart on purpose keeps the world, the seats and the scores.
//!
//! Written when the room has drained, taken up when it opens under the same rules. The file is its
//! SHA-256 and the state behind it: a torn or altered one is refused as a whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use driftfield_shared::protocol::{CONTENT_HASH, DecodeError, codec};
use driftfield_shared::sim::{Rules, SavedWorld};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::seats::SavedSeat;

/// Number of the form that the state is written in and of the rules it was played by, as far as they are code. It is not
/// that of the protocol: a new way to say hello costs nobody a ship. To be raised when either changes.
const FORM: u16 = 4;
/// Bytes of the hash in front.
const HASH_BYTES: usize = 32;

/// The state of a room.
#[derive(Debug, Deserialize, Serialize)]
pub struct Checkpoint {
    rules: RulesMark,
    /// The world.
    pub world: SavedWorld,
    /// Seats of people.
    pub seats: Vec<SavedSeat>,
}

/// What must be the same for a state to have its meaning.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct RulesMark {
    form: u16,
    content_hash: u64,
    sector: String,
    mode: String,
    tick_hz: u16,
}

/// Why there is no state to go on from.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The bytes are not those that were written.
    #[error("the file is damaged")]
    Damaged,
    /// The bytes have another form.
    #[error("the file has another form: {0}")]
    Form(#[from] DecodeError),
    /// The game has changed since.
    #[error("it was saved under other rules of the game")]
    OtherRules,
}

impl Checkpoint {
    /// The state of a room under `rules`.
    pub fn new(rules: &Rules, world: SavedWorld, seats: Vec<SavedSeat>) -> Self {
        Checkpoint { rules: RulesMark::of(rules), world, seats }
    }

    /// Writes the state, whole or not at all: to a file beside it, which then takes its name.
    ///
    /// # Errors
    /// When the disk refuses; what was there before is still there.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let state = codec::encode_file(self);
        let temporary = path.with_extension("tmp");
        let mut file = File::create(&temporary)?;
        file.write_all(&Sha256::digest(&state))?;
        file.write_all(&state)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    }

    /// Reads a state that was saved under `rules`; `None` if there is none.
    ///
    /// # Errors
    /// When there is a file, but not one to go on from.
    pub fn read(path: &Path, rules: &Rules) -> Result<Option<Checkpoint>, CheckpointError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let (hash, state) = bytes.split_at_checked(HASH_BYTES).ok_or(CheckpointError::Damaged)?;
        if Sha256::digest(state).as_slice() != hash {
            return Err(CheckpointError::Damaged);
        }
        let checkpoint: Checkpoint = codec::decode_file(state)?;
        match checkpoint.rules == RulesMark::of(rules) {
            true => Ok(Some(checkpoint)),
            false => Err(CheckpointError::OtherRules),
        }
    }
}

/// The file of a room in the folder for data.
pub fn path(data_dir: &Path, room: &str) -> PathBuf {
    data_dir.join("rooms").join(format!("{room}.checkpoint"))
}

impl RulesMark {
    fn of(rules: &Rules) -> Self {
        RulesMark {
            form: FORM,
            content_hash: CONTENT_HASH,
            sector: rules.sector.id.clone(),
            mode: rules.mode.id.clone(),
            tick_hz: rules.tick_hz,
        }
    }
}
