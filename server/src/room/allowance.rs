//! How many bytes of snapshots a client may be sent: so many a second, with some saved for when much is new.

use driftfield_shared::limits::{SNAPSHOT_BYTES_BURST, SNAPSHOT_BYTES_PER_SECOND};
use driftfield_shared::units::Tick;

/// The byte allowance of one client.
#[derive(Clone, Debug)]
pub struct Allowance {
    bytes_per_tick: u32,
    /// Bytes; below zero after what could not wait took more.
    saved: i64,
    at: Tick,
}

impl Allowance {
    /// For a client that joins in tick `now` of a room of `tick_hz` ticks a second.
    pub fn new(now: Tick, tick_hz: u16) -> Self {
        let bytes_per_tick = SNAPSHOT_BYTES_PER_SECOND / u32::from(tick_hz);
        Allowance { bytes_per_tick, saved: SNAPSHOT_BYTES_BURST.into(), at: now }
    }

    /// Bits that the snapshot of tick `now` may take, where `share` of the allowance is given. Where that is not all of it,
    /// the room has no time to make up for ticks without a snapshot either: a larger one would make it late again.
    pub fn bits(&mut self, now: Tick, share: f32) -> usize {
        let bytes_per_tick = (self.bytes_per_tick as f32 * share) as u32;
        let since = now.since(self.at);
        let ticks = if share < 1.0 { since.min(1) } else { since };
        let accrued = i64::from(bytes_per_tick) * i64::from(ticks);
        self.saved = (self.saved + accrued).min(SNAPSHOT_BYTES_BURST.into());
        self.at = now;
        self.saved.max(0) as usize * 8
    }

    /// Notes what a snapshot took.
    pub fn spend(&mut self, bytes: usize) {
        let debt_max = -i64::from(SNAPSHOT_BYTES_BURST);
        self.saved = (self.saved - bytes as i64).max(debt_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greedy_client_gets_its_rate_and_one_burst() {
        let mut allowance = Allowance::new(Tick(0), 30);
        let mut sent = 0;
        for now in (1..=300).map(Tick) {
            let bytes = allowance.bits(now, 1.0) / 8;
            allowance.spend(bytes);
            sent += bytes as u32;
        }
        assert!(sent <= 10 * SNAPSHOT_BYTES_PER_SECOND + SNAPSHOT_BYTES_BURST);
        assert!(sent > 10 * SNAPSHOT_BYTES_PER_SECOND - 30 * 10);
    }

    #[test]
    fn a_room_without_time_makes_up_for_no_tick_that_it_missed() {
        let spent = |share| {
            let mut allowance = Allowance::new(Tick(0), 30);
            allowance.spend(SNAPSHOT_BYTES_BURST as usize);
            allowance.bits(Tick(3), share) / 8
        };
        assert!(spent(1.0) > 4 * spent(0.6), "{} and {}", spent(1.0), spent(0.6));
    }

    #[test]
    fn what_could_not_wait_is_paid_for_later() {
        let mut allowance = Allowance::new(Tick(0), 30);
        allowance.spend(SNAPSHOT_BYTES_BURST as usize + 5_000);
        assert_eq!(allowance.bits(Tick(1), 1.0), 0);
        assert!(allowance.bits(Tick(4), 1.0) > 0);
    }

    #[test]
    fn what_is_not_used_is_saved_up_to_the_burst() {
        let mut allowance = Allowance::new(Tick(0), 30);
        allowance.spend(SNAPSHOT_BYTES_BURST as usize);
        assert_eq!(allowance.bits(Tick(1), 1.0), SNAPSHOT_BYTES_PER_SECOND as usize / 30 * 8);
        assert_eq!(allowance.bits(Tick(10_000), 1.0), SNAPSHOT_BYTES_BURST as usize * 8);
    }
}
