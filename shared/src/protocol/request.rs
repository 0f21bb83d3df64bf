//! Requests: what a client asks for and must know the answer of.
//!
//! ```text
//! client: Request{id, body} --> executed once --> Reply{id, Done | Refused}, when what it confirms is durable
//!         the same again over a new connection --> the same reply
//! ```
//!
//! A new kind of request is a variant of [`RequestBody`], of [`Done`] where it has something to tell, and of
//! [`RefusalReason`] where it can be refused. It is added at the end, because a variant's number is on the wire. Who
//! executes it follows from its kind:
//!
//! * What concerns the seat and the ship is executed by the **room**, as a command in its journal. Its ids rise per
//!   seat, and the seat remembers the replies.
//! * What concerns an account beyond the room, as chat does, is a [`HubRequest`] and executed by the **hub**. The room's
//!   thread hands it on without waiting, and gets the reply the same way. What is asked for again, over another
//!   connection or in another room, is known by its [`Nonce`].

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::chat::{ChatLine, LineId, Nonce, SayTo, Saying};

/// The number of a request. The numbers that a client uses rise.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct RequestId(pub u32);

/// A request of a client.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Request {
    /// Above those of all requests before.
    pub id: RequestId,
    /// What is asked for.
    pub body: RequestBody,
}

/// What a client asks for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum RequestBody {
    /// To be called by another name. It is cleaned up as the name in a greeting is.
    Rename {
        /// The wanted name, of at most [`NAME_BYTES_MAX`](crate::limits::NAME_BYTES_MAX) bytes.
        name: String,
    },
}

/// A request of a client to the hub. Its number is among those of the client's other requests.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct HubRequest {
    /// As in [`Request`].
    pub id: RequestId,
    /// The same whenever the same thing is asked for.
    pub nonce: Nonce,
    /// What is asked for.
    pub body: HubBody,
}

/// What a client asks the hub for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum HubBody {
    /// To say something.
    Say {
        /// To whom.
        to: SayTo,
        /// What.
        saying: Saying,
    },
    /// What was said before a line: the newest lines of that, at most
    /// [`HISTORY_LINES_MAX`](crate::limits::HISTORY_LINES_MAX).
    History {
        /// Where.
        of: LinesOf,
        /// Before which line.
        before: LineId,
    },
}

/// Lines that a client may read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum LinesOf {
    /// Those of the [room](super::CHAT).
    Room,
    /// Those of the own [inbox](super::INBOX).
    Inbox,
}

/// The answer to a [`Request`] or a [`HubRequest`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Reply {
    /// The request's.
    pub id: RequestId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Outcome {
    /// It was executed, and that is durable.
    Done(Done),
    /// Nothing was changed.
    Refused(RefusalReason),
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Done {
    /// See [`RequestBody::Rename`].
    Renamed {
        /// The name that others now see. It has a number if somebody has the wanted name.
        name: String,
    },
    /// See [`HubBody::Say`].
    Said {
        /// The line, which others read.
        line: LineId,
    },
    /// See [`HubBody::History`].
    History {
        /// The lines, the oldest first.
        lines: Vec<ChatLine>,
        /// Whether nothing was said before them, or nothing is kept of it.
        is_start: bool,
    },
}

/// Why a request was refused, in a sentence for the player.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Error, Hash, PartialEq, Serialize)]
pub enum RefusalReason {
    /// The player asked for this kind of thing too often. The same request may be sent again later.
    #[error("that was asked for too often: try it again in {seconds} s")]
    TooOften {
        /// Seconds until it is not refused for that.
        seconds: u16,
    },
    /// The server has answered a request of this or a later id, and no longer knows what.
    #[error("a later request was answered before this one came")]
    OutOfOrder,
    /// Nothing in the wanted name can be seen.
    #[error("that name has no letter that can be seen")]
    NoName,
    /// Nothing in a line can be seen.
    #[error("there is nothing to say in that")]
    NothingToSay,
    /// A line is longer than [`LINE_GRAPHEMES_MAX`](crate::limits::LINE_GRAPHEMES_MAX) characters.
    #[error("that is too long for one line")]
    LineTooLong,
    /// The player may not speak.
    #[error("you may not speak for another {seconds} s")]
    Mute {
        /// Seconds until it is over; 0: for good.
        seconds: u32,
    },
    /// A guest has no account, and only who has one can be answered or made to stop.
    #[error("only players with an account can speak")]
    NoAccount,
    /// The one who was meant is not here, or has no account.
    #[error("nobody is there to hear that")]
    NobodyThere,
    /// Too much waits, or nothing can be made durable.
    #[error("the server is busy: try it again in a moment")]
    Busy,
}

impl RefusalReason {
    /// A short name of the reason, for metrics.
    pub fn label(self) -> &'static str {
        match self {
            RefusalReason::TooOften { .. } => "request_too_often",
            RefusalReason::OutOfOrder => "request_out_of_order",
            RefusalReason::NoName => "request_no_name",
            RefusalReason::NothingToSay => "request_nothing_to_say",
            RefusalReason::LineTooLong => "request_line_too_long",
            RefusalReason::Mute { .. } => "request_mute",
            RefusalReason::NoAccount => "request_no_account",
            RefusalReason::NobodyThere => "request_nobody_there",
            RefusalReason::Busy => "request_busy",
        }
    }
}
