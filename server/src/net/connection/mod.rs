//! One client's connection, as its room drives it. It never blocks and never waits.
//!
//! ```text
//! each tick:  begin_tick -> receive until None -> (the room steps) -> send, send, ... -> write or flush
//! at the end: an Err from any of them, or close(reason) -> poll_closed every tick until true -> drop
//! ```
//!
//! It is a WebSocket over a `transport` with limits (`websocket`) or, for the house bots, a pair of bounded channels
//! (`local`). Both are driven alike; the room only knows whose seats people may take.

mod inbound_limit;
mod local;
mod transport;
mod websocket;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use bytes::Bytes;
use driftfield_shared::protocol::CloseReason;
use thiserror::Error;

pub use local::{LinkEnd, LocalLink};
pub use websocket::{Inbox, Message};

use super::admission::ConnectionPermit;
use local::LocalEnd;
use websocket::WebSocketLink;

/// How a connection ended; nothing is received or sent any more.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Disconnect {
    /// The peer sent a close frame.
    #[error("the peer closed the connection")]
    Closed,
    /// It broke, or ended without a close frame.
    #[error("the connection was lost: {0}")]
    Lost(io::ErrorKind),
    /// This side ends it, and has begun to tell the peer why.
    #[error("{0}")]
    Refused(CloseReason),
}

/// A client's connection. The start of this file shows the order of calls.
#[derive(Debug)]
pub struct Connection {
    carrier: Carrier,
    is_house_bot: bool,
}

#[derive(Debug)]
enum Carrier {
    WebSocket(WebSocketLink),
    Local(LocalEnd),
}

impl Connection {
    /// A client's WebSocket after the answer 101, with the bytes that were read beyond the request. The permit is
    /// returned when the connection is dropped.
    ///
    /// # Errors
    /// When the socket cannot be made non-blocking and undelayed, because it is dead.
    pub fn from_socket(
        socket: TcpStream,
        leftover: Bytes,
        peer: SocketAddr,
        permit: Option<ConnectionPermit>,
    ) -> io::Result<Connection> {
        let link = WebSocketLink::new(socket, leftover, peer, permit)?;
        Ok(Connection { carrier: Carrier::WebSocket(link), is_house_bot: false })
    }

    /// A connection inside the process for a house bot, and the bot's end of it.
    pub fn of_house_bot() -> (Connection, LocalLink) {
        let (end, link) = local::pair();
        (Connection { carrier: Carrier::Local(end), is_house_bot: true }, link)
    }

    /// The same for a client that is treated like those from the network.
    #[cfg(test)]
    pub fn in_process() -> (Connection, LocalLink) {
        let (end, link) = local::pair();
        (Connection { carrier: Carrier::Local(end), is_house_bot: false }, link)
    }

    /// Starts a tick: budgets accrue and reading is allowed again. Without it nothing is received.
    pub fn begin_tick(&mut self, now: Instant) {
        match &mut self.carrier {
            Carrier::WebSocket(link) => link.begin_tick(now),
            Carrier::Local(_) => {}
        }
    }

    /// The next whole binary message; `None` when there are no more in this tick. Pings are answered on the way. The
    /// inbox must be empty, or hold what this connection left in it.
    ///
    /// # Errors
    /// When the connection has ended; from then on always the same.
    pub fn receive<'a>(&mut self, inbox: &'a mut Inbox) -> Result<Option<Message<'a>>, Disconnect> {
        match &mut self.carrier {
            Carrier::WebSocket(link) => link.receive(inbox),
            Carrier::Local(end) => Ok(end.receive()?.map(Message::Owned)),
        }
    }

    /// Queues one binary message for [`flush`](Self::flush). It is copied, so the caller can reuse the buffer and
    /// send it to many clients.
    ///
    /// # Errors
    /// When the connection has ended, or ends now as [`CloseReason::TooSlow`]: the bounded buffer is full.
    pub fn send(&mut self, message: impl AsRef<[u8]>) -> Result<(), Disconnect> {
        match &mut self.carrier {
            Carrier::WebSocket(link) => link.send(message.as_ref()),
            Carrier::Local(end) => end.send(message.as_ref()),
        }
    }

    /// Writes binary messages at once, with one system call, or queues them behind what is already queued. `frame` is
    /// scratch memory, reused from client to client.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub fn write<'a>(
        &mut self,
        mut messages: impl Iterator<Item = &'a [u8]> + Clone,
        frame: &mut Vec<u8>,
    ) -> Result<(), Disconnect> {
        match &mut self.carrier {
            Carrier::WebSocket(link) => link.write(messages, frame),
            Carrier::Local(end) => messages.try_for_each(|message| end.send(message)),
        }
    }

    /// Tries to write what is queued, with at most one system call. What does not fit stays queued.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn flush(&mut self) -> Result<(), Disconnect> {
        match &mut self.carrier {
            Carrier::WebSocket(link) => link.flush(),
            Carrier::Local(end) => end.check(),
        }
    }

    /// Bytes (in process: messages) that the last flush left behind. Above zero, a snapshot sent now would be stale
    /// on arrival.
    pub fn backlog(&self) -> usize {
        match &self.carrier {
            Carrier::WebSocket(link) => link.backlog(),
            Carrier::Local(end) => end.backlog(),
        }
    }

    /// Whether something is still waiting to be written.
    pub fn is_congested(&self) -> bool {
        self.backlog() > 0
    }

    /// Ends the connection, and tells the peer `reason`. Only the first call counts.
    pub fn close(&mut self, reason: CloseReason) {
        match &mut self.carrier {
            Carrier::WebSocket(link) => link.close(reason),
            Carrier::Local(end) => end.close(reason),
        }
    }

    /// Drives the closing handshake of an ended connection; call it once per tick. Returns true when it is over, or
    /// has taken [`CLOSE_SECONDS_MAX`](driftfield_shared::limits::CLOSE_SECONDS_MAX): then drop it.
    ///
    /// A connection that has not ended is closed as [`CloseReason::ShuttingDown`].
    pub fn poll_closed(&mut self, now: Instant) -> bool {
        match &mut self.carrier {
            Carrier::WebSocket(link) => link.poll_closed(now),
            Carrier::Local(end) => {
                end.close(CloseReason::ShuttingDown);
                true
            }
        }
    }

    /// Whether it belongs to a house bot.
    pub fn is_house_bot(&self) -> bool {
        self.is_house_bot
    }

    /// The peer's address, for logs; `None` for a house bot.
    pub fn peer(&self) -> Option<SocketAddr> {
        match &self.carrier {
            Carrier::WebSocket(link) => Some(link.peer()),
            Carrier::Local(_) => None,
        }
    }
}
