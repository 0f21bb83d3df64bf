//! The codec of the page: the same form in a few hundred lines that know nothing of types that describe themselves, because the
//! page carries the reading of each type that the server sends. With bincode it is 20 kB larger as Brotli.

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DecodeError;
use super::read::Reader;
use super::write::{ToWriter, WriteError, Writer};

pub(super) fn encode_into<T: Serialize>(value: &T, bytes: &mut Vec<u8>) {
    match value.serialize(&mut Writer(bytes)) {
        Ok(()) => {}
        Err(never) => match never {},
    }
}

pub(super) fn write<T: Serialize>(value: &T, writer: &mut impl Write) -> io::Result<()> {
    value.serialize(&mut Writer(ToWriter(writer))).map_err(|WriteError(error)| error)
}

/// A value and the number of its bytes. A sequence that claims more elements than there are bytes is refused before memory is
/// taken for it.
pub(super) fn decode_first<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), DecodeError> {
    let mut reader = Reader(bytes);
    let value = T::deserialize(&mut reader)?;
    Ok((value, bytes.len() - reader.0.len()))
}

#[cfg(target_arch = "wasm32")]
pub(super) use decode_first as decode_first_of_file;
