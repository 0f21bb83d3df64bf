//! What strangers do to the port, and what becomes of them: the table is the test.
//!
//! Every row is one attacker on a socket of its own, all at once against one live server with an honest
//! player on it. Each must be closed with its code in its time; the player must notice nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{
    TestServer, client_frame, hello, play, read_close, read_to_end, server_frame, upgrade_request,
};
use driftfield_shared::limits::{
    EXCESS_SECONDS_MAX, HANDSHAKE_SECONDS_MAX, STALL_SECONDS_MAX, TOPIC_NAME_BYTES_MAX,
};
use driftfield_shared::protocol::{
    ClientControl, CloseReason, Greeting, InputTicket, ROSTER, Request, RequestBody, RequestId,
    encode_client_control,
};
use driftfield_shared::topics::{Handle, Subscribe};

/// A second from being provably wrong.
const AT_ONCE: Duration = Duration::from_secs(1);

const BINARY: u8 = 0x82;
const TEXT: u8 = 0x81;
const PING: u8 = 0x89;
const FIRST_FRAGMENT: u8 = 0x02;
const CONTINUATION: u8 = 0x00;

/// Attacks on an open WebSocket: what it was asked for, what is sent, and how it ends.
struct Attack {
    name: &'static str,
    greeting: Greeting,
    reason: CloseReason,
    /// How long after the start of the attack the close frame may come, at the most.
    within: Duration,
    send: fn(&mut TcpStream) -> std::io::Result<()>,
}

