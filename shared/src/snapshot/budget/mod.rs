//! The plan of a snapshot whose byte budget is too small for everything, and the count of where the bits went.
//!
//! ```text
//! PlanInput (visible, held) --> Plan: near ships and arrivals, then ships in turn --> encode
//! ```

mod arrivals;
mod input;
mod plan;
mod round_robin;
mod state_ages;
mod tally;

pub(super) use input::PlanInput;
pub(super) use plan::{NearDistance, Plan};
pub(super) use round_robin::RoundRobin;
pub use state_ages::StateAges;
pub use tally::{SnapshotPart, SnapshotTally, Spent};

/// The bit budget of one snapshot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BitBudget {
    /// Limit for this one snapshot.
    pub most: usize,
    /// Limit that can be sustained in every tick; at most `most`.
    pub evenly: usize,
}

impl BitBudget {
    /// A budget of `bits` in every tick.
    pub const fn of(bits: usize) -> Self {
        BitBudget { most: bits, evenly: bits }
    }
}
