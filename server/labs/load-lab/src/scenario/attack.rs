//! The attackers, as a program: clients that never read, clients that flood, and clients that vanish.
//!
//! ```text
//! away -> shaking hands -> in -> cut by the server -> away ...
//! ```
//!
//! They speak WebSocket by hand, so that they can break its rules and cost little CPU. What they send is well-formed:
//! the server refuses them because they send too much or do not read.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::limits::INBOUND_FRAMES_PER_SECOND;
use driftfield_shared::protocol::{CONTENT_FROM_SERVER, Greeting, Hello, InputMessage};
use driftfield_shared::units::{Controls, Tick, ViewLag};

/// Time between two passes over all attackers.
const STEP: Duration = Duration::from_millis(10);
/// Passes between two inputs of a client that never reads: about one input per tick at 30 Hz.
const STEPS_PER_INPUT: u32 = 3;
/// Frames that a flooding client sends in each pass: ten times the sustained limit.
const FLOOD_FRAMES: usize = INBOUND_FRAMES_PER_SECOND as usize * 10 / 100;
/// Pause before an attacker that was cut connects again.
const AWAY: Duration = Duration::from_millis(200);
/// Time allowed for the handshake before the next attempt.
const SHAKE_PATIENCE: Duration = Duration::from_secs(5);
/// File descriptors for vanishing clients, in addition to one for each steady attacker.
const DESCRIPTORS_RESERVED: u64 = 1_024;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// Asks to join, sends an input for each tick, and never reads.
    Deaf,
    /// Sends ten times more than allowed.
    Flooding,
    /// Asks to join and disconnects at once.
    Vanishing,
}

#[derive(Debug)]
enum State {
    Away { until: Instant },
    Shaking { stream: TcpStream, since: Instant, head: Vec<u8> },
    In { stream: TcpStream },
    Gone,
}

struct Attacker {
    kind: Kind,
    state: State,
}

/// The messages that all attackers send.
struct Arms {
    server: SocketAddr,
    request: String,
    input: Vec<u8>,
    flood: Vec<u8>,
}

/// Attacks until it is killed.
///
/// # Errors
/// When the system refuses more file descriptors.
pub fn run(
    server: SocketAddr,
    room: &str,
    deaf: u32,
    flooding: u32,
    vanishing: u32,
) -> io::Result<()> {
    rlimit::increase_nofile_limit(u64::from(deaf + flooding) + DESCRIPTORS_RESERVED)?;
    let arms = Arms::new(server, room);
    let start = Instant::now();
    let mut attackers: Vec<Attacker> =
        (0..deaf).map(|_| Attacker::new(Kind::Deaf, start)).collect();
    attackers.extend((0..flooding).map(|_| Attacker::new(Kind::Flooding, start)));
    let mut vanished: u64 = 0;
    for step in 1_u32.. {
        let now = Instant::now();
        let due = (now - start).as_millis() as u64 * u64::from(vanishing) / 1_000;
        while vanished < due {
            vanished += 1;
            if vanished.is_multiple_of(2) {
                attackers.push(Attacker::new(Kind::Vanishing, now));
            } else {
                arms.vanish_mid_handshake();
            }
        }
        for attacker in &mut attackers {
            attacker.advance(&arms, step, now);
        }
        attackers.retain(|attacker| !matches!(attacker.state, State::Gone));
        thread::sleep((start + STEP * step).saturating_duration_since(Instant::now()));
    }
    Ok(())
}

impl Arms {
    fn new(server: SocketAddr, room: &str) -> Self {
        let hello = Greeting::Hello(Hello {
            content_hash: CONTENT_FROM_SERVER,
            name: "Neighbour".to_owned(),
            token: None,
            ticket: None,
            is_bot: true,
            wants_checks: false,
        });
        let protocols = hello.protocols().join(", ");
        let request = format!(
            "GET /ws?room={room} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {protocols}\r\n\r\n"
        );
        let input = InputMessage::new(Tick(0), Tick(0), ViewLag::default(), Controls::default());
        let input = framed(&input.encode());
        let flood = input.repeat(FLOOD_FRAMES);
        Arms { server, request, input, flood }
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect_timeout(&self.server, SHAKE_PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    }

    /// Sends half a request and disconnects.
    fn vanish_mid_handshake(&self) {
        let half = &self.request.as_bytes()[..self.request.len() / 2];
        // The server is free to refuse it.
        let _ = self.connect().and_then(|mut stream| stream.write(half));
    }
}

impl Attacker {
    fn new(kind: Kind, now: Instant) -> Self {
        Attacker { kind, state: State::Away { until: now } }
    }