/// Sends until the server has had enough. That is no error: the answer is in the socket.
fn flood(socket: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let chunk = bytes.repeat(4096 / bytes.len());
    socket.set_write_timeout(Some(Duration::from_millis(500)))?;
    let end = Instant::now() + Duration::from_secs_f32(EXCESS_SECONDS_MAX) + AT_ONCE;
    while Instant::now() < end {
        // What the server does not take waits: it may be closed long before.
        match socket.write(&chunk) {
            Ok(_) => {}
            Err(error) if is_full(&error) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn subscribe(topic: &str) -> Vec<u8> {
    let handle = Handle::all().next().expect("a handle");
    let subscribe = Subscribe { handle, topic: topic.to_owned(), since: None, only: None };
    encode_client_control(&ClientControl::Subscribe(subscribe))
}

fn rename(id: u32) -> Vec<u8> {
    let body = RequestBody::Rename { name: format!("Eve {id}") };
    encode_client_control(&ClientControl::Request(Request { id: RequestId(id), body }))
}

fn attacks() -> Vec<Attack> {
    let excess_time = Duration::from_secs_f32(EXCESS_SECONDS_MAX) + AT_ONCE;
    let silence_time = Duration::from_secs_f32(STALL_SECONDS_MAX) + AT_ONCE;
    vec![
        Attack {
            name: "silence",
            greeting: hello(),
            reason: CloseReason::TooSlow,
            within: silence_time,
            send: |_| Ok(()),
        },
        Attack {
            name: "half a frame, then silence",
            greeting: hello(),
            reason: CloseReason::TooSlow,
            within: silence_time,
            send: |socket| socket.write_all(&client_frame(BINARY, &[0; 100])[..50]),
        },
        Attack {
            name: "pings instead of commands",
            greeting: hello(),
            reason: CloseReason::TooSlow,
            within: silence_time,
            send: |socket| socket.write_all(&client_frame(PING, b"?").repeat(20)),
        },
        Attack {
            name: "a flood of empty continuations",
            greeting: hello(),
            reason: CloseReason::TooMuch,
            within: excess_time,
            send: |socket| {
                socket.write_all(&client_frame(FIRST_FRAGMENT, &[]))?;
                flood(socket, &client_frame(CONTINUATION, &[]))
            },
        },
        Attack {
            name: "a flood of pings, never reading",
            greeting: hello(),
            reason: CloseReason::TooMuch,
            within: excess_time,
            send: |socket| flood(socket, &client_frame(PING, &[7; 100])),
        },
        Attack {
            name: "a flood of pongs",
            greeting: hello(),
            reason: CloseReason::TooMuch,
            within: excess_time,
            send: |socket| flood(socket, &client_frame(0x8a, &[])),
        },
        Attack {
            name: "a message in fragments of one byte without end",
            greeting: hello(),
            // Before a thousand of them are read at the rate of the budget, it has been exceeded for too long.
            reason: CloseReason::TooMuch,
            within: excess_time,
            send: |socket| {
                socket.write_all(&client_frame(FIRST_FRAGMENT, &[1]))?;
                flood(socket, &client_frame(CONTINUATION, &[1]))
            },
        },
        Attack {
            name: "a frame of 8 MiB",
            greeting: hello(),
            reason: CloseReason::TooLong,
            within: AT_ONCE,
            send: |socket| {
                socket.set_write_timeout(Some(Duration::from_millis(500)))?;
                // Masked with zeros. The server may have closed before all of it is out.
                let mut frame = vec![BINARY, 0xff, 0, 0, 0, 0, 0, 0x80, 0, 0];
                frame.resize(frame.len() + 4 + (8 << 20), 0);
                let _ = socket.write_all(&frame);
                Ok(())
            },
        },
        Attack {
            name: "a frame of 8 MiB, declared only",
            greeting: hello(),
            reason: CloseReason::TooLong,
            within: AT_ONCE,
            send: |socket| socket.write_all(&[BINARY, 0xff, 0, 0, 0, 0, 0, 0x80, 0, 0]),
        },
        Attack {
            name: "a frame that is not masked",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&[BINARY, 2, 1, 2]),
        },
        Attack {
            name: "a text message",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(TEXT, b"hello")),
        },
        Attack {
            name: "text that is not UTF-8",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(TEXT, &[0xff, 0xfe])),
        },
        Attack {
            name: "an unknown opcode",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(0x83, b"?")),
        },
        Attack {
            name: "reserved bits",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(0xf2, b"?")),
        },
        Attack {
            name: "a ping in fragments",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(0x09, b"?")),
        },
        Attack {
            name: "a continuation of nothing",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(CONTINUATION, b"?")),
        },
        Attack {
            name: "a message that is not the game's",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(BINARY, &[0xee; 40])),
        },
        Attack {
            name: "an empty message",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| socket.write_all(&client_frame(BINARY, &[])),
        },
        Attack {
            name: "a second connection with a forged ticket, then commands",
            greeting: Greeting::AttachInputs(InputTicket([0xa5; 16])),
            reason: CloseReason::NoSeat,
            within: AT_ONCE,
            send: |socket| {
                // The server may have closed before all of it is out.
                let _ = socket.write_all(&client_frame(BINARY, &[0; 8]).repeat(100));
                Ok(())
            },
        },
        Attack {
            name: "a flood of subscriptions to a topic that there is not",
            greeting: hello(),
            reason: CloseReason::TooMuch,
            within: excess_time,
            send: |socket| flood(socket, &client_frame(BINARY, &subscribe("weather"))),
        },
        Attack {
            name: "a flood of subscriptions and their ends, never reading",
            greeting: hello(),
            reason: CloseReason::TooMuch,
            within: excess_time,
            send: |socket| {
                let mut bytes = client_frame(BINARY, &subscribe(ROSTER));
                bytes.extend(client_frame(BINARY, &[2, 4, 0]));
                flood(socket, &bytes)
            },
        },
        Attack {
            name: "a flood of one and the same request",
            greeting: hello(),
            reason: CloseReason::TooMuch,
            within: excess_time,
            send: |socket| flood(socket, &client_frame(BINARY, &rename(1))),
        },
        Attack {
            name: "a topic with a name that is too long",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| {
                let bytes = subscribe(&"x".repeat(TOPIC_NAME_BYTES_MAX + 1));
                socket.write_all(&client_frame(BINARY, &bytes))
            },
        },
        Attack {
            name: "10,000 messages of garbage",
            greeting: hello(),
            reason: CloseReason::Malformed,
            within: AT_ONCE,
            send: |socket| {
                for n in 0..10_000_u32 {
                    let garbage = n.wrapping_mul(2_654_435_761).to_le_bytes().repeat(5);
                    if socket.write_all(&client_frame(BINARY, &garbage)).is_err() {
                        break;
                    }
                }
                Ok(())
            },
        },
    ]
}

