//! A bot's WebSocket: connects, shakes hands, reads and writes, and never blocks.
//!
//! ```text
//! connecting -> shaking hands -> open -> ended
//! ```
//!
//! Readiness comes from the worker's poll, edge by edge. One read per edge is enough as a rule: a read
//! that did not fill its buffer has emptied the socket, and a second system call only to hear so is saved.

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use bytes::Bytes;
use driftfield_shared::limits::SERVER_MESSAGE_BYTES_MAX;
use driftfield_shared::protocol::CloseReason;
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use thiserror::Error;
use tokio_tungstenite::tungstenite::client::client_with_config;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::client::{ClientHandshake, Request};
use tokio_tungstenite::tungstenite::handshake::{HandshakeError, MidHandshake};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

/// Bytes read at once: tungstenite zeroes them before each read, and most snapshots are smaller.
const READ_BUFFER_BYTES: usize = 2 * 1024;
/// Bytes that may wait to be written: seconds of input messages.
const WRITE_BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Why nothing more comes and goes.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub(super) enum SocketEnd {
    /// The server does not let us in.
    #[error("not let in: {0}")]
    Refused(String),
    /// The server closed for a reason of the game's.
    #[error("closed: {0}")]
    Closed(CloseReason),
    /// The server closed for another reason.
    #[error("closed: {0}")]
    ClosedOtherwise(String),
    /// The connection broke.
    #[error("lost: {0}")]
    Lost(String),
    /// The server broke the rules of WebSocket, or sent no binary message.
    #[error("protocol error: {0}")]
    Protocol(String),
}

/// A connection of one bot.
pub(super) struct Socket {
    state: State,
    /// Whether all that came was received, so that there is nothing before the next event.
    is_dry: bool,
    /// Whether all that was sent is written.
    is_flushed: bool,
}

enum State {
    Connecting(EdgeStream, Box<Request>),
    Shaking(Box<MidHandshake<ClientHandshake<EdgeStream>>>),
    Open(Box<WebSocket<EdgeStream>>),
    Ended(SocketEnd),
}

impl Socket {
    fn new(state: State) -> Socket {
        Socket { state, is_dry: false, is_flushed: false }
    }

    /// Begins to connect. Events come under `token`.
    pub(super) fn connect(
        address: SocketAddr,
        request: Request,
        registry: &Registry,
        token: Token,
    ) -> Result<Socket, SocketEnd> {
        let stream = TcpStream::connect(address).and_then(|mut stream| {
            registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
            Ok(stream)
        });
        let stream = stream.map_err(|error| SocketEnd::Lost(error.to_string()))?;
        let stream = EdgeStream { stream, may_read: false, is_ending: false };
        Ok(Socket::new(State::Connecting(stream, Box::new(request))))
    }

    /// A socket that never was.
    pub(super) fn ended(end: SocketEnd) -> Socket {
        Socket::new(State::Ended(end))
    }

    /// Notes an event of the poll. Then read until there is nothing.
    pub(super) fn handle_event(&mut self, event: &Event) {
        (self.is_dry, self.is_flushed) = (false, false);
        let (readable, ending) = (event.is_readable(), event.is_read_closed() || event.is_error());
        match &mut self.state {
            State::Connecting(stream, _) => stream.note(readable, ending),
            State::Shaking(shaking) => shaking.get_mut().get_mut().note(readable, ending),
            State::Open(websocket) => websocket.get_mut().note(readable, ending),
            State::Ended(_) => return,
        }
        self.advance();
    }

    /// Whether messages can be sent.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// The next binary message, `None` if there is none now.
    pub(super) fn receive(&mut self) -> Result<Option<Bytes>, SocketEnd> {
        if self.is_dry {
            return Ok(None);
        }
        let websocket = match &mut self.state {
            State::Open(websocket) => websocket,
            State::Ended(end) => return Err(end.clone()),
            _ => return Ok(None),
        };
        loop {
            let end = match websocket.read() {
                Ok(Message::Binary(bytes)) => return Ok(Some(bytes)),
                Ok(Message::Ping(_) | Message::Pong(_)) => continue,
                Ok(Message::Close(frame)) => {
                    // The answer to the goodbye; whether it still arrives does not matter.
                    let _ = websocket.flush();
                    closed(frame.map(|frame| (u16::from(frame.code), frame.reason.to_string())))
                }
                Ok(Message::Text(_) | Message::Frame(_)) => {
                    SocketEnd::Protocol("not a binary message".to_owned())
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.is_dry = true;
                    return Ok(None);
                }
                Err(error) => end_of(&error),
            };
            return Err(self.end(end));
        }
    }

