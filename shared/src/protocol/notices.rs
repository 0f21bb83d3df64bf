//! What a player is told beside the game: by moderation, by the host, by other players, by what he started.
//!
//! ```text
//! a service of the hub --durable--> the feed `notices` of an account, or `announcements` of everyone
//! client: Ask::Notices{before} --> what was told before, and up to where it was read
//! ```
//!
//! A notice says what happened, with arguments; the client puts it into words in its player's language.

use serde::{Deserialize, Serialize};

use super::chat::Talker;
use super::moderation::{Role, Term};
use crate::wire::{DecodeError, codec};

/// Name of the feed of what the own account alone is told.
pub const NOTICES: &str = "notices";
/// Name of the feed of what everyone is told.
pub const ANNOUNCEMENTS: &str = "announcements";

/// The number of a notice. Later ones have higher numbers, in both feeds together.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct NoticeId(pub u64);

/// Something that a player is told: an entry of [`NOTICES`] or [`ANNOUNCEMENTS`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Notice {
    /// Its number.
    pub id: NoticeId,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// What.
    pub event: NoticeEvent,
}

/// What happened. A new kind is added at the end, because its number is on the wire and in the store.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum NoticeEvent {
    /// The host, or who may speak in his name, says something to everyone.
    Announced {
        /// What.
        text: String,
    },
    /// The server restarts. Everyone gets his seat back.
    Restarting {
        /// When, in milliseconds since 1970.
        at: u64,
    },
    /// The server does not restart, or not then.
    NotRestarting,
    /// The player may not speak.
    Muted {
        /// For how long, from then on.
        term: Term,
        /// Why.
        note: String,
    },
    /// The player may speak again.
    Unmuted,
    /// The player had to leave, and could come back after a minute.
    Kicked {
        /// Why.
        note: String,
    },
    /// The player could not enter.
    Banned {
        /// For how long, from then on.
        term: Term,
        /// Why.
        note: String,
    },
    /// The player may enter again.
    Unbanned,
    /// The player has another role.
    RoleGiven {
        /// Which.
        role: Role,
    },
    /// The players of a room voted the player out.
    VotedOut {
        /// The room.
        room: String,
        /// Why.
        note: String,
    },
    /// Somebody wants to be friends.
    FriendAsked {
        /// Who.
        who: Talker,
    },
    /// Somebody is a friend from now on.
    FriendMade {
        /// Who.
        who: Talker,
    },
    /// Somebody asks the player to join a party.
    PartyAsked {
        /// Who.
        who: Talker,
    },
    /// Somebody has joined the player's party.
    PartyJoined {
        /// Who.
        who: Talker,
    },
    /// Something that was ordered is done.
    JobDone {
        /// The identifier of what it was.
        what: String,
        /// How many.
        count: u32,
    },
    /// Something was sold.
    Sold {
        /// The identifier of what it was.
        what: String,
        /// How many.
        count: u32,
        /// For how many credits altogether.
        credits: u64,
    },
    /// A round begins.
    RoundStarting {
        /// The room.
        room: String,
        /// When, in milliseconds since 1970.
        at: u64,
    },
    /// There is a reward on the player's ship.
    BountySet {
        /// Credits.
        credits: u64,
    },
    /// The player was paid for destroying a ship.
    BountyPaid {
        /// Whose ship it was.
        name: String,
        /// Credits.
        credits: u64,
    },
    /// The leader took the player out of the party.
    PartyRemoved {
        /// The leader.
        who: Talker,
    },
    /// Somebody has left the player's party.
    PartyLeft {
        /// Who.
        who: Talker,
    },
}

impl NoticeEvent {
    /// The kind in one word, for settings and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            NoticeEvent::Announced { .. } => "announcement",
            NoticeEvent::Restarting { .. } | NoticeEvent::NotRestarting => "restart",
            NoticeEvent::Muted { .. }
            | NoticeEvent::Unmuted
            | NoticeEvent::Kicked { .. }
            | NoticeEvent::Banned { .. }
            | NoticeEvent::Unbanned
            | NoticeEvent::RoleGiven { .. }
            | NoticeEvent::VotedOut { .. } => "moderation",
            NoticeEvent::FriendAsked { .. } | NoticeEvent::FriendMade { .. } => "friends",
            NoticeEvent::PartyAsked { .. }
            | NoticeEvent::PartyJoined { .. }
            | NoticeEvent::PartyRemoved { .. }
            | NoticeEvent::PartyLeft { .. } => "party",
            NoticeEvent::JobDone { .. } => "job",
            NoticeEvent::Sold { .. } => "sale",
            NoticeEvent::RoundStarting { .. } => "round",
            NoticeEvent::BountySet { .. } | NoticeEvent::BountyPaid { .. } => "bounty",
        }
    }

    /// Its bytes, as the store keeps them.
    pub fn bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The event of these bytes.
    ///
    /// # Errors
    /// When they are none.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        codec::decode(bytes)
    }
}

impl Notice {
    /// The entry of a feed.
    pub fn entry(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The notice of an entry.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(entry: &[u8]) -> Result<Self, DecodeError> {
        codec::decode(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_has_its_golden_bytes() {
        let event = NoticeEvent::Muted { term: Term(Some(600)), note: "spam".into() };
        let notice = Notice { id: NoticeId(300), at: 1_796_000_000_000, event };
        let mut golden = vec![251, 44, 1]; // notice 300
        golden.extend([253, 0, 40, 241, 41, 162, 1, 0, 0]); // at
        golden.extend([3, 1, 251, 88, 2, 4, 115, 112, 97, 109]); // muted for 600 s, "spam"
        assert_eq!(notice.entry(), golden);
        assert_eq!(Notice::read(&golden), Ok(notice.clone()));
        assert_eq!(NoticeEvent::read(&notice.event.bytes()), Ok(notice.event));
        assert!(Notice::read(&golden[1..]).is_err());
    }
}