#[test]
fn every_attacker_is_closed_in_time_with_its_reason_and_others_notice_nothing() {
    let server = TestServer::start(|_| {});
    let address = server.address;
    let honest = std::thread::spawn(move || play(address, Duration::from_secs(13)));
    std::thread::sleep(Duration::from_millis(500));

    std::thread::scope(|scope| {
        for attack in attacks() {
            let mut socket = server.greeted(&attack.greeting);
            let mut reader = socket.try_clone().expect("a socket");
            // Read while sending: the time counts from the first byte of the attack.
            let name = attack.name;
            scope.spawn(move || {
                (attack.send)(&mut socket).unwrap_or_else(|error| panic!("{name}: {error}"));
                // An attacker who hangs up is no test of being hung up on.
                std::thread::sleep(Duration::from_secs(1));
            });
            scope.spawn(move || {
                let (code, text, took) = read_close(&mut reader, attack.within);
                assert_eq!(
                    (code, text),
                    (attack.reason.code(), attack.reason.to_string()),
                    "{name} after {took:?}"
                );
                let (_, took) = read_to_end(&mut reader, AT_ONCE * 2);
                assert!(took < AT_ONCE * 2, "{name}: the socket stayed open for {took:?}");
            });
        }
    });

    for (reason, at_least) in [
        (CloseReason::TooSlow, 3.0),
        (CloseReason::TooMuch, 4.0),
        (CloseReason::TooLong, 2.0),
        (CloseReason::Malformed, 10.0),
    ] {
        let series = format!("driftfield_rejected_messages_total{{reason=\"{}\"}}", reason.label());
        assert!(server.metric(&series) >= at_least, "{series} is {}", server.metric(&series));
    }
    // What is no reason to close a connection has a name, too.
    for reason in ["unknown_topic", "requests_without_an_answer"] {
        let series = format!("driftfield_rejected_messages_total{{reason=\"{reason}\"}}");
        assert!(server.metric(&series) > 0.0, "{series}");
    }
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200 "));

    let honest = honest.join().expect("an honest player");
    assert_eq!(honest.trouble, None);
    assert!(honest.snapshots > 325, "{honest:?}");
    assert!(honest.largest_gap < Duration::from_millis(500), "{honest:?}");
}

#[test]
fn a_peer_that_says_goodbye_gets_one_back() {
    let server = TestServer::start(|_| {});
    let mut socket = server.upgraded();
    socket.write_all(&client_frame(0x88, &1000_u16.to_be_bytes())).expect("a goodbye");
    let (code, _, took) = read_close(&mut socket, AT_ONCE);
    assert_eq!(code, 1000);
    assert!(took < AT_ONCE);
    read_to_end(&mut socket, AT_ONCE);
}

#[test]
fn a_ping_is_answered_among_snapshots() {
    let server = TestServer::start(|_| {});
    let mut socket = server.upgraded();
    socket.write_all(&client_frame(PING, b"there?")).expect("a ping");
    socket.set_read_timeout(Some(AT_ONCE)).expect("a socket");
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        while let Some((opcode, payload, used)) = server_frame(&bytes) {
            if opcode == 0xa {
                return assert_eq!(payload, b"there?");
            }
            bytes.drain(..used);
        }
        let count = socket.read(&mut buffer).expect("a pong");
        bytes.extend_from_slice(&buffer[..count]);
    }
}

#[test]
fn bytes_sent_with_the_request_are_not_lost() {
    let server = TestServer::start(|_| {});
    let mut socket = server.connect();
    let mut bytes = upgrade_request(server.address, &[]).into_bytes();
    bytes.extend(client_frame(TEXT, b"too early, and wrong"));
    socket.write_all(&bytes).expect("a request and a frame");
    let answer = crate::support::read_head(&mut socket);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    let (code, _, _) = read_close(&mut socket, AT_ONCE);
    assert_eq!(code, CloseReason::Malformed.code());
}

