//! The results of the run among nuisances.

use serde::{Deserialize, Serialize};

use crate::programs::FleetReport;
use crate::readings::Machine;
use crate::scenario::NuisanceReport;
use crate::stretch::Stretch;

/// The results.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct CompanyResults {
    /// The machine.
    pub machine: Machine,
    /// The command line that repeats the run.
    pub command: String,
    /// Honest clients.
    pub clients: u32,
    /// Those of them that talk.
    pub talkers: u32,
    /// Others in the room: honest ones in the quiet run, nuisances in the other one.
    pub others: u32,
    /// The run in which all are honest.
    pub quiet: CompanyRun,
    /// The run with the nuisances.
    pub plagued: CompanyRun,
}

/// Results of one of the two runs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct CompanyRun {
    /// Server and honest bots over the measured stretch.
    pub stretch: Stretch,
    /// The honest bots' own report of the stretch.
    pub fleet: FleetReport,
    /// Bytes by which the folder of the server's data grew from the arrival of the others to the end.
    pub store_bytes: u64,
    /// What became of the nuisances.
    pub nuisances: NuisanceReport,
    /// Their processor time, in seconds per second. The honest ones lack this much for that reason alone.
    pub nuisances_cpu: f64,
}
