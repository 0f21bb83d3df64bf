//! Why a connection ends: one name for the wire, the metric and the player.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why the server closes a connection. `Display` is for logs and bots: the page has words of its own in
/// each language.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Error, Hash, PartialEq, Serialize)]
pub enum CloseReason {
    /// The client speaks another protocol version.
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
    /// No complete message arrived in time.
    #[error("the connection was silent for too long")]
    TimedOut,
    /// A message could not be decoded.
    #[error("the connection sent something that is not the game's protocol")]
    Malformed,
    /// A message is longer than allowed.
    #[error("the connection sent a message that is too long")]
    TooLong,
    /// The client sent more bytes or frames than any honest client does.
    #[error("the connection sent too much")]
    TooMuch,
    /// The client read too little for too long.
    #[error("the connection is too slow for the game")]
    TooSlow,
    /// The seat was taken back over a newer connection.
    #[error("this ship is now flown from another window")]
    TakenOver,
    /// The client left on purpose.
    #[error("you left the room")]
    Left,
    /// A person needs the seat of a house bot.
    #[error("the seat is needed for a person")]
    SeatNeeded,
    /// The player was idle for long, and another player waited for the seat.
    #[error("you were away, and somebody else was waiting for your seat")]
    Idle,
    /// The ticket of a second connection belongs to no connected seat.
    #[error("this second connection belongs to no seat")]
    NoSeat,
    /// The ticket of an account is not good any more, or never was.
    #[error("the sign-in to your account has expired")]
    TicketExpired,
    /// The host has banned the player, or the network that the player comes from.
    #[error("you are banned from this server")]
    Banned,
    /// A moderator sent the player out, a minute ago at most.
    #[error("a moderator sent you out: you may come back in a minute")]
    Kicked,
    /// The players of the room voted the player out, ten minutes ago at most.
    #[error("the players of this room voted you out: you may come back in ten minutes")]
    VotedOut,
    /// The room is entered by invitation, and the player has none.
    #[error("this room is entered by invitation only")]
    NotInvited,
    /// The account plays in another room, which has not given it up yet, or whose last ticks are not durable.
    #[error("your ship in another room is not put away yet: try again in a moment")]
    StillElsewhere,
    /// The server has a bug.
    #[error("the room had an internal error and restarts")]
    InternalError,
}

impl CloseReason {
    /// All reasons.
    pub const ALL: [CloseReason; 21] = [
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
        CloseReason::Idle,
        CloseReason::NoSeat,
        CloseReason::TicketExpired,
        CloseReason::Banned,
        CloseReason::Kicked,
        CloseReason::VotedOut,
        CloseReason::NotInvited,
        CloseReason::StillElsewhere,
        CloseReason::InternalError,
    ];

    /// The WebSocket close code: one of RFC 6455 section 7.4 or the registry where its meaning fits, otherwise 4xxx.
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
            CloseReason::Idle => 4007,
            CloseReason::TicketExpired => 4008,
            CloseReason::Banned => 4009,
            CloseReason::Kicked => 4010,
            CloseReason::VotedOut => 4011,
            CloseReason::NotInvited => 4012,
            CloseReason::StillElsewhere => 4013,
        }
    }

    /// The reason for a close code, if this server uses the code.
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
            CloseReason::Idle => "idle",
            CloseReason::NoSeat => "no_seat",
            CloseReason::TicketExpired => "ticket_expired",
            CloseReason::Banned => "banned",
            CloseReason::Kicked => "kicked",
            CloseReason::VotedOut => "voted_out",
            CloseReason::NotInvited => "not_invited",
            CloseReason::StillElsewhere => "still_elsewhere",
            CloseReason::InternalError => "internal_error",
        }
    }

    /// Whether it makes sense for a client to try again by itself.
    pub fn is_worth_retrying(self) -> bool {
        !matches!(
            self,
            CloseReason::WrongVersion
                | CloseReason::WrongContent
                | CloseReason::TakenOver
                | CloseReason::Left
                | CloseReason::SeatNeeded
                | CloseReason::Idle
                | CloseReason::NoSeat
                | CloseReason::Banned
                | CloseReason::Kicked
                | CloseReason::VotedOut
                | CloseReason::NotInvited
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
