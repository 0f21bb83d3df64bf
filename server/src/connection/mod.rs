//! One client's link, as its room drives it: it never blocks and never waits.
//!
//! ```text
//! each tick:  begin_tick -> receive until None -> (the room steps) -> send, send, ... -> write or flush
//! at the end: an Err from any of them, or close(reason) -> poll_closed every tick until true -> drop
//! ```
//!
//! Behind it stands a WebSocket (`socket`) or, for the server's own bots, a pair of bounded channels
//! (`local`). They are driven alike; the room only knows whose seats are given to people first.

mod frames;
mod inbox;
mod local;
mod meter;
mod metered_stream;
mod outbox;
mod socket;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use bytes::Bytes;
use driftfield_shared::protocol::CloseReason;
use thiserror::Error;

pub use inbox::{Inbox, Message};
pub use local::{LinkEnd, LocalLink};

use crate::admission::ConnectionPermit;
use local::LocalEnd;
use socket::SocketLink;

/// Why nothing more comes from a connection and nothing more goes to it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ConnectionEnd {
    /// The peer said goodbye with a close frame.
    #[error("the peer closed the connection")]
    Closed,
    /// It broke, or ended without a goodbye.
    #[error("the connection was lost: {0}")]
    Lost(io::ErrorKind),
    /// This side ends it, and has begun to tell the peer why.
    #[error("{0}")]
    Refused(CloseReason),
}

/// A client's link. See the head of this file for the order of calls.
#[derive(Debug)]
pub struct Connection {
    link: Link,
    is_house_bot: bool,
}

#[derive(Debug)]
enum Link {
    Socket(SocketLink),
    Local(LocalEnd),
}

impl Connection {
    /// A client's WebSocket after the answer 101, with the bytes that were read beyond the request.
    /// The permit is given back when the connection is dropped.
    ///
    /// # Errors
    /// When the socket cannot be made non-blocking and undelayed: it is dead already.
    pub fn from_socket(
        socket: TcpStream,
        leftover: Bytes,
        peer: SocketAddr,
        permit: Option<ConnectionPermit>,
    ) -> io::Result<Connection> {
        let link = SocketLink::new(socket, leftover, peer, permit)?;
        Ok(Connection { link: Link::Socket(link), is_house_bot: false })
    }

    /// A connection inside the process for one of the server's own bots, and the bot's end of it.
    pub fn of_house_bot() -> (Connection, LocalLink) {
        let (end, link) = local::pair();
        (Connection { link: Link::Local(end), is_house_bot: true }, link)
    }

    /// The same for a guest like those who come over the network.
    #[cfg(test)]
    pub fn in_process() -> (Connection, LocalLink) {
        let (end, link) = local::pair();
        (Connection { link: Link::Local(end), is_house_bot: false }, link)
    }

    /// Opens a tick: budgets accrue and reading is allowed again. Without it nothing is received.
    pub fn begin_tick(&mut self, now: Instant) {
        match &mut self.link {
            Link::Socket(link) => link.begin_tick(now),
            Link::Local(_) => {}
        }
    }

    /// The next whole binary message, or `None` when nothing more is to be had in this tick. Pings are
    /// answered on the way. The inbox must be clear or hold what this connection left in it.
    ///
    /// # Errors
    /// When the connection has ended; from then on always the same.
    pub fn receive<'a>(
        &mut self,
        inbox: &'a mut Inbox,
    ) -> Result<Option<Message<'a>>, ConnectionEnd> {
        match &mut self.link {
            Link::Socket(link) => link.receive(inbox),
            Link::Local(end) => Ok(end.receive()?.map(Message::Owned)),
        }
    }

    /// Queues one binary message for [`flush`](Self::flush). It is copied: the caller's buffer can be
    /// used again, and one buffer can go to many clients.
    ///
    /// # Errors
    /// When the connection has ended, or ends now as [`CloseReason::TooSlow`]: the bounded buffer is full.
    pub fn send(&mut self, message: impl AsRef<[u8]>) -> Result<(), ConnectionEnd> {
        match &mut self.link {
            Link::Socket(link) => link.send(message.as_ref()),
            Link::Local(end) => end.send(message.as_ref()),
        }
    }

    /// Writes one binary message at once; behind what is queued already it is queued, too. `frame` is nobody's, and used
    /// again from one client to the next.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn write(
        &mut self,
        message: impl AsRef<[u8]>,
        frame: &mut Vec<u8>,
    ) -> Result<(), ConnectionEnd> {
        match &mut self.link {
            Link::Socket(link) => link.write(message.as_ref(), frame),
            Link::Local(end) => end.send(message.as_ref()),
        }
    }

    /// One attempt to write what is queued, with at most one system call. What does not fit stays queued.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn flush(&mut self) -> Result<(), ConnectionEnd> {
        match &mut self.link {
            Link::Socket(link) => link.flush(),
            Link::Local(end) => end.check(),
        }
    }

    /// Bytes (in process: messages) that the last flush left behind. Above zero, a snapshot sent now
    /// would be stale on arrival.
    pub fn backlog(&self) -> usize {
        match &self.link {
            Link::Socket(link) => link.backlog(),
            Link::Local(end) => end.backlog(),
        }
    }

    /// Whether something is still waiting to be written.
    pub fn is_congested(&self) -> bool {
        self.backlog() > 0
    }

    /// Ends the connection, the peer being told `reason`. The first end counts: later ones change nothing.
    pub fn close(&mut self, reason: CloseReason) {
        match &mut self.link {
            Link::Socket(link) => link.close(reason),
            Link::Local(end) => end.close(reason),
        }
    }

    /// Drives the goodbye of an ended connection; call it once a tick. True when it is over, or has
    /// taken [`CLOSE_SECONDS_MAX`](driftfield_shared::limits::CLOSE_SECONDS_MAX): then drop it.
    ///
    /// A connection that has not ended is closed as [`CloseReason::ShuttingDown`].
    pub fn poll_closed(&mut self, now: Instant) -> bool {
        match &mut self.link {
            Link::Socket(link) => link.poll_closed(now),
            Link::Local(end) => {
                end.close(CloseReason::ShuttingDown);
                true
            }
        }
    }

    /// Whether it is one of the server's own bots.
    pub fn is_house_bot(&self) -> bool {
        self.is_house_bot
    }

    /// The other end's address, for logs; a house bot has none.
    pub fn peer(&self) -> Option<SocketAddr> {
        match &self.link {
            Link::Socket(link) => Some(link.peer()),
            Link::Local(_) => None,
        }
    }
}
