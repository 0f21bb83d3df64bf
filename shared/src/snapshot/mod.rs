//! What one client may see, as bits, and back: full snapshots and deltas.
//!
//! The form is described field by field in `docs/wire.md`.

mod bits;
mod candidates;
mod changes;
mod decoder;
mod encoder;
mod entity;
mod flights;
mod header;
mod history;
mod interest;
mod late_ships;
mod late_updates;
mod own;
mod parts;
mod past_ships;
mod priority;
mod roster;
mod round;
mod ship_updates;
mod shots;
mod sights;
mod slots;
mod state_ages;
mod tally;
mod tick_ring;
mod turns;
mod visible;
mod waiting;

pub use bits::{BitReader, BitWriter, BitsError};
pub use decoder::{Decoder, SnapshotError};
pub use encoder::{BitBudget, ClientView, SnapshotOrder, Workspace};
pub use entity::{EntityKey, EntityKind, Removal};
pub use header::{SnapshotHeader, SnapshotKind};
pub use history::History;
pub use interest::find_visible;
pub use roster::Roster;
pub use slots::{Slot, SlotSet, slot_of};
pub use state_ages::StateAges;
pub use tally::{SnapshotPart, SnapshotTally, Spent};
pub use visible::{PerKind, Visible};

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
/// Golomb order of counts: they are mostly 0.
const COUNT_ORDER: u32 = 0;
