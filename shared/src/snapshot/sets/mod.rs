//! Sets of entities by slot: visible entities, held entities, and ships that wait for their turn.

mod per_kind;
mod slot_set;
mod waiting;

pub use per_kind::{PerKind, Visible};
pub use slot_set::{Slot, SlotSet, slot_of};
pub(super) use slot_set::{WORD_BITS, bit_of, slots_of};
pub(super) use waiting::Waiting;
