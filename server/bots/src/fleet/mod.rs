//! A fleet of bots against one server, with measurements.
//!
//! ```text
//! Flags -> FleetPlan::fly -> Flight (who joins when) -> a Worker per thread -> FleetStatistics -> Report -> ReportFile
//!     Worker: many Slots, each a FleetBot (a whole Bot, or a LightBot that reads only what frames snapshots)
//!             with its socket, a bad link if there is one, and a second socket for input commands
//! ```

mod accounts;
mod bot;
mod error;
mod flags;
mod flight;
mod plan;
mod progress;
mod report;
mod run;
mod statistics;
mod worker;

pub use bot::{Decode, LightError};
pub use error::{FleetError, WorkerError};
pub use flags::Flags;
pub use plan::FleetPlan;
pub use progress::Progress;
pub use report::{
    ALL_WERE_LOST, NOBODY_GOT_IN, PartBits, Report, ReportFile, ReportFileError, SOME_GOT_IN,
    Spread,
};
