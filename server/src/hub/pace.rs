//! How often an account may do something: a leaky bucket for each, as in `chat/flood.rs`.

use std::collections::BTreeMap;
use std::time::Duration;

use driftfield_shared::protocol::RefusalReason;

use crate::store::AccountId;

/// So many at once, and one more in each interval.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    burst: u32,
    /// Up to when each account has spent its share.
    spent_until: BTreeMap<AccountId, Duration>,
}

impl Pace {
    /// `burst` at once and one in each `interval`.
    pub fn new(burst: u32, interval: Duration) -> Self {
        Pace { interval, burst, spent_until: BTreeMap::new() }
    }

    /// Counts one more of an account. `now` is since any fixed point in time.
    ///
    /// # Errors
    /// When it is one too many. It is not counted then.
    pub fn take(&mut self, now: Duration, account: AccountId) -> Result<(), RefusalReason> {
        if self.spent_until.len() >= ACCOUNTS_MAX && !self.spent_until.contains_key(&account) {
            self.spent_until.retain(|_, until| *until > now);
            if self.spent_until.len() >= ACCOUNTS_MAX {
                return Err(RefusalReason::Busy);
            }
        }
        let until = self.spent_until.entry(account).or_default();
        let ahead = until.saturating_sub(now);
        let most = self.interval * self.burst.saturating_sub(1);
        if ahead > most {
            return Err(too_often(ahead - most));
        }
        *until = now.max(*until) + self.interval;
        debug_assert!(*until <= now + self.interval * self.burst, "the debt is bounded");
        Ok(())
    }
}

/// The refusal of what may be tried again after `wait`, in whole seconds, rounded up.
pub fn too_often(wait: Duration) -> RefusalReason {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    RefusalReason::TooOften { seconds: u16::try_from(seconds.max(1)).unwrap_or(u16::MAX) }
}

/// Accounts that are remembered at once.
const ACCOUNTS_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_one_in_each_interval() {
        let mut pace = Pace::new(3, Duration::from_secs(10));
        let mut taken = |now, account| {
            let now = Duration::from_secs(now);
            (0..50).filter(|_| pace.take(now, AccountId(account)).is_ok()).count()
        };
        assert_eq!(taken(0, 1), 3);
        assert_eq!(taken(9, 1), 0);
        assert_eq!(taken(10, 1), 1);
        assert_eq!(taken(10, 2), 3, "everyone has a share of his own");
        assert_eq!(taken(1_000, 1), 3);
        let wait = pace.take(Duration::from_secs(1_001), AccountId(1));
        assert_eq!(wait, Err(RefusalReason::TooOften { seconds: 9 }));
    }

    #[test]
    fn more_accounts_than_can_be_remembered_are_refused_until_some_are_forgotten() {
        let mut pace = Pace::new(1, Duration::from_secs(10));
        for account in 0..ACCOUNTS_MAX as u64 {
            pace.take(Duration::ZERO, AccountId(account)).unwrap();
        }
        let new = AccountId(u64::MAX);
        assert_eq!(pace.take(Duration::from_secs(1), new), Err(RefusalReason::Busy));
        assert_eq!(pace.take(Duration::from_secs(11), new), Ok(()));
    }
}
