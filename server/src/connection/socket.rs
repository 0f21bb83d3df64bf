//! A client's WebSocket on the tick thread.
//!
//! Reading, control frames and the closing handshake are tungstenite's. Messages to the client are
//! framed by the outbox itself: tungstenite would keep the memory of the largest message ever sent
//! (the welcome) for every client.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use driftfield_shared::limits::{
    CLIENT_MESSAGE_BYTES_MAX, CLOSE_SECONDS_MAX, INBOUND_BYTES_BURST, READ_BUFFER_BYTES,
    SERVER_MESSAGE_BYTES_MAX,
};
use driftfield_shared::protocol::CloseReason;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{self, Error, Utf8Bytes};

use super::ConnectionEnd;
use super::inbox::{Inbox, Message};
use super::meter::Violation;
use super::metered_stream::MeteredStream;
use crate::admission::ConnectionPermit;

/// What each tick looks at of each client, and nothing else: the rest lies elsewhere in memory.
#[derive(Debug)]
pub(super) struct SocketLink {
    stream: MeteredStream,
    /// Whether the WebSocket has handed out all that it was given.
    is_drained: bool,
    ended: Option<Box<Ended>>,
    rare: Box<Rare>,
}

/// What is seldom needed of a connection.
#[derive(Debug)]
struct Rare {
    websocket: WebSocketContext,
    peer: SocketAddr,
    _permit: Option<ConnectionPermit>,
}

/// A connection that is saying goodbye.
#[derive(Clone, Copy, Debug)]
struct Ended {
    end: ConnectionEnd,
    /// Fixed at the first poll: closing itself reads no clock.
    deadline: Option<Instant>,
    write_is_shut: bool,
    /// Bytes that the peer may still send before it is cut without further ado.
    discard_left: usize,
}

impl SocketLink {
    pub(super) fn new(
        socket: TcpStream,
        leftover: Bytes,
        peer: SocketAddr,
        permit: Option<ConnectionPermit>,
    ) -> io::Result<Self> {
        let stream = MeteredStream::new(socket, leftover)?;
        let websocket = WebSocketContext::new(Role::Server, Some(config()));
        let rare = Box::new(Rare { websocket, peer, _permit: permit });
        Ok(Self { stream, is_drained: false, ended: None, rare })
    }

    pub(super) fn begin_tick(&mut self, now: Instant) {
        self.stream.begin_tick(now);
    }