    fn advance(&mut self, arms: &Arms, step: u32, now: Instant) {
        let state = std::mem::replace(&mut self.state, State::Gone);
        let next = match state {
            State::Away { until } if now < until => Ok(State::Away { until }),
            State::Away { .. } => arms.connect().and_then(|mut stream| {
                stream.write_all(arms.request.as_bytes())?;
                Ok(State::Shaking { stream, since: now, head: Vec::new() })
            }),
            State::Shaking { stream, since, .. } if now - since > SHAKE_PATIENCE => {
                drop(stream);
                Err(ErrorKind::TimedOut.into())
            }
            State::Shaking { stream, since, head } => shake(stream, since, head),
            State::In { stream } => self.annoy(arms, stream, step),
            State::Gone => Ok(State::Gone),
        };
        self.state = next.unwrap_or_else(|_| match self.kind {
            Kind::Vanishing => State::Gone,
            Kind::Deaf | Kind::Flooding => State::Away { until: now + AWAY },
        });
    }

    fn annoy(&self, arms: &Arms, mut stream: TcpStream, step: u32) -> io::Result<State> {
        let bytes = match self.kind {
            Kind::Vanishing => return Ok(State::Gone),
            Kind::Deaf if !step.is_multiple_of(STEPS_PER_INPUT) => &[],
            Kind::Deaf => arms.input.as_slice(),
            Kind::Flooding => {
                // The received bytes are discarded; they are read because this attacker is not the one that never
                // reads.
                match stream.read(&mut [0; 16 * 1_024]) {
                    Ok(0) => return Err(ErrorKind::ConnectionReset.into()),
                    outcome => pending(outcome.map(|_| ()))?,
                }
                arms.flood.as_slice()
            }
        };
        if !bytes.is_empty() {
            pending(stream.write(bytes).map(|_| ()))?;
        }
        Ok(State::In { stream })
    }
}

/// Reads more of the handshake's response. The attacker is connected when the response is complete.
fn shake(mut stream: TcpStream, since: Instant, mut head: Vec<u8>) -> io::Result<State> {
    let mut byte = [0; 1];
    loop {
        match stream.read(&mut byte) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => head.push(byte[0]),
            Err(error) => {
                pending(Err(error))?;
                return Ok(State::Shaking { stream, since, head });
            }
        }
        // Read byte by byte, so that no byte after the response is consumed.
        if head.ends_with(b"\r\n\r\n") {
            if !head.starts_with(b"HTTP/1.1 101 ") {
                return Err(ErrorKind::ConnectionRefused.into());
            }
            return Ok(State::In { stream });
        }
    }
}

/// Treats "no data now" as success.
fn pending(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(())
        }
        outcome => outcome,
    }
}

/// A final binary client frame. Its mask is all zeros, which leaves the payload as it is (RFC 6455, section 5.3).
fn framed(payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    debug_assert!(length <= 125, "attackers only write one-byte payload lengths");
    let mut frame = vec![0x82, 0x80 | length as u8, 0, 0, 0, 0];
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::{ClientMessage, Offer, decode_client};

    use super::*;
    use crate::bare::INPUT_BYTES;

    #[test]
    fn what_attackers_send_is_well_formed() {
        let arms = Arms::new(([127, 0, 0, 1], 1).into(), "room");
        assert_eq!(arms.input.len(), INPUT_BYTES);
        assert!(matches!(decode_client(&arms.input[6..]), Ok(ClientMessage::Input(_))));
        let protocols =
            arms.request.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Protocol: "));
        let offer = Offer::read(protocols.unwrap().split(", "));
        assert!(matches!(offer, Ok(Offer::Greeting(Greeting::Hello(_)))));
        assert_eq!(arms.flood.len(), INPUT_BYTES * FLOOD_FRAMES);
    }

    #[test]
    fn who_finds_nobody_comes_back_unless_it_came_to_vanish() {
        // A port that was free a moment ago, and on which nothing listens.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let arms = Arms::new(address, "room");
        let now = Instant::now();
        for (kind, comes_back) in
            [(Kind::Deaf, true), (Kind::Flooding, true), (Kind::Vanishing, false)]
        {
            let mut attacker = Attacker::new(kind, now);
            attacker.advance(&arms, 1, now);
            let is_away = matches!(attacker.state, State::Away { until } if until > now);
            assert_eq!(is_away, comes_back, "{kind:?}: {:?}", attacker.state);
        }
    }
}
