//! The results for one number of clients: one point of every plot.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bare::BareAround;
use crate::programs::FleetReport;
use crate::stretch::Stretch;

/// Results for one number of clients.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Point {
    /// Clients.
    pub clients: u32,
    /// Server and bots over the measured stretch.
    pub stretch: Stretch,
    /// The bots' own report of the same stretch; its bounds differ by up to half a second.
    pub fleet: FleetReport,
    /// Processor time of the server per client and tick, in microseconds.
    pub server_micros_per_client_tick: f64,
    /// Processor time of the bots per client and tick, in microseconds.
    pub bots_micros_per_client_tick: f64,
    /// Resident memory of the server before any client joined, in bytes.
    pub empty_resident_bytes: u64,
    /// Growth of the resident memory per client, in bytes.
    pub resident_bytes_per_client: f64,
    /// Bare sockets with as many clients, measured before and after; `None` if not requested.
    pub bare: Option<BareAround>,
    /// Processor time of the server divided by the mean of the two bare-socket runs.
    pub times_bare: Option<f64>,
    /// Age of the ship states that bots hold, by distance, from the bots' report if it has it.
    pub age_by_distance: Option<Value>,
}
