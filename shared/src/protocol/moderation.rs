//! What keeps company bearable: roles and what they may do, reports, and votes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::chat::{AccountTag, Talker};
use crate::units::PlayerId;
use crate::wire::{DecodeError, codec};

/// Name of the board with the room's vote: at most one value, of [`VoteLine::KEY`].
pub const VOTE: &str = "vote";

/// Whom a request is about.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Whom {
    /// A player of the room.
    Player(PlayerId),
    /// Somebody by name, of at most [`NAME_BYTES_MAX`](crate::limits::NAME_BYTES_MAX) bytes: a player of the room, else of any
    /// room, else an account that was here before.
    Name(String),
    /// An account, wherever it is.
    Account(AccountTag),
    /// Everyone in a network. Only a ban, its end and a look-up are about one.
    Network(NetworkTag),
}

/// The short hash of a network, as moderators see it in place of an address: 40 bits, the same for as long as the server
/// keeps its data. An address of IPv4 is a network, and so is the /64 of an IPv6 address.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct NetworkTag(pub u64);

/// Ten hexadecimal digits.
impl fmt::Display for NetworkTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010x}", self.0)
    }
}

/// What an account may do. A higher one may do all that a lower one may.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub enum Role {
    /// Plays.
    #[default]
    Player,
    /// Mutes for up to an hour, and kicks.
    Helper,
    /// Also bans, for up to 30 days, and ends bans and mutes.
    Moderator,
    /// May do everything, and gives roles.
    Admin,
}

impl Role {
    /// All of them, the lowest first.
    pub const ALL: [Role; 4] = [Role::Player, Role::Helper, Role::Moderator, Role::Admin];

    /// Its word in commands and files.
    pub fn word(self) -> &'static str {
        match self {
            Role::Player => "player",
            Role::Helper => "helper",
            Role::Moderator => "moderator",
            Role::Admin => "admin",
        }
    }

    /// The role of a word.
    pub fn of_word(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What is done to somebody.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Act {
    /// May not speak.
    Mute(Term),
    /// May speak again.
    Unmute,
    /// Must leave, and may come back in a minute.
    Kick,
    /// May not enter.
    Ban(Term),
    /// May enter again.
    Unban,
    /// Has another role.
    SetRole(Role),
}

/// How long something is so, in seconds; `None`: for ever.
///
/// In commands it is a whole number and a unit, as in `10m`, `2h`, `3d` or `1w`, or `forever`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Term(pub Option<u32>);

impl Term {
    /// For ever.
    pub const FOREVER: Term = Term(None);
    /// Whether this is longer than `seconds`.
    pub fn is_longer_than(self, seconds: u32) -> bool {
        self.0.is_none_or(|own| own > seconds)
    }
}

/// Why a text is no [`Term`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "a time is a number and a unit, as in 30s, 10m, 2h, 3d or 1w, or it is forever; the longest is ten years"
)]
pub struct BadTerm;

impl FromStr for Term {
    type Err = BadTerm;

    fn from_str(text: &str) -> Result<Term, BadTerm> {
        if text.eq_ignore_ascii_case("forever") {
            return Ok(Term::FOREVER);
        }
        let (unit_at, unit) = text.char_indices().next_back().ok_or(BadTerm)?;
        let unit = TERM_UNITS.iter().find(|(letter, _)| unit.eq_ignore_ascii_case(letter));
        let (_, unit) = unit.ok_or(BadTerm)?;
        let digits = &text[..unit_at];
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(BadTerm);
        }
        let count: u32 = digits.parse().map_err(|_| BadTerm)?;
        let seconds = count.checked_mul(*unit).ok_or(BadTerm)?;
        match seconds {
            1..=TERM_SECONDS_MAX => Ok(Term(Some(seconds))),
            _ => Err(BadTerm),
        }
    }
}

/// As it is typed, in the largest unit of which it is a whole number.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(seconds) = self.0 else { return f.write_str("forever") };
        let unit = TERM_UNITS.iter().rev().find(|(_, unit)| seconds.is_multiple_of(*unit));
        let (letter, unit) = unit.unwrap_or(&TERM_UNITS[0]);
        write!(f, "{}{letter}", seconds / unit)
    }
}

/// Units of a [`Term`], the shortest first.
const TERM_UNITS: [(char, u32); 5] =
    [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 7 * 86_400)];
/// What is longer is for ever.
const TERM_SECONDS_MAX: u32 = 3_653 * 86_400;

/// What a report is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Complaint {
    /// Insults, threats, hatred.
    Abuse,
    /// Too much of the same.
    Spam,
    /// An offensive name.
    Name,
    /// A program plays, or a bug is used.
    Cheating,
    /// Something else, which the note says.
    Other,
}

