//! Why a request is not answered with what it asks for.

use data_encoding::BASE64URL_NOPAD;
use std::sync::Arc;

use driftfield_shared::protocol::{CloseReason, DecodeError};
use hyper::StatusCode;
use hyper::header::{self, HeaderName};
use thiserror::Error;

use crate::hub::AccountError;
use crate::limits::{BODY_BYTES_MAX, REQUEST_HEAD_BYTES_MAX};
use crate::net::admission::AdmissionError;
use crate::own_rooms::OwnRoomError;
use crate::store::Sanction;

/// A refused request. The message is what a person who wrote the client reads.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// A method that has no meaning here.
    #[error("only GET is answered here")]
    Method,
    /// Another method where only POST has a meaning.
    #[error("only POST is answered here")]
    MethodNotPost,
    /// HTTP/1.0, which has no upgrade.
    #[error("a WebSocket needs HTTP/1.1")]
    HttpVersion,
    /// No host, several, or one that is none.
    #[error("the request needs exactly one valid Host header")]
    Host,
    /// A target that is neither a path nor a whole address.
    #[error("the request target must be a path or an http address")]
    Target,
    /// A request with something behind its head.
    #[error("the request must not have a body")]
    Body,
    /// A body that is not declared as JSON.
    #[error("the body must have the type application/json")]
    NotJson,
    /// A body that is too long, or does not say how long it is.
    #[error("the body must say its length and have {BODY_BYTES_MAX} bytes at most")]
    BodyLength,
    /// A body that does not come.
    #[error("the body did not come in time")]
    BodyTimedOut,
    /// A body that says something else.
    #[error(
        "the body must be JSON as described in docs/wire.md, each secret 16 bytes in base64url without padding"
    )]
    BodyForm,
    /// Something is wrong with an account.
    #[error("{0}")]
    Account(AccountError),
    /// Something is wrong with a room that a player wants to open or enter.
    #[error("{0}")]
    OwnRoom(OwnRoomError),
    /// Somebody whom the host lets in no more: the message says until when, and why.
    #[error("{0}")]
    Banned(Arc<Sanction>),
    /// Many new accounts from one address.
    #[error("too many new accounts from this address: come back in a minute")]
    TooManyAccounts,
    /// A visit to the socket's address by something that is no WebSocket.
    #[error("this address is for WebSockets; the game's page is at /")]
    NotAnUpgrade,
    /// Another version of the WebSocket protocol.
    #[error("only version 13 of the WebSocket protocol is spoken here")]
    WebSocketVersion,
    /// A key that is not sixteen bytes in base64.
    #[error("Sec-WebSocket-Key must be sixteen bytes in base64")]
    Key,
    /// A header that must not come twice.
    #[error("a WebSocket header is repeated")]
    Repeated,
    /// A greeting that is not there or cannot be read.
    #[error("the greeting in Sec-WebSocket-Protocol cannot be read: {0}")]
    Greeting(DecodeError),
    /// A page of another site.
    #[error("pages of that origin may not connect here")]
    ForeignOrigin,
    /// An identifier of no room.
    #[error("there is no such room; /api/rooms lists them")]
    NoSuchRoom,
    /// The link of no party.
    #[error("there is no such party: its link was changed, or its last member has left")]
    NoSuchParty,
    /// Cookies that are none of ours, but that a browser sends to every program on the same host.
    #[error(
        "the cookies in this request are too long: together with the rest, {REQUEST_HEAD_BYTES_MAX} bytes are read. They \
         were set by other programs on this host, the game has none. Delete this host's cookies in the browser, or open \
         the game under another host name"
    )]
    Cookies,
    /// A head that is too long for another reason.
    #[error("the head of the request is longer than {REQUEST_HEAD_BYTES_MAX} bytes")]
    HeadTooLong,
    /// Nothing is at this address.
    #[error("there is nothing at this address")]
    NotFound,
    /// A client that a trusted proxy brings has too many connections.
    #[error("{0}")]
    Admission(AdmissionError),
    /// Request upon request from one address.
    #[error("too many requests: come back in a moment")]
    TooManyRequests,
    /// The server is about to end.
    #[error("the server is shutting down")]
    Draining,
    /// A bug of the server.
    #[error("the server could not answer")]
    Internal,
}

