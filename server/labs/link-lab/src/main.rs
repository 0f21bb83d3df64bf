//! The real half of the link laboratory: server and bots on the two ends of a link that loses packets.
//!
//! The virtual link in `driftfield_shared::netsim` is ordered and lossless, as a WebSocket is. This link runs under
//! the kernel's TCP, with its retransmissions and the head-of-line blocking behind them.
//!
//! ```text
//! namespace: server --TUN--> relay --TUN--> namespace: bots       (or veth devices with netem)
//! ```

use std::process::ExitCode;

use driftfield_lab_common::exit_code;

#[cfg(target_os = "linux")]
mod flags;
#[cfg(target_os = "linux")]
mod inputs;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod netem;
#[cfg(target_os = "linux")]
mod outcome;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod test_network;
#[cfg(target_os = "linux")]
mod wire;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use clap::Parser;

    exit_code(LAB, lab::run(&flags::Flags::parse()))
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    exit_code::<()>(LAB, Err("it needs Linux, because it uses network namespaces"))
}

const LAB: &str = env!("CARGO_BIN_NAME");