impl Complaint {
    /// All of them.
    pub const ALL: [Complaint; 5] =
        [Complaint::Abuse, Complaint::Spam, Complaint::Name, Complaint::Cheating, Complaint::Other];

    /// Its word in commands and files.
    pub fn word(self) -> &'static str {
        match self {
            Complaint::Abuse => "abuse",
            Complaint::Spam => "spam",
            Complaint::Name => "name",
            Complaint::Cheating => "cheating",
            Complaint::Other => "other",
        }
    }

    /// The complaint of a word.
    pub fn of_word(word: &str) -> Option<Complaint> {
        Complaint::ALL.into_iter().find(|complaint| complaint.word() == word)
    }
}

/// Who somebody is, as moderators see it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Dossier {
    /// The name, or the short hash of a network.
    pub name: String,
    /// The account; `None` for a guest and for a network.
    pub account: Option<AccountTag>,
    /// The account's role.
    pub role: Role,
    /// The network, if the player is on-line.
    pub network: Option<NetworkTag>,
    /// How long a mute is still in force, if one is.
    pub mute: Option<Term>,
    /// How long a ban is still in force, if one is.
    pub ban: Option<Term>,
}

/// How it stands between the own account and another one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum FriendState {
    /// Neither wants to be friends.
    Nothing,
    /// The own account has asked.
    Asked,
    /// The other one asks.
    Asking,
    /// Both want it.
    Friends,
}

/// A friend, or somebody who asks or was asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FriendLine {
    /// Who, with the name when that began.
    pub whom: Talker,
    /// How it stands.
    pub state: FriendState,
    /// The room in which a friend plays now, if in any.
    pub room: Option<String>,
}

/// The number of a vote.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct VoteId(pub u64);

/// The room's vote, as everyone there sees it: the value of a board.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct VoteLine {
    /// Its number.
    pub id: VoteId,
    /// Who may have to leave: the seat.
    pub player: PlayerId,
    /// The name.
    pub name: String,
    /// The name of whoever has begun it.
    pub starter: String,
    /// Why.
    pub note: String,
    /// Votes for it.
    pub yes: u16,
    /// Votes against it.
    pub no: u16,
    /// Votes for it that are enough.
    pub needed: u16,
    /// When it ends, in milliseconds since 1970.
    pub ends_at: u64,
    /// How it stands.
    pub state: VoteState,
}

/// How a vote stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum VoteState {
    /// It runs.
    Open,
    /// The player had to leave.
    Passed,
    /// The player stays.
    Failed,
}

impl VoteLine {
    /// The key of the board [`VOTE`].
    pub const KEY: &[u8] = b"vote";

    /// The value of the board.
    pub fn value(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The vote of a value.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(value: &[u8]) -> Result<Self, DecodeError> {
        codec::decode(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_typed_as_people_type_it() {
        let read = |text: &str| text.parse::<Term>().map(|term| term.0);
        for (text, seconds) in
            [("90s", 90), ("10m", 600), ("2H", 7_200), ("3d", 259_200), ("1w", 604_800)]
        {
            assert_eq!(read(text), Ok(Some(seconds)), "{text}");
        }
        assert_eq!(read("Forever"), Ok(None));
        for text in
            ["", "m", "10", "0m", "-1m", "+1m", "1.5h", "10 m", "1y", "99999999999w", "9999w", "1д"]
        {
            assert_eq!(read(text), Err(BadTerm), "{text}");
        }
    }

    #[test]
    fn a_term_is_told_as_it_is_typed() {
        for text in ["90s", "10m", "36h", "3d", "1w", "forever"] {
            let term: Term = text.parse().unwrap();
            assert_eq!(term.to_string(), text);
        }
    }

    #[test]
    fn roles_are_in_their_order_and_have_words() {
        assert!(Role::ALL.is_sorted());
        for role in Role::ALL {
            assert_eq!(Role::of_word(role.word()), Some(role));
        }
        for complaint in Complaint::ALL {
            assert_eq!(Complaint::of_word(complaint.word()), Some(complaint));
        }
    }

    #[test]
    fn a_vote_has_its_golden_bytes() {
        let vote = VoteLine {
            id: VoteId(3),
            player: PlayerId(300),
            name: "Eve".into(),
            starter: "Ada".into(),
            note: "rams".into(),
            yes: 2,
            no: 1,
            needed: 3,
            ends_at: 1_796_000_000_000,
            state: VoteState::Open,
        };
        let mut golden = vec![3, 251, 44, 1]; // vote 3 on player 300
        golden.extend(b"\x03Eve\x03Ada\x04rams");
        golden.extend([2, 1, 3, 253, 0, 40, 241, 41, 162, 1, 0, 0, 0]); // 2 : 1 of 3, its end, open
        assert_eq!(vote.value(), golden);
        assert_eq!(VoteLine::read(&golden), Ok(vote));
    }
}
