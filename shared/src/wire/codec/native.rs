//! The codec of everything but the page: bincode. The only file that uses it.

use std::io::{self, Write};

use bincode::config::{Config, Configuration, Limit, LittleEndian, Varint};
use bincode::error::EncodeError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DecodeError;
use crate::limits::{SERVER_MESSAGE_BYTES_MAX, WORLD_FILE_BYTES_MAX};

pub(super) fn encode_into<T: Serialize>(value: &T, bytes: &mut Vec<u8>) {
    bincode::serde::encode_into_std_write(value, bytes, FILE).expect("plain types always encode");
}

pub(super) fn write<T: Serialize>(value: &T, writer: &mut impl Write) -> io::Result<()> {
    match bincode::serde::encode_into_std_write(value, writer, FILE) {
        Ok(_) => Ok(()),
        Err(EncodeError::Io { inner, .. }) => Err(inner),
        Err(error) => panic!("plain types always encode: {error}"),
    }
}

/// A value and the number of its bytes. It takes no more memory than a message may, whatever lengths the bytes claim.
pub(super) fn decode_first<T: DeserializeOwned + Serialize>(
    bytes: &[u8],
) -> Result<(T, usize), DecodeError> {
    decode(bytes, MESSAGE)
}

/// The same within the bounds of a file.
pub(super) fn decode_first_of_file<T: DeserializeOwned + Serialize>(
    bytes: &[u8],
) -> Result<(T, usize), DecodeError> {
    decode(bytes, FILE)
}

fn decode<T: DeserializeOwned + Serialize>(
    bytes: &[u8],
    config: impl Config,
) -> Result<(T, usize), DecodeError> {
    let decoded = bincode::serde::decode_from_slice(bytes, config);
    let (value, used): (T, usize) = decoded.map_err(|_| DecodeError::Form)?;
    // bincode accepts numbers that are written with more bytes than necessary.
    let mut again = Vec::with_capacity(used);
    encode_into(&value, &mut again);
    if again == bytes[..used] { Ok((value, used)) } else { Err(DecodeError::NotShortest) }
}

const FILE: Configuration<LittleEndian, Varint, Limit<WORLD_FILE_BYTES_MAX>> =
    bincode::config::standard().with_limit::<WORLD_FILE_BYTES_MAX>();
const MESSAGE: Configuration<LittleEndian, Varint, Limit<SERVER_MESSAGE_BYTES_MAX>> =
    bincode::config::standard().with_limit::<SERVER_MESSAGE_BYTES_MAX>();
