//! Accounts for a fleet: each bot's secret follows from a seed, so the same seed gives the same accounts.
//!
//! ```text
//! seed, index --> AccountSecret --POST /api/session--> AccountTicket --> greeting
//! ```
//!
//! Some threads sign the bots in, each shortly before it joins: an account that is new is answered for when it is durable,
//! which takes a tenth of a second.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::protocol::{AccountSecret, AccountTicket};
use driftfield_shared::units::Micros;
use serde::Deserialize;

use super::flight::Flight;
use super::progress::Progress;
use crate::brains::mix;
use crate::sdk::{Disconnect, ServerUrl};

/// Threads that sign in.
pub(super) const THREADS: usize = 16;
/// How long before its join a bot is signed in. A ticket is good for two minutes.
const LEAD_MICROS: Micros = 10_000_000;
/// Longest wait for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// Time between two looks whether it is time, or the flight is stopped.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// Pause before a request that was one too many, or came while the server saved nothing, is sent again; and how often.
const AGAIN_PAUSE: Duration = Duration::from_secs(1);
const ATTEMPTS_MAX: u32 = 20;

/// The accounts of a flight.
pub(super) struct Accounts {
    seed: u64,
    /// Where tickets are given.
    path: String,
    host: String,
    /// By bot: its ticket, or why it has none.
    tickets: Vec<OnceLock<Result<AccountTicket, Disconnect>>>,
}

#[derive(Deserialize)]
struct SessionAnswer {
    ticket: String,
}

impl Accounts {
    /// Accounts for `count` bots on this server.
    pub(super) fn new(seed: u64, count: usize, server: &ServerUrl) -> Accounts {
        let (host, path) = server.session_address();
        Accounts { seed, host, path, tickets: (0..count).map(|_| OnceLock::new()).collect() }
    }

    /// The ticket of a bot, once it is known whether it gets one.
    pub(super) fn ticket(&self, index: usize) -> Option<&Result<AccountTicket, Disconnect>> {
        self.tickets.get(index)?.get()
    }

    /// The secret of a bot's account. Whoever knows the seed knows it: such accounts are for tests.
    fn secret(&self, index: usize) -> AccountSecret {
        let half = |n: u64| mix(mix(self.seed, n), index as u64).to_le_bytes();
        let mut secret = [0; 16];
        secret[..8].copy_from_slice(&half(0));
        secret[8..].copy_from_slice(&half(1));
        AccountSecret(secret)
    }

    /// Signs in the bots that are `share`'s, in the order in which they join, until all are or the flight is stopped.
    pub(super) fn sign_in(
        &self,
        flight: &Flight,
        progress: &Progress,
        start: Instant,
        share: usize,
    ) {
        for index in (share..self.tickets.len()).step_by(THREADS) {
            let due = Duration::from_micros(flight.join_at(index).saturating_sub(LEAD_MICROS));
            while start.elapsed() < due && !progress.is_stopped() {
                thread::sleep(LOOK_INTERVAL);
            }
            if progress.is_stopped() {
                return;
            }
            let _ = self.tickets[index].set(self.ask(flight.address, index));
        }
    }

    fn ask(&self, server: SocketAddr, index: usize) -> Result<AccountTicket, Disconnect> {
        let mut attempts_left = ATTEMPTS_MAX;
        loop {
            attempts_left -= 1;
            let (status, body) =
                self.post(server, index).map_err(|error| Disconnect::of_io(&error))?;
            if matches!(status, 429 | 503) && attempts_left > 0 {
                thread::sleep(AGAIN_PAUSE);
                continue;
            }
            let answer = serde_json::from_str(&body).ok().filter(|_| status == 200);
            let ticket =
                answer.and_then(|SessionAnswer { ticket }| AccountTicket::from_text(&ticket));
            return ticket.ok_or(Disconnect::Refused { status, sentence: body });
        }
    }

    /// Status and body of the answer to a request for a ticket.
    fn post(&self, server: SocketAddr, index: usize) -> io::Result<(u16, String)> {
        let body = format!(r#"{{"secret":"{}","is_bot":true}}"#, self.secret(index).to_text());
        let mut socket = TcpStream::connect_timeout(&server, ANSWER_TIME_MAX)?;
        socket.set_read_timeout(Some(ANSWER_TIME_MAX))?;
        socket.set_write_timeout(Some(ANSWER_TIME_MAX))?;
        let Accounts { path, host, .. } = self;
        write!(
            socket,
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        socket.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let no_http = || io::Error::new(io::ErrorKind::InvalidData, "the answer is no HTTP");
        Ok((status.ok_or_else(no_http)?, body.trim_end().to_owned()))
    }
}

/// An answer is shorter.
const ANSWER_BYTES_MAX: u64 = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(seed: u64) -> Accounts {
        Accounts::new(seed, 3, &"ws://127.0.0.1:8080/game/ws?room=a".parse().unwrap())
    }

    #[test]
    fn the_same_seed_gives_the_same_secrets_and_each_bot_has_its_own() {
        let secrets = |seed| [0, 1, 2].map(|index| accounts(seed).secret(index).to_text());
        assert_eq!(secrets(7), secrets(7));
        let mut all = [secrets(7), secrets(8)].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn tickets_are_asked_for_beside_the_socket() {
        let Accounts { host, path, .. } = accounts(1);
        assert_eq!((&*host, &*path), ("127.0.0.1:8080", "/game/api/session"));
    }
}
