//! A bot's second connection for its input commands: a lost segment delays only one of the two.
//!
//! ```text
//! Bot --commands--> Socket ---------------> server
//!             \---> (virtual link) --> InputSocket --> server
//! ```

use driftfield_shared::netsim::Link;
use driftfield_shared::units::Micros;

use super::socket::Socket;
use crate::sdk::Disconnect;

/// The second connection of one bot.
pub(super) struct InputSocket {
    socket: Socket,
    up: Option<Link<Vec<u8>>>,
}

impl InputSocket {
    /// A connection that is being opened, with its virtual link.
    pub(super) fn new(socket: Socket, up: Option<Link<Vec<u8>>>) -> Self {
        InputSocket { socket, up }
    }

    /// Its socket, for the poll's events.
    pub(super) fn socket_mut(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// Sends a copy of an input command. A command from before the connection is open is dropped.
    pub(super) fn send(&mut self, now: Micros, bytes: &[u8]) -> Result<(), Disconnect> {
        match &mut self.up {
            _ if !self.socket.is_open() => Ok(()),
            Some(up) => {
                up.send(now, bytes.len(), bytes.to_vec());
                Ok(())
            }
            None => self.socket.send(bytes.to_vec()),
        }
    }

    /// Continues as far as possible without waiting: passes on what has come through the link, and writes.
    ///
    /// # Errors
    /// When the connection has ended, or the server sends a message on it.
    pub(super) fn drive(&mut self, now: Micros) -> Result<(), Disconnect> {
        if self.socket.receive()?.is_some() {
            let end = Disconnect::Protocol("a message on a second connection".to_owned());
            return Err(self.socket.end(end));
        }
        while let Some(bytes) = self.up.as_mut().and_then(|up| up.poll(now)) {
            self.socket.send(bytes)?;
        }
        self.socket.flush()
    }

    /// Whether commands also go over it.
    pub(super) fn is_open(&self) -> bool {
        self.socket.is_open()
    }

    /// When something has come through its virtual link.
    pub(super) fn next_time(&self) -> Option<Micros> {
        self.up.as_ref()?.next_time()
    }
}
