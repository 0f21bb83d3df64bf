//! What was sent behind a snapshot, which the next ones make up for on a path that carries only so much.
//!
//! The next snapshot waits behind it, and is smaller by as much: it arrives when it would have arrived without.

use driftfield_shared::units::Tick;

/// Ticks for which a path counts as full after it was: it is probed for more in between, and what is free then is for
/// snapshots.
const FULL_TICKS: u32 = 300;

/// The debt of one client's path, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathDebt {
    bytes: usize,
    /// The last size limit that the path set a snapshot, and when.
    limit: Option<(usize, Tick)>,
}

impl PathDebt {
    /// Notes that so many bytes were sent behind a snapshot.
    pub fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// The size limit in bytes that the path sets snapshots, or set them not long ago.
    pub fn limit(&self) -> Option<usize> {
        self.limit.map(|(limit, _)| limit)
    }

    /// Pays as much as the snapshot of tick `now` can, to which the path sets this limit. Returns what is left for that
    /// snapshot, and what was paid.
    pub fn take(&mut self, now: Tick, limit: Option<usize>) -> (Option<usize>, usize) {
        let Some(limit) = limit else {
            self.limit = self.limit.filter(|(_, at)| now.since(*at) < FULL_TICKS);
            // The path has carried it already.
            return (None, std::mem::take(&mut self.bytes));
        };
        self.limit = Some((limit, now));
        // Half of it at the most, so that the client goes on seeing what is next to it.
        let paid = self.bytes.min(limit / 2);
        self.bytes -= paid;
        (Some(limit - paid), paid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_made_up_for_by_the_next_snapshots() {
        let mut debt = PathDebt::default();
        let mut take = |sent, limit| {
            debt.add(sent);
            debt.take(Tick(0), limit)
        };
        assert_eq!(take(0, Some(100)), (Some(100), 0));
        assert_eq!(take(80, Some(100)), (Some(50), 50));
        assert_eq!(take(0, Some(100)), (Some(70), 30));
        assert_eq!(take(0, Some(100)), (Some(100), 0));
        assert_eq!(take(80, None), (None, 80));
        assert_eq!(take(0, Some(100)), (Some(100), 0));
    }

    #[test]
    fn a_path_that_was_full_counts_as_full_for_a_while() {
        let mut debt = PathDebt::default();
        assert_eq!(debt.limit(), None);
        debt.take(Tick(1), Some(100));
        for now in 2..1 + FULL_TICKS {
            debt.take(Tick(now), None);
            assert_eq!(debt.limit(), Some(100), "{now}");
        }
        debt.take(Tick(1 + FULL_TICKS), None);
        assert_eq!(debt.limit(), None);
    }
}
