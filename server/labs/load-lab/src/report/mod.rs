//! The results for people: a table and a page of plots.
//!
//! ```text
//! Results --> sections (text, table, charts) --> README.md, index.html
//! ```

mod axis;
mod chart;
mod page;
mod plots;
mod sections;
mod table;

use std::path::Path;

use serde::Serialize;

use crate::lab::LabError;
use crate::results;

/// Saves one scenario's results to the folder, and renders the report again.
///
/// # Errors
/// When a file cannot be written, or an older one cannot be read.
pub fn save(folder: &Path, file: &str, of_scenario: &impl Serialize) -> Result<(), LabError> {
    std::fs::create_dir_all(folder)?;
    results::write(folder, file, of_scenario)?;
    render(folder)
}

/// Renders table and page from the files in the folder.
///
/// # Errors
/// See [`save`].
pub fn render(folder: &Path) -> Result<(), LabError> {
    let results = results::read(folder)?;
    std::fs::write(folder.join("README.md"), sections::markdown(&results))?;
    std::fs::write(folder.join("index.html"), page::html(&results))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{SOAK, SWEEP, SoakResults, SweepResults, load, read};

    #[test]
    fn what_was_measured_by_older_builds_can_be_rendered_anew() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/scale");
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
