//! Tickets that are good now: bounded in number, and found by their hash.
//!
//! A search by hash tells nobody who measures its time how much of a guess was right: a guess with one bit changed has
//! another hash altogether.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use driftfield_shared::protocol::AccountTicket;
use sha2::{Digest, Sha256};

use crate::limits::{TICKET_TIME, TICKETS_MAX, TICKETS_PER_ACCOUNT_MAX};
use crate::store::AccountId;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    accounts: HashMap<Hash, AccountId>,
    /// The same in the order in which they expire.
    by_age: VecDeque<(Instant, Hash, AccountId)>,
}

type Hash = [u8; 32];

impl Tickets {
    /// Notes a new ticket. It may replace the oldest one of the same account, or of all.
    pub(super) fn issue(&mut self, ticket: AccountTicket, account: AccountId, now: Instant) {
        self.expire(now);
        let own = self.by_age.iter().filter(|(_, _, owner)| *owner == account);
        if own.count() >= TICKETS_PER_ACCOUNT_MAX {
            let oldest = self.by_age.iter().position(|(_, _, owner)| *owner == account);
            self.remove(oldest);
        } else if self.by_age.len() >= TICKETS_MAX {
            self.remove(Some(0));
        }
        let hash = hash(&ticket);
        self.by_age.push_back((now + TICKET_TIME, hash, account));
        self.accounts.insert(hash, account);
        debug_assert_eq!(self.accounts.len(), self.by_age.len());
    }

    /// The account of a ticket that is good at `now`.
    pub(super) fn find(&mut self, ticket: &AccountTicket, now: Instant) -> Option<AccountId> {
        self.expire(now);
        self.accounts.get(&hash(ticket)).copied()
    }

    /// Ends all tickets of an account.
    pub(super) fn revoke(&mut self, account: AccountId) {
        self.by_age.retain(|(_, hash, owner)| {
            let stays = *owner != account;
            if !stays {
                self.accounts.remove(hash);
            }
            stays
        });
    }

    fn expire(&mut self, now: Instant) {
        while self.by_age.front().is_some_and(|(expires, _, _)| *expires <= now) {
            self.remove(Some(0));
        }
    }

    fn remove(&mut self, place: Option<usize>) {
        if let Some((_, hash, _)) = place.and_then(|place| self.by_age.remove(place)) {
            self.accounts.remove(&hash);
        }
    }
}

fn hash(ticket: &AccountTicket) -> Hash {
    Sha256::digest(ticket.0).into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ticket(n: u32) -> AccountTicket {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&n.to_le_bytes());
        AccountTicket(bytes)
    }

    #[test]
    fn a_ticket_is_good_until_it_expires_and_for_its_account_only() {
        let (mut tickets, now) = (Tickets::default(), Instant::now());
        tickets.issue(ticket(1), AccountId(1), now);
        tickets.issue(ticket(2), AccountId(2), now);
        let almost = now + TICKET_TIME - Duration::from_millis(1);
        assert_eq!(tickets.find(&ticket(1), almost), Some(AccountId(1)));
        assert_eq!(tickets.find(&ticket(1), almost), Some(AccountId(1)), "a second greeting");
        assert_eq!(tickets.find(&ticket(2), almost), Some(AccountId(2)));
        assert_eq!(tickets.find(&ticket(3), almost), None);
        assert_eq!(tickets.find(&ticket(1), now + TICKET_TIME), None);
        assert!(tickets.accounts.is_empty() && tickets.by_age.is_empty());
    }

    #[test]
    fn an_account_that_asks_and_asks_only_replaces_its_own_tickets() {
        let (mut tickets, now) = (Tickets::default(), Instant::now());
        tickets.issue(ticket(0), AccountId(7), now);
        for n in 1..=100 {
            tickets.issue(ticket(n), AccountId(1), now);
        }
        assert_eq!(tickets.find(&ticket(0), now), Some(AccountId(7)));
        let good = (1..=100).filter(|n| tickets.find(&ticket(*n), now).is_some());
        let newest = 101 - TICKETS_PER_ACCOUNT_MAX as u32..=100;
        assert_eq!(good.collect::<Vec<u32>>(), newest.collect::<Vec<u32>>());
    }

    #[test]
    fn tickets_of_an_account_end_together() {
        let (mut tickets, now) = (Tickets::default(), Instant::now());
        tickets.issue(ticket(1), AccountId(1), now);
        tickets.issue(ticket(2), AccountId(2), now);
        tickets.issue(ticket(3), AccountId(1), now);
        tickets.revoke(AccountId(1));
        let found = [1, 2, 3].map(|n| tickets.find(&ticket(n), now));
        assert_eq!(found, [None, Some(AccountId(2)), None]);
    }
}
