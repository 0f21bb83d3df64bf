//! What one client may see, as bits, and back: full snapshots and deltas.
//!
//! The form is described field by field in `docs/wire.md`.

mod bits;
mod decoder;
mod encoder;
mod entity;
mod own;
mod parts;
mod tally;

pub use bits::{BitReader, BitWriter, BitsError};
pub use decoder::{Decoder, SnapshotError};
pub use encoder::{ClientView, History, Visible};
pub use entity::{EntityKey, EntityKind, Removal};
pub use tally::{SnapshotPart, SnapshotTally, Spent};

/// Bits of the kind that begins every message of the server.
pub(crate) const KIND_BITS: u32 = 2;
/// A snapshot as the difference to the one before.
pub(crate) const KIND_DELTA: u64 = 0;
/// A snapshot that needs no baseline.
pub(crate) const KIND_FULL: u64 = 1;
/// A control message; the rest of its first byte is zero.
pub(crate) const KIND_CONTROL: u64 = 2;

/// Bits of the input margin.
const MARGIN_BITS: u32 = 7;
/// Golomb orders: counts are mostly 0, gaps and places small.
const COUNT_ORDER: u32 = 0;
const GAP_ORDER: u32 = 2;
const INDEX_ORDER: u32 = 3;
