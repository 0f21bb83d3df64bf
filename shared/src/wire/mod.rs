//! Encodings: bit by bit for snapshots, byte by byte for everything else ([`codec`]).

mod bits;
pub mod codec;
mod stream;
mod varint;

pub use bits::{BitReader, BitWriter, BitsError};
pub(crate) use bits::{Piece, signed_bits};
pub use codec::DecodeError;
pub(crate) use stream::{BitStream, NEVER_FAILS};
pub use varint::{VARINT_BYTES_MAX, read_varint, take, varint_bytes, write_varint};
