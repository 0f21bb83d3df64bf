//! A client's non-blocking socket, which is read within limits.
//!
//! kernel, bytes read beyond the request --> read: per-tick cap, byte and frame budgets --> the WebSocket layer

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use bytes::{Buf, Bytes};
use thiserror::Error;

use super::inbound_limit::{Excess, InboundLimit};

/// A client's socket with the limit of what is read.
#[derive(Debug)]
pub(super) struct Transport {
    socket: TcpStream,
    /// Bytes that the HTTP side read beyond the upgrade request. There are hardly ever any, so they are boxed: data
    /// used in every tick stays close together.
    leftover: Option<Box<Bytes>>,
    limit: InboundLimit,
    /// Bytes that may still be read in this tick.
    readable: usize,
}

/// Why nothing was read.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum NotRead {
    #[error("there is nothing more in this tick")]
    NotNow,
    #[error("the peer has ended the connection, or it broke: {0}")]
    Lost(io::ErrorKind),
    #[error(transparent)]
    Excess(#[from] Excess),
}

impl Transport {
    /// # Errors
    /// When the socket cannot be made non-blocking and undelayed.
    pub(super) fn new(socket: TcpStream, leftover: Bytes) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?;
        let leftover = leftover.has_remaining().then(|| Box::new(leftover));
        Ok(Self { socket, leftover, limit: InboundLimit::new(), readable: 0 })
    }

    /// Starts a tick: budgets accrue, reading is allowed again.
    pub(super) fn begin_tick(&mut self, now: Instant) {
        self.readable = self.limit.begin_tick(now);
    }

    /// Reads once, as much as this tick still allows: at least one byte. The caller reports what it was with
    /// [`Self::spend`].
    ///
    /// # Errors
    /// When there is nothing (more) in this tick, the connection has ended, or the budgets were exceeded for too
    /// long.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, NotRead> {
        self.limit.check()?;
        let want = buffer.len().min(self.readable);
        if want == 0 {
            return Err(NotRead::NotNow);
        }
        if let Some(leftover) = &mut self.leftover {
            let bytes = leftover.len().min(want);
            leftover.copy_to_slice(&mut buffer[..bytes]);
            if leftover.is_empty() {
                self.leftover = None;
            }
            self.readable -= bytes;
            return Ok(bytes);
        }
        let outcome = self.socket.read(&mut buffer[..want]);
        if outcome.as_ref().map_or(true, |&bytes| bytes < want) {
            // A short read emptied the socket. Reading again would cost a system call that returns nothing.
            self.limit.note_emptied();
            self.readable = 0;
        } else {
            self.readable -= want;
        }
        match outcome {
            Ok(0) => Err(NotRead::Lost(io::ErrorKind::UnexpectedEof)),
            Ok(bytes) => Ok(bytes),
            Err(error) if is_not_ready(&error) => Err(NotRead::NotNow),
            Err(error) => Err(NotRead::Lost(error.kind())),
        }
    }

    /// Subtracts what was read from the budgets: bytes, and the frames that begin in them.
    pub(super) fn spend(&mut self, frames: u32, bytes: usize) {
        self.limit.spend(frames, bytes);
    }

    /// Where to write. It never blocks.
    pub(super) fn socket(&mut self) -> &mut TcpStream {
        &mut self.socket
    }

    /// Tells the peer that nothing more will be sent.
    pub(super) fn shutdown_write(&self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }

    /// Discards what the peer still sends, with one read. `Ok(0)`: the peer has ended too.
    pub(super) fn discard(&mut self) -> io::Result<usize> {
        self.socket.read(&mut [0; 4096])
    }
}

/// Whether a non-blocking call only has to be repeated later.
pub(super) fn is_not_ready(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
