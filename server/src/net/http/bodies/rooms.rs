//! The addresses of rooms that players open for themselves, and of parties.
//!
//! ```text
//! POST /api/rooms/open   {"secret": S, like, name, owner_name, seats, bots, is_locked} -> {"room", "invite"?}
//! POST /api/rooms/enter  {"secret": S, "room": ID, "invite": I}                        -> 204: the account may enter
//! POST /api/rooms/mine   {"secret": S}               -> {"rooms_max", "seats_max", "room"?, "invite"?}
//! POST /api/party        {"party": I}              -> {"leader", "members", "members_max", "room"?}: where a link leads
//! ```
//!
//! An invitation is in the body, as a secret is. Where a page links to a room with its invitation, that stands behind the `#`,
//! which browsers send to nobody.

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use driftfield_shared::protocol::PartySecret;
use serde::{Deserialize, Serialize};

use super::{json, no_content, parse, secret_of};
use crate::hub::{AccountError, Accounts, Invited, Parties};
use crate::limits::PARTY_MEMBERS_MAX;
use crate::net::http::{Answer, Refusal};
use crate::own_rooms::{Opened, OwnRooms, Wish};

/// What is done about a room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::net::http) enum RoomRoute {
    Open,
    Enter,
    Mine,
    Party,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenBody {
    secret: String,
    like: String,
    name: String,
    owner_name: String,
    seats: u16,
    bots: u16,
    is_locked: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnterBody {
    secret: String,
    room: String,
    invite: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MineBody {
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyBody {
    party: String,
}

/// A party, as whoever has its link reads it.
#[derive(Serialize)]
struct PartyAnswer {
    leader: String,
    members: usize,
    members_max: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<String>,
}

/// A room of one's own, as its owner reads it.
#[derive(Serialize)]
struct RoomAnswer {
    room: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite: Option<String>,
}

#[derive(Serialize)]
struct MineAnswer {
    rooms_max: usize,
    seats_max: u16,
    #[serde(flatten)]
    own: Option<RoomAnswer>,
}

impl From<Opened> for RoomAnswer {
    fn from(Opened { id, invite }: Opened) -> Self {
        RoomAnswer { room: id, invite: invite.map(|invite| BASE64URL_NOPAD.encode(&invite)) }
    }
}

impl RoomRoute {
    /// The route of an address.
    pub(in crate::net::http) fn of(path: &str) -> Option<RoomRoute> {
        match path {
            "/api/rooms/open" => Some(RoomRoute::Open),
            "/api/rooms/enter" => Some(RoomRoute::Enter),
            "/api/rooms/mine" => Some(RoomRoute::Mine),
            "/api/party" => Some(RoomRoute::Party),
            _ => None,
        }
    }

    /// Answers a request for it. `client` is to whom a new room is counted.
    pub(in crate::net::http) async fn answer(
        self,
        rooms: &OwnRooms,
        parties: &Parties,
        accounts: &Accounts,
        client: Option<IpAddr>,
        body: &[u8],
    ) -> Result<Answer, Refusal> {
        let account = async |secret: &str| {
            let secret = secret_of(secret)?;
            let account = accounts.account(&secret).await.map_err(Refusal::Account)?;
            let account = account.ok_or(Refusal::Account(AccountError::NoSuchAccount))?;
            match accounts.ban(account) {
                Some(ban) => Err(Refusal::Banned(ban)),
                None => Ok(account),
            }
        };
        match self {
            RoomRoute::Open => {
                let OpenBody { secret, like, name, owner_name, seats, bots, is_locked } =
                    parse(body)?;
                let account = account(&secret).await?;
                let wish = Wish { like, name, owner_name, seats, bots, is_locked };
                let opened = rooms.open(account, client, wish).await.map_err(Refusal::OwnRoom)?;
                json(&RoomAnswer::from(opened))
            }
            RoomRoute::Enter => {
                let EnterBody { secret, room, invite } = parse(body)?;
                let account = account(&secret).await?;
                let invite = invitation(&invite)?;
                rooms.enter(account, &room, &invite).await.map_err(Refusal::OwnRoom)?;
                Ok(no_content())
            }
            RoomRoute::Mine => {
                let MineBody { secret } = parse(body)?;
                let account = account(&secret).await?;
                let limits = rooms.limits();
                json(&MineAnswer {
                    rooms_max: limits.rooms,
                    seats_max: limits.seats,
                    own: rooms.of_owner(account).map(RoomAnswer::from),
                })
            }
            RoomRoute::Party => {
                let PartyBody { party } = parse(body)?;
                let found = parties.invited(PartySecret(invitation(&party)?));
                let Invited { leader, members, room } = found.ok_or(Refusal::NoSuchParty)?;
                json(&PartyAnswer { leader, members, members_max: PARTY_MEMBERS_MAX, room })
            }
        }
    }
}

/// The bytes of an invitation.
fn invitation(text: &str) -> Result<[u8; 16], Refusal> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(Refusal::BodyForm)
}
