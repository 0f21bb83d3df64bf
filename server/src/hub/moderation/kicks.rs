//! Who was sent out a short while ago. It is in memory: a restart forgets it.
//!
//! ```text
//! moderation: kick --> Kicks --version has changed--> every room: closes the connection, gives up the seat
//!                        \--> a room's door: refuses for as long as the kick says
//! ```

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use driftfield_shared::protocol::CloseReason;
use driftfield_shared::units::PlayerId;

use crate::store::{AccountId, SanctionTarget, UnixSeconds};

/// Somebody must leave, and is not let in for a while.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kick {
    /// Who.
    pub whom: Kicked,
    /// The room; `None`: all of them.
    pub room: Option<Box<str>>,
    /// What the player is told.
    pub reason: CloseReason,
    /// Until when.
    pub until: UnixSeconds,
}

/// Who must leave.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kicked {
    /// An account.
    Account(AccountId),
    /// A guest: the seat, and any guest who comes from the same network.
    Guest {
        /// The room of the seat.
        room: Box<str>,
        /// The seat.
        player: PlayerId,
        /// From where it is played.
        address: Option<IpAddr>,
    },
}

/// A seat in a room: taken by a player, or asked for by one.
#[derive(Clone, Copy, Debug)]
pub struct Guest<'a> {
    /// The room.
    pub room: &'a str,
    /// The seat, if there is one.
    pub player: Option<PlayerId>,
    /// Whose it is; `None`: a guest's.
    pub account: Option<AccountId>,
    /// From where.
    pub address: Option<IpAddr>,
}

/// The kicks in force. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Kicks(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Each with the version in which it was added, the oldest first.
    list: RwLock<Vec<(u64, Kick)>>,
    version: AtomicU64,
}

impl Kicks {
    /// Sends somebody out.
    pub fn kick(&self, kick: Kick, now: UnixSeconds) {
        let mut list = self.0.list.write().unwrap_or_else(PoisonError::into_inner);
        list.retain(|(_, kick)| kick.until > now);
        if list.len() >= KICKS_MAX {
            list.remove(0);
        }
        let version = self.0.version.load(Ordering::Acquire) + 1;
        list.push((version, kick));
        self.0.version.store(version, Ordering::Release);
    }

    /// Rises with each kick.
    pub fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// Why somebody is not let in, if so.
    pub fn refused(&self, guest: Guest<'_>, now: UnixSeconds) -> Option<CloseReason> {
        self.find(guest, now, |_, kick| match &kick.whom {
            Kicked::Account(account) => guest.account == Some(*account),
            Kicked::Guest { address, .. } => {
                let network = |address: Option<IpAddr>| address.map(SanctionTarget::address);
                guest.account.is_none()
                    && address.is_some()
                    && network(*address) == network(guest.address)
            }
        })
    }

    /// Why somebody with a seat must leave, if so, by a kick that came after version `seen`.
    pub fn dismissed(&self, guest: Guest<'_>, seen: u64, now: UnixSeconds) -> Option<CloseReason> {
        self.find(guest, now, |version, kick| match &kick.whom {
            Kicked::Account(account) => guest.account == Some(*account),
            Kicked::Guest { room, player, .. } => {
                version > seen
                    && guest.account.is_none()
                    && (&**room, Some(*player)) == (guest.room, guest.player)
            }
        })
    }

    fn find(
        &self,
        guest: Guest<'_>,
        now: UnixSeconds,
        is_about: impl Fn(u64, &Kick) -> bool,
    ) -> Option<CloseReason> {
        let list = self.0.list.read().unwrap_or_else(PoisonError::into_inner);
        let found = list.iter().rev().find(|(version, kick)| {
            kick.until > now
                && kick.room.as_deref().is_none_or(|room| room == guest.room)
                && is_about(*version, kick)
        });
        found.map(|(_, kick)| kick.reason)
    }
}

/// Kicks that are remembered: of more the oldest are forgotten.
const KICKS_MAX: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(account: Option<u64>, player: u16, address: &str) -> Guest<'static> {
        Guest {
            room: "a",
            player: Some(PlayerId(player)),
            account: account.map(AccountId),
            address: address.parse().ok(),
        }
    }

    #[test]
    fn an_account_stays_out_for_as_long_as_the_kick_says() {
        let kicks = Kicks::default();
        let whom = Kicked::Account(AccountId(7));
        let kick = Kick { whom, room: None, reason: CloseReason::Kicked, until: 160 };
        kicks.kick(kick.clone(), 100);
        let eve = guest(Some(7), 1, "192.0.2.1");
        assert_eq!(kicks.refused(eve, 159), Some(CloseReason::Kicked));
        assert_eq!(kicks.refused(eve, 160), None);
        assert_eq!(kicks.dismissed(eve, 1, 100), Some(CloseReason::Kicked));
        assert_eq!(kicks.refused(guest(Some(8), 1, "192.0.2.1"), 100), None);
        let voted = Kick { room: Some("b".into()), reason: CloseReason::VotedOut, ..kick };
        kicks.kick(voted, 100);
        assert_eq!(kicks.version(), 2);
        assert_eq!(
            kicks.refused(eve, 100),
            Some(CloseReason::Kicked),
            "the vote was in another room"
        );
        assert_eq!(kicks.refused(Guest { room: "b", ..eve }, 100), Some(CloseReason::VotedOut));
    }

    #[test]
    fn a_guest_loses_the_seat_once_and_other_guests_keep_theirs() {
        let kicks = Kicks::default();
        let address = "2001:db8::1".parse().ok();
        let whom = Kicked::Guest { room: "a".into(), player: PlayerId(3), address };
        kicks.kick(Kick { whom, room: None, reason: CloseReason::Kicked, until: 160 }, 100);
        let eve = guest(None, 3, "2001:db8::1");
        let neighbour = guest(None, 4, "2001:db8::2");
        assert_eq!(kicks.dismissed(eve, 0, 100), Some(CloseReason::Kicked));
        assert_eq!(kicks.dismissed(eve, 1, 100), None, "somebody else has the seat by now");
        assert_eq!(kicks.dismissed(neighbour, 0, 100), None);
        assert_eq!(kicks.refused(neighbour, 100), Some(CloseReason::Kicked), "the same /64");
        assert_eq!(kicks.refused(guest(Some(9), 4, "2001:db8::2"), 100), None);
        assert_eq!(kicks.refused(guest(None, 4, "2001:db9::2"), 100), None);
    }

    #[test]
    fn the_list_is_bounded() {
        let kicks = Kicks::default();
        for n in 0..2 * KICKS_MAX as u64 {
            let whom = Kicked::Account(AccountId(n));
            kicks.kick(Kick { whom, room: None, reason: CloseReason::Kicked, until: 160 }, 100);
        }
        assert_eq!(kicks.0.list.read().unwrap().len(), KICKS_MAX);
        assert_eq!(kicks.refused(guest(Some(0), 1, "192.0.2.1"), 100), None);
    }
}
