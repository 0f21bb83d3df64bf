//! A client's WebSocket on the tick thread.
//!
//! Control frames, fragments and the closing handshake are handled by tungstenite. The outbox frames messages to the
//! client itself, because tungstenite would keep the memory of the largest message ever sent (the welcome) for every
//! client.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use driftfield_shared::limits::{
    CLIENT_MESSAGE_BYTES_MAX, CLOSE_SECONDS_MAX, INBOUND_BYTES_BURST, READ_BUFFER_BYTES,
    SERVER_MESSAGE_BYTES_MAX,
};
use driftfield_shared::protocol::CloseReason;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{self, Error, Utf8Bytes};

use super::inbox::{Inbox, Message};
use super::outbox::Outbox;
use super::scanner::FrameScanner;
use crate::net::admission::ConnectionPermit;
use crate::net::connection::Disconnect;
use crate::net::connection::transport::{NotRead, Transport, is_not_ready};

/// The fields used in every tick; everything else is boxed elsewhere in memory.
#[derive(Debug)]
pub(in crate::net::connection) struct WebSocketLink {
    transport: Transport,
    outbox: Outbox,
    /// Counts frames in all bytes that the library reads.
    scanner: FrameScanner,
    /// Whether the library has returned everything that it was given.
    is_drained: bool,
    ended: Option<Box<Ended>>,
    rare: Box<Rare>,
}

/// The rarely used fields of a connection.
#[derive(Debug)]
struct Rare {
    websocket: WebSocketContext,
    peer: SocketAddr,
    _permit: Option<ConnectionPermit>,
}

/// A connection in its closing handshake.
#[derive(Clone, Copy, Debug)]
struct Ended {
    disconnect: Disconnect,
    /// Set at the first poll, because closing itself reads no clock.
    deadline: Option<Instant>,
    write_is_shut: bool,
    /// Bytes that the peer may still send before it is cut.
    discard_left: usize,
}

impl WebSocketLink {
    pub(in crate::net::connection) fn new(
        socket: TcpStream,
        leftover: Bytes,
        peer: SocketAddr,
        permit: Option<ConnectionPermit>,
    ) -> io::Result<Self> {
        let websocket = WebSocketContext::new(Role::Server, Some(config()));
        Ok(Self {
            transport: Transport::new(socket, leftover)?,
            outbox: Outbox::default(),
            scanner: FrameScanner::default(),
            is_drained: true,
            ended: None,
            rare: Box::new(Rare { websocket, peer, _permit: permit }),
        })
    }

    pub(in crate::net::connection) fn begin_tick(&mut self, now: Instant) {
        self.transport.begin_tick(now);
    }

