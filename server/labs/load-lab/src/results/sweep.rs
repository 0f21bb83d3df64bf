//! The results of a sweep over numbers of clients, spread out or in a crowd.

use serde::{Deserialize, Serialize};

use super::Point;
use crate::readings::Machine;

/// The points of a sweep, in ascending order of clients.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct SweepResults {
    /// The machine.
    pub machine: Machine,
    /// The command line that repeats the run.
    pub command: String,
    /// The sector of the room.
    pub room: String,
    /// The bots' brain.
    pub brain: String,
    /// How much of each snapshot the bots decode.
    pub decode: String,
    /// Ticks per second.
    pub tick_hz: u16,
    /// One point per number of clients.
    pub points: Vec<Point>,
}
