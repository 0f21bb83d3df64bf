//! Control messages: everything that is neither an input command nor a snapshot.

use serde::{Deserialize, Serialize};

use crate::content::Content;
use crate::units::PlayerId;

/// Who wants to play.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hello {
    /// [`CONTENT_HASH`](super::CONTENT_HASH) of the client's build.
    pub content_hash: u64,
    /// The name to play under; the server tidies it.
    pub name: String,
    /// The token of a seat to take back, from an earlier [`Welcome`].
    pub token: Option<Token>,
    /// Whether a program plays.
    pub is_bot: bool,
}

/// The secret that takes a seat back. 128 random bits.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct Token(pub [u8; 16]);

/// Never prints the secret.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The secret that lets a second connection bring input commands for a seat. 128 random bits, another secret than
/// the [`Token`]: it takes nothing from anyone, and is good only while the seat's own connection stands.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct InputTicket(pub [u8; 16]);

/// Never prints the secret.
impl std::fmt::Debug for InputTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InputTicket(..)")
    }
}

/// The answer to a [`Hello`] that was let in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Welcome {
    /// The seat.
    pub player: PlayerId,
    /// What takes the seat back after a lost connection; replaces any earlier one.
    pub token: Token,
    /// What a second connection for input commands says in [`Greeting::AttachInputs`](super::Greeting::AttachInputs). New
    /// with each welcome.
    pub input_ticket: InputTicket,
    /// Whether a seat was taken back, its ship with it.
    pub resumed: bool,
    /// Ticks per second of the room.
    pub tick_hz: u16,
    /// Identifier of the room, as in `/ws?room=ID`.
    pub room: String,
    /// What players read.
    pub room_name: String,
    /// Identifier of the sector in `content`.
    pub sector: String,
    /// Identifier of the mode in `content`.
    pub mode: String,
    /// The figures of the game.
    pub content: Content,
    /// Everyone in the room, the client included.
    pub players: Vec<PlayerInfo>,
}

/// Someone in the room.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PlayerInfo {
    /// The seat.
    pub player: PlayerId,
    /// The name as shown to all.
    pub name: String,
    /// Whether a program plays.
    pub is_bot: bool,
}

/// A line of the leaderboard.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LeaderboardLine {
    /// Who.
    pub player: PlayerId,
    /// Credits earned and kills, weighted by the mode.
    pub score: u32,
    /// Ships destroyed.
    pub kills: u32,
}

/// What the server says besides snapshots.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum ServerControl {
    /// Let in.
    Welcome(Box<Welcome>),
    /// Someone came, or changed.
    PlayerJoined(PlayerInfo),
    /// Someone's seat was given up.
    PlayerLeft(PlayerId),
    /// A ship was destroyed.
    Kill {
        /// Whose shot it was.
        killer: PlayerId,
        /// Whose ship it was.
        victim: PlayerId,
    },
    /// The best players, best first, at most [`LEADERBOARD_LINES_MAX`](crate::limits::LEADERBOARD_LINES_MAX).
    Leaderboard(Vec<LeaderboardLine>),
    /// The server will close soon, on purpose.
    Draining {
        /// Seconds until it does.
        seconds: u16,
    },
}

/// What a client says besides input commands.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum ClientControl {
    /// Leaving on purpose: the seat is given up at once.
    Leave,
}