impl Refusal {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Method | Refusal::MethodNotPost => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::HttpVersion
            | Refusal::Host
            | Refusal::Target
            | Refusal::Body
            | Refusal::Key
            | Refusal::Repeated
            | Refusal::BodyForm
            | Refusal::Greeting(_) => StatusCode::BAD_REQUEST,
            // RFC 6455 section 4.4, RFC 9110 section 15.5.22.
            Refusal::NotAnUpgrade | Refusal::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            Refusal::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::BodyLength => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::BodyTimedOut => StatusCode::REQUEST_TIMEOUT,
            Refusal::Account(AccountError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Account(AccountError::NoSuchAccount) => StatusCode::NOT_FOUND,
            Refusal::Account(AccountError::SecretInUse) => StatusCode::CONFLICT,
            Refusal::OwnRoom(error) => match error {
                OwnRoomError::NoSuchRoom | OwnRoomError::LikeNothing => StatusCode::NOT_FOUND,
                OwnRoomError::Name | OwnRoomError::Seats { .. } | OwnRoomError::Bots => {
                    StatusCode::BAD_REQUEST
                }
                OwnRoomError::None | OwnRoomError::NoInvitation => StatusCode::FORBIDDEN,
                OwnRoomError::HasOne | OwnRoomError::Full | OwnRoomError::TooManyGuests => {
                    StatusCode::CONFLICT
                }
                OwnRoomError::TooSoon { .. } => StatusCode::TOO_MANY_REQUESTS,
                OwnRoomError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            },
            Refusal::ForeignOrigin | Refusal::Banned(_) => StatusCode::FORBIDDEN,
            Refusal::NoSuchRoom | Refusal::NoSuchParty | Refusal::NotFound => StatusCode::NOT_FOUND,
            Refusal::Cookies | Refusal::HeadTooLong => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Refusal::Admission(AdmissionError::Full) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::TooManyRequests | Refusal::TooManyAccounts | Refusal::Admission(_) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Refusal::Draining => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The value of the `reason` label in the metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Refusal::Method | Refusal::MethodNotPost => "method",
            Refusal::HttpVersion => "http_version",
            Refusal::Host => "host",
            Refusal::Target => "target",
            Refusal::Body => "body",
            Refusal::NotJson => "body_type",
            Refusal::BodyLength => "body_length",
            Refusal::BodyTimedOut => "body_timed_out",
            Refusal::BodyForm => "body_form",
            Refusal::Account(error) => error.label(),
            Refusal::OwnRoom(error) => error.label(),
            Refusal::Banned(_) => CloseReason::Banned.label(),
            Refusal::TooManyAccounts => "too_many_accounts",
            Refusal::NotAnUpgrade => "not_an_upgrade",
            Refusal::WebSocketVersion => "websocket_version",
            Refusal::Key => "websocket_key",
            Refusal::Repeated => "repeated_header",
            Refusal::Greeting(_) => "greeting",
            Refusal::ForeignOrigin => "foreign_origin",
            Refusal::NoSuchRoom => "no_such_room",
            Refusal::NoSuchParty => "no_such_party",
            Refusal::Cookies => "cookies_too_long",
            Refusal::HeadTooLong => "head_too_long",
            Refusal::Admission(error) => error.label(),
            Refusal::NotFound => "not_found",
            Refusal::TooManyRequests => "too_many_requests",
            Refusal::Draining => "draining",
            Refusal::Internal => "internal_error",
        }
    }

    /// The label, and behind it what the sentence has of figures, for programs.
    pub(super) fn code(&self) -> String {
        let label = self.label();
        match self {
            Refusal::OwnRoom(OwnRoomError::Seats { max }) => format!("{label} {max}"),
            Refusal::OwnRoom(OwnRoomError::TooSoon { seconds }) => format!("{label} {seconds}"),
            Refusal::Banned(ban) => {
                let until = ban.ends.unwrap_or(0);
                format!("{label} {until} {}", BASE64URL_NOPAD.encode(ban.reason.as_bytes()))
            }
            _ => label.to_owned(),
        }
    }

    /// What the answer must say beside its status.
    pub(super) fn headers(&self) -> &'static [(HeaderName, &'static str)] {
        match self {
            Refusal::Method => &[(header::ALLOW, "GET, HEAD")],
            Refusal::MethodNotPost => &[(header::ALLOW, "POST")],
            Refusal::NotAnUpgrade | Refusal::WebSocketVersion => {
                &[(header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_VERSION, "13")]
            }
            Refusal::TooManyRequests
            | Refusal::TooManyAccounts
            | Refusal::Admission(_)
            | Refusal::Account(AccountError::Unavailable)
            | Refusal::Draining => &[(header::RETRY_AFTER, "5")],
            _ => &[],
        }
    }
}
