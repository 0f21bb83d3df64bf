//! A client's non-blocking socket with a meter below the WebSocket layer.
//!
//! kernel --> read: per-tick cap, byte and frame budgets --> WebSocket layer
//! WebSocket layer, messages --> outbox --> one write per flush --> kernel

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use bytes::{Buf, Bytes};

use super::inbox::Inbox;
use super::meter::{Meter, Violation};
use super::outbox::Outbox;

impl Violation {
    /// The violation inside an error that [`MeteredStream`] gave.
    pub(super) fn of(error: &io::Error) -> Option<Violation> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<Violation> for io::Error {
    fn from(violation: Violation) -> Self {
        io::Error::other(violation)
    }
}

/// See the head of this file. Reading never blocks, and gives up for this tick with
/// [`io::ErrorKind::WouldBlock`]; writing only queues.
#[derive(Debug)]
pub(super) struct MeteredStream {
    socket: TcpStream,
    /// Aside, since there is hardly ever any: what a tick looks at of each client is kept close together.
    leftover: Option<Box<Leftover>>,
    outbox: Outbox,
    meter: Meter,
    /// Bytes that may still be read in this tick.
    readable: usize,
}

/// Bytes that were read already: by the HTTP side, beyond the upgrade request, or into an inbox.
#[derive(Debug)]
struct Leftover {
    /// Never empty.
    bytes: Bytes,
    /// Whether the meter has seen them.
    is_metered: bool,
}

impl Leftover {
    fn new(bytes: Bytes, is_metered: bool) -> Option<Box<Self>> {
        bytes.has_remaining().then(|| Box::new(Leftover { bytes, is_metered }))
    }
}

impl MeteredStream {
    /// # Errors
    /// When the socket cannot be made non-blocking and undelayed.
    pub(super) fn new(socket: TcpStream, leftover: Bytes) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?;
        Ok(Self {
            socket,
            leftover: Leftover::new(leftover, false),
            outbox: Outbox::default(),
            meter: Meter::new(),
            readable: 0,
        })
    }

    /// A new tick: budgets accrue, reading is allowed again.
    pub(super) fn begin_tick(&mut self, now: Instant) {
        self.readable = self.meter.begin_tick(now);
    }

    /// Whether all that was read so far ended with a whole message.
    pub(super) fn is_between_messages(&self) -> bool {
        self.meter.is_between_messages() && self.leftover.is_none()
    }

    /// Whether the kernel has given all there was in this tick.
    pub(super) fn is_emptied(&self) -> bool {
        self.meter.is_emptied() && self.leftover.is_none()
    }

    /// Reads into the inbox, between messages. Returns whether plain messages and nothing else lie in it now;
    /// anything else will be read again from here.
    ///
    /// # Errors
    /// As for reading: [`io::ErrorKind::WouldBlock`] when there is nothing, and violations of the budgets.
    pub(super) fn read_plain(&mut self, inbox: &mut Inbox) -> io::Result<bool> {
        debug_assert!(self.is_between_messages(), "the middle of a message is no frame");
        let bytes = self.read_socket(inbox.buffer())?;
        if bytes == 0 {
            // The end of the stream: to be met by who can tell what it means.
            self.readable = 1;
            return Ok(false);
        }
        if let Some(frames) = inbox.fill(bytes) {
            self.meter.take_plain(frames, bytes);
            return Ok(true);
        }
        let bytes = &inbox.buffer()[..bytes];
        self.meter.take(bytes)?;
        self.leftover = Leftover::new(Bytes::copy_from_slice(bytes), true);
        Ok(false)
    }

    /// One read from the kernel, of what this tick still allows.
    fn read_socket(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.meter.check()?;
        let want = buffer.len().min(self.readable);
        if want == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let outcome = self.socket.read(&mut buffer[..want]);
        if outcome.as_ref().map_or(true, |&bytes| bytes < want) {
            // A short read emptied the socket: asking again would cost a system call to hear "nothing".
            self.meter.note_emptied();
            self.readable = 0;
        } else {
            self.readable -= want;
        }
        outcome
    }

    /// What waits to be written.
    pub(super) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Queues one binary message, or nothing of it when the outbox is full.
    pub(super) fn push_message(&mut self, payload: &[u8]) -> bool {
        self.outbox.push_message(payload)
    }

    /// Writes one binary message at once, behind what waits, and queues what the socket does not take: at most one system
    /// call. False if there is no room for that.
    pub(super) fn write_message(
        &mut self,
        payload: &[u8],
        frame: &mut Vec<u8>,
    ) -> io::Result<bool> {
        self.outbox.write_message(payload, frame, &mut self.socket)
    }

    /// One attempt to write what waits: at most one system call.
    pub(super) fn write_out(&mut self) -> io::Result<()> {
        self.outbox.write_to(&mut self.socket)
    }

    /// Tells the peer that nothing more will come.
    pub(super) fn shutdown_write(&self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }

    /// Throws away what the peer still sends, with one read. `Ok(0)`: it ended too.
    pub(super) fn discard(&mut self) -> io::Result<usize> {
        self.socket.read(&mut [0; 4096])
    }
}

impl Read for MeteredStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(leftover) = &mut self.leftover else {
            let bytes = self.read_socket(buffer)?;
            self.meter.take(&buffer[..bytes])?;
            return Ok(bytes);
        };
        let wanted = buffer.len().min(leftover.bytes.remaining());
        let is_metered = leftover.is_metered;
        let bytes = if is_metered { wanted } else { wanted.min(self.readable) };
        if bytes == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        leftover.bytes.copy_to_slice(&mut buffer[..bytes]);
        if !leftover.bytes.has_remaining() {
            self.leftover = None;
        }
        if !is_metered {
            self.readable -= bytes;
            self.meter.take(&buffer[..bytes])?;
        }
        Ok(bytes)
    }
}

/// What the WebSocket layer writes is whole control frames: each is taken entirely or not at all.
impl Write for MeteredStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.outbox.push(bytes) {
            Ok(bytes.len())
        } else {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }

    /// Nothing: a tick writes once, by [`MeteredStream::write_out`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
