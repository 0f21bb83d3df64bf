//! The load laboratory: the cost of a release server by number of clients, and its behaviour among bad neighbours.
//!
//! ```text
//! load-lab --> server (process) <--> bots (process)        /proc, /metrics and the bots' report
//!          \-> bare server half <--> bare client half       as many messages over bare sockets
//!                       \-> results.json --> README.md, index.html
//! ```

use std::process::ExitCode;

use driftfield_lab_common::exit_code;

#[cfg(target_os = "linux")]
mod bare;
#[cfg(target_os = "linux")]
mod flags;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(target_os = "linux")]
mod programs;
#[cfg(target_os = "linux")]
mod readings;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod results;
#[cfg(target_os = "linux")]
mod scenario;
#[cfg(target_os = "linux")]
mod stretch;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use clap::Parser;

    exit_code(LAB, scenario::run(&flags::Flags::parse()))
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    let needs = "it needs Linux, because it reads the processor time of a process from /proc";
    exit_code::<()>(LAB, Err(needs))
}

const LAB: &str = env!("CARGO_BIN_NAME");
