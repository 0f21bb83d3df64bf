//! The one place that knows bincode: serde types to bytes and back, within bounds.

use bincode::config::{Config, Configuration, Limit, LittleEndian, Varint};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::limits::{
    GREETING_BYTES_MAX, NAME_BYTES_MAX, SERVER_MESSAGE_BYTES_MAX, WORLD_FILE_BYTES_MAX,
};

/// Why bytes are not what they should be.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum DecodeError {
    /// Not the form of the expected type.
    #[error("the bytes do not have the expected form")]
    Form,
    /// More bytes than the type takes.
    #[error("{0} bytes are left over")]
    TrailingBytes(usize),
    /// The first byte names no kind of message.
    #[error("there is no message of kind {0}")]
    UnknownKind(u8),
    /// A name of more bytes than a name may have.
    #[error("a name of {0} bytes; {NAME_BYTES_MAX} are allowed")]
    NameTooLong(usize),
    /// No bytes at all.
    #[error("the message is empty")]
    Empty,
    /// This version, but no greeting.
    #[error("there is no greeting")]
    NoGreeting,
    /// More than one greeting.
    #[error("there is more than one greeting")]
    GreetingRepeated,
    /// A greeting of more characters than the longest has.
    #[error("a greeting of {0} characters; one of {GREETING_BYTES_MAX} bytes is allowed")]
    GreetingTooLong(usize),
    /// Not base64 as it is in URLs, without padding.
    #[error("the greeting is not base64url without padding")]
    NotBase64,
}

/// A value as bytes.
///
/// # Panics
/// Never for the types of this crate: they hold no maps, no untagged enums and no unsized sequences.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes);
    bytes
}

/// Appends a value to `bytes`.
///
/// # Panics
/// As [`encode`].
pub fn encode_into<T: Serialize>(value: &T, bytes: &mut Vec<u8>) {
    bincode::serde::encode_into_std_write(value, bytes, CONFIG).expect("plain types always encode");
}

/// A value from all of the bytes.
///
/// # Errors
/// When the bytes are too few, too many or out of form. Never allocates more than
/// [`SERVER_MESSAGE_BYTES_MAX`], whatever lengths the bytes claim.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_whole(bytes, CONFIG)
}

/// A value as bytes for a file, where more room is than in a message.
///
/// # Panics
/// As [`encode`].
pub fn encode_file<T: Serialize>(value: &T) -> Vec<u8> {
    bincode::serde::encode_to_vec(value, FILE_CONFIG).expect("plain types always encode")
}

/// A value from all of the bytes of a file.
///
/// # Errors
/// When the bytes are too few, too many or out of form.
pub fn decode_file<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_whole(bytes, FILE_CONFIG)
}

fn decode_whole<T: DeserializeOwned>(bytes: &[u8], config: impl Config) -> Result<T, DecodeError> {
    let (value, used) =
        bincode::serde::decode_from_slice(bytes, config).map_err(|_| DecodeError::Form)?;
    match bytes.len() - used {
        0 => Ok(value),
        left => Err(DecodeError::TrailingBytes(left)),
    }
}

const FILE_CONFIG: Configuration<LittleEndian, Varint, Limit<WORLD_FILE_BYTES_MAX>> =
    bincode::config::standard().with_limit::<WORLD_FILE_BYTES_MAX>();
const CONFIG: Configuration<LittleEndian, Varint, Limit<SERVER_MESSAGE_BYTES_MAX>> =
    bincode::config::standard().with_limit::<SERVER_MESSAGE_BYTES_MAX>();
