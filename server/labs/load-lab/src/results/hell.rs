//! The results of the run among bad neighbours.

use serde::{Deserialize, Serialize};

use crate::programs::FleetReport;
use crate::readings::Machine;
use crate::stretch::Stretch;

/// The results.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct HellResults {
    /// The machine.
    pub machine: Machine,
    /// The command line that repeats the run.
    pub command: String,
    /// Clients in the room.
    pub clients: u32,
    /// Clients among them that never read.
    pub deaf: u32,
    /// Clients among them that send ten times more than allowed.
    pub flooding: u32,
    /// Additional clients that connect and vanish, per second.
    pub vanishing: u32,
    /// The run in which all clients are well-behaved.
    pub quiet: HellRun,
    /// The run with the attackers.
    pub hell: HellRun,
    /// 99th percentile of the healthy clients' snapshot interval, divided by that of the quiet run.
    pub interval_ratio: f64,
    /// 99th percentile of the tick lateness, divided by that of the quiet run.
    pub lateness_ratio: f64,
}

/// Results of one of the two runs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct HellRun {
    /// Server and healthy bots over the measured stretch.
    pub stretch: Stretch,
    /// The healthy bots' own report of the stretch.
    pub fleet: FleetReport,
    /// Resident memory of the server before any client joined, in bytes.
    pub resident_before: u64,
    /// Resident memory after all clients had left and their seats had expired, in bytes.
    pub resident_after: u64,
    /// Processor time of the attackers, in seconds per second. The healthy clients lack this much for that reason
    /// alone.
    pub attackers_cpu: f64,
}
