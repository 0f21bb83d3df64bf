//! Why there is no connection: the sentence for the player, and whether another attempt can help.

use driftfield_shared::protocol::CloseReason;
use serde::{Deserialize, Serialize};

use super::ban::Ban;
use crate::say;

/// Why there is no connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Why {
    /// It ended without a close frame.
    Lost,
    /// The server cannot be reached.
    Unreachable,
    /// The server closed it with a reason.
    Closed(CloseReason),
    /// The server refused the WebSocket request.
    Refused(Refusal),
    /// The server gave no ticket for the account.
    NoTicket(Refusal),
}

/// Why the server refused a WebSocket request. A browser does not tell the page, so the page asks once more, over
/// plain HTTP.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Refusal {
    /// The server has no such room.
    NoSuchRoom,
    /// The server does not accept pages from this page's address.
    ForeignPage,
    /// The host has banned the player. The answer to a request for a ticket says until when and why.
    Banned,
    /// Too many requests came from this network.
    TooMany,
    /// The server is shutting down, or has no free connection.
    Unavailable,
    /// The server would accept a socket, but something on the way blocks it.
    NoSockets,
    /// Another HTTP status.
    Status(u16),
}

impl Refusal {
    /// The meaning of that answer: its HTTP status, and the name that the server gives its reason for programs.
    pub fn of(status: u16, code: &str) -> Self {
        match status {
            403 if Ban::of_code(code).is_some() => Refusal::Banned,
            403 => Refusal::ForeignPage,
            404 => Refusal::NoSuchRoom,
            // The server has no objection: it only says that this request is not for a WebSocket.
            405 | 426 => Refusal::NoSockets,
            429 => Refusal::TooMany,
            503 => Refusal::Unavailable,
            status => Refusal::Status(status),
        }
    }
}

impl Why {
    /// Why a connection ended with a WebSocket close code.
    pub fn of_close(code: u16) -> Self {
        CloseReason::from_code(code).map_or(Why::Lost, Why::Closed)
    }

    /// Whether another attempt may help without any change by the player.
    pub fn is_worth_retrying(self) -> bool {
        match self {
            Why::Lost | Why::Unreachable => true,
            Why::Closed(reason) => reason.is_worth_retrying(),
            Why::Refused(refusal) | Why::NoTicket(refusal) => {
                !matches!(refusal, Refusal::NoSuchRoom | Refusal::ForeignPage | Refusal::Banned)
            }
        }
    }

    /// Whether only a newer page can help.
    pub fn needs_reload(self) -> bool {
        matches!(self, Why::Closed(CloseReason::WrongVersion | CloseReason::WrongContent))
    }

    /// Whether the same seat is flown from another window, from where it can be taken back.
    pub fn is_taken_over(self) -> bool {
        self == Why::Closed(CloseReason::TakenOver)
    }

    /// The reason as a sentence. `room` is the one that was asked for, empty for the default one.
    pub fn sentence(self, room: &str) -> String {
        match self {
            Why::Lost => say::WHY_LOST.text(),
            Why::Unreachable => say::WHY_UNREACHABLE.text(),
            Why::Closed(reason) => close_sentence(reason),
            Why::Refused(Refusal::NoSuchRoom) => match room {
                "" => say::WHY_NO_ROOM.text(),
                room => say::why_no_such_room(room),
            },
            Why::Refused(Refusal::Banned) | Why::NoTicket(Refusal::Banned) => {
                close_sentence(CloseReason::Banned)
            }
            Why::Refused(Refusal::ForeignPage) | Why::NoTicket(Refusal::ForeignPage) => {
                say::WHY_FOREIGN_PAGE.text()
            }
            Why::Refused(Refusal::TooMany) | Why::NoTicket(Refusal::TooMany) => {
                say::WHY_TOO_MANY.text()
            }
            Why::Refused(Refusal::Unavailable) => say::WHY_UNAVAILABLE.text(),
            Why::Refused(Refusal::NoSockets) => say::WHY_NO_SOCKETS.text(),
            Why::Refused(Refusal::Status(status)) => say::why_status(&status.to_string()),
            Why::NoTicket(Refusal::Unavailable) => say::WHY_NO_ACCOUNTS.text(),
            Why::NoTicket(_) => say::WHY_ACCOUNT_REFUSED.text(),
        }
    }
}

