//! What the lab reads of processes, of the machine, and of a server's metrics.
//!
//! ```text
//! /proc --> ProcessCounts, Machine         /metrics --> Scrape --> Histogram, AgeBand
//! ```

mod ages;
mod histogram;
mod machine;
mod process;
mod scrape;

pub use ages::{AgeBand, bands as age_bands};
pub use histogram::Histogram;
pub use machine::{Machine, stolen};
pub use process::ProcessCounts;
pub use scrape::Scrape;
