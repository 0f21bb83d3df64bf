//! One run: namespaces, link, server, bots, and the outcome.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use driftfield_lab_common::{FindError, Program, find, log_by_default};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use thiserror::Error;

use crate::flags::Flags;
use crate::inputs::{Inputs, is_healthy};
use crate::namespace::{CommandError, Namespace, remove_left_behind};
use crate::outcome::Outcome;
use crate::test_network::{SERVER, TestNetwork, TestNetworkError};

/// Why a run failed.
#[derive(Debug, Error)]
pub enum LabError {
    /// The user is not root.
    #[error(
        "network namespaces and devices need root: run it with sudo, or in a container with NET_ADMIN and SYS_ADMIN"
    )]
    NotRoot,
    /// The flags describe an impossible link.
    #[error("{0}")]
    Flags(String),
    /// A program is missing.
    #[error(transparent)]
    NoProgram(#[from] FindError),
    /// A namespace could not be set up.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The link could not be set up.
    #[error(transparent)]
    TestNetwork(#[from] TestNetworkError),
    /// The link broke during the run, so the figures are void.
    #[error("the relay broke: {0}")]
    Relay(io::Error),
    /// The server ended before the bots.
    #[error("the server ended: {0}")]
    ServerEnded(ExitStatus),
    /// The server did not answer.
    #[error("the server did not answer on /healthz within {} s", START_MAX.as_secs())]
    ServerSilent,
    /// The server's counters could not be read.
    #[error("the server's metrics cannot be read: {0}")]
    Metrics(io::Error),
    /// Interrupted with Ctrl-C twice, or before the bots had started.
    #[error("interrupted")]
    Interrupted,
    /// A process, signal or thread operation failed.
    #[error("system call failed: {0}")]
    System(#[from] io::Error),
}

/// Does the whole run and returns the bots' exit status. Everything set up is removed afterwards, also after an
/// error.
///
/// # Errors
/// See [`LabError`]. A bot process that exits with an error is not an error here.
pub fn run(flags: &Flags) -> Result<ExitStatus, LabError> {
    let profile = flags.wire().map_err(LabError::Flags)?;
    if !rustix::process::geteuid().is_root() {
        return Err(LabError::NotRoot);
    }
    let server_bin = find(flags.bin_dir.as_deref(), "server")?;
    let bots_bin = find(flags.bin_dir.as_deref(), "bots")?;
    // From here on, signals do not end this process at once, which would leave everything behind.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    remove_left_behind();

    // Dropped from last to first: programs, link, namespaces.
    let server_end = Namespace::create("server")?;
    let bots_end = Namespace::create("bots")?;
    let link = TestNetwork::connect(&server_end, &bots_end, &profile, flags.via, flags.seed)?;
    let address = SocketAddr::from((SERVER, PORT));

    let mut command = server_end.command(&server_bin);
    command.args(["--listen", &address.to_string(), "--bots", "0"]).args(&flags.server_args);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    log_by_default(&mut command, "warn");
    let mut server = Program::start(command)?;
    wait_until_healthy(&mut server, &server_end, address, &mut signals)?;

    let mut command = bots_end.command(&bots_bin);
    command.args(["--server", &format!("ws://{address}/ws")]).args(&flags.bots_args);
    command.stdin(Stdio::null());
    let mut bots = Program::start(command)?;
    let status = wait_for_bots(&mut bots, &mut server, &mut signals)?;

    let inputs = Inputs::scrape(&server_end, address).map_err(LabError::Metrics)?;
    let carried = link.disconnect().map_err(LabError::Relay)?;
    server.end(SERVER_END_MAX)?;
    let outcome = Outcome { flags, carried, inputs };
    // The output may be closed. That must not hide how the bots ended.
    let _ = write!(io::stdout(), "{outcome}");
    Ok(status)
}

fn wait_until_healthy(
    server: &mut Program,
    namespace: &Namespace,
    address: SocketAddr,
    signals: &mut Signals,
) -> Result<(), LabError> {
    let deadline = Instant::now() + START_MAX;
    while Instant::now() < deadline {
        if let Some(status) = server.poll_exit()? {
            return Err(LabError::ServerEnded(status));
        }
        if signals.pending().next().is_some() {
            return Err(LabError::Interrupted);
        }
        if is_healthy(namespace, address) {
            return Ok(());
        }
        thread::sleep(POLL_INTERVAL);
    }
    Err(LabError::ServerSilent)
}

/// The first interrupt ends the bots early, with their report; the second one ends everything.
fn wait_for_bots(
    bots: &mut Program,
    server: &mut Program,
    signals: &mut Signals,
) -> Result<ExitStatus, LabError> {
    let mut is_told = false;
    loop {
        if let Some(status) = bots.poll_exit()? {
            return Ok(status);
        }
        if let Some(status) = server.poll_exit()? {
            return Err(LabError::ServerEnded(status));
        }
        for _ in signals.pending() {
            if is_told {
                return Err(LabError::Interrupted);
            }
            bots.interrupt();
            is_told = true;
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// Address of the server. It has its own namespace, so the port is always free.
const PORT: u16 = 8080;
/// How long the server may take to start on a loaded machine.
const START_MAX: Duration = Duration::from_secs(20);
/// How long the server may take to drain. It usually takes seconds.
const SERVER_END_MAX: Duration = Duration::from_secs(10);

/// Polling interval while waiting.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
