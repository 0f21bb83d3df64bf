//! The real half of the link laboratory: server and bots on the two ends of a link that loses packets.
//!
//! The virtual link in `driftfield_shared::netcode` is ordered and lossless, as a WebSocket is; here the kernel's TCP
//! is under it, with its retransmissions and what waits behind them.
//!
//! ```text
//! namespace: server --TUN--> relay --TUN--> namespace: bots       (or veth devices with netem)
//! ```

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod flags;
#[cfg(target_os = "linux")]
mod inputs;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(target_os = "linux")]
mod link;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod netem;
#[cfg(target_os = "linux")]
mod outcome;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod wire;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use clap::Parser;

    match lab::run(&flags::Flags::parse()) {
        // Without a code a signal ended them.
        Ok(status) => status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("link-lab: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("link-lab needs Linux: network namespaces are what it stands on");
    ExitCode::FAILURE
}
