//! Control messages: everything that is neither an input command, nor a snapshot, nor an update of a topic.

use serde::{Deserialize, Serialize};

use super::{HubRequest, Reply, Request, RequestId};
use crate::sim::ContentHash;
use crate::snapshot::Held;
use crate::topics::{Handle, Subscribe};
use crate::units::{PlayerId, Tick};

/// The request to play.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hello {
    /// [`CONTENT_FROM_SERVER`](super::CONTENT_FROM_SERVER), or the [`ContentHash`] of the content that the client plays
    /// with whatever the server says.
    pub content_hash: u64,
    /// The wanted name; the server cleans it up.
    pub name: String,
    /// The token from an earlier [`Welcome`], to take that seat back.
    pub token: Option<Token>,
    /// The ticket of the player's account, which `POST /api/session` gives; without one the player is a guest.
    pub ticket: Option<AccountTicket>,
    /// Whether a program plays.
    pub is_bot: bool,
    /// Whether the client wants a [`ServerControl::StateCheck`] once a second.
    pub wants_checks: bool,
}

/// The secret that takes a seat back: 128 random bits.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct Token(pub [u8; 16]);

/// Never prints the secret.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Stands for an account for some minutes: 128 random bits, given for the account's secret, which itself never goes
/// over a socket.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct AccountTicket(pub [u8; 16]);

/// Never prints the secret.
impl std::fmt::Debug for AccountTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountTicket(..)")
    }
}

/// The secret with which a second connection brings input commands for a seat: 128 random bits, different from the
/// [`Token`]. It gives no right to the seat, and is valid only while the seat's own connection is open.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct InputTicket(pub [u8; 16]);

/// Never prints the secret.
impl std::fmt::Debug for InputTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InputTicket(..)")
    }
}

/// The answer to an accepted [`Hello`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Welcome {
    /// The seat.
    pub player: PlayerId,
    /// The secret that takes the seat back after a lost connection. It replaces an earlier one once the server has said
    /// [`ServerControl::SeatKept`], and the earlier one is good until this one takes the seat back.
    pub token: Token,
    /// The ticket of a second connection for input commands:
    /// [`Greeting::AttachInputs`](super::Greeting::AttachInputs). New with each welcome.
    pub input_ticket: InputTicket,
    /// Whether an earlier seat was taken back together with its ship.
    pub resumed: bool,
    /// Ticks per second of the room.
    pub tick_hz: u16,
    /// Identifier of the room, as in `/ws?room=ID`.
    pub room: String,
    /// Name shown to players.
    pub room_name: String,
    /// Identifier of the sector in the content.
    pub sector: String,
    /// Identifier of the mode in the content.
    pub mode: String,
    /// The content of the game, which clients get at `/content/HASH`.
    pub content: ContentHash,
    /// The newest request that this seat has made. The ids of further ones go on above it.
    pub newest_request: RequestId,
}

/// A control message of the server.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum ServerControl {
    /// The client was accepted.
    Welcome(Box<Welcome>),
    /// The server will close soon, on purpose.
    Draining {
        /// Seconds until it closes.
        seconds: u16,
    },
    /// Warns a player who has been idle while another player waits: the seat is given away unless the player acts.
    SeatWanted {
        /// Seconds until then.
        seconds: u16,
    },
    /// Sent once per second, right after a snapshot, to clients that asked for it.
    StateCheck {
        /// The tick of that snapshot.
        tick: Tick,
        /// [`Held::hash`] of the server's record of what the client holds after that snapshot.
        hash: u64,
    },
    /// The answer to a [`ClientControl::Desync`]: the server's record of what the client holds.
    Held(Box<Held>),
    /// The answer to a [`Request`].
    Reply(Reply),
    /// The seat, with the token of the [`Welcome`], is safe from now on: the server brings it back also after a crash.
    SeatKept,
    /// Whether the server cannot save what happens at the moment: what players do now may be lost if it stops. Sent when that
    /// changes, and after the welcome while it is so.
    Unsaved(bool),
    /// An epoch begins: from this tick on the room plays by other content. Whoever has not fetched that by then holds back
    /// what comes from that tick on.
    Epoch {
        /// The first tick that is computed with it.
        tick: Tick,
        /// The content.
        content: ContentHash,
    },
}

/// A control message of the client.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum ClientControl {
    /// The player leaves on purpose: the seat is given up at once.
    Leave,
    /// Acknowledges all snapshots up to this tick, as input commands do, when no command is due.
    Acknowledge(Tick),
    /// The [`ServerControl::StateCheck`] of this tick has a different hash from the client's own.
    Desync(Tick),
    /// The client wants to be told of a topic.
    Subscribe(Subscribe),
    /// The client wants to be told no more.
    Unsubscribe(Handle),
    /// The client asks the room for something.
    Request(Request),
    /// The client asks the hub for something.
    HubRequest(HubRequest),
}
