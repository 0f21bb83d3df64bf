//! Why a connection ends: one name for the wire, the metric and the player.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why the server closes a connection. The message is what a player reads.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Error, Hash, PartialEq, Serialize)]
pub enum CloseReason {
    /// The client speaks another version of the protocol.
    #[error("this page is older or newer than the server: reload the page")]
    WrongVersion,
    /// The client was built with other game content.
    #[error("the game's rules have changed: reload the page")]
    WrongContent,
    /// Every seat is taken.
    #[error("this room is full")]
    RoomFull,
    /// The server shuts down or restarts.
    #[error("the server is shutting down")]
    ShuttingDown,
    /// Nothing, or nothing complete, was said in time.
    #[error("the connection was silent for too long")]
    TimedOut,
    /// A message could not be decoded.
    #[error("the connection sent something that is not the game's protocol")]
    Malformed,
    /// A message is longer than any message may be.
    #[error("the connection sent a message that is too long")]
    TooLong,
    /// More bytes or frames than any honest client sends.
    #[error("the connection sent too much")]
    TooMuch,
    /// The client took too little for too long.
    #[error("the connection is too slow for the game")]
    TooSlow,
    /// The seat was taken back over a newer connection.
    #[error("this ship is now flown from another window")]
    TakenOver,
    /// The client said goodbye.
    #[error("you left the room")]
    Left,
    /// A person needs the seat of a house bot.
    #[error("the seat is needed for a person")]
    SeatNeeded,
    /// A second connection whose ticket is not that of a seat with a connection.
    #[error("this second connection belongs to no seat")]
    NoSeat,
    /// A bug of the server.
    #[error("the room had an internal error and restarts")]
    InternalError,
}

impl CloseReason {
    /// All reasons.
    pub const ALL: [CloseReason; 14] = [
        CloseReason::WrongVersion,
        CloseReason::WrongContent,
        CloseReason::RoomFull,
        CloseReason::ShuttingDown,
        CloseReason::TimedOut,
        CloseReason::Malformed,
        CloseReason::TooLong,
        CloseReason::TooMuch,
        CloseReason::TooSlow,
        CloseReason::TakenOver,
        CloseReason::Left,
        CloseReason::SeatNeeded,
        CloseReason::NoSeat,
        CloseReason::InternalError,
    ];

    /// The WebSocket close code: RFC 6455 section 7.4 and the registry where a meaning fits, else 4xxx.
    pub fn code(self) -> u16 {
        match self {
            CloseReason::Left => 1000,
            CloseReason::Malformed => 1007,
            CloseReason::TooMuch => 1008,
            CloseReason::TooLong => 1009,
            CloseReason::InternalError => 1011,
            CloseReason::ShuttingDown => 1012,
            CloseReason::RoomFull => 1013,
            CloseReason::WrongVersion => 4000,
            CloseReason::WrongContent => 4001,
            CloseReason::TimedOut => 4002,
            CloseReason::TooSlow => 4003,
            CloseReason::TakenOver => 4004,
            CloseReason::SeatNeeded => 4005,
            CloseReason::NoSeat => 4006,
        }
    }

    /// The reason of a close code that this server uses.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The value of the `reason` label in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            CloseReason::WrongVersion => "wrong_version",
            CloseReason::WrongContent => "wrong_content",
            CloseReason::RoomFull => "room_full",
            CloseReason::ShuttingDown => "shutting_down",
            CloseReason::TimedOut => "timed_out",
            CloseReason::Malformed => "malformed",
            CloseReason::TooLong => "too_long",
            CloseReason::TooMuch => "too_much",
            CloseReason::TooSlow => "too_slow",
            CloseReason::TakenOver => "taken_over",
            CloseReason::Left => "left",
            CloseReason::SeatNeeded => "seat_needed",
            CloseReason::NoSeat => "no_seat",
            CloseReason::InternalError => "internal_error",
        }
    }

    /// Whether a client may usefully try again by itself.
    pub fn is_worth_retrying(self) -> bool {
        !matches!(
            self,
            CloseReason::WrongVersion
                | CloseReason::WrongContent
                | CloseReason::TakenOver
                | CloseReason::Left
                | CloseReason::SeatNeeded
                | CloseReason::NoSeat
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reason_has_a_code_and_a_label_of_its_own() {
        let codes: HashSet<u16> = CloseReason::ALL.iter().map(|reason| reason.code()).collect();
        let labels: HashSet<&str> = CloseReason::ALL.iter().map(|reason| reason.label()).collect();
        assert_eq!(codes.len(), CloseReason::ALL.len());
        assert_eq!(labels.len(), CloseReason::ALL.len());
        for reason in CloseReason::ALL {
            assert_eq!(CloseReason::from_code(reason.code()), Some(reason));
        }
    }
}
