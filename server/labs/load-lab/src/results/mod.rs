//! Results as files: each scenario writes its own, and the report is rendered from all of them.
//!
//! ```text
//! scenario --> results.json, crowd.json, packed.json, station.json, hell.json, company.json, rooms.json, soak.json --> report
//! ```

mod command;
mod company;
mod hell;
mod point;
mod rooms;
mod soak;
mod sweep;

pub use command::command;
pub use company::{CompanyResults, CompanyRun};
pub use hell::{HellResults, HellRun};
pub use point::Point;
pub use rooms::RoomsResults;
pub use soak::SoakResults;
pub use sweep::SweepResults;

use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lab::LabError;

/// The file of the sweep.
pub const SWEEP: &str = "results.json";
/// The file of the packed crowd.
pub const PACKED: &str = "packed.json";
/// The file of the crowd at the station.
pub const STATION: &str = "station.json";
/// The file of the crowd.
pub const CROWD: &str = "crowd.json";
/// The file of the bad neighbours.
pub const HELL: &str = "hell.json";
/// The file of the nuisances.
pub const COMPANY: &str = "company.json";
/// The file of the many rooms.
pub const ROOMS: &str = "rooms.json";
/// The file of the long flight.
pub const SOAK: &str = "soak.json";

/// All results so far.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// See [`SWEEP`].
    pub sweep: Option<SweepResults>,
    /// See [`CROWD`].
    pub crowd: Option<SweepResults>,
    /// See [`PACKED`].
    pub packed: Option<SweepResults>,
    /// See [`STATION`].
    pub station: Option<SweepResults>,
    /// See [`HELL`].
    pub hell: Option<HellResults>,
    /// See [`COMPANY`].
    pub company: Option<CompanyResults>,
    /// See [`ROOMS`].
    pub rooms: Option<RoomsResults>,
    /// See [`SOAK`].
    pub soak: Option<SoakResults>,
}

/// Writes one scenario's results into a folder that exists.
///
/// # Errors
/// When the file cannot be written.
pub fn write(folder: &Path, file: &str, results: &impl Serialize) -> Result<(), LabError> {
    let path = folder.join(file);
    let mut json = serde_json::to_vec_pretty(results)
        .map_err(|error| LabError::Results(path.clone(), error))?;
    json.push(b'\n');
    Ok(std::fs::write(path, json)?)
}

/// All results of a folder.
///
/// # Errors
/// When a file cannot be read.
pub fn read(folder: &Path) -> Result<Results, LabError> {
    Ok(Results {
        sweep: load(folder, SWEEP)?,
        crowd: load(folder, CROWD)?,
        packed: load(folder, PACKED)?,
        station: load(folder, STATION)?,
        hell: load(folder, HELL)?,
        company: load(folder, COMPANY)?,
        rooms: load(folder, ROOMS)?,
        soak: load(folder, SOAK)?,
    })
}

/// One scenario's results; `None` if the file does not exist.
///
/// # Errors
/// When the file cannot be read.
pub fn load<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<Option<T>, LabError> {
    let path = folder.join(file);
    match std::fs::read(&path) {
        Ok(json) => {
            serde_json::from_slice(&json).map(Some).map_err(|error| LabError::Results(path, error))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
