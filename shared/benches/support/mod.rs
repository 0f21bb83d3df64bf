//! What the benches share: play to measure, and both ends of the netcode.
//!
//! ```text
//! Wander (controls) --> Play (world) --> Room, Seat (snapshots) --> Receiver, Pilot (client)
//! ```
//!
//! All calls that a change of the netcode's signatures would break are in `ends.rs`.

// Each bench is its own crate and uses only a part of this.
#![allow(dead_code)]

pub mod ends;
pub mod play;
pub mod wander;
