//! What every run needs: the programs, a wait that Ctrl-C ends, and the error type.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use driftfield_lab_common::{FindError, Program, find, log_by_default};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use thiserror::Error;

/// Why a run failed.
#[derive(Debug, Error)]
pub enum LabError {
    /// A program is missing.
    #[error(transparent)]
    NoProgram(#[from] FindError),
    /// cargo could not build the programs.
    #[error("the server and the bots could not be built: {0}")]
    Build(ExitStatus),
    /// A program ended while it was needed.
    #[error("{0} ended early: {1}")]
    Ended(&'static str, ExitStatus),
    /// The server did not print its address.
    #[error("the server printed {0:?} instead of its address")]
    NoAddress(String),
    /// The bare sockets did not print their tick lateness.
    #[error("the bare sockets printed {0:?} instead of their tick lateness")]
    NoLateness(String),
    /// Some clients did not join in time.
    #[error("only {joined} of {wanted} clients had joined after {} s", JOIN_PATIENCE.as_secs())]
    NotJoined {
        /// Clients that joined.
        joined: usize,
        /// Clients that were expected.
        wanted: usize,
    },
    /// The bots' report is missing or has an unexpected format.
    #[error("the bots' report cannot be read: {0}")]
    FleetReport(String),
    /// An earlier results file has an unexpected format.
    #[error("{0}: {1}")]
    Results(PathBuf, serde_json::Error),
    /// Interrupted with Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// A file, process or socket operation failed.
    #[error("system call failed: {0}")]
    System(#[from] io::Error),
}

/// Paths of the programs, and whether Ctrl-C was pressed.
#[derive(Clone, Debug)]
pub struct Lab {
    server: PathBuf,
    bots: PathBuf,
    own: PathBuf,
    interrupted: Arc<AtomicBool>,
}

impl Lab {
    /// Finds the programs. When run by cargo without `--bin-dir`, cargo builds them first.
    ///
    /// # Errors
    /// When a program is missing.
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
        let (server, bots) = (find(bin_dir, "server")?, find(bin_dir, "bots")?);
        Ok(Lab { server, bots, own, interrupted })
    }

    /// A command for the server, without arguments. Its log shows errors only, unless `RUST_LOG` is set.
    pub fn server(&self) -> Command {
        let mut command = Command::new(&self.server);
        log_by_default(&mut command, "error");
        command
    }

    /// A command for the bots, without arguments.
    pub fn bots(&self) -> Command {
        Command::new(&self.bots)
    }

    /// A command for this program itself, without arguments.
    pub fn own(&self) -> Command {
        Command::new(&self.own)
    }

    /// Waits. Returns early with an error after Ctrl-C, or when a needed program ends.
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

/// Lets cargo build the measured programs in this program's own build profile.
fn build(mut cargo: Command, beside: &Path) -> Result<(), LabError> {
    cargo.args(["build", "-p", "driftfield-server", "-p", "driftfield-bots", "--bins"]);
    if beside.file_name().is_some_and(|folder| folder == "release") {
        cargo.arg("--release");
    }
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(LabError::Build(status)) }
}

/// How long joining may take beyond what the join rate predicts.
pub const JOIN_PATIENCE: Duration = Duration::from_secs(60);
/// How long a program may take to end after it is asked to.
pub const END_PATIENCE: Duration = Duration::from_secs(15);

/// Polling interval while waiting.
pub const POLL_INTERVAL: Duration = Duration::from_millis(50);