    /// Queues a binary message; [`Socket::flush`] writes it.
    pub(super) fn send(&mut self, message: Vec<u8>) -> Result<(), SocketEnd> {
        self.is_flushed = false;
        match &mut self.state {
            State::Open(websocket) => match websocket.write(Message::Binary(message.into())) {
                // A server that reads nothing for that long will not want what was meant for then.
                Ok(()) | Err(Error::WriteBufferFull(_)) => Ok(()),
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
                Err(error) => {
                    let end = end_of(&error);
                    Err(self.end(end))
                }
            },
            State::Ended(end) => Err(end.clone()),
            _ => Ok(()),
        }
    }

    /// Writes what is queued as far as it goes now.
    pub(super) fn flush(&mut self) -> Result<(), SocketEnd> {
        if self.is_flushed {
            return Ok(());
        }
        let State::Open(websocket) = &mut self.state else { return Ok(()) };
        match websocket.flush() {
            Ok(()) => {
                self.is_flushed = true;
                Ok(())
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => {
                let end = end_of(&error);
                Err(self.end(end))
            }
        }
    }

    /// Gives up, for instance because the handshake takes too long.
    pub(super) fn end(&mut self, end: SocketEnd) -> SocketEnd {
        self.state = State::Ended(end.clone());
        // Whoever receives next is told.
        (self.is_dry, self.is_flushed) = (false, false);
        end
    }

    /// Goes on with connecting and shaking hands as far as possible.
    fn advance(&mut self) {
        let placeholder = State::Ended(SocketEnd::Lost("a handshake was cut short".to_owned()));
        self.state = match std::mem::replace(&mut self.state, placeholder) {
            State::Connecting(stream, request) => match stream.is_connected() {
                Ok(true) => after_round(client_with_config(*request, stream, Some(config()))),
                Ok(false) => State::Connecting(stream, request),
                Err(error) => State::Ended(SocketEnd::Lost(error.to_string())),
            },
            State::Shaking(shaking) => after_round(shaking.handshake()),
            other => other,
        };
    }
}

type Round = Result<
    (WebSocket<EdgeStream>, tokio_tungstenite::tungstenite::handshake::client::Response),
    HandshakeError<ClientHandshake<EdgeStream>>,
>;

fn after_round(round: Round) -> State {
    match round {
        Ok((websocket, _)) => State::Open(Box::new(websocket)),
        Err(HandshakeError::Interrupted(shaking)) => State::Shaking(Box::new(shaking)),
        Err(HandshakeError::Failure(Error::Http(response))) => {
            State::Ended(SocketEnd::Refused(format!("HTTP {}", response.status())))
        }
        Err(HandshakeError::Failure(error @ Error::Io(_))) => State::Ended(end_of(&error)),
        Err(HandshakeError::Failure(error)) => {
            State::Ended(SocketEnd::Refused(format!("no WebSocket there: {error}")))
        }
    }
}

fn closed(frame: Option<(u16, String)>) -> SocketEnd {
    let Some((code, text)) = frame else {
        return SocketEnd::ClosedOtherwise("without a reason".to_owned());
    };
    match CloseReason::from_code(code) {
        Some(reason) => SocketEnd::Closed(reason),
        None => SocketEnd::ClosedOtherwise(format!("code {code} {text:?}")),
    }
}

fn end_of(error: &Error) -> SocketEnd {
    match error {
        Error::Io(error) => SocketEnd::Lost(error.kind().to_string()),
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(
            ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing,
        ) => SocketEnd::Lost("without a goodbye".to_owned()),
        error => SocketEnd::Protocol(error.to_string()),
    }
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        // Everything waits for the flush: one system call per tick.
        .write_buffer_size(WRITE_BUFFER_BYTES_MAX / 2)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(Some(SERVER_MESSAGE_BYTES_MAX))
        .max_frame_size(Some(SERVER_MESSAGE_BYTES_MAX))
}

/// A socket that is only read when the poll said so.
struct EdgeStream {
    stream: TcpStream,
    may_read: bool,
    /// The peer has finished: a short read then is no sign that nothing follows, for the end does.
    is_ending: bool,
}

impl EdgeStream {
    fn note(&mut self, readable: bool, ending: bool) {
        self.may_read |= readable || ending;
        self.is_ending |= ending;
    }

    fn is_connected(&self) -> io::Result<bool> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => {
                // A seat at the table for every input command: Nagle would hold them back.
                self.stream.set_nodelay(true)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Read for EdgeStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.may_read {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let outcome = loop {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                outcome => break outcome,
            }
        };
        self.may_read = match &outcome {
            Ok(read) => *read == buffer.len() || self.is_ending,
            Err(_) => false,
        };
        outcome
    }
}

impl Write for EdgeStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
