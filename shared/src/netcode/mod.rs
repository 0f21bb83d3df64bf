//! The client half of the netcode as sans-IO state machines.

mod frame;

pub use crate::snapshot::{EntityKey, EntityKind, Removal};
pub use frame::Frame;
