//! The state of a room in a checkpoint, with what it needs to keep its meaning: the form and the room, which must be equal,
//! and the content that the room played by. A host may have other content since; then the room goes on under that.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::sim::Rules;
use driftfield_shared::wire::{DecodeError, codec};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::room::state::{RoomState, SavedRoom, SavedRoomError};

/// Version of the state's format and of the rules, as far as they are code. It is not the protocol's version: a new
/// greeting should cost nobody a ship. Raise it when format or rules change.
const FORM: u16 = 10;

/// What must be equal for a state to keep its meaning.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct RulesMark {
    form: u16,
    sector: String,
    mode: String,
    tick_hz: u16,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The bytes have an unexpected format.
    #[error("the checkpoint has an unexpected format: {0}")]
    Form(#[from] DecodeError),
    /// The game has changed since.
    #[error("it was made under other rules of the game")]
    OtherRules,
    /// The bytes are intact, but the state is impossible under these rules.
    #[error(transparent)]
    Impossible(#[from] SavedRoomError),
}

/// The bytes of a checkpoint.
pub fn encode(rules: &Rules, room: &SavedRoom) -> Vec<u8> {
    codec::encode_file(&(RulesMark::of(rules), &*rules.content, room))
}

/// The state in a checkpoint of the room that has these rules now.
///
/// # Errors
/// When it is not one.
pub fn decode(rules: &Rules, bytes: &[u8]) -> Result<RoomState, CheckpointError> {
    // Read first: the rest may have any format if it is another one.
    let (mark, rest) = codec::decode_first::<RulesMark>(bytes)?;
    if mark != RulesMark::of(rules) {
        return Err(CheckpointError::OtherRules);
    }
    resume(&mark, rest)
}

/// The state in a checkpoint, whatever room it is of.
///
/// # Errors
/// When it is no checkpoint of this build.
pub fn decode_any(bytes: &[u8]) -> Result<RoomState, CheckpointError> {
    let (mark, rest) = codec::decode_first::<RulesMark>(bytes)?;
    if mark.form != FORM {
        return Err(CheckpointError::OtherRules);
    }
    resume(&mark, rest)
}

fn resume(mark: &RulesMark, bytes: &[u8]) -> Result<RoomState, CheckpointError> {
    let (content, saved): (Content, SavedRoom) = codec::decode_file(bytes)?;
    let rules = Rules::new(Arc::new(content), &mark.sector, &mark.mode, mark.tick_hz);
    let rules = rules.map_err(|_| CheckpointError::OtherRules)?;
    Ok(RoomState::resume(Arc::new(rules), saved)?)
}

impl RulesMark {
    fn of(rules: &Rules) -> Self {
        RulesMark {
            form: FORM,
            sector: rules.sector.id.clone(),
            mode: rules.mode.id.clone(),
            tick_hz: rules.tick_hz,
        }
    }
}
