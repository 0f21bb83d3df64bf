//! A client's byte allowance for snapshots: a fixed rate, with some savings for moments in which much is new.

use driftfield_shared::limits::{SNAPSHOT_BYTES_BURST, SNAPSHOT_BYTES_PER_SECOND};
use driftfield_shared::snapshot::BitBudget;
use driftfield_shared::units::Tick;

/// Snapshots over which savings are spread when several of them could use more.
const SAVED_SPREAD: i64 = 8;

/// The byte allowance of one client.
#[derive(Clone, Debug)]
pub struct Allowance {
    bytes_per_tick: u32,
    /// Bytes; negative after a snapshot that could not wait took more.
    saved: i64,
    at: Tick,
}

impl Allowance {
    /// For a client that joins in tick `now` of a room of `tick_hz` ticks per second.
    pub fn new(now: Tick, tick_hz: u16) -> Self {
        let bytes_per_tick = SNAPSHOT_BYTES_PER_SECOND / u32::from(tick_hz);
        Allowance { bytes_per_tick, saved: SNAPSHOT_BYTES_BURST.into(), at: now }
    }

    /// The bytes that the snapshot of tick `now` may take.
    pub fn budget(&mut self, now: Tick) -> BitBudget {
        let accrued = i64::from(self.bytes_per_tick) * i64::from(now.since(self.at));
        self.saved = (self.saved + accrued).min(SNAPSHOT_BYTES_BURST.into());
        self.at = now;
        let most = self.saved.max(0);
        let evenly = most.min(accrued + (most - accrued).max(0) / SAVED_SPREAD);
        BitBudget { most: most as usize * 8, evenly: evenly as usize * 8 }
    }

    /// Subtracts the bytes that a snapshot took.
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
            let bytes = allowance.budget(now).most / 8;
            allowance.spend(bytes);
            sent += bytes as u32;
        }
        assert!(sent <= 10 * SNAPSHOT_BYTES_PER_SECOND + SNAPSHOT_BYTES_BURST);
        assert!(sent > 10 * SNAPSHOT_BYTES_PER_SECOND - 30 * 10);
    }

    #[test]
    fn what_was_saved_goes_into_many_snapshots_where_each_could_do_with_it() {
        let mut allowance = Allowance::new(Tick(0), 30);
        let rate = SNAPSHOT_BYTES_PER_SECOND as usize / 30 * 8;
        let mut before = usize::MAX;
        for now in (1..60).map(Tick) {
            let BitBudget { most, evenly } = allowance.budget(now);
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
        assert_eq!(allowance.budget(Tick(1)).most, 0);
        assert!(allowance.budget(Tick(4)).most > 0);
    }

    #[test]
    fn what_is_not_used_is_saved_up_to_the_burst() {
        let mut allowance = Allowance::new(Tick(0), 30);
        allowance.spend(SNAPSHOT_BYTES_BURST as usize);
        assert_eq!(allowance.budget(Tick(1)).most, SNAPSHOT_BYTES_PER_SECOND as usize / 30 * 8);
        assert_eq!(allowance.budget(Tick(10_000)).most, SNAPSHOT_BYTES_BURST as usize * 8);
    }
}
