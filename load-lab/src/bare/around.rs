//! Bare sockets before and behind what they are compared with: a shared machine is half as fast again in one minute as in
//! the next, and one measurement would compare two of its moods.

use serde::{Deserialize, Serialize};

use super::Bare;

/// Two measurements of bare sockets, and something else between them.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct BareAround {
    /// The one before, with messages of [`BYTES_BEFORE`].
    pub before: Bare,
    /// The one behind, with messages as long as it takes.
    pub behind: Bare,
}

impl BareAround {
    /// Processor time of the server half, seconds in each second: the mean of both.
    pub fn server_cpu(&self) -> f64 {
        f64::midpoint(self.before.server_cpu, self.behind.server_cpu)
    }

    /// The same for each client and tick, microseconds.
    pub fn micros_per_client_tick(&self) -> f64 {
        f64::midpoint(self.before.micros_per_client_tick, self.behind.micros_per_client_tick)
    }
}

/// Bytes of a message as long as nobody knows how long those of the server will be: a snapshot in which nothing happens,
/// so that bare sockets do not look dearer than they are.
pub const BYTES_BEFORE: u32 = 8;
