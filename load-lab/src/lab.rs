//! What every run stands on: the programs, a wait that Ctrl-C ends, and the ways to fail.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use thiserror::Error;

use crate::program::{POLL_INTERVAL, Program};

/// Why a run came to nothing.
#[derive(Debug, Error)]
pub enum LabError {
    /// Nothing to run.
    #[error(
        "{0} is not there; `cargo build --release -p driftfield-server` builds it, --bin-dir says where it is"
    )]
    NoProgram(PathBuf),
    /// cargo could not build it.
    #[error("the server and the bots do not build: {0}")]
    Build(ExitStatus),
    /// A program ended while it was needed.
    #[error("{0} ended early: {1}")]
    Ended(&'static str, ExitStatus),
    /// The server did not say where it is.
    #[error("the server does not say where it listens, but {0:?}")]
    NoAddress(String),
    /// Bare sockets did not say how late they were.
    #[error("bare sockets do not say how late their ticks began, but {0:?}")]
    NoLateness(String),
    /// Clients are missing.
    #[error("{joined} of {wanted} clients were in after {} s", JOIN_PATIENCE.as_secs())]
    NotJoined {
        /// Clients that are in.
        joined: usize,
        /// Clients that should be.
        wanted: usize,
    },
    /// The bots' report is missing or has another form.
    #[error("the bots' report cannot be read: {0}")]
    FleetReport(String),
    /// A file of results that was written before has another form.
    #[error("{0}: {1}")]
    Results(PathBuf, serde_json::Error),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// Files, processes, sockets.
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
}

/// The programs, and whether somebody wants us to stop.
#[derive(Clone, Debug)]
pub struct Lab {
    server: PathBuf,
    bots: PathBuf,
    own: PathBuf,
    interrupted: Arc<AtomicBool>,
}

impl Lab {
    /// Finds the programs; run by cargo without a folder for them, it lets cargo build them first.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn open(bin_dir: Option<&Path>) -> Result<Self, LabError> {
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, interrupted.clone())?;
        }
        let own = std::env::current_exe()?;
        let beside = own.parent().map(Path::to_path_buf).unwrap_or_default();
        if let (None, Some(cargo)) = (bin_dir, std::env::var_os("CARGO")) {
            build(Command::new(cargo), &beside)?;
        }
        let folder = bin_dir.unwrap_or(&beside);
        let find = |name: &str| {
            let file = std::path::absolute(folder.join(name))?;
            if file.is_file() { Ok(file) } else { Err(LabError::NoProgram(file)) }
        };
        Ok(Lab { server: find("server")?, bots: find("bots")?, own, interrupted })
    }

    /// The server, to be given arguments. Its log shows only errors unless asked for more.
    pub fn server(&self) -> Command {
        let mut command = Command::new(&self.server);
        if std::env::var_os(LOG).is_none() {
            command.env(LOG, "error");
        }
        command
    }

    /// The bots, to be given arguments.
    pub fn bots(&self) -> Command {
        Command::new(&self.bots)
    }

    /// Ourselves, to be given another command.
    pub fn own(&self) -> Command {
        Command::new(&self.own)
    }

    /// Lets time pass. Ends early, with an error, after Ctrl-C and when a program ends that is needed.
    ///
    /// # Errors
    /// See above.
    pub fn pause(
        &self,
        time: Duration,
        needed: &mut [(&'static str, &mut Program)],
    ) -> Result<(), LabError> {
        let deadline = Instant::now() + time;
        loop {
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(LabError::Interrupted);
            }
            for (name, program) in needed.iter_mut() {
                if let Some(status) = program.poll_exit()? {
                    return Err(LabError::Ended(name, status));
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(POLL_INTERVAL));
        }
    }
}

/// Lets cargo build what is measured, in the profile that we are of ourselves.
fn build(mut cargo: Command, beside: &Path) -> Result<(), LabError> {
    cargo.args(["build", "-p", "driftfield-server", "--bins"]);
    if beside.file_name().is_some_and(|folder| folder == "release") {
        cargo.arg("--release");
    }
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(LabError::Build(status)) }
}

/// How long clients may take to join beyond what their rate says.
pub const JOIN_PATIENCE: Duration = Duration::from_secs(60);
/// How long a program may take to end when it is asked to.
pub const END_PATIENCE: Duration = Duration::from_secs(15);
/// What the server filters its log by.
const LOG: &str = "RUST_LOG";
