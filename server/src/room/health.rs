//! How a room is: recent failures, the pause after each, and what others are told of it.

use std::fmt;
use std::time::Duration;

use crate::sync::Instant;

/// The health of a room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RoomHealth {
    /// It admits players.
    Well,
    /// It admits players, but recently had to be started again.
    Recovered {
        /// Number of recent failures.
        failures: u32,
    },
    /// It admits nobody until it is started again.
    Paused {
        /// Number of recent failures.
        failures: u32,
        /// Seconds until then, rounded up.
        seconds: u64,
    },
    /// It has ended.
    Ended,
}

impl RoomHealth {
    /// Whether players are admitted.
    pub fn is_serving(self) -> bool {
        matches!(self, RoomHealth::Well | RoomHealth::Recovered { .. })
    }
}

impl fmt::Display for RoomHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RoomHealth::Well => write!(f, "serving"),
            RoomHealth::Recovered { failures } => {
                write!(f, "serving, {failures} recent failures")
            }
            RoomHealth::Paused { failures, seconds } => {
                write!(f, "{failures} recent failures, starts again in {seconds} s")
            }
            RoomHealth::Ended => write!(f, "ended"),
        }
    }
}

/// The recent failures of a room.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failures {
    /// Number of failures, each soon after the one before.
    count: u32,
    failed_at: Option<Instant>,
    /// When the room is started again after the last of them.
    open_from: Option<Instant>,
}

impl Failures {
    /// Notes a failure. Returns when the room may be started again: later with each failure that soon follows another.
    pub(super) fn note(&mut self, now: Instant) -> Instant {
        self.count = if self.is_recent(now) { self.count.saturating_add(1) } else { 1 };
        let doublings = (self.count - 1).min(16);
        let open_from = now + (RESTART_PAUSE * (1 << doublings)).min(RESTART_PAUSE_MAX);
        (self.failed_at, self.open_from) = (Some(now), Some(open_from));
        open_from
    }

    /// Number of recent failures.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// How much is left of the pause after the last failure.
    pub(super) fn pause_left(&self, now: Instant) -> Duration {
        self.open_from.map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    /// The health of a room that has not ended.
    pub(super) fn health(&self, now: Instant) -> RoomHealth {
        let (failures, pause) = (self.count, self.pause_left(now));
        match self.is_recent(now) {
            _ if !pause.is_zero() => {
                RoomHealth::Paused { failures, seconds: pause.as_secs_f64().ceil() as u64 }
            }
            true => RoomHealth::Recovered { failures },
            false => RoomHealth::Well,
        }
    }

    fn is_recent(&self, now: Instant) -> bool {
        self.failed_at.is_some_and(|at| now.saturating_duration_since(at) <= MEMORY)
    }
}

/// Pause before a failed room is started again: a bug that strikes at once must not make it spin.
pub(super) const RESTART_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause, for a room that fails again and again.
const RESTART_PAUSE_MAX: Duration = Duration::from_secs(60);
/// How long a failure is remembered. Longer than the longest pause, so that a pausing room does not look healthy.
const MEMORY: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_fails_again_and_again_pauses_longer_each_time_and_says_so() {
        let (mut failures, mut now) = (Failures::default(), Instant::now());
        assert_eq!(failures.health(now), RoomHealth::Well);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            let open_from = failures.note(now);
            pauses.push((open_from - now).as_millis());
            assert!(!failures.health(now).is_serving());
            now = open_from;
            assert!(failures.health(now).is_serving());
        }
        assert_eq!(pauses[..5], [250, 500, 1_000, 2_000, 4_000]);
        assert_eq!(pauses.last(), Some(&60_000));
        assert_eq!(failures.health(now), RoomHealth::Recovered { failures: 12 });
        let later = now + MEMORY + Duration::from_millis(1);
        assert_eq!(failures.health(later), RoomHealth::Well);
        assert_eq!(failures.note(later) - later, RESTART_PAUSE);
    }
}
