//! What one client may see, as bits: full snapshots and deltas, encoded and decoded.
//!
//! `docs/wire.md` describes the format field by field.

mod budget;
mod decode;
mod encode;
mod format;
mod held;
mod history;
mod interest;
mod sets;
#[cfg(all(test, feature = "content-files"))]
mod tests;

pub use budget::{BitBudget, SnapshotPart, SnapshotTally, Spent, StateAges};
pub use decode::Decoder;
pub use encode::{ClientView, SnapshotOrder, Workspace};
pub use format::entity::{EntityKey, EntityKind, Removal};
pub use format::error::SnapshotError;
pub use format::header::{SnapshotHeader, SnapshotKind};
pub use held::Held;
pub use history::{History, Roster};
pub use interest::find_visible;
pub use sets::{PerKind, Slot, SlotSet, Visible, slot_of};

/// Bits of the kind that every server message begins with.
pub(crate) const KIND_BITS: u32 = 2;
/// A delta against the snapshot before.
pub(crate) const KIND_DELTA: u64 = 0;
/// A full snapshot, which needs no baseline.
pub(crate) const KIND_FULL: u64 = 1;
/// A control message; the other bits of its first byte are zero.
pub(crate) const KIND_CONTROL: u64 = 2;
/// The lane of updates of topics, from server to client.
pub(crate) const KIND_TOPIC: u64 = 3;

/// Golomb order of counts: most are 0.
const COUNT_ORDER: u32 = 0;
