//! The addresses of rooms that players open for themselves.
//!
//! ```text
//! POST /api/rooms/open   {"secret": S, like, name, owner_name, seats, bots, is_locked} -> {"room", "invite"?}
//! POST /api/rooms/enter  {"secret": S, "room": ID, "invite": I}                        -> 204: the account may enter
//! POST /api/rooms/mine   {"secret": S}               -> {"rooms_max", "seats_max", "room"?, "invite"?}
//! ```
//!
//! An invitation is in the body, as a secret is. Where a page links to a room with its invitation, that stands behind the `#`,
//! which browsers send to nobody.

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{json, no_content, parse, secret_of};
use crate::hub::{AccountError, Accounts};
use crate::net::http::{Answer, Refusal};
use crate::own_rooms::{Opened, OwnRooms, Wish};

/// What is done about a room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::net::http) enum RoomRoute {
    Open,
    Enter,
    Mine,
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
            _ => None,
        }
    }

    /// Answers a request for it. `client` is to whom a new room is counted.
    pub(in crate::net::http) async fn answer(
        self,
        rooms: &OwnRooms,
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
                let invite = BASE64URL_NOPAD.decode(invite.as_bytes()).ok();
                let invite = invite.and_then(|invite| invite.try_into().ok());
                let invite: [u8; 16] = invite.ok_or(Refusal::BodyForm)?;
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
        }
    }
}
