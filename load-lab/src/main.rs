//! The load laboratory: what a release server costs with so many clients, and how it holds up among bad neighbours.
//!
//! ```text
//! load-lab --> server (process) <--> bots (process)        /proc, /metrics and the bots' report
//!          \-> bare server half <--> bare client half       as many messages over bare sockets
//!                       \-> results.json --> README.md, index.html
//! ```

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod ages;
#[cfg(target_os = "linux")]
mod bare;
#[cfg(target_os = "linux")]
mod flags;
#[cfg(target_os = "linux")]
mod fleet;
#[cfg(target_os = "linux")]
mod histogram;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod scenario;
#[cfg(target_os = "linux")]
mod scrape;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod stretch;
#[cfg(target_os = "linux")]
mod temporary;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use clap::Parser;

    match scenario::run(&flags::Flags::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load-lab: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("load-lab needs Linux: what a process costs it reads from /proc");
    ExitCode::FAILURE
}
