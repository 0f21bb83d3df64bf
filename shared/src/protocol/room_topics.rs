//! The topics that a server publishes, and what their keys, values and entries say.
//!
//! | topic | kind | key | value or entry |
//! |---|---|---|---|
//! | `roster` | board | player | [`PlayerInfo`] |
//! | `leaderboard` | board | player | [`LeaderboardLine`] |
//! | `standings` | board | player | [`Standing`] |
//! | `kills` | feed | | [`Kill`] |
//! | `rooms` | board | identifier of a room | [`RoomLine`] |
//!
//! The first four are a room's, the last one is the hub's. A player as a key is two bytes, the low one first. Values and
//! entries have the form of control messages; what the key says is not repeated in the value.

use serde::{Deserialize, Serialize};

use crate::units::PlayerId;
use crate::wire::{DecodeError, codec};

/// Name of the board of everyone in the room.
pub const ROSTER: &str = "roster";
/// Name of the board of the best players, of whom there are at most
/// [`LEADERBOARD_LINES_MAX`](crate::limits::LEADERBOARD_LINES_MAX).
pub const LEADERBOARD: &str = "leaderboard";
/// Name of the board of everyone's rank. A client subscribes to its own key.
pub const STANDINGS: &str = "standings";
/// Name of the feed of ships that were destroyed by a shot.
pub const KILLS: &str = "kills";
/// Name of the board of the server's rooms, without those for load tests.
pub const ROOMS: &str = "rooms";

/// A player in the room.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PlayerInfo {
    /// The seat.
    pub player: PlayerId,
    /// The name shown to all.
    pub name: String,
    /// Whether a program plays.
    pub is_bot: bool,
}

/// A line of the leaderboard. Whoever shows it sorts the lines by score, the highest first, and then by player.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LeaderboardLine {
    /// The player.
    pub player: PlayerId,
    /// Credits earned and kills, weighted by the mode.
    pub score: u32,
    /// Ships destroyed.
    pub kills: u32,
}

/// A player's rank among all.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Standing {
    /// Rank by score, from 1.
    pub place: u32,
    /// Ships destroyed.
    pub kills: u32,
}

/// A ship was destroyed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Kill {
    /// The player who fired.
    pub killer: PlayerId,
    /// The player whose ship it was.
    pub victim: PlayerId,
}

/// A room that can be entered, as `/api/rooms` lists it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RoomLine {
    /// Name shown to players.
    pub name: String,
    /// Identifier of the mode.
    pub mode: String,
    /// Identifier of the sector.
    pub sector: String,
    /// Number of people with a seat.
    pub players: u32,
    /// Number of programs with a seat.
    pub bots: u32,
    /// Number of seats.
    pub max_players: u32,
    /// Ticks per second.
    pub tick_hz: u16,
    /// Name of the player who has opened it; empty for a room of the host's.
    pub owner: String,
    /// Whether it is entered by invitation only.
    pub is_locked: bool,
}

/// A player as the key of a board.
pub fn player_key(player: PlayerId) -> [u8; 2] {
    player.0.to_le_bytes()
}

/// The player of a key.
///
/// # Errors
/// When it is no player's.
pub fn read_player_key(key: &[u8]) -> Result<PlayerId, DecodeError> {
    let bytes = key.try_into().map_err(|_| DecodeError::Form)?;
    Ok(PlayerId(u16::from_le_bytes(bytes)))
}

impl PlayerInfo {
    /// The value in the `roster`.
    pub fn value(&self) -> Vec<u8> {
        codec::encode(&(&self.name, self.is_bot))
    }

    /// A player of the `roster`.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(key: &[u8], value: &[u8]) -> Result<Self, DecodeError> {
        let (name, is_bot) = codec::decode(value)?;
        Ok(PlayerInfo { player: read_player_key(key)?, name, is_bot })
    }
}

impl LeaderboardLine {
    /// The value in the `leaderboard`.
    pub fn value(&self) -> Vec<u8> {
        codec::encode(&(self.score, self.kills))
    }

    /// A line of the `leaderboard`.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(key: &[u8], value: &[u8]) -> Result<Self, DecodeError> {
        let (score, kills) = codec::decode(value)?;
        Ok(LeaderboardLine { player: read_player_key(key)?, score, kills })
    }

    /// What sorts the lines, the best one first.
    pub fn order(&self) -> impl Ord + use<> {
        (std::cmp::Reverse(self.score), self.player)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_topics_say_has_its_golden_bytes() {
        let player = PlayerId(300);
        assert_eq!(player_key(player), [44, 1]);
        assert_eq!(read_player_key(&[44, 1]), Ok(player));
        assert_eq!(read_player_key(&[44]), Err(DecodeError::Form));
        assert_eq!(read_player_key(&[44, 1, 0]), Err(DecodeError::Form));

        let info = PlayerInfo { player, name: "Bo".into(), is_bot: true };
        assert_eq!(info.value(), [2, b'B', b'o', 1]);
        assert_eq!(PlayerInfo::read(&[44, 1], &info.value()), Ok(info));

        let line = LeaderboardLine { player, score: 300, kills: 2 };
        assert_eq!(line.value(), [251, 44, 1, 2]);
        assert_eq!(LeaderboardLine::read(&[44, 1], &line.value()), Ok(line));

        let standing = Standing { place: 300, kills: 7 };
        assert_eq!(codec::encode(&standing), [251, 44, 1, 7]);
        let kill = Kill { killer: PlayerId(1), victim: player };
        assert_eq!(codec::encode(&kill), [1, 251, 44, 1]);
        let room = RoomLine {
            name: "Home".into(),
            mode: "m".into(),
            sector: "s".into(),
            players: 3,
            bots: 300,
            max_players: 64,
            tick_hz: 30,
            owner: "Bo".into(),
            is_locked: true,
        };
        let bytes =
            [4, b'H', b'o', b'm', b'e', 1, b'm', 1, b's', 3, 251, 44, 1, 64, 30, 2, b'B', b'o', 1];
        assert_eq!(codec::encode(&room), bytes);
    }

    #[test]
    fn lines_are_sorted_by_score_and_then_by_player() {
        let line = |player, score| LeaderboardLine { player: PlayerId(player), score, kills: 0 };
        let mut lines = [line(1, 5), line(3, 9), line(2, 9)];
        lines.sort_by_key(LeaderboardLine::order);
        assert_eq!(lines, [line(2, 9), line(3, 9), line(1, 5)]);
    }
}