    /// The next message in the inbox, or by the long way.
    pub(super) fn receive<'a>(
        &mut self,
        inbox: &'a mut Inbox,
    ) -> Result<Option<Message<'a>>, ConnectionEnd> {
        self.check()?;
        if let Some(place) = inbox.next() {
            return Ok(Some(Message::Plain(inbox.bytes(place))));
        }
        if self.is_drained && self.stream.is_between_messages() {
            if self.stream.is_emptied() {
                return Ok(None);
            }
            match self.stream.read_plain(inbox) {
                Ok(true) => {
                    return Ok(inbox.next().map(|place| Message::Plain(inbox.bytes(place))));
                }
                Ok(false) => {}
                Err(error) => match end_of(&Error::Io(error)) {
                    None => return Ok(None),
                    Some(ConnectionEnd::Refused(reason)) => return Err(self.refuse(reason)),
                    Some(end) => return Err(self.end(end)),
                },
            }
        }
        Ok(self.receive_long_way()?.map(Message::Owned))
    }

    /// The next message by way of the WebSocket library.
    fn receive_long_way(&mut self) -> Result<Option<Bytes>, ConnectionEnd> {
        self.check()?;
        self.is_drained = false;
        let mut has_pong = false;
        loop {
            match self.rare.websocket.read(&mut self.stream) {
                Ok(tungstenite::Message::Binary(bytes)) => return Ok(Some(bytes)),
                // Its pong is queued, and goes out at once: who only pings may get no other flush.
                Ok(tungstenite::Message::Ping(_)) => has_pong = true,
                Ok(tungstenite::Message::Pong(_)) => {}
                Ok(tungstenite::Message::Close(_)) => return Err(self.end(ConnectionEnd::Closed)),
                Ok(tungstenite::Message::Text(_) | tungstenite::Message::Frame(_)) => {
                    return Err(self.refuse(CloseReason::Malformed));
                }
                Err(error) => match end_of(&error) {
                    None => {
                        self.is_drained = true;
                        return if has_pong { self.flush().map(|()| None) } else { Ok(None) };
                    }
                    Some(ConnectionEnd::Refused(reason)) => return Err(self.refuse(reason)),
                    Some(end) => return Err(self.end(end)),
                },
            }
        }
    }

    pub(super) fn send(&mut self, message: &[u8]) -> Result<(), ConnectionEnd> {
        debug_assert!(message.len() <= SERVER_MESSAGE_BYTES_MAX, "no client would take it");
        self.check()?;
        if self.stream.push_message(message) {
            Ok(())
        } else {
            Err(self.refuse(CloseReason::TooSlow))
        }
    }

    /// Writes a message at once, or queues it behind what waits.
    pub(super) fn write(
        &mut self,
        message: &[u8],
        frame: &mut Vec<u8>,
    ) -> Result<(), ConnectionEnd> {
        debug_assert!(message.len() <= SERVER_MESSAGE_BYTES_MAX, "no client would take it");
        self.check()?;
        match self.stream.write_message(message, frame) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.refuse(CloseReason::TooSlow)),
            Err(error) => Err(self.end(ConnectionEnd::Lost(error.kind()))),
        }
    }

    pub(super) fn flush(&mut self) -> Result<(), ConnectionEnd> {
        self.check()?;
        self.stream.write_out().map_err(|error| self.end(ConnectionEnd::Lost(error.kind())))
    }

    pub(super) fn backlog(&self) -> usize {
        self.stream.outbox().len()
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.rare.peer
    }

    pub(super) fn close(&mut self, reason: CloseReason) {
        if self.ended.is_none() {
            self.refuse(reason);
        }
    }

    pub(super) fn poll_closed(&mut self, now: Instant) -> bool {
        self.close(CloseReason::ShuttingDown);
        let Some(ended) = &mut self.ended else {
            return true;
        };
        if matches!(ended.end, ConnectionEnd::Lost(_)) {
            return true;
        }
        let deadline =
            *ended.deadline.get_or_insert(now + Duration::from_secs_f32(CLOSE_SECONDS_MAX));

        // Moves an answer to the peer's close frame, or ours if the outbox was full, into the outbox.
        // That it reports the end of the WebSocket here is the point of the exercise.
        let stream = &mut self.stream;
        let flushed = self.rare.websocket.flush(stream);
        let is_held_back = matches!(flushed, Err(Error::Io(error)) if is_not_ready(&error));
        if stream.write_out().is_err() || now >= deadline {
            return true;
        }
        if !is_held_back && stream.outbox().is_empty() && !ended.write_is_shut {
            ended.write_is_shut = true;
            if stream.shutdown_write().is_err() {
                return true;
            }
        }
        // To close a socket with unread bytes in it resets the connection, and a reset can overtake the
        // close frame: read until the peer has ended too, but do not let it go on for ever.
        loop {
            match stream.discard() {
                Ok(bytes) if bytes > 0 && bytes < ended.discard_left => ended.discard_left -= bytes,
                Ok(_) => return true,
                Err(error) => return !is_not_ready(&error),
            }
        }
    }

    fn check(&self) -> Result<(), ConnectionEnd> {
        match &self.ended {
            None => Ok(()),
            Some(ended) => Err(ended.end),
        }
    }

    /// Ends the connection with a close frame that says why.
    fn refuse(&mut self, reason: CloseReason) -> ConnectionEnd {
        let frame =
            CloseFrame { code: reason.code().into(), reason: Utf8Bytes::from(reason.to_string()) };
        // An error means that the outbox is full: the frame waits in the WebSocket until there is room.
        let _ = self.rare.websocket.close(&mut self.stream, Some(frame));
        self.end(ConnectionEnd::Refused(reason))
    }

    fn end(&mut self, end: ConnectionEnd) -> ConnectionEnd {
        let discard_left = INBOUND_BYTES_BURST as usize;
        self.ended =
            Some(Box::new(Ended { end, deadline: None, write_is_shut: false, discard_left }));
        end
    }
}

/// What an error of the WebSocket means for the connection; `None`: nothing more in this tick.
fn end_of(error: &Error) -> Option<ConnectionEnd> {
    Some(match error {
        Error::Io(error) if is_not_ready(error) => return None,
        Error::Io(error) => match Violation::of(error) {
            Some(violation) => ConnectionEnd::Refused(violation.reason()),
            None => ConnectionEnd::Lost(error.kind()),
        },
        Error::Capacity(_) => ConnectionEnd::Refused(CloseReason::TooLong),
        Error::ConnectionClosed | Error::AlreadyClosed => ConnectionEnd::Closed,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            ConnectionEnd::Lost(io::ErrorKind::UnexpectedEof)
        }
        _ => ConnectionEnd::Refused(CloseReason::Malformed),
    })
}

fn is_not_ready(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(CONTROL_BYTES_MAX)
        .max_message_size(Some(CLIENT_MESSAGE_BYTES_MAX))
        .max_frame_size(Some(CLIENT_MESSAGE_BYTES_MAX))
}

/// What tungstenite itself may hold back when the outbox is full: control frames of 127 bytes at most.
const CONTROL_BYTES_MAX: usize = 512;
