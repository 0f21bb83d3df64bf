//! How a connection to a server ends, and the WebSocket settings of all bots.

use std::fmt;
use std::io;

use driftfield_shared::limits::SERVER_MESSAGE_BYTES_MAX;
use driftfield_shared::protocol::CloseReason;
use thiserror::Error;
use tungstenite::Error as SocketError;
use tungstenite::error::ProtocolError;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::protocol::frame::CloseFrame;

/// Size of a read: tungstenite zeroes the buffer before each read, and most snapshots are smaller.
const READ_BUFFER_BYTES: usize = 2 * 1024;
/// Most bytes that may wait to be written: seconds of input commands.
const WRITE_BUFFER_BYTES_MAX: usize = 64 * 1024;
/// Longest server message that is quoted, in characters: a stranger's answer may be a whole page.
const SENTENCE_CHARS_MAX: usize = 200;

/// Why a connection to a server ended or failed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Disconnect {
    /// The server answered the WebSocket request with an HTTP error.
    #[error("the server refused the connection: {sentence} (HTTP {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its explanation.
        sentence: String,
    },
    /// The program that answers is not a WebSocket server.
    #[error("there is no WebSocket server at this address: {0}")]
    NoWebSocket(String),
    /// The server closed the connection for one of the game's reasons.
    #[error("the server closed the connection: {}", sentence_for_bots(*.0))]
    Closed(CloseReason),
    /// The server, or a proxy on the way, closed the connection for another reason.
    #[error("the server closed the connection: {0}")]
    ClosedOtherwise(String),
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The server broke the protocol.
    #[error("the server broke the protocol: {0}")]
    Protocol(String),
}

impl Disconnect {
    /// Whether every client that asks the same server for the same room would get the same answer, now and later: for
    /// instance, there is no such room, or the server speaks another version.
    pub fn is_for_all(&self) -> bool {
        match self {
            // 408 and 429 are temporary.
            Disconnect::Refused { status, .. } => {
                (400..500).contains(status) && !matches!(status, 408 | 429)
            }
            Disconnect::NoWebSocket(_) => true,
            Disconnect::Closed(reason) => {
                matches!(reason, CloseReason::WrongVersion | CloseReason::WrongContent)
            }
            _ => false,
        }
    }

    /// Whether the server may admit the same client a moment later: it restarts, is full, or the network failed.
    pub fn is_worth_retrying(&self) -> bool {
        match self {
            Disconnect::Lost(_) | Disconnect::ClosedOtherwise(_) => true,
            Disconnect::Closed(reason) => reason.is_worth_retrying(),
            // A proxy, too, answers while the server behind it restarts.
            Disconnect::Refused { .. } => !self.is_for_all(),
            Disconnect::NoWebSocket(_) | Disconnect::Protocol(_) => false,
        }
    }

    /// The meaning of a close frame.
    pub(crate) fn of_close(frame: Option<CloseFrame>) -> Self {
        let Some(frame) = frame else {
            return Disconnect::ClosedOtherwise("it gave no reason".to_owned());
        };
        let code = u16::from(frame.code);
        match CloseReason::from_code(code) {
            Some(reason) => Disconnect::Closed(reason),
            None => Disconnect::ClosedOtherwise(format!("code {code} {:?}", frame.reason.as_str())),
        }
    }

    /// The meaning of an error of an open WebSocket.
    pub(crate) fn of_error(error: &SocketError) -> Self {
        match error {
            SocketError::Io(error) => Disconnect::of_io(error),
            SocketError::ConnectionClosed
            | SocketError::AlreadyClosed
            | SocketError::Protocol(
                ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing,
            ) => Disconnect::Lost("it ended without a goodbye".to_owned()),
            error => Disconnect::Protocol(error.to_string()),
        }
    }

    /// The meaning of a socket error.
    pub(crate) fn of_io(error: &io::Error) -> Self {
        Disconnect::Lost(error.kind().to_string())
    }

    /// The meaning of a handshake error.
    pub(crate) fn of_handshake(error: &SocketError) -> Self {
        match error {
            SocketError::Http(answer) => {
                let body = answer.body().as_deref().unwrap_or_default();
                let sentence = first_line(body)
                    .or_else(|| answer.status().canonical_reason().map(str::to_owned));
                let sentence = sentence.unwrap_or_else(|| "it gave no reason".to_owned());
                Disconnect::Refused { status: answer.status().as_u16(), sentence }
            }
            SocketError::Io(error) => Disconnect::of_io(error),
            error => Disconnect::NoWebSocket(error.to_string()),
        }
    }
}

/// The WebSocket settings of all bots.
pub(crate) fn websocket_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        // Writes are buffered until the flush: one system call per tick.
        .write_buffer_size(WRITE_BUFFER_BYTES_MAX / 2)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(Some(SERVER_MESSAGE_BYTES_MAX))
        .max_frame_size(Some(SERVER_MESSAGE_BYTES_MAX))
}

/// The first line of a body, if it is plain text.
fn first_line(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let line = text.lines().next()?.trim();
    let is_sentence = !line.is_empty() && !line.starts_with('<');
    is_sentence.then(|| line.chars().filter(|c| !c.is_control()).take(SENTENCE_CHARS_MAX).collect())
}

/// Most reasons are the same for people and programs, but a program cannot reload the page.
fn sentence_for_bots(reason: CloseReason) -> impl fmt::Display {
    match reason {
        CloseReason::WrongVersion => {
            "this bot was built for another version of the server".to_owned()
        }
        CloseReason::WrongContent => "this bot was built with other game content".to_owned(),
        CloseReason::Left => "the bot left the room".to_owned(),
        reason => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use tungstenite::http::Response;

    use super::*;

    fn refusal(status: u16, body: &str) -> Disconnect {
        let answer = Response::builder().status(status).body(Some(body.as_bytes().to_vec()));
        Disconnect::of_handshake(&SocketError::Http(Box::new(answer.unwrap())))
    }

    #[test]
    fn a_refusal_repeats_what_the_server_says() {
        let nope = refusal(404, "there is no such room\n");
        assert_eq!(
            nope.to_string(),
            "the server refused the connection: there is no such room (HTTP 404)"
        );
        assert!(nope.is_for_all());
        for body in ["", "<html>a page of a proxy's"] {
            let busy = refusal(503, body);
            assert!(busy.to_string().contains("Service Unavailable"), "{busy}");
            assert!(!busy.is_for_all());
        }
        assert!(!refusal(429, "too many").is_for_all());
        assert!(refusal(400, &"x".repeat(10_000)).to_string().len() < 300);
    }

    #[test]
    fn nobody_tells_a_bot_to_reload_the_page() {
        for reason in CloseReason::ALL {
            let sentence = Disconnect::Closed(reason).to_string();
            assert!(!sentence.contains("page"), "{sentence}");
        }
    }
}
