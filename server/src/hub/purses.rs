//! Where each account plays: what it owns is in one room at a time.
//!
//! ```text
//! connection: claim(account, room) --> the account plays nowhere ------------> Arrival::Brings(what the ledger has)
//!                                 \--> it has a seat in this room -----------> Arrival::Returns
//!                                  \-> it has a seat elsewhere: that room is asked to give it up; once that is durable,
//!                                      the ledger has everything, and the claim goes on
//! room: took_seat, seats_of ----> which accounts play here
//!       gave_up (when durable) -> they play nowhere
//! ```
//!
//! The ledger has what an account owns; a room has it only while the account has a seat there. So it is read from the
//! ledger when, and only when, no room can change it any more.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use driftfield_shared::units::Credits;
use thiserror::Error;
use tracing::warn;

use super::Directory;
use crate::limits::CLAIM_TIME_MAX;
use crate::room::Purse;
use crate::store::{AccountId, StoreHandle, StoredPurse};

/// Interval in which a claim looks whether another room has given the account up.
const CLAIM_POLL: Duration = Duration::from_millis(20);
/// Interval in which another room is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Where accounts play. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Purses(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// The room of each account that has a seat, or whose connection is on its way to one.
    places: Mutex<HashMap<AccountId, Arc<str>>>,
    /// Rooms that are being restored: nobody knows yet who has a seat there.
    restoring: AtomicUsize,
}

/// A room that is being restored, until it is dropped.
#[derive(Debug)]
pub struct Restoring(Purses);

/// With what an account comes to a room.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Arrival {
    /// With what it owns: it has no seat anywhere.
    Brings(Purse),
    /// It has a seat in this room, or had one a moment ago.
    Returns,
    /// It is a guest or one of the server's bots: it brings nothing.
    Empty,
}

/// Why an account cannot come to a room now.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ClaimError {
    /// The room where it plays has not given it up in time, or what it did there is not durable.
    #[error("the account plays in another room that does not let it go")]
    Elsewhere,
    /// What it owns cannot be read.
    #[error("what the account owns cannot be read")]
    Unreadable,
}

impl Purses {
    /// A room begins to be restored: until the guard is dropped, nobody takes anything anywhere.
    pub fn restoring(&self) -> Restoring {
        self.0.restoring.fetch_add(1, Ordering::SeqCst);
        Restoring(self.clone())
    }

    /// A room was restored, and these accounts have seats there; no others have.
    pub fn seats_of(&self, room: &str, accounts: impl IntoIterator<Item = AccountId>) {
        let mut places = self.places();
        places.retain(|_, place| **place != *room);
        let room: Arc<str> = room.into();
        for account in accounts {
            if let Some(other) = places.insert(account, room.clone()) {
                // A journal that was cut can bring a seat back that was given up since.
                warn!(%account, %other, %room, "an account has seats in two rooms");
            }
        }
    }

    /// An account has taken a seat in a room.
    pub fn took_seat(&self, account: AccountId, room: &str) {
        self.places().insert(account, room.into());
    }

    /// An account has no seat in a room any more, and what it did there is durable.
    pub fn gave_up(&self, account: AccountId, room: &str) {
        let mut places = self.places();
        if places.get(&account).is_some_and(|place| **place == *room) {
            places.remove(&account);
        }
    }

    /// Where an account plays.
    pub fn place_of(&self, account: AccountId) -> Option<Arc<str>> {
        self.places().get(&account).cloned()
    }

    /// Lets an account come to a room with what it owns. If it has a seat in another room, it gives that one up.
    ///
    /// # Errors
    /// When that other room does not let it go in time, or what it owns cannot be read.
    pub async fn claim(
        &self,
        account: AccountId,
        room: &str,
        directory: &Directory,
        store: &StoreHandle,
    ) -> Result<Arrival, ClaimError> {
        let deadline = Instant::now() + CLAIM_TIME_MAX;
        let mut asked_at: Option<Instant> = None;
        loop {
            match self.enter(account, room) {
                Place::Here => return Ok(Arrival::Returns),
                Place::Nowhere => {
                    let store = store.clone();
                    let read = tokio::task::spawn_blocking(move || store.purse(account)).await;
                    if let Ok(Ok(stored)) = read {
                        return Ok(Arrival::Brings(Purse::from(stored)));
                    }
                    self.gave_up(account, room);
                    return Err(ClaimError::Unreadable);
                }
                Place::In(other) => {
                    let is_due = asked_at.is_none_or(|at| at.elapsed() >= ASK_AGAIN);
                    match directory.find(Some(&other)) {
                        Some(other) if is_due => {
                            asked_at = Some(Instant::now());
                            other.give_up(account);
                        }
                        Some(_) => {}
                        // A room that has ended has booked everything.
                        None => self.gave_up(account, &other),
                    }
                }
                Place::Unknown => {}
            }
            if Instant::now() >= deadline {
                return Err(ClaimError::Elsewhere);
            }
            tokio::time::sleep(CLAIM_POLL).await;
        }
    }

    /// Notes that an account comes to a room if it plays nowhere. Tells where it played.
    fn enter(&self, account: AccountId, room: &str) -> Place {
        let mut places = self.places();
        match places.get(&account) {
            Some(place) if **place == *room => Place::Here,
            Some(place) => Place::In(place.clone()),
            None if self.0.restoring.load(Ordering::SeqCst) > 0 => Place::Unknown,
            None => {
                places.insert(account, room.into());
                Place::Nowhere
            }
        }
    }

    /// No code panics between two related changes, so a poisoned lock protects a valid table.
    fn places(&self) -> MutexGuard<'_, HashMap<AccountId, Arc<str>>> {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an account plays.
enum Place {
    Nowhere,
    Here,
    In(Arc<str>),
    /// A room is still being restored.
    Unknown,
}

impl Drop for Restoring {
    fn drop(&mut self) {
        self.0.0.restoring.fetch_sub(1, Ordering::SeqCst);
    }
}

impl From<StoredPurse> for Purse {
    fn from(StoredPurse { credits, items, fit }: StoredPurse) -> Self {
        Purse { credits: Credits(credits), items, fit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: AccountId = AccountId(1);

    #[test]
    fn an_account_plays_in_one_room_and_is_free_when_that_room_has_given_it_up() {
        let purses = Purses::default();
        assert!(matches!(purses.enter(ADA, "a"), Place::Nowhere));
        assert!(matches!(purses.enter(ADA, "a"), Place::Here));
        assert!(matches!(purses.enter(ADA, "b"), Place::In(room) if *room == *"a"));
        purses.gave_up(ADA, "b");
        assert_eq!(purses.place_of(ADA).as_deref(), Some("a"), "it was not there");
        purses.gave_up(ADA, "a");
        assert!(matches!(purses.enter(ADA, "b"), Place::Nowhere));
    }

    #[test]
    fn nobody_comes_with_anything_while_a_room_is_being_restored() {
        let purses = Purses::default();
        let (first, second) = (purses.restoring(), purses.restoring());
        drop(first);
        assert!(matches!(purses.enter(ADA, "b"), Place::Unknown));
        purses.seats_of("a", [ADA]);
        drop(second);
        assert!(matches!(purses.enter(ADA, "b"), Place::In(room) if *room == *"a"));
        // The room is restored anew after a panic, without the seat.
        purses.seats_of("a", []);
        assert!(matches!(purses.enter(ADA, "b"), Place::Nowhere));
    }
}
