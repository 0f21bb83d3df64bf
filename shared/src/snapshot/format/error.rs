//! Every way in which a snapshot can be invalid.

use thiserror::Error;

use crate::limits::{HISTORY_TICKS_MAX, VISIBLE_PER_KIND_MAX};
use crate::wire::BitsError;

/// Why a snapshot was refused. The connection must then be closed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum SnapshotError {
    /// The bits end early, or a number is out of range.
    #[error("snapshot: {0}")]
    Bits(#[from] BitsError),
    /// A delta arrived without a baseline.
    #[error("the first snapshot is not a full one")]
    NoBaseline,
    /// A snapshot of a tick that is not later than that of the one before.
    #[error("a snapshot of tick {0} follows one of tick {1}")]
    OutOfOrder(u32, u32),
    /// A delta spans more ticks than a server may write.
    #[error("a delta over {0} ticks; at most {HISTORY_TICKS_MAX} are allowed")]
    TooManyTicks(u32),
    /// An index is beyond the end of its list.
    #[error("index {0} in a list of {1} entities")]
    NoSuchEntity(usize, usize),
    /// More entities of a kind than a client can hold.
    #[error("more than {VISIBLE_PER_KIND_MAX} entities of a kind")]
    TooManyEntities,
    /// The side length is not one of a sector.
    #[error("invalid sector side {0}")]
    Side(u32),
    /// There are bits after the end of the snapshot.
    #[error("there are unread bits after the snapshot")]
    TrailingBits,
}
