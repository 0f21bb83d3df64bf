//! Friends by mutual consent, in memory. It knows no clock, no store and no connection.
//!
//! ```text
//! nobody wants it --want--> one wants it: Asked at the one, Asking at the other --want of the other--> Friends
//!        ^------------------------------- part, of either -----------------------------------------------+
//! ```

use std::collections::HashMap;

use driftfield_shared::protocol::{FriendState, RefusalReason};

use crate::store::{AccountId, Wanted};

/// Who wants to be whose friend.
#[derive(Debug, Default)]
pub struct Friends {
    /// Of each account everyone with whom there is something, in the order in which it began.
    of: HashMap<AccountId, Vec<Tie>>,
    count: usize,
}

/// What there is between an account and another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tie {
    /// The other one.
    pub account: AccountId,
    /// Its name when that began.
    pub name: String,
    /// How it stands, from the account's side.
    pub state: FriendState,
}

impl Friends {
    /// What the store has.
    pub fn new(kept: Vec<Wanted>) -> Self {
        let mut friends = Friends::default();
        for wanted in kept {
            // More than that were never taken, unless the bounds were higher then.
            let _ = friends.want(&wanted);
        }
        friends
    }

    /// Everyone with whom an account has something.
    pub fn of(&self, account: AccountId) -> &[Tie] {
        self.of.get(&account).map(Vec::as_slice).unwrap_or_default()
    }

    /// How it stands between two accounts, from the side of the first.
    pub fn state(&self, account: AccountId, other: AccountId) -> FriendState {
        let tie = self.of(account).iter().find(|tie| tie.account == other);
        tie.map_or(FriendState::Nothing, |tie| tie.state)
    }

    /// An account wants to be a friend of another one. Returns how it stands then, and whether that is new.
    ///
    /// # Errors
    /// When the account has asked too many, or one of the lists is full.
    pub fn want(&mut self, wanted: &Wanted) -> Result<(FriendState, bool), RefusalReason> {
        let Wanted { by, whom } = wanted;
        debug_assert_ne!(by.0, whom.0, "nobody is his own friend");
        let before = self.state(by.0, whom.0);
        let (own, others) = match before {
            FriendState::Friends | FriendState::Asked => return Ok((before, false)),
            FriendState::Asking => (FriendState::Friends, FriendState::Friends),
            FriendState::Nothing => {
                let asked = self.of(by.0).iter().filter(|tie| tie.state == FriendState::Asked);
                if asked.count() >= ASKED_MAX
                    || [by.0, whom.0].iter().any(|it| self.of(*it).len() >= TIES_MAX)
                    || self.count >= TIES_OF_ALL_MAX
                {
                    return Err(RefusalReason::ListFull);
                }
                self.count += 1;
                (FriendState::Asked, FriendState::Asking)
            }
        };
        self.set(by.0, whom, own);
        self.set(whom.0, by, others);
        Ok((own, true))
    }

    /// Ends whatever there is between two accounts. Returns whether there was anything.
    pub fn part(&mut self, account: AccountId, other: AccountId) -> bool {
        let had = self.state(account, other) != FriendState::Nothing;
        for (one, other) in [(account, other), (other, account)] {
            if let Some(list) = self.of.get_mut(&one) {
                list.retain(|tie| tie.account != other);
                if list.is_empty() {
                    self.of.remove(&one);
                }
            }
        }
        self.count -= usize::from(had);
        had
    }

    fn set(&mut self, account: AccountId, other: &(AccountId, String), state: FriendState) {
        let list = self.of.entry(account).or_default();
        match list.iter_mut().find(|tie| tie.account == other.0) {
            Some(tie) => tie.state = state,
            None => list.push(Tie { account: other.0, name: other.1.clone(), state }),
        }
    }
}

/// Accounts that one account has asked and that have not answered.
const ASKED_MAX: usize = 50;
/// Accounts with which one account can have something.
const TIES_MAX: usize = 200;
/// Ties of all accounts together: some fifty megabytes.
const TIES_OF_ALL_MAX: usize = 250_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(by: u64, whom: u64) -> Wanted {
        let named = |id: u64| (AccountId(id), format!("P{id}"));
        Wanted { by: named(by), whom: named(whom) }
    }

    #[test]
    fn two_are_friends_when_both_want_it_and_until_one_does_not() {
        let mut friends = Friends::default();
        let (ada, bo) = (AccountId(1), AccountId(2));
        assert_eq!(friends.want(&wanted(1, 2)), Ok((FriendState::Asked, true)));
        assert_eq!(friends.want(&wanted(1, 2)), Ok((FriendState::Asked, false)));
        assert_eq!(friends.state(bo, ada), FriendState::Asking);
        assert_eq!(friends.want(&wanted(2, 1)), Ok((FriendState::Friends, true)));
        assert_eq!((friends.state(ada, bo), friends.of(ada).len()), (FriendState::Friends, 1));
        assert!(friends.part(ada, bo));
        assert!(!friends.part(ada, bo));
        assert_eq!((friends.state(bo, ada), friends.count), (FriendState::Nothing, 0));
        let kept = Friends::new(vec![wanted(1, 2), wanted(2, 1), wanted(3, 1)]);
        let states = kept.of(ada).iter().map(|tie| (tie.account.0, tie.state));
        let expected = [(2, FriendState::Friends), (3, FriendState::Asking)];
        assert_eq!(states.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn who_asks_everyone_and_who_is_asked_by_everyone_comes_to_an_end() {
        let mut friends = Friends::default();
        let asked = (2..500).filter(|whom| friends.want(&wanted(1, *whom)).is_ok()).count();
        assert_eq!(asked, ASKED_MAX);
        let asking = (1_000..2_000).filter(|by| friends.want(&wanted(*by, 2)).is_ok()).count();
        assert_eq!(asking, TIES_MAX - 1);
        assert!(friends.want(&wanted(2, 1)).is_ok(), "an answer always counts");
        assert!(friends.want(&wanted(1, 600)).is_ok(), "and makes place for a question");
    }
}
