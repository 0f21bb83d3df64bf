//! Values of serde types as bytes, and back within bounds: what [docs/wire.md](../../../../docs/wire.md) says of control messages.
//!
//! The form is that of bincode 2 in its standard configuration. Everything native uses bincode itself. The page has a reader and a
//! writer of its own, which tests compare with it.

#[cfg(any(test, target_arch = "wasm32"))]
mod lean;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(any(test, target_arch = "wasm32"))]
mod read;
#[cfg(any(test, target_arch = "wasm32"))]
mod write;

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

#[cfg(target_arch = "wasm32")]
use lean as form;
#[cfg(not(target_arch = "wasm32"))]
use native as form;

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
    form::encode_into(value, bytes);
}

/// Decodes a value that takes all of the bytes.
///
/// # Errors
/// When the bytes are too few, too many, malformed or not the shortest encoding. Never allocates more than
/// [`SERVER_MESSAGE_BYTES_MAX`], whatever lengths the bytes claim.
pub fn decode<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, DecodeError> {
    if bytes.len() > SERVER_MESSAGE_BYTES_MAX {
        return Err(DecodeError::Form);
    }
    whole(bytes, form::decode_first(bytes)?)
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
    form::write(value, writer)
}

/// Decodes a value from all bytes of a file.
///
/// # Errors
/// When the bytes are too few, too many, malformed or not the shortest encoding.
pub fn decode_file<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, DecodeError> {
    if bytes.len() > WORLD_FILE_BYTES_MAX {
        return Err(DecodeError::Form);
    }
    whole(bytes, form::decode_first_of_file(bytes)?)
}

/// Decodes a value from the first bytes. Returns it, and the bytes after it.
///
/// # Errors
/// When the bytes are too few, malformed or not the shortest encoding.
pub fn decode_first<T: DeserializeOwned + Serialize>(
    bytes: &[u8],
) -> Result<(T, &[u8]), DecodeError> {
    let (value, used) = form::decode_first(bytes)?;
    Ok((value, &bytes[used..]))
}

fn whole<T>(bytes: &[u8], (value, used): (T, usize)) -> Result<T, DecodeError> {
    match bytes.len() - used {
        0 => Ok(value),
        left => Err(DecodeError::TrailingBytes(left)),
    }
}

#[cfg(test)]
mod tests;
