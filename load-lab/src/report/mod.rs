//! Results as files: JSON for programs, a table and a page with plots for people.
//!
//! ```text
//! scenario --> results.json, crowd.json, packed.json, station.json, hell.json, rooms.json, soak.json
//!          --> README.md, index.html
//! ```
//!
//! Each scenario writes its own file; table and page are made anew from all that are there.

mod axis;
mod chart;
mod page;
mod plots;
mod sections;
mod table;

use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lab::LabError;
use crate::scenario::{HellResults, RoomsResults, SoakResults, SweepResults};

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
/// The file of the many rooms.
pub const ROOMS: &str = "rooms.json";
/// The file of the long flight.
pub const SOAK: &str = "soak.json";

/// All that was measured so far.
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
    /// See [`ROOMS`].
    pub rooms: Option<RoomsResults>,
    /// See [`SOAK`].
    pub soak: Option<SoakResults>,
}

/// Writes one scenario's results into the folder, and renders all.
///
/// # Errors
/// When a file cannot be written, or an older one cannot be read.
pub fn save(folder: &Path, file: &str, results: &impl Serialize) -> Result<(), LabError> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(file);
    let mut json = serde_json::to_vec_pretty(results)
        .map_err(|error| LabError::Results(path.clone(), error))?;
    json.push(b'\n');
    std::fs::write(path, json)?;
    render(folder)
}

/// Renders table and page from the files of the folder.
///
/// # Errors
/// See [`save`].
pub fn render(folder: &Path) -> Result<(), LabError> {
    let results = read(folder)?;
    std::fs::write(folder.join("README.md"), sections::markdown(&results))?;
    std::fs::write(folder.join("index.html"), page::html(&results))?;
    Ok(())
}

/// All results of a folder.
fn read(folder: &Path) -> Result<Results, LabError> {
    Ok(Results {
        sweep: load(folder, SWEEP)?,
        crowd: load(folder, CROWD)?,
        packed: load(folder, PACKED)?,
        station: load(folder, STATION)?,
        hell: load(folder, HELL)?,
        rooms: load(folder, ROOMS)?,
        soak: load(folder, SOAK)?,
    })
}

/// `None` for a file that is not there.
fn load<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<Option<T>, LabError> {
    let path = folder.join(file);
    match std::fs::read(&path) {
        Ok(json) => {
            serde_json::from_slice(&json).map(Some).map_err(|error| LabError::Results(path, error))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The command line that repeats this run, without the folders of this machine.
pub fn command() -> String {
    command_of(std::env::args().skip(1))
}

fn command_of(arguments: impl Iterator<Item = String>) -> String {
    let mut command = "cargo run --release -p driftfield-load-lab".to_owned();
    let mut separator = " -- ";
    let mut is_folder = false;
    for argument in arguments {
        let was_folder = std::mem::replace(&mut is_folder, FOLDERS.contains(&argument.as_str()));
        if was_folder
            || is_folder
            || FOLDERS.iter().any(|flag| argument.starts_with(&format!("{flag}=")))
        {
            continue;
        }
        command.push_str(separator);
        command.push_str(&argument);
        separator = " ";
    }
    command
}

/// Flags that name a folder.
const FOLDERS: [&str; 2] = ["--out", "--bin-dir"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_no_folder_of_this_machine() {
        let command = |text: &str| command_of(text.split_whitespace().map(str::to_owned));
        assert_eq!(command(""), "cargo run --release -p driftfield-load-lab");
        assert_eq!(
            command("--counts 100 --out /home/ada/x --seconds 8 --bin-dir=/opt/bin"),
            "cargo run --release -p driftfield-load-lab -- --counts 100 --seconds 8"
        );
        assert_eq!(
            command("hell --bin-dir x"),
            "cargo run --release -p driftfield-load-lab -- hell"
        );
    }

    #[test]
    fn what_was_measured_by_older_builds_can_be_rendered_anew() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scale");
        for folder in [docs.clone(), docs.join("sixteen-cores")] {
            let results = read(&folder).unwrap();
            let sweep = results.sweep.as_ref().expect("the sweep is always there");
            assert!(sweep.points.iter().all(|point| point.bare.is_some()), "{folder:?}");
            assert!(sections::markdown(&results).contains("server / mean of bare sockets"));
        }
    }

    #[test]
    fn a_folder_without_results_renders_and_what_was_saved_is_there_again() {
        let folder = std::env::temp_dir().join(format!("driftfield-report-{}", std::process::id()));
        let soak = SoakResults { clients: 500, ..SoakResults::default() };
        save(&folder, SOAK, &soak).unwrap();
        assert_eq!(load(&folder, SOAK).unwrap(), Some(soak));
        assert_eq!(load::<SweepResults>(&folder, SWEEP).unwrap(), None);
        std::fs::write(folder.join(SWEEP), "{").unwrap();
        assert!(matches!(render(&folder), Err(LabError::Results(_, _))));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
