//! How many bytes of snapshots a client may be sent: so many a second, with some saved for when much is new.

use driftfield_shared::limits::{SNAPSHOT_BYTES_BURST, SNAPSHOT_BYTES_PER_SECOND};
use driftfield_shared::snapshot::BitBudget;
use driftfield_shared::units::Tick;

/// Snapshots over which what was saved is spread where each of many could do with it.
const SAVED_SPREAD: i64 = 8;

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

    /// What the snapshot of tick `now` may take, where `share` of the allowance is given. Where that is not all of it,
    /// the room has no time to make up for ticks without a snapshot either: a larger one would make it late again.
    pub fn budget(&mut self, now: Tick, share: f32) -> BitBudget {
        let bytes_per_tick = (self.bytes_per_tick as f32 * share) as u32;
        let since = now.since(self.at);
        let ticks = if share < 1.0 { since.min(1) } else { since };
        let accrued = i64::from(bytes_per_tick) * i64::from(ticks);
        self.saved = (self.saved + accrued).min(SNAPSHOT_BYTES_BURST.into());
        self.at = now;
        let most = self.saved.max(0);
        let evenly = most.min(accrued + (most - accrued).max(0) / SAVED_SPREAD);
        BitBudget { most: most as usize * 8, evenly: evenly as usize * 8 }
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
            let bytes = allowance.budget(now, 1.0).most / 8;
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
            allowance.budget(Tick(3), share).most / 8
        };
        assert!(spent(1.0) > 4 * spent(0.6), "{} and {}", spent(1.0), spent(0.6));
    }

    #[test]
    fn what_was_saved_goes_into_many_snapshots_where_each_could_do_with_it() {
        let mut allowance = Allowance::new(Tick(0), 30);
        let rate = SNAPSHOT_BYTES_PER_SECOND as usize / 30 * 8;
        let mut before = usize::MAX;
        for now in (1..60).map(Tick) {
            let BitBudget { most, evenly } = allowance.budget(now, 1.0);
            assert!(evenly <= most && evenly < before && evenly >= rate, "{now:?}: {evenly}");
            allowance.spend(evenly / 8);
            before = evenly + 8;
        }
        assert!(before < rate * 11 / 10, "{before} bits of {rate}");
    }

    #[test]
    fn what_could_not_wait_is_paid_for_later() {
        let mut allowance = Allowance::new(Tick(0), 30);
        allowance.spend(SNAPSHOT_BYTES_BURST as usize + 5_000);
        assert_eq!(allowance.budget(Tick(1), 1.0).most, 0);
        assert!(allowance.budget(Tick(4), 1.0).most > 0);
    }

    #[test]
    fn what_is_not_used_is_saved_up_to_the_burst() {
        let mut allowance = Allowance::new(Tick(0), 30);
        allowance.spend(SNAPSHOT_BYTES_BURST as usize);
        assert_eq!(
            allowance.budget(Tick(1), 1.0).most,
            SNAPSHOT_BYTES_PER_SECOND as usize / 30 * 8
        );
        assert_eq!(allowance.budget(Tick(10_000), 1.0).most, SNAPSHOT_BYTES_BURST as usize * 8);
    }
}
