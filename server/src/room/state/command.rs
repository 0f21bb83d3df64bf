//! What comes into a room from outside, and what it tells the outside.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::protocol::{PlayerInfo, Request, Token};
use driftfield_shared::units::{Controls, PlayerId, ViewLag};
use serde::{Deserialize, Serialize};

use super::grace::GraceTicks;
use super::holder::Holder;
use super::purse::Purse;
use crate::secret;
use crate::store::AccountId;

/// What is kept of a token: what is not there cannot leak.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TokenHash([u8; 32]);

impl From<&Token> for TokenHash {
    fn from(token: &Token) -> Self {
        TokenHash(secret::hash(&token.0))
    }
}

/// Everything that decides what happens in a room. Together with the seed and the content, a room is a function of these
/// and their ticks.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum RoomCommand {
    /// A run of the server begins: nobody is connected, and these are the room's settings.
    Open {
        /// Number of seats.
        seats: u32,
        /// How long they are kept.
        grace: GraceTicks,
    },
    /// A player wants a seat.
    Join(Join),
    /// A player takes a seat back.
    Return(Return),
    /// The first input command over a connection has come.
    Play(PlayerId),
    /// What a player asks of the ship from now on.
    Input(PlayerId, InputCommand),
    /// A player's connection is gone.
    Detach(PlayerId),
    /// A player gives up the seat, or has to.
    Leave(PlayerId),
    /// A player asks for something that the room decides.
    Request(PlayerId, Request),
    /// Other content applies from the next tick on: an epoch begins. It is whole in here, so that a journal needs nothing
    /// beside itself.
    SetContent(Arc<Content>),
}

/// A player who takes a seat back: that of the account, or the one that the token is good for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Return {
    /// The newest token that the player has.
    pub token: Option<TokenHash>,
    /// The player's account; `None`: a guest's.
    pub account: Option<AccountId>,
    /// The token that replaces the seat's.
    pub next_token: TokenHash,
    /// The network that the player now comes from.
    pub holder: Option<Holder>,
}

/// A player who wants a seat.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Join {
    /// The wanted name.
    pub name: String,
    /// Whether a program plays.
    pub is_bot: bool,
    /// Whether it is one of the server's own, which make room for people.
    pub is_house_bot: bool,
    /// The player's account, to which the seat then belongs; `None`: a guest's.
    pub account: Option<AccountId>,
    /// The token that takes the seat back.
    pub token: TokenHash,
    /// The network to which the seat is counted, if it is known.
    pub holder: Option<Holder>,
    /// What the player brings; `None`: nothing.
    pub purse: Option<Purse>,
}

/// A player's input for one tick.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct InputCommand {
    /// The controls of the ship.
    pub controls: Controls,
    /// How far in the past the player saw other ships, as far as the claim is accepted.
    pub view_lag: ViewLag,
}

/// What happened in a room that the outside has a use for.
#[derive(Clone, Debug, PartialEq)]
pub enum RoomEvent {
    /// A seat was taken.
    Joined(PlayerInfo),
    /// The details of a player have changed.
    Renamed(PlayerInfo),
    /// A seat was given up. If its player is still connected, the seat was needed.
    Left {
        /// Whose seat.
        player: PlayerId,
        /// Whose account it belonged to, with what that has now; `None`: a guest's.
        account: Option<(AccountId, Purse)>,
    },
    /// A ship was destroyed by a shot.
    Kill {
        /// Whose shot.
        killer: PlayerId,
        /// Whose ship.
        victim: PlayerId,
    },
}
