//! A client's second connection, which brings only input commands.
//!
//! TCP is ordered: behind a lost segment everything waits. A client may send its commands over two connections. The
//! copy that arrives first counts, so both connections must lose a segment at the same time before a command is late.
//!
//! ```text
//! first connection  --commands, acknowledgements, Leave--> Client --snapshots--> first connection
//! second connection --the same commands------------------/
//! ```
//!
//! The server sends only pongs and the goodbye on it. Its end does not affect the first connection, but it ends with
//! the first.

use driftfield_shared::limits::SILENCE_SECONDS_MAX;
use driftfield_shared::protocol::{ClientMessage, CloseReason, InputMessage, decode_client};
use driftfield_shared::units::Tick;

use crate::net::connection::{Connection, Disconnect, Inbox};

/// The second connection of one client.
#[derive(Debug)]
pub struct InputPath {
    connection: Connection,
    heard_at: Tick,
}

impl InputPath {
    /// A connection attached in tick `now`.
    pub fn new(connection: Connection, now: Tick) -> Self {
        InputPath { connection, heard_at: now }
    }

    /// Opens a tick, as [`Connection::begin_tick`] does.
    pub fn begin_tick(&mut self, now: std::time::Instant) {
        self.connection.begin_tick(now);
    }

    /// The next input command; `None` when there are no more up to the tick after `now`.
    ///
    /// # Errors
    /// When the connection has ended or must end: it sent something else, or was silent for too long.
    pub fn receive(
        &mut self,
        now: Tick,
        tick_hz: u16,
        inbox: &mut Inbox,
    ) -> Result<Option<InputMessage>, Disconnect> {
        let refused = Err(Disconnect::Refused(CloseReason::Malformed));
        if let Some(bytes) = self.connection.receive(inbox)? {
            self.heard_at = now;
            return match decode_client(&bytes) {
                Ok(ClientMessage::Input(input)) => Ok(Some(input)),
                Ok(ClientMessage::Control(_)) | Err(_) => refused,
            };
        }
        let silence_max = (SILENCE_SECONDS_MAX * f32::from(tick_hz)) as u32;
        match now.since(self.heard_at) > silence_max {
            true => Err(Disconnect::Refused(CloseReason::TimedOut)),
            false => Ok(None),
        }
    }

    /// Ends it for a reason that the peer is told, and returns the connection for its goodbye.
    pub fn close(mut self, reason: CloseReason) -> Connection {
        self.connection.close(reason);
        self.connection
    }
}
