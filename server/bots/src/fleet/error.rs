//! Why a fleet cannot fly.

use std::io;

use hdrhistogram::errors::CreationError;
use thiserror::Error;

use crate::brains::BrainChoice;
use crate::sdk::{ConnectError, Disconnect};

/// Why a run failed.
#[derive(Debug, Error)]
pub enum FleetError {
    /// There is no server to connect to.
    #[error(transparent)]
    ServerUrl(#[from] ConnectError),
    /// None of the rooms exists.
    #[error("there is no room {0}")]
    NoRoom(String),
    /// The server admits no bots.
    #[error(transparent)]
    Refused(Disconnect),
    /// No target was given.
    #[error("there is no room to fly in")]
    Nowhere,
    /// A system call failed.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The system allows too few file descriptors.
    #[error("{wanted} bots need more open files than the {given} that the system grants")]
    Descriptors {
        /// Bots.
        wanted: usize,
        /// Open files.
        given: u64,
    },
    /// The brain needs a view of the world, which light bots do not have.
    #[error("--brain {0} needs a view of the world, which --decode light does not provide")]
    LightBrain(BrainChoice),
    /// Nothing would be measured.
    #[error("--warm-up must be shorter than --seconds")]
    WarmUp,
    /// Only bots with an account may talk.
    #[error(
        "--talkers {wanted}: at most {most} bots can talk; each needs an account, which --account-seed gives it"
    )]
    Talkers {
        /// Talkers.
        wanted: u32,
        /// Bots with an account.
        most: usize,
    },
    /// A bug.
    #[error("a thread of bots failed")]
    Failed,
}

/// Why a thread cannot run its share.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// The poll cannot be created.
    #[error("the system refuses a resource that the bots need: {0}")]
    System(#[from] io::Error),
    /// A distribution cannot be made: a bug.
    #[error("cannot measure: {0}")]
    Histogram(#[from] CreationError),
}
