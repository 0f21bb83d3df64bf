//! Parties: some accounts that play together, over rooms and visits.
//!
//! ```text
//! client: Ask::Party(wish) --hub--> durable --> Done::Party{own, link}
//!                                          \--> the board `party` and the feed `party-chat` of each member
//! ```
//!
//! Both topics are the own party's. Whoever is in none finds them empty, and nobody can name another one's.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::chat::AccountTag;
use super::moderation::Whom;
use crate::units::PlayerId;
use crate::wire::{DecodeError, codec};

/// Name of the board of the members of the own party.
pub const PARTY: &str = "party";
/// Name of the feed of what is said in the own party.
pub const PARTY_CHAT: &str = "party-chat";

/// What lets its holder into a party: 128 random bits, which stand in a link.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct PartySecret(pub [u8; 16]);

impl PartySecret {
    /// As it stands in a link.
    pub fn to_text(self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// The secret of a link.
    pub fn of_text(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(PartySecret)
    }
}

/// Never prints the secret.
impl std::fmt::Debug for PartySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PartySecret(..)")
    }
}

/// What an account wants of its party. Each is answered with [`Done::Party`](super::Done::Party), if nothing else is said.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum PartyWish {
    /// To know whether it is in one.
    Look,
    /// To be in one: a new one is made if it is in none.
    Open,
    /// To invite somebody, who has a notice of it. Answered with [`Done::PartyAsked`](super::Done::PartyAsked).
    Invite(Whom),
    /// To say yes or no to an account that has invited it.
    Answer {
        /// Who has invited.
        by: AccountTag,
        /// Whether it joins.
        is_accepted: bool,
    },
    /// To join by a link.
    Join(PartySecret),
    /// To be in it no more.
    Leave,
    /// To take a member out, as only the leader can. The link is another one then.
    Remove(AccountTag),
    /// To have another link, as only the leader can: the one before is worth nothing from then on.
    Renew,
}

/// A member, as the others see it: the value of the board [`PARTY`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PartyMember {
    /// The account.
    pub account: AccountTag,
    /// The name, in the room or when it was last on-line.
    pub name: String,
    /// Whether it leads the party.
    pub is_leader: bool,
    /// Where it plays; `None`: it is not on-line.
    pub room: Option<PartyRoom>,
}

/// The room that a member plays in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PartyRoom {
    /// Its identifier.
    pub id: String,
    /// Its name, as shown to players.
    pub name: String,
    /// The member's seat there.
    pub player: PlayerId,
    /// Whether it is entered by invitation only.
    pub is_locked: bool,
    /// Where the member's ship is, to the right and downwards, in units; `None` while it has none. It is told once a second.
    pub ship: Option<(i32, i32)>,
}

/// A member as the key of a board.
pub fn member_key(account: AccountTag) -> [u8; 8] {
    account.0.to_le_bytes()
}

/// The member of a key.
///
/// # Errors
/// When it is none's.
pub fn read_member_key(key: &[u8]) -> Result<AccountTag, DecodeError> {
    let bytes = key.try_into().map_err(|_| DecodeError::Form)?;
    Ok(AccountTag(u64::from_le_bytes(bytes)))
}

impl PartyMember {
    /// The value of the board.
    pub fn value(&self) -> Vec<u8> {
        codec::encode(&(&self.name, self.is_leader, &self.room))
    }

    /// The member of a key and its value.
    ///
    /// # Errors
    /// When they are none.
    pub fn read(key: &[u8], value: &[u8]) -> Result<Self, DecodeError> {
        let (name, is_leader, room) = codec::decode(value)?;
        Ok(PartyMember { account: read_member_key(key)?, name, is_leader, room })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_party_is_told_has_its_golden_bytes() {
        let account = AccountTag(300);
        let key = [44, 1, 0, 0, 0, 0, 0, 0];
        assert_eq!(member_key(account), key);
        for wrong in [&[44, 1][..], &[0; 9], &[]] {
            assert_eq!(read_member_key(wrong), Err(DecodeError::Form));
        }
        let away = PartyMember { account, name: "Bo".into(), is_leader: true, room: None };
        assert_eq!(away.value(), [2, b'B', b'o', 1, 0]);
        assert_eq!(PartyMember::read(&key, &away.value()), Ok(away.clone()));
        let room = PartyRoom {
            id: "r".into(),
            name: "Home".into(),
            player: PlayerId(300),
            is_locked: false,
            ship: Some((-1, 300)),
        };
        let here = PartyMember { is_leader: false, room: Some(room), ..away };
        let mut golden = vec![2, b'B', b'o', 0, 1, 1, b'r', 4];
        golden.extend(b"Home");
        golden.extend([251, 44, 1, 0]); // seat 300, not locked
        golden.extend([1, 1, 251, 88, 2]); // a ship; signed numbers are zigzag: 0, -1, 1, -2
        assert_eq!(here.value(), golden);
        assert_eq!(PartyMember::read(&key, &golden), Ok(here));
        assert!(PartyMember::read(&key, &golden[1..]).is_err());
    }

    #[test]
    fn a_secret_is_the_same_after_a_link_and_nothing_else_is_one() {
        let secret = PartySecret(std::array::from_fn(|index| 17 * index as u8));
        assert_eq!(PartySecret::of_text(&secret.to_text()), Some(secret));
        for text in ["", "AAEC", "AAECAwQFBgcICQoLDA0ODx", "AAECAwQFBgcICQoLDA0ODw==", "ж"] {
            assert_eq!(PartySecret::of_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", PartyWish::Join(PartySecret([7; 16]))), "Join(PartySecret(..))");
    }
}
