//! Who is meant: a player of a room, an account, or a network.

use std::net::IpAddr;

use driftfield_shared::protocol::{NetworkTag, RefusalReason};
use driftfield_shared::units::PlayerId;
use ipnet::IpNet;

use crate::store::AccountId;

/// Somebody with a seat in a room, as the room sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Present {
    /// The room.
    pub room: Box<str>,
    /// The seat.
    pub player: PlayerId,
    /// The name there.
    pub name: String,
    /// Whose seat it is; `None`: a guest's.
    pub account: Option<AccountId>,
    /// Where the connection comes from; `None`: there is none, or it is a bot of the server.
    pub address: Option<IpAddr>,
    /// Whether a program plays.
    pub is_bot: bool,
    /// Whether it is a bot of the server itself.
    pub is_house_bot: bool,
    /// Whether there is a connection; a seat outlives it for a while.
    pub is_connected: bool,
    /// Whether the player has done something in the last minute.
    pub is_active: bool,
}

/// Whom a request is about, as far as the room of the request knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Subject {
    /// Somebody with a seat there.
    Seat {
        /// The seat.
        player: PlayerId,
        /// The name.
        name: String,
        /// Whose it is.
        account: Option<AccountId>,
    },
    /// A player who is not in the room, by name.
    Name(String),
    /// An account.
    Account(AccountId),
    /// A network.
    Network(NetworkTag),
}

/// Who is meant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// A person, or a bot.
    Person(Person),
    /// Everyone in a network.
    Network(NetworkTag, IpNet),
}

/// Somebody, on-line or not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The account; `None`: a guest.
    pub account: Option<AccountId>,
    /// Where it is.
    pub seats: Vec<Present>,
}

impl Person {
    /// For the audit log and for hosts: the name with the account.
    pub fn in_words(&self) -> String {
        match self.account {
            Some(account) => format!("{} ({account})", self.name),
            None => format!("{} (guest)", self.name),
        }
    }

    /// The person of an account, with the seats that it has.
    pub fn of_account(account: AccountId, name: Option<String>, present: Vec<Present>) -> Person {
        let seats: Vec<Present> =
            present.into_iter().filter(|seat| seat.account == Some(account)).collect();
        let name = seats.first().map(|seat| seat.name.clone()).or(name);
        let name = name.unwrap_or_default();
        Person { name, account: Some(account), seats }
    }
}

/// Who of those present has a name, whatever the case of its letters; `None`: nobody.
///
/// # Errors
/// When more than one has it.
pub fn of_name(name: &str, present: &[Present]) -> Result<Option<Person>, RefusalReason> {
    let lower = name.to_lowercase();
    let mut same = present.iter().filter(|seat| seat.name.to_lowercase() == lower);
    let Some(first) = same.next() else { return Ok(None) };
    let is_other = |seat: &Present| seat.account.is_none() || seat.account != first.account;
    if same.any(is_other) {
        return Err(RefusalReason::Ambiguous);
    }
    Ok(Some(match first.account {
        Some(account) => Person::of_account(account, None, present.to_vec()),
        None => Person { name: first.name.clone(), account: None, seats: vec![first.clone()] },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(room: &str, player: u16, name: &str, account: Option<u64>) -> Present {
        Present {
            room: room.into(),
            player: PlayerId(player),
            name: name.into(),
            account: account.map(AccountId),
            address: None,
            is_bot: false,
            is_house_bot: false,
            is_connected: true,
            is_active: true,
        }
    }

    #[test]
    fn a_name_means_one_person_in_however_many_rooms_or_it_is_ambiguous() {
        let present = [
            seat("a", 1, "Eve", Some(9)),
            seat("b", 1, "eve", Some(9)),
            seat("a", 2, "Ada", Some(1)),
            seat("b", 2, "ada", None),
            seat("b", 3, "Guest", None),
        ];
        let eve = of_name("EVE", &present).unwrap().unwrap();
        assert_eq!((eve.account, eve.seats.len()), (Some(AccountId(9)), 2));
        assert_eq!(of_name("Ada", &present), Err(RefusalReason::Ambiguous));
        assert_eq!(of_name("guest", &present).unwrap().unwrap().account, None);
        assert_eq!(of_name("Nobody", &present), Ok(None));
    }
}
