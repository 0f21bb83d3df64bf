//! The parts of a snapshot, each as a function for both ends: state to bits, and bits to state.

pub mod entity;
pub mod error;
pub mod header;
pub mod own;
pub mod parts;
pub mod shots;
