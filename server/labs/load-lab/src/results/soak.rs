//! The results of a long run.

use serde::{Deserialize, Serialize};

use crate::readings::Machine;

/// The results.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct SoakResults {
    /// The machine.
    pub machine: Machine,
    /// The command line that repeats the run.
    pub command: String,
    /// Clients.
    pub clients: u32,
    /// Clients among them that keep leaving and coming back.
    pub churning: u32,
    /// Duration in minutes.
    pub minutes: f64,
    /// How often the churning clients joined.
    pub rounds: u32,
    /// Resident memory of the server over time, as (seconds, megabytes).
    pub resident: Vec<(f64, f64)>,
    /// Relative growth of resident memory from the end of the warm-up to the end of the run; each is the median of a
    /// tenth of the time.
    pub growth: f64,
    /// Connections that ended because the server broke the protocol.
    pub protocol_errors: u64,
    /// Connections that were lost.
    pub disconnects: u64,
    /// Share of the expected snapshots that the staying clients received, 0..=1.
    pub delivered: f64,
}
