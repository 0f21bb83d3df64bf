//! How long a seat outlives a connection.

use serde::{Deserialize, Serialize};

/// How long the seats of a room are kept for whoever lost a connection, ticks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct GraceTicks {
    pub(super) first: u32,
    pub(super) later: u32,
    pub(super) most: u32,
}

impl GraceTicks {
    /// `seconds_max` in a room of `tick_hz` ticks a second.
    pub fn new(seconds_max: f32, tick_hz: u16) -> Self {
        let most = (seconds_max * f32::from(tick_hz)) as u32;
        let at_most = |seconds: u32| (seconds * u32::from(tick_hz)).min(most);
        let (first, later) = (at_most(FIRST_GRACE_SECONDS), at_most(LATER_GRACE_SECONDS));
        GraceTicks { first, later, most }
    }

    /// The same, all of it from the start: nobody has to earn it by playing.
    pub fn whole(seconds: f32, tick_hz: u16) -> Self {
        let most = GraceTicks::new(seconds, tick_hz).most;
        GraceTicks { first: most, later: most, most }
    }
}

/// Seconds for which a seat outlives its first connection at the least, if the room's grace is as long; with each second of play
/// it is a second more. Who just looked in keeps nobody out for long.
const FIRST_GRACE_SECONDS: u32 = 10;
/// The same for every later connection, whatever was spent before.
const LATER_GRACE_SECONDS: u32 = 5;
