//! Values of serde types as bytes, and back within bounds: what [docs/wire.md](../../../../docs/wire.md) says of control messages.
//!
//! The form is that of bincode 2 in its standard configuration. It is written and read here, in a few hundred lines that know
//! nothing of types that describe themselves, because the page carries the reading of each type that the server sends.

mod read;
mod write;

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use read::Reader;
use write::{ToWriter, WriteError, Writer};

use crate::limits::{
    GREETING_BYTES_MAX, NAME_BYTES_MAX, SERVER_MESSAGE_BYTES_MAX, TOPIC_NAME_BYTES_MAX,
    WORLD_FILE_BYTES_MAX,
};

/// Why bytes cannot be decoded.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum DecodeError {
    /// The bytes are not in the format of the expected type.
    #[error("the bytes do not have the expected format")]
    Form,
    /// The value has a shorter encoding. Only the shortest one is accepted.
    #[error("the bytes are not the shortest encoding of their value")]
    NotShortest,
    /// There are more bytes than the type takes.
    #[error("there are {0} bytes after the end of the message")]
    TrailingBytes(usize),
    /// The first byte is not the number of a message kind.
    #[error("there is no message of kind {0}")]
    UnknownKind(u8),
    /// A name is longer than allowed.
    #[error("a name of {0} bytes; at most {NAME_BYTES_MAX} are allowed")]
    NameTooLong(usize),
    /// The name of a topic is longer than allowed.
    #[error("a topic's name of {0} bytes; at most {TOPIC_NAME_BYTES_MAX} are allowed")]
    TopicTooLong(usize),
    /// There are no bytes.
    #[error("the message is empty")]
    Empty,
    /// The client speaks this protocol version, but sent no greeting.
    #[error("there is no greeting")]
    NoGreeting,
    /// The client sent more than one greeting.
    #[error("there is more than one greeting")]
    GreetingRepeated,
    /// The greeting has more characters than the longest possible one.
    #[error("a greeting of {0} base64 characters; at most {GREETING_BYTES_MAX} bytes are allowed")]
    GreetingTooLong(usize),
    /// The greeting is not base64url without padding.
    #[error("the greeting is not base64url without padding")]
    NotBase64,
}

/// Encodes a value.
///
/// # Panics
/// Never for the types of this crate: they hold no maps, no untagged enums and no unsized sequences.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes);
    bytes
}

/// Appends an encoded value to `bytes`.
///
/// # Panics
/// See [`encode`].
pub fn encode_into<T: Serialize>(value: &T, bytes: &mut Vec<u8>) {
    match value.serialize(&mut Writer(bytes)) {
        Ok(()) => {}
        Err(never) => match never {},
    }
}

/// Decodes a value that takes all of the bytes.
///
/// # Errors
/// When the bytes are too few, too many, malformed or not the shortest encoding. A sequence that claims more elements
/// than there are bytes is refused before memory is taken for it.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_whole(bytes, SERVER_MESSAGE_BYTES_MAX)
}

/// Encodes a value for a file, which may be larger than a message.
///
/// # Panics
/// See [`encode`].
pub fn encode_file<T: Serialize>(value: &T) -> Vec<u8> {
    encode(value)
}

/// Writes the bytes that [`encode_file`] gives for a value, as they are made.
///
/// # Errors
/// The writer's.
///
/// # Panics
/// See [`encode`].
pub fn encode_file_into<T: Serialize>(value: &T, writer: &mut impl Write) -> io::Result<()> {
    value.serialize(&mut Writer(ToWriter(writer))).map_err(|WriteError(error)| error)
}

/// Decodes a value from all bytes of a file.
///
/// # Errors
/// When the bytes are too few, too many or malformed.
pub fn decode_file<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_whole(bytes, WORLD_FILE_BYTES_MAX)
}

/// Decodes a value from the first bytes. Returns it, and the bytes after it.
///
/// # Errors
/// When the bytes are too few or malformed.
pub fn decode_first<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), DecodeError> {
    let mut reader = Reader(bytes);
    let value = T::deserialize(&mut reader)?;
    Ok((value, reader.0))
}

fn decode_whole<T: DeserializeOwned>(bytes: &[u8], bytes_max: usize) -> Result<T, DecodeError> {
    if bytes.len() > bytes_max {
        return Err(DecodeError::Form);
    }
    match decode_first(bytes)? {
        (value, []) => Ok(value),
        (_, rest) => Err(DecodeError::TrailingBytes(rest.len())),
    }
}

#[cfg(test)]
mod tests;
