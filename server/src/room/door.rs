//! Who may enter a room, and whose room it is.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use super::Entry;
use crate::store::AccountId;

/// The door of a room. Clones are the same door.
#[derive(Clone, Debug, Default)]
pub struct Door(Option<Arc<OwnDoor>>);

/// The door of a room that a player has opened.
#[derive(Debug)]
struct OwnDoor {
    owner: AccountId,
    /// The name of the owner when the room was opened.
    owner_name: String,
    /// Those who were invited; `None`: anybody may enter.
    guests: Option<RwLock<BTreeSet<AccountId>>>,
}

impl Door {
    /// The door of a room that `owner` has opened, for anybody.
    pub fn open(owner: AccountId, owner_name: String) -> Self {
        Door(Some(Arc::new(OwnDoor { owner, owner_name, guests: None })))
    }

    /// The same for a room that is entered by invitation only, with those who have been invited.
    pub fn locked(
        owner: AccountId,
        owner_name: String,
        guests: impl IntoIterator<Item = AccountId>,
    ) -> Self {
        let guests = Some(RwLock::new(guests.into_iter().collect()));
        Door(Some(Arc::new(OwnDoor { owner, owner_name, guests })))
    }

    /// The account of the player who has opened the room; `None`: it is the host's.
    pub fn owner(&self) -> Option<AccountId> {
        self.0.as_ref().map(|own| own.owner)
    }

    /// The owner's name; empty if the room is the host's.
    pub fn owner_name(&self) -> &str {
        self.0.as_ref().map_or("", |own| &own.owner_name)
    }

    /// Whether the room is entered by invitation only.
    pub fn is_locked(&self) -> bool {
        self.0.as_ref().is_some_and(|own| own.guests.is_some())
    }

    /// Lets an account in from now on.
    pub fn invite(&self, account: AccountId) {
        if let Some(guests) = self.0.as_ref().and_then(|own| own.guests.as_ref()) {
            guests.write().unwrap_or_else(PoisonError::into_inner).insert(account);
        }
    }

    /// Whether whoever has this account may enter. `None`: a guest without an account.
    pub fn admits(&self, account: Option<AccountId>) -> bool {
        let Some(own) = &self.0 else { return true };
        let Some(guests) = &own.guests else { return true };
        let guests = guests.read().unwrap_or_else(PoisonError::into_inner);
        account.is_some_and(|account| account == own.owner || guests.contains(&account))
    }

    /// The same entry, or that of somebody who was not invited.
    pub fn judge(&self, entry: Entry) -> Entry {
        match entry {
            Entry::Hello { account, .. } if !self.admits(account) => Entry::NotInvited,
            entry => entry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_room_is_for_its_owner_and_those_who_were_invited() {
        let (owner, guest, other) = (AccountId(1), AccountId(2), AccountId(3));
        let door = Door::locked(owner, "Ada".into(), [guest]);
        let admitted = |door: &Door| {
            [Some(owner), Some(guest), Some(other), None].map(|account| door.admits(account))
        };
        assert_eq!(admitted(&door), [true, true, false, false]);
        door.clone().invite(other);
        assert_eq!(admitted(&door), [true, true, true, false]);
        assert_eq!(admitted(&Door::open(owner, "Ada".into())), [true; 4]);
        assert_eq!(admitted(&Door::default()), [true; 4]);
    }
}
