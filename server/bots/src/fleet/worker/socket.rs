//! A bot's WebSocket: connects, shakes hands, reads and writes, and never blocks.
//!
//! ```text
//! connecting -> shaking hands -> open -> ended
//! ```
//!
//! Readiness comes from the worker's poll, edge-triggered. One read per edge is usually enough: a read that did not
//! fill its buffer has emptied the socket, so a second system call is saved.

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use bytes::Bytes;
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use tungstenite::client::client_with_config;
use tungstenite::handshake::client::{ClientHandshake, Request, Response};
use tungstenite::handshake::{HandshakeError, MidHandshake};
use tungstenite::{Error, Message, WebSocket};

use crate::sdk::{Disconnect, websocket_config};

/// The connection of one bot.
pub(super) struct Socket {
    state: State,
    /// Whether everything that came was received, so that nothing more comes before the next event.
    is_dry: bool,
    /// Whether everything queued is written.
    is_flushed: bool,
}

enum State {
    Connecting(EdgeStream, Box<Request>),
    Shaking(Box<MidHandshake<ClientHandshake<EdgeStream>>>),
    Open(Box<WebSocket<EdgeStream>>),
    Ended(Disconnect),
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
    ) -> Result<Socket, Disconnect> {
        let stream = TcpStream::connect(address).and_then(|mut stream| {
            registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
            Ok(stream)
        });
        let stream = stream.map_err(|error| Disconnect::of_io(&error))?;
        let stream = EdgeStream { stream, may_read: false, is_ending: false };
        Ok(Socket::new(State::Connecting(stream, Box::new(request))))
    }

    /// A socket that never connected.
    pub(super) fn ended(end: Disconnect) -> Socket {
        Socket::new(State::Ended(end))
    }

    /// Whether the connection has ended, or never began.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended(_))
    }

    /// Notes an event of the poll. Then read until there is nothing more.
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

    /// The next binary message; `None` if there is none now.
    pub(super) fn receive(&mut self) -> Result<Option<Bytes>, Disconnect> {
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
                    // The answer to the close frame. It does not matter whether it arrives.
                    let _ = websocket.flush();
                    Disconnect::of_close(frame)
                }
                Ok(Message::Text(_) | Message::Frame(_)) => {
                    Disconnect::Protocol("a message that is not binary".to_owned())
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.is_dry = true;
                    return Ok(None);
                }
                Err(error) => Disconnect::of_error(&error),
            };
            return Err(self.end(end));
        }
    }

    /// Queues a binary message; [`Socket::flush`] writes it.
    pub(super) fn send(&mut self, message: Vec<u8>) -> Result<(), Disconnect> {
        self.is_flushed = false;
        match &mut self.state {
            State::Open(websocket) => match websocket.write(Message::Binary(message.into())) {
                // A server that reads nothing for so long will not need these messages any more.
                Ok(()) | Err(Error::WriteBufferFull(_)) => Ok(()),
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
                Err(error) => {
                    let end = Disconnect::of_error(&error);
                    Err(self.end(end))
                }
            },
            State::Ended(end) => Err(end.clone()),
            _ => Ok(()),
        }
    }

    /// Writes what is queued, as far as possible without waiting.
    pub(super) fn flush(&mut self) -> Result<(), Disconnect> {
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
                let end = Disconnect::of_error(&error);
                Err(self.end(end))
            }
        }
    }

    /// Gives up, for instance because the handshake takes too long.
    pub(super) fn end(&mut self, end: Disconnect) -> Disconnect {
        self.state = State::Ended(end.clone());
        // The next receive returns the reason.
        (self.is_dry, self.is_flushed) = (false, false);
        end
    }

    /// Continues connecting and the handshake as far as possible.
    fn advance(&mut self) {
        let placeholder = State::Ended(Disconnect::Lost("a handshake was cut short".to_owned()));
        self.state = match std::mem::replace(&mut self.state, placeholder) {
            State::Connecting(stream, request) => match stream.is_connected() {
                Ok(true) => {
                    after_round(client_with_config(*request, stream, Some(websocket_config())))
                }
                Ok(false) => State::Connecting(stream, request),
                Err(error) => State::Ended(Disconnect::of_io(&error)),
            },
            State::Shaking(shaking) => after_round(shaking.handshake()),
            other => other,
        };
    }
}

type Round = Result<(WebSocket<EdgeStream>, Response), HandshakeError<ClientHandshake<EdgeStream>>>;

fn after_round(round: Round) -> State {
    match round {
        Ok((websocket, _)) => State::Open(Box::new(websocket)),
        Err(HandshakeError::Interrupted(shaking)) => State::Shaking(Box::new(shaking)),
        Err(HandshakeError::Failure(error)) => State::Ended(Disconnect::of_handshake(&error)),
    }
}

/// A stream that is only read when the poll reported readiness.
struct EdgeStream {
    stream: TcpStream,
    may_read: bool,
    /// The peer has finished. A short read then does not mean that nothing follows: the end of the stream does.
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
                // Input commands are small and urgent, and Nagle's algorithm would delay them.
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
