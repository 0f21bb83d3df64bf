//! A room and its clients over links made up from a seed, on virtual time.
//!
//! ```text
//! Rig: Room <--netsim links that lag, stutter, stall, squeeze and break--> Pilot: netcode::Client that steers at random
//! ```

mod epochs;
mod maze;
mod play;
mod rig;
mod standstill;