    /// The next message, from the inbox or from the library.
    pub(in crate::net::connection) fn receive<'a>(
        &mut self,
        inbox: &'a mut Inbox,
    ) -> Result<Option<Message<'a>>, Disconnect> {
        self.check()?;
        loop {
            if let Some(place) = inbox.next() {
                return Ok(Some(Message::Plain(inbox.bytes(place))));
            }
            if (!self.is_drained || !inbox.rest().is_empty())
                && let Some(message) = self.receive_from_library(inbox)?
            {
                return Ok(Some(Message::Owned(message)));
            }
            if !self.read(inbox)? {
                return Ok(None);
            }
        }
    }

    /// Reads into the empty inbox. Returns whether there was anything to read.
    fn read(&mut self, inbox: &mut Inbox) -> Result<bool, Disconnect> {
        debug_assert!(self.is_drained, "the library still holds messages that came before");
        let bytes = match self.transport.read(inbox.buffer()) {
            Ok(bytes) => bytes,
            Err(NotRead::NotNow) => return Ok(false),
            Err(NotRead::Lost(kind)) => return Err(self.end(Disconnect::Lost(kind))),
            Err(NotRead::Excess(_)) => return Err(self.refuse(CloseReason::TooMuch)),
        };
        let mut frames = 0;
        if self.scanner.is_between_messages() {
            frames += inbox.fill(bytes);
        } else {
            inbox.fill_with_rest(bytes);
        }
        match self.scanner.scan(inbox.rest(), CLIENT_MESSAGE_BYTES_MAX as u64) {
            Ok(others) => frames += others,
            Err(_) => return Err(self.refuse(CloseReason::TooLong)),
        }
        self.transport.spend(frames, bytes);
        Ok(true)
    }

    /// The next message from the WebSocket library, which reads the rest of the inbox.
    fn receive_from_library(&mut self, inbox: &mut Inbox) -> Result<Option<Bytes>, Disconnect> {
        self.is_drained = false;
        let mut has_pong = false;
        loop {
            let outbox = &mut self.outbox;
            let read = self.rare.websocket.read(&mut Feed { inbox: Some(&mut *inbox), outbox });
            match read {
                Ok(tungstenite::Message::Binary(bytes)) => return Ok(Some(bytes)),
                // Its pong is queued, and is flushed at once, because a peer that only pings may get no other flush.
                Ok(tungstenite::Message::Ping(_)) => has_pong = true,
                Ok(tungstenite::Message::Pong(_)) => {}
                Ok(tungstenite::Message::Close(_)) => return Err(self.end(Disconnect::Closed)),
                Ok(tungstenite::Message::Text(_) | tungstenite::Message::Frame(_)) => {
                    return Err(self.refuse(CloseReason::Malformed));
                }
                Err(Error::Io(error)) if is_not_ready(&error) => {
                    self.is_drained = true;
                    if has_pong {
                        self.flush()?;
                    }
                    return Ok(None);
                }
                Err(Error::Capacity(_)) => return Err(self.refuse(CloseReason::TooLong)),
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                    return Err(self.end(Disconnect::Closed));
                }
                Err(_) => return Err(self.refuse(CloseReason::Malformed)),
            }
        }
    }

    pub(in crate::net::connection) fn send(&mut self, message: &[u8]) -> Result<(), Disconnect> {
        debug_assert!(message.len() <= SERVER_MESSAGE_BYTES_MAX, "longer than any client accepts");
        self.check()?;
        if self.outbox.push_message(message) {
            Ok(())
        } else {
            Err(self.refuse(CloseReason::TooSlow))
        }
    }

    /// Writes messages at once, or queues them behind what is already queued.
    pub(in crate::net::connection) fn write<'a>(
        &mut self,
        messages: impl Iterator<Item = &'a [u8]> + Clone,
        frame: &mut Vec<u8>,
    ) -> Result<(), Disconnect> {
        debug_assert!(
            messages.clone().all(|message| message.len() <= SERVER_MESSAGE_BYTES_MAX),
            "longer than any client accepts"
        );
        self.check()?;
        match self.outbox.write_messages(messages, frame, self.transport.socket()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.refuse(CloseReason::TooSlow)),
            Err(error) => Err(self.end(Disconnect::Lost(error.kind()))),
        }
    }

    pub(in crate::net::connection) fn flush(&mut self) -> Result<(), Disconnect> {
        self.check()?;
        self.write_out().map_err(|error| self.end(Disconnect::Lost(error.kind())))
    }

    pub(in crate::net::connection) fn backlog(&self) -> usize {
        self.outbox.len()
    }

    pub(in crate::net::connection) fn peer(&self) -> SocketAddr {
        self.rare.peer
    }

    pub(in crate::net::connection) fn close(&mut self, reason: CloseReason) {
        if self.ended.is_none() {
            self.refuse(reason);
        }
    }

    pub(in crate::net::connection) fn poll_closed(&mut self, now: Instant) -> bool {
        self.close(CloseReason::ShuttingDown);
        let Some(ended) = &mut self.ended else {
            return true;
        };
        if matches!(ended.disconnect, Disconnect::Lost(_)) {
            return true;
        }
        let deadline =
            *ended.deadline.get_or_insert(now + Duration::from_secs_f32(CLOSE_SECONDS_MAX));

        // Moves an answer to the peer's close frame, or ours if the outbox was full, into the outbox. The library
        // reports the end of the WebSocket here as an error, which is expected.
        let mut feed = Feed { inbox: None, outbox: &mut self.outbox };
        let flushed = self.rare.websocket.flush(&mut feed);
        let is_held_back = matches!(flushed, Err(Error::Io(error)) if is_not_ready(&error));
        if self.outbox.write_to(self.transport.socket()).is_err() || now >= deadline {
            return true;
        }
        if !is_held_back && self.outbox.is_empty() && !ended.write_is_shut {
            ended.write_is_shut = true;
            if self.transport.shutdown_write().is_err() {
                return true;
            }
        }
        // Closing a socket with unread bytes resets the connection, and a reset can overtake the close frame. So read
        // until the peer has ended too, within a limit.
        loop {
            match self.transport.discard() {
                Ok(bytes) if bytes > 0 && bytes < ended.discard_left => ended.discard_left -= bytes,
                Ok(_) => return true,
                Err(error) => return !is_not_ready(&error),
            }
        }
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.outbox.write_to(self.transport.socket())
    }

    fn check(&self) -> Result<(), Disconnect> {
        match &self.ended {
            None => Ok(()),
            Some(ended) => Err(ended.disconnect),
        }
    }

    /// Ends the connection with a close frame that says why.
    fn refuse(&mut self, reason: CloseReason) -> Disconnect {
        let frame =
            CloseFrame { code: reason.code().into(), reason: Utf8Bytes::from(reason.to_string()) };
        let mut feed = Feed { inbox: None, outbox: &mut self.outbox };
        // An error means that the outbox is full; the frame waits in the library until there is room.
        let _ = self.rare.websocket.close(&mut feed, Some(frame));
        self.end(Disconnect::Refused(reason))
    }

    fn end(&mut self, disconnect: Disconnect) -> Disconnect {
        let discard_left = INBOUND_BYTES_BURST as usize;
        self.ended = Some(Box::new(Ended {
            disconnect,
            deadline: None,
            write_is_shut: false,
            discard_left,
        }));
        disconnect
    }
}

/// The stream that the library reads from and writes to.
struct Feed<'a> {
    /// `None`: there is nothing to read.
    inbox: Option<&'a mut Inbox>,
    outbox: &'a mut Outbox,
}

impl Read for Feed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inbox.as_mut().map_or(0, |inbox| inbox.take_rest(buffer));
        if bytes == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(bytes) }
    }
}

/// The library writes whole control frames: each is accepted entirely or not at all.
impl Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.outbox.push(bytes) {
            Ok(bytes.len())
        } else {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }

    /// Does nothing: a tick writes once, in [`WebSocketLink::flush`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(CONTROL_BYTES_MAX)
        .max_message_size(Some(CLIENT_MESSAGE_BYTES_MAX))
        .max_frame_size(Some(CLIENT_MESSAGE_BYTES_MAX))
}

/// What the library may hold back while the outbox is full: control frames of at most 127 bytes.
const CONTROL_BYTES_MAX: usize = 512;
