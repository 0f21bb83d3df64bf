//! The second socket, which input commands go over, too, once they come late again and again: where packets get lost, what
//! is held up on one socket comes in time over the other.
//!
//! ```text
//! Connection --commands--> Socket
//!             \---> Path --> SecondSocket
//! ```
//!
//! Nothing comes from it. Its end changes nothing for the first; it is opened again after a pause, as long as there
//! is a seat to open it for.

use driftfield_shared::netsim::LinkProfile;
use driftfield_shared::protocol::{CloseReason, Greeting};
use driftfield_shared::units::Micros;

use super::socket::Socket;
use crate::net::Path;

/// Pause before a second socket that was lost is opened again.
const PAUSE: Micros = 5_000_000;
/// Seed of its bad links: another than the first one's, whose delays it must not share.
const PATH_SEED: u64 = 1 << 32;
/// Marks the numbers of second sockets among all.
const NUMBER_BIT: u32 = 1 << 31;

/// The second socket of a worker's connection.
pub struct SecondSocket {
    is_wanted: bool,
    socket: Option<Socket>,
    path: Path,
    /// Number of the current socket.
    number: u32,
    is_attached: bool,
    /// When to open it, while there is none and there should be.
    open_at: Option<Micros>,
}

impl SecondSocket {
    /// None, and none wanted.
    pub fn new() -> Self {
        SecondSocket {
            is_wanted: false,
            socket: None,
            path: Path::new(PATH_SEED),
            number: NUMBER_BIT,
            is_attached: false,
            open_at: None,
        }
    }

    /// Whether events of a number are those of a second socket, this one or an earlier one.
    pub fn is_number(number: u32) -> bool {
        number & NUMBER_BIT != 0
    }

    /// Whether commands go over it.
    pub fn is_attached(&self) -> bool {
        self.is_attached
    }

    /// Commands come late over one socket: from now on there should be a second one. Called while there is a seat.
    pub fn want(&mut self, now: Micros) {
        if !std::mem::replace(&mut self.is_wanted, true) {
            self.handle_welcome(now);
        }
    }

    /// There is a seat, and a ticket for it.
    pub fn handle_welcome(&mut self, now: Micros) {
        self.close(now);
        self.open_at = self.is_wanted.then_some(now);
    }

    /// Puts so bad a link before it.
    pub fn set_profile(&mut self, now: Micros, profile: LinkProfile) {
        self.path.set_profile(now, profile);
    }

    /// Opens it at `url` if that is due, for what `greeting` says.
    pub fn handle_time(&mut self, now: Micros, url: &str, greeting: Option<Greeting>) {
        if let Some(greeting) = greeting.filter(|_| self.open_at.is_some_and(|at| at <= now)) {
            self.number = self.number.wrapping_add(1) | NUMBER_BIT;
            self.path.clear(now);
            // An address that was good enough for the first socket is for this one.
            self.socket = Socket::open(url, &greeting, self.number).ok();
            self.open_at = None;
        }
        self.pass(now);
    }

    /// The socket of this number is open. Returns whether it is the current second one.
    pub fn handle_open(&mut self, number: u32) -> bool {
        self.is_attached |= number == self.number;
        number == self.number
    }

    /// The socket of this number is closed. Opened again later, unless the server says that this is no use.
    pub fn handle_close(&mut self, now: Micros, number: u32, code: u16) {
        if number != self.number {
            return;
        }
        self.is_attached = false;
        self.path.clear(now);
        let is_final =
            CloseReason::from_code(code).is_some_and(|reason| !reason.is_worth_retrying());
        self.open_at = (!is_final && self.is_wanted).then_some(now + PAUSE);
    }

    /// Takes a copy of an input command.
    pub fn send(&mut self, now: Micros, bytes: &[u8]) {
        if self.is_attached {
            self.path.send_up(now, bytes.to_vec());
            self.pass(now);
        }
    }

    /// The seat is gone, and this with it. What it still reports is of no interest.
    pub fn close(&mut self, now: Micros) {
        self.number = self.number.wrapping_add(1) | NUMBER_BIT;
        self.is_attached = false;
        self.open_at = None;
        self.path.clear(now);
        if let Some(socket) = &self.socket {
            // Dropped when it is replaced: this may well be its own callback.
            socket.close();
        }
    }

    /// When [`SecondSocket::handle_time`] wants to be called next.
    pub fn next_time(&self) -> Option<Micros> {
        [self.open_at, self.path.next_time()].into_iter().flatten().min()
    }

    fn pass(&mut self, now: Micros) {
        while let Some(bytes) = self.path.poll_up(now) {
            if let Some(socket) = &self.socket {
                socket.send(&bytes);
            }
        }
    }
}
