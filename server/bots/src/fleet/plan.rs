//! What a fleet is to do: where, how many, for how long, with which brains.

use std::time::Duration;

use driftfield_shared::netsim::LinkProfile;

use super::bot::Decode;
use super::error::FleetError;
use crate::brains::BrainChoice;
use crate::sdk::ServerUrl;

/// The plan of a fleet.
#[derive(Clone, Debug)]
pub struct FleetPlan {
    /// The server, with each room over which the bots are spread.
    pub targets: Vec<ServerUrl>,
    /// Number of bots.
    pub count: usize,
    /// How long to fly after the last bot has joined.
    pub flight: Duration,
    /// How much of that is not measured; `None` measures the joining, too.
    pub warm_up: Option<Duration>,
    /// Seed of all random choices.
    pub seed: u64,
    /// Seed of their accounts; `None`: they are guests.
    pub account_seed: Option<u64>,
    /// Their brains.
    pub brain: BrainChoice,
    /// How much of each snapshot they decode.
    pub decode: Decode,
    /// The simulated network between the server and each of them.
    pub link: LinkProfile,
    /// Whether each has a second connection for its input commands.
    pub has_second_socket: bool,
    /// Whether a bot that loses its connection comes back with its token.
    pub reconnects: bool,
    /// How fast they join.
    pub joins_per_second: u32,
    /// Bots that say a line each two seconds; if there are any, all bots listen. They must have accounts.
    pub talkers: u32,
    /// Number of threads.
    pub threads: usize,
}

impl FleetPlan {
    /// Whether this can be flown at all.
    ///
    /// # Errors
    /// When its parts contradict each other.
    pub(super) fn check(&self) -> Result<(), FleetError> {
        let is_blind = matches!(self.brain, BrainChoice::All(kind) if kind.is_blind());
        if self.decode == Decode::Light && !is_blind {
            return Err(FleetError::LightBrain(self.brain));
        }
        let talkers_max = if self.account_seed.is_some() { self.count } else { 0 };
        if self.talkers as usize > talkers_max {
            return Err(FleetError::Talkers { wanted: self.talkers, most: talkers_max });
        }
        match self.warm_up {
            Some(warm_up) if warm_up >= self.flight => Err(FleetError::WarmUp),
            _ => Ok(()),
        }
    }
}