#[test]
fn half_a_handshake_is_closed_at_its_deadline() {
    let server = TestServer::start(|_| {});
    let request = upgrade_request(server.address, &[]);
    let deadline = Duration::from_secs_f32(HANDSHAKE_SECONDS_MAX);
    std::thread::scope(|scope| {
        for (name, sent) in [("silence", 0), ("half a line", 10), ("no end", request.len() - 2)] {
            let mut socket = server.connect();
            socket.write_all(&request.as_bytes()[..sent]).expect("a part of a request");
            scope.spawn(move || {
                let (_, took) = read_to_end(&mut socket, deadline + AT_ONCE);
                assert!(took + Duration::from_millis(200) > deadline, "{name}: after {took:?}");
            });
        }
        // A byte now and then does not buy more time.
        let mut socket = server.connect();
        let mut reader = socket.try_clone().expect("a socket");
        scope.spawn(move || {
            for byte in request.as_bytes().iter().take(60) {
                std::thread::sleep(Duration::from_millis(150));
                if socket.write_all(&[*byte]).is_err() {
                    break;
                }
            }
        });
        scope.spawn(move || read_to_end(&mut reader, deadline + AT_ONCE));
    });
    let series = "driftfield_refused_connections_total{reason=\"handshake_timed_out\"}";
    assert_eq!(server.metric(series), 3.0);
    // The one that never said anything may have been a browser's spare socket.
    assert_eq!(server.metric("driftfield_unused_connections_total"), 1.0);
}

#[test]
fn a_header_without_end_and_garbage_are_closed_at_once() {
    let server = TestServer::start(|_| {});
    let mut socket = server.connect();
    let mut reader = socket.try_clone().expect("a socket");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = socket.write_all(b"GET /ws HTTP/1.1\r\nX: ");
            let _ = flood(&mut socket, b"x");
        });
        scope.spawn(move || read_to_end(&mut reader, AT_ONCE));
    });
    let answer = server.request("\u{16}\u{3}\u{1} this is no HTTP\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(), "{answer}");
    assert!(server.metric("driftfield_refused_connections_total{reason=\"not_http\"}") >= 1.0);
}

#[test]
fn every_bad_upgrade_is_answered_with_its_status_and_closed() {
    let server = TestServer::start(|_| {});
    let good = upgrade_request(server.address, &[]);
    let edited = |name, value| upgrade_request(server.address, &[(name, value)]);
    let long_greeting = format!("driftfield.10, greeting.{}", "A".repeat(2_000));
    let with = |line: &str| good.replacen("\r\n", &format!("\r\n{line}\r\n"), 1);
    for (request, status, label) in [
        (edited("Origin", "https://evil.net"), 403, "foreign_origin"),
        (edited("Origin", "null"), 403, "foreign_origin"),
        (edited("Sec-WebSocket-Version", "12"), 426, "websocket_version"),
        (edited("Sec-WebSocket-Key", "short"), 400, "websocket_key"),
        (edited("Connection", "close"), 426, "not_an_upgrade"),
        (edited("Sec-WebSocket-Protocol", "driftfield.10"), 400, "greeting"),
        (edited("Sec-WebSocket-Protocol", "driftfield.10, greeting.AAAA"), 400, "greeting"),
        (edited("Sec-WebSocket-Protocol", &long_greeting), 400, "greeting"),
        (edited("Host", ""), 400, "host"),
        (with("Host: evil.net"), 400, "host"),
        (with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400, "repeated_header"),
        (with("Content-Length: 3") + "abc", 400, "body"),
        (with("Transfer-Encoding: chunked") + "0\r\n\r\n", 400, "body"),
        (good.replace("GET ", "POST "), 405, "method"),
        (good.replace("HTTP/1.1", "HTTP/1.0"), 400, "http_version"),
        (good.replace("/ws", "*"), 400, "target"),
        (good.replace("/ws", "/ws?room=atlantis"), 404, "no_such_room"),
        (good.replace("/ws", "/ws/"), 404, "not_found"),
    ] {
        let series = format!("driftfield_refused_connections_total{{reason=\"{label}\"}}");
        let before = server.metric(&series);
        let answer = server.request(&request);
        let answered = answer.split(' ').nth(1);
        assert_eq!(answered, Some(status.to_string().as_str()), "{request}{answer}");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.to_lowercase().contains("\r\nconnection: close"), "{answer}");
        assert!(body.ends_with('\n') && body.len() > 10, "no sentence in {answer}");
        if label == "websocket_version" {
            assert!(head.to_lowercase().contains("\r\nsec-websocket-version: 13"), "{answer}");
        }
        assert_eq!(server.metric(&series), before + 1.0, "{series}");
    }
}
