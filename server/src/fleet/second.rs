//! A bot's second connection, which its input commands go over, too: a lost segment holds up only one of both.
//!
//! ```text
//! Bot --commands--> Socket ---------------> server
//!             \---> (virtual link) --> SecondSocket --> server
//! ```

use driftfield_shared::netcode::Link;
use driftfield_shared::units::Micros;

use super::socket::{Socket, SocketEnd};

/// The second connection of one bot.
pub(super) struct SecondSocket {
    socket: Socket,
    up: Option<Link<Vec<u8>>>,
}

impl SecondSocket {
    /// A connection that is on its way, with the virtual link it gets.
    pub(super) fn new(socket: Socket, up: Option<Link<Vec<u8>>>) -> Self {
        SecondSocket { socket, up }
    }

    /// Its socket, for the poll's events.
    pub(super) fn socket_mut(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// Takes a copy of an input command; one from before the connection stands is dropped.
    pub(super) fn send(&mut self, now: Micros, bytes: &[u8]) -> Result<(), SocketEnd> {
        match &mut self.up {
            _ if !self.socket.is_open() => Ok(()),
            Some(up) => {
                up.send(now, bytes.len(), bytes.to_vec());
                Ok(())
            }
            None => self.socket.send(bytes.to_vec()),
        }
    }

    /// Goes on as far as possible: hands on what has come through the link, writes.
    ///
    /// # Errors
    /// When the connection has ended, or the server says something on it.
    pub(super) fn drive(&mut self, now: Micros) -> Result<(), SocketEnd> {
        if self.socket.receive()?.is_some() {
            let end = SocketEnd::Protocol("a message on a second connection".to_owned());
            return Err(self.socket.end(end));
        }
        while let Some(bytes) = self.up.as_mut().and_then(|up| up.poll(now)) {
            self.socket.send(bytes)?;
        }
        self.socket.flush()
    }

    /// Whether commands go over it.
    pub(super) fn is_open(&self) -> bool {
        self.socket.is_open()
    }

    /// When something has come through its virtual link.
    pub(super) fn next_time(&self) -> Option<Micros> {
        self.up.as_ref()?.next_time()
    }
}
