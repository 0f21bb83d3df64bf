//! The results of many small rooms against one large room.

use serde::{Deserialize, Serialize};

use super::Point;
use crate::readings::Machine;

/// The results.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct RoomsResults {
    /// The machine.
    pub machine: Machine,
    /// The command line that repeats the run.
    pub command: String,
    /// Number of small rooms.
    pub rooms: u32,
    /// Clients in each small room.
    pub per_room: u32,
    /// The small rooms, all together.
    pub many: Point,
    /// One room with as many clients as all small rooms together.
    pub one: Point,
    /// Server processor time with the small rooms, divided by that with the large room.
    pub times_one: f64,
    /// How long the rooms were left empty, in seconds.
    pub empty_seconds: f64,
    /// Processor time that the empty rooms took meanwhile, in seconds.
    pub empty_cpu_seconds: f64,
}
