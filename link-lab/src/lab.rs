//! One run: namespaces, link, server, bots, and what came of it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use thiserror::Error;

use crate::flags::Flags;
use crate::inputs::{Inputs, is_healthy};
use crate::link::{Link, LinkError, SERVER};
use crate::namespace::{CommandError, Namespace, remove_left_behind};
use crate::outcome::Outcome;
use crate::program::{POLL_INTERVAL, Program};

/// Why a run came to nothing.
#[derive(Debug, Error)]
pub enum LabError {
    /// Somebody else than root.
    #[error(
        "network namespaces and devices take root: run it with sudo, or in a container with NET_ADMIN and SYS_ADMIN"
    )]
    NotRoot,
    /// A link that cannot be.
    #[error("{0}")]
    Flags(String),
    /// Nothing to run.
    #[error("{0} is not there; `cargo build --release` builds it, --bin-dir says where it is")]
    NoProgram(PathBuf),
    /// A namespace could not be set up.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The link could not be set up.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The link broke while it was used: the figures are worth nothing.
    #[error("the relay broke: {0}")]
    Relay(io::Error),
    /// The server ended before the bots did.
    #[error("the server ended: {0}")]
    ServerEnded(ExitStatus),
    /// The server said nothing.
    #[error("the server did not answer on /healthz within {} s", START_MAX.as_secs())]
    ServerSilent,
    /// The server does not say what it counted.
    #[error("the server's metrics cannot be read: {0}")]
    Metrics(io::Error),
    /// Ctrl-C, a second time or before the bots flew.
    #[error("interrupted")]
    Interrupted,
    /// Processes, signals, threads.
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
}

/// Runs all of it, and says how the bots ended. Everything set up is gone afterwards, also after an error.
///
/// # Errors
/// See [`LabError`]. When the bots merely end with an error that is none.
pub fn run(flags: &Flags) -> Result<ExitStatus, LabError> {
    let profile = flags.wire().map_err(LabError::Flags)?;
    if !rustix::process::geteuid().is_root() {
        return Err(LabError::NotRoot);
    }
    let server_bin = find(flags, "server")?;
    let bots_bin = find(flags, "bots")?;
    // From here on they do not end us at once, with all left behind.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    remove_left_behind();

    // Dropped from the last to the first: programs, link, namespaces.
    let server_end = Namespace::create("server")?;
    let bots_end = Namespace::create("bots")?;
    let link = Link::connect(&server_end, &bots_end, &profile, flags.via, flags.seed)?;
    let address = SocketAddr::from((SERVER, PORT));

    let mut command = server_end.command(&server_bin);
    command.args(["--listen", &address.to_string(), "--bots", "0"]).args(&flags.server_args);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    if std::env::var_os(LOG).is_none() {
        command.env(LOG, "warn");
    }
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
    // Nobody may be reading, and that is no reason to hide how the bots ended.
    let _ = write!(io::stdout(), "{outcome}");
    Ok(status)
}

fn find(flags: &Flags, name: &str) -> Result<PathBuf, LabError> {
    let folder = match &flags.bin_dir {
        Some(folder) => folder.clone(),
        None => std::env::current_exe()?.parent().map(Path::to_path_buf).unwrap_or_default(),
    };
    let file = std::path::absolute(folder.join(name))?;
    if file.is_file() { Ok(file) } else { Err(LabError::NoProgram(file)) }
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

/// The first interrupt ends the flight early, with its report; the second one all.
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

/// Where the server listens; its namespace is its own, so that no port is taken.
const PORT: u16 = 8080;
/// What the server filters its log by.
const LOG: &str = "RUST_LOG";
/// How long the server may take to start on a loaded machine.
const START_MAX: Duration = Duration::from_secs(20);
/// How long the server may take to drain, which it does within seconds.
const SERVER_END_MAX: Duration = Duration::from_secs(10);
