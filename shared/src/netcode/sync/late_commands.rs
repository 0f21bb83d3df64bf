//! Decides whether commands are late so often that a second connection for them is worth its bytes.
//!
//! TCP is ordered: behind a lost segment every command waits for a round trip or more. With two connections a
//! command is late only if both lose a segment at the same time. At 1 % loss that reduced the share of late commands from 0.83 % to 0.19 %, and
//! the median time from input to effect from 143 to 64 ms (`docs/netcode.md`). Without loss it would only double the
//! bytes.

use std::collections::VecDeque;

use crate::units::Micros;

/// Delays of commands within [`WINDOW`] at which a second connection is wanted.
const DELAYS: usize = 3;
/// Time over which delays are counted: a path that loses 1 % has three of them in about ten seconds.
const WINDOW: Micros = 20_000_000;
/// Late commands this close to each other have one cause, so they are one delay.
const ONE_DELAY: Micros = 400_000;
/// Time after the welcome in which the clock settles, so that late commands say nothing about the path.
const SETTLING: Micros = 4_000_000;

/// Counts delays. Late commands that follow each other closely are one delay.
#[derive(Clone, Debug, Default)]
pub struct LateCommands {
    welcomed: Micros,
    /// Start of each of the newest delays.
    delays: VecDeque<Micros>,
    last: Option<Micros>,
    is_too_often: bool,
}

impl LateCommands {
    /// Starts again for a new seat on a new connection. The verdict on the path is kept, because most clients return
    /// over the same path.
    pub fn handle_welcome(&mut self, now: Micros) {
        self.welcomed = now;
        self.delays.clear();
        self.last = None;
    }

    /// Notes that a snapshot at `now` reported a late command.
    pub fn note(&mut self, now: Micros) {
        let is_new = self.last.is_none_or(|last| now.saturating_sub(last) > ONE_DELAY);
        self.last = Some(now);
        if !is_new || now.saturating_sub(self.welcomed) < SETTLING {
            return;
        }
        self.delays.push_back(now);
        while self.delays.front().is_some_and(|delay| now.saturating_sub(*delay) > WINDOW) {
            self.delays.pop_front();
        }
        // The verdict is final: with two connections commands are in time again, which says nothing about one.
        self.is_too_often |= self.delays.len() >= DELAYS;
    }

    /// Whether commands are late too often over one connection.
    pub fn is_too_often(&self) -> bool {
        self.is_too_often
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(late_ms: &[u64]) -> bool {
        let mut late = LateCommands::default();
        late.handle_welcome(1_000_000);
        late_ms.iter().for_each(|ms| late.note(1_000_000 + ms * 1_000));
        late.is_too_often()
    }

    #[test]
    fn a_second_connection_is_wanted_where_commands_are_late_again_and_again() {
        assert!(after(&[5_000, 9_000, 15_000]));
        assert!(!after(&[5_000, 5_100, 5_300, 5_600, 9_000]), "these are only two delays");
        assert!(!after(&[5_000, 20_000, 30_000, 45_000, 60_000]), "rare ones do not count");
        assert!(!after(&[100, 900, 2_000, 3_900]), "the clock was still settling");
    }

    #[test]
    fn what_was_found_of_a_path_outlives_a_reconnect() {
        let mut late = LateCommands::default();
        [5_000_000, 6_000_000, 7_000_000].into_iter().for_each(|now| late.note(now));
        late.handle_welcome(9_000_000);
        assert!(late.is_too_often());
    }
}
