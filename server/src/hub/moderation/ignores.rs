//! Whom accounts ignore, in memory: chat asks for each whisper.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use driftfield_shared::protocol::RefusalReason;

use crate::store::{AccountId, Ignored};

/// Whom accounts ignore. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Ignores(Arc<RwLock<Lists>>);

#[derive(Debug, Default)]
struct Lists {
    /// In the order in which that began.
    of: HashMap<AccountId, Vec<Ignored>>,
    count: usize,
}

impl Ignores {
    /// What the store has.
    pub fn new(kept: Vec<(AccountId, Ignored)>) -> Self {
        let ignores = Ignores::default();
        for (account, whom) in kept {
            // More than that were never taken, unless the bounds were higher then.
            let _ = ignores.add(account, whom);
        }
        ignores
    }

    /// Whether an account ignores another one.
    pub fn is_ignoring(&self, account: AccountId, other: AccountId) -> bool {
        let lists = self.0.read().unwrap_or_else(PoisonError::into_inner);
        lists.of.get(&account).is_some_and(|list| list.iter().any(|it| it.account == other))
    }

    /// Whom an account ignores.
    pub fn of(&self, account: AccountId) -> Vec<Ignored> {
        let lists = self.0.read().unwrap_or_else(PoisonError::into_inner);
        lists.of.get(&account).cloned().unwrap_or_default()
    }

    /// Adds somebody to those whom an account ignores.
    ///
    /// # Errors
    /// When the list of the account is full, or there are too many lists.
    pub fn add(&self, account: AccountId, whom: Ignored) -> Result<(), RefusalReason> {
        let mut lists = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Lists { of, count } = &mut *lists;
        let list = of.get(&account).map(Vec::as_slice).unwrap_or_default();
        if list.iter().any(|it| it.account == whom.account) {
            return Ok(());
        }
        if list.len() >= IGNORED_MAX || *count >= IGNORED_OF_ALL_MAX {
            return Err(RefusalReason::ListFull);
        }
        of.entry(account).or_default().push(whom);
        *count += 1;
        Ok(())
    }

    /// Takes somebody off the list of an account. Returns who it was, if anybody.
    pub fn remove(&self, account: AccountId, other: AccountId) -> Option<Ignored> {
        let mut lists = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Lists { of, count } = &mut *lists;
        let list = of.get_mut(&account)?;
        let place = list.iter().position(|it| it.account == other)?;
        let whom = list.remove(place);
        *count -= 1;
        if list.is_empty() {
            of.remove(&account);
        }
        Some(whom)
    }
}

/// Accounts that one account can ignore.
const IGNORED_MAX: usize = 200;
/// Those of all accounts together: some ten megabytes.
const IGNORED_OF_ALL_MAX: usize = 250_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(account: u64) -> Ignored {
        Ignored { account: AccountId(account), name: format!("player {account}") }
    }

    #[test]
    fn who_is_ignored_is_so_for_one_account_alone_until_it_is_taken_back() {
        let (ada, bo) = (AccountId(1), AccountId(2));
        let ignores = Ignores::new(vec![(ada, ignored(9))]);
        assert!(ignores.is_ignoring(ada, AccountId(9)));
        assert!(!ignores.is_ignoring(bo, AccountId(9)) && !ignores.is_ignoring(AccountId(9), ada));
        ignores.add(ada, ignored(8)).unwrap();
        ignores.add(ada, ignored(8)).unwrap();
        assert_eq!(ignores.of(ada), [ignored(9), ignored(8)]);
        assert_eq!(ignores.remove(ada, AccountId(9)), Some(ignored(9)));
        assert_eq!(ignores.remove(ada, AccountId(9)), None);
        assert_eq!(ignores.of(ada), [ignored(8)]);
    }

    #[test]
    fn a_list_is_bounded() {
        let ignores = Ignores::default();
        let taken = (1..1_000).filter(|n| ignores.add(AccountId(0), ignored(*n)).is_ok()).count();
        assert_eq!(taken, IGNORED_MAX);
        assert_eq!(ignores.add(AccountId(0), ignored(5)), Ok(()), "who is on it already");
        ignores.remove(AccountId(0), AccountId(5));
        assert_eq!(ignores.add(AccountId(0), ignored(5_000)), Ok(()));
    }
}