/// The server sends only a number; the words are ours.
fn close_sentence(reason: CloseReason) -> String {
    match reason {
        CloseReason::WrongVersion => say::CLOSE_WRONG_VERSION.text(),
        CloseReason::WrongContent => say::CLOSE_WRONG_CONTENT.text(),
        CloseReason::RoomFull => say::CLOSE_ROOM_FULL.text(),
        CloseReason::ShuttingDown => say::CLOSE_SHUTTING_DOWN.text(),
        CloseReason::TimedOut => say::CLOSE_TIMED_OUT.text(),
        CloseReason::Malformed => say::CLOSE_MALFORMED.text(),
        CloseReason::TooLong => say::CLOSE_TOO_LONG.text(),
        CloseReason::TooMuch => say::CLOSE_TOO_MUCH.text(),
        CloseReason::TooSlow => say::CLOSE_TOO_SLOW.text(),
        CloseReason::TakenOver => say::CLOSE_TAKEN_OVER.text(),
        CloseReason::Left => say::CLOSE_LEFT.text(),
        CloseReason::SeatNeeded => say::CLOSE_SEAT_NEEDED.text(),
        CloseReason::Idle => say::CLOSE_IDLE.text(),
        CloseReason::NoSeat => say::CLOSE_NO_SEAT.text(),
        CloseReason::TicketExpired => say::CLOSE_TICKET_EXPIRED.text(),
        CloseReason::InternalError => say::CLOSE_INTERNAL_ERROR.text(),
        CloseReason::Banned => say::CLOSE_BANNED.text(),
        CloseReason::Kicked => say::CLOSE_KICKED.text(),
        CloseReason::VotedOut => say::CLOSE_VOTED_OUT.text(),
        CloseReason::NotInvited => say::CLOSE_NOT_INVITED.text(),
        CloseReason::StillElsewhere => say::CLOSE_STILL_ELSEWHERE.text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_own_words() {
        let mut sentences = vec![Why::Unreachable.sentence("nope"), Why::Lost.sentence("nope")];
        for status in [400, 403, 404, 405, 429, 500, 503] {
            sentences.push(Why::Refused(Refusal::of(status, "")).sentence("nope"));
        }
        for reason in CloseReason::ALL {
            sentences.push(Why::Closed(reason).sentence("nope"));
        }
        sentences.extend(
            [500, 503].map(|status| Why::NoTicket(Refusal::of(status, "")).sentence("nope")),
        );
        for sentence in &sentences {
            assert!(
                sentence.ends_with('.') && !sentence.starts_with(char::is_lowercase),
                "{sentence}"
            );
        }
        let count = sentences.len();
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), count, "no two alike");
    }

    #[test]
    fn a_room_that_is_not_there_is_named_and_not_tried_again() {
        let why = Why::Refused(Refusal::of(404, ""));
        assert_eq!(why.sentence("nope"), "There is no room “nope” here.");
        assert!(!why.is_worth_retrying());
        for status in [429, 503, 500, 426] {
            assert!(Why::Refused(Refusal::of(status, "")).is_worth_retrying(), "{status}");
        }
    }

    #[test]
    fn a_ban_is_told_from_a_foreign_page_and_not_tried_again() {
        let banned = Refusal::of(403, "banned 0 ");
        let foreign = Refusal::of(403, "foreign_origin");
        assert_eq!((banned, foreign), (Refusal::Banned, Refusal::ForeignPage));
        assert!(
            [Why::Refused(banned), Why::NoTicket(banned)]
                .iter()
                .all(|why| !why.is_worth_retrying())
        );
    }

    #[test]
    fn what_another_try_cannot_cure_is_not_tried_again() {
        for reason in [CloseReason::WrongVersion, CloseReason::WrongContent, CloseReason::TakenOver]
        {
            assert!(!Why::of_close(reason.code()).is_worth_retrying(), "{reason}");
        }
        // 1006 is what a browser reports when there was no goodbye.
        assert_eq!(Why::of_close(1006), Why::Lost);
        assert!(Why::of_close(1006).is_worth_retrying());
        assert!(Why::of_close(CloseReason::ShuttingDown.code()).is_worth_retrying());
    }
}
