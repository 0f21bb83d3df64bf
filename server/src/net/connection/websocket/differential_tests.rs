//! The link beside the library alone: both get the same bytes, and must agree about every message.
//!
//! `PROPTEST_CASES=1000000 cargo test --release -p driftfield-server --lib differential` tries more of them.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::prelude::*;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketContext};
use tokio_tungstenite::tungstenite::{Error, Message as LibraryMessage};

use super::inbox::Inbox;
use super::link::{WebSocketLink, config};

/// What came of a stream: its messages, and whether it ended the connection.
type Outcome = (Vec<Vec<u8>>, bool);

/// The library alone, reading these parts one after the other.
fn read_by_the_library(parts: &[Vec<u8>]) -> Outcome {
    let mut websocket = WebSocketContext::new(Role::Server, Some(config()));
    let mut stream = Parts(VecDeque::from(parts.concat()));
    let mut messages = Vec::new();
    loop {
        match websocket.read(&mut stream) {
            Ok(LibraryMessage::Binary(bytes)) => messages.push(bytes.to_vec()),
            Ok(LibraryMessage::Ping(_) | LibraryMessage::Pong(_)) => {}
            Ok(_) => return (messages, true),
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                return (messages, false);
            }
            Err(_) => return (messages, true),
        }
    }
}

struct Parts(VecDeque<u8>);

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(io::ErrorKind::WouldBlock.into()) } else { self.0.read(buffer) }
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The link, to which the parts come one by one, each read before the next is sent.
fn read_by_the_link(parts: &[Vec<u8>]) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut peer = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
    let (socket, address) = listener.accept().expect("connected");
    let arrivals = socket.try_clone().expect("a second handle");
    let mut link = WebSocketLink::new(socket, Bytes::new(), address, None).expect("a socket");
    let (mut messages, mut inbox) = (Vec::new(), Inbox::default());
    let mut now = Instant::now();
    for part in parts {
        peer.write_all(part).expect("a buffer that is large enough");
        await_bytes(&arrivals, part.len());
        // Enough for the budgets to be full again.
        now += Duration::from_secs(10);
        link.begin_tick(now);
        inbox.clear();
        loop {
            match link.receive(&mut inbox) {
                Ok(Some(message)) => messages.push(message.to_vec()),
                Ok(None) => break,
                Err(_) => return (messages, true),
            }
        }
    }
    (messages, false)
}

/// Loopback delivers at once, but for moments in which the system has other things to do.
fn await_bytes(socket: &TcpStream, count: usize) {
    let mut buffer = [0; 256];
    assert!(count <= buffer.len(), "parts are shorter");
    let started = Instant::now();
    while socket.peek(&mut buffer).unwrap_or(0) < count {
        assert!(started.elapsed() < Duration::from_secs(10), "the bytes never came");
        thread::yield_now();
    }
}

fn frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => Just(0x82_u8),
        2 => prop::sample::select(vec![0x02, 0x00, 0x80, 0x89, 0x8a]),
        1 => any::<u8>(),
    ];
    let is_masked = prop::bool::weighted(0.97);
    let payload = prop_oneof![
        9 => prop::collection::vec(any::<u8>(), 0..20),
        1 => prop::collection::vec(any::<u8>(), 0..700),
    ];
    (first, is_masked, any::<[u8; 4]>(), payload, prop::bool::weighted(0.05)).prop_map(
        |(first, is_masked, key, payload, is_long_form)| {
            let mask = if is_masked { 0x80 } else { 0 };
            let mut bytes = vec![first];
            match payload.len() {
                length @ 0..126 if !is_long_form => bytes.push(mask | length as u8),
                length => {
                    bytes.push(mask | 126);
                    bytes.extend((length as u16).to_be_bytes());
                }
            }
            if is_masked {
                bytes.extend(key);
            }
            bytes.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
            bytes
        },
    )
}

/// Frames and noise, cut into parts anywhere.
fn parts() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let frames = prop::collection::vec(frame(), 0..12);
    let noise = prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ];
    let cuts = prop::collection::vec(1..200_usize, 1..8);
    (frames, noise, cuts).prop_map(|(frames, noise, cuts)| {
        let stream = [frames.concat(), noise].concat();
        let (mut parts, mut rest) = (Vec::new(), stream.as_slice());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, tail) = rest.split_at((*cut).min(rest.len()));
            parts.push(part.to_vec());
            rest = tail;
        }
        parts
    })
}

proptest! {
    #[test]
    fn the_link_and_the_library_alone_agree_about_every_message(parts in parts()) {
        let (messages, has_ended) = read_by_the_link(&parts);
        let (expected, would_end) = read_by_the_library(&parts);
        // The link knows that a message is too long as soon as it has its length; the library wants the key, too.
        let is_early = has_ended && !would_end;
        let with_key = [&parts[..], &[vec![0; 4]]].concat();
        prop_assert!(has_ended == would_end || is_early && read_by_the_library(&with_key).1);
        if has_ended {
            // The link looks at whole reads, so it may refuse before it hands out what came just before the fault.
            prop_assert!(expected.starts_with(&messages));
        } else {
            prop_assert_eq!(messages, expected);
        }
    }
}
