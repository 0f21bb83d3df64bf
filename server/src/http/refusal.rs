//! Why a request is not answered with what it asks for.

use driftfield_shared::protocol::DecodeError;
use hyper::StatusCode;
use hyper::header::{self, HeaderName};
use thiserror::Error;

/// A refused request. The message is what a person who wrote the client reads.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// A method that has no meaning here.
    #[error("only GET is answered here")]
    Method,
    /// HTTP/1.0, which has no upgrade.
    #[error("a WebSocket needs HTTP/1.1")]
    HttpVersion,
    /// No host, several, or one that is none.
    #[error("the request needs exactly one valid Host header")]
    Host,
    /// A target with a scheme and a host in it, as proxies take.
    #[error("the request target must be a path")]
    Target,
    /// A request with something behind its head.
    #[error("the request must not have a body")]
    Body,
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
    /// Nothing is at this address.
    #[error("there is nothing at this address")]
    NotFound,
    /// Request upon request on one connection.
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
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::Method => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::HttpVersion
            | Refusal::Host
            | Refusal::Target
            | Refusal::Body
            | Refusal::Key
            | Refusal::Repeated
            | Refusal::Greeting(_) => StatusCode::BAD_REQUEST,
            // RFC 6455 section 4.4, RFC 9110 section 15.5.22.
            Refusal::NotAnUpgrade | Refusal::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            Refusal::ForeignOrigin => StatusCode::FORBIDDEN,
            Refusal::NoSuchRoom | Refusal::NotFound => StatusCode::NOT_FOUND,
            Refusal::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Draining => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The value of the `reason` label in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            Refusal::Method => "method",
            Refusal::HttpVersion => "http_version",
            Refusal::Host => "host",
            Refusal::Target => "target",
            Refusal::Body => "body",
            Refusal::NotAnUpgrade => "not_an_upgrade",
            Refusal::WebSocketVersion => "websocket_version",
            Refusal::Key => "websocket_key",
            Refusal::Repeated => "repeated_header",
            Refusal::Greeting(_) => "greeting",
            Refusal::ForeignOrigin => "foreign_origin",
            Refusal::NoSuchRoom => "no_such_room",
            Refusal::NotFound => "not_found",
            Refusal::TooManyRequests => "too_many_requests",
            Refusal::Draining => "draining",
            Refusal::Internal => "internal_error",
        }
    }

    /// What the answer must say beside its status.
    pub(super) fn headers(self) -> &'static [(HeaderName, &'static str)] {
        match self {
            Refusal::Method => &[(header::ALLOW, "GET, HEAD")],
            Refusal::NotAnUpgrade | Refusal::WebSocketVersion => {
                &[(header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_VERSION, "13")]
            }
            Refusal::TooManyRequests | Refusal::Draining => &[(header::RETRY_AFTER, "5")],
            _ => &[],
        }
    }
}
