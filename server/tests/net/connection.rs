//! One connection on a clock of the test's own, over a real socket.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::{client_frame, read_close};
use bytes::Bytes;
use driftfield_server::net::connection::{Connection, Disconnect, Inbox};
use driftfield_shared::limits::{
    CLOSE_SECONDS_MAX, EXCESS_SECONDS_MAX, INBOUND_BYTES_BURST, INBOUND_BYTES_PER_SECOND,
    INBOUND_BYTES_PER_TICK, INBOUND_FRAMES_BURST, INBOUND_FRAMES_PER_SECOND, OUTBOUND_BYTES_MAX,
    STALL_SECONDS_MAX, TICK_HZ_MAX,
};
use driftfield_shared::protocol::CloseReason;
use driftfield_shared::sim::Rng;

const BINARY: u8 = 0x82;

/// A client's bare socket, the server's connection to it, and a clock that the test moves.
struct Pair {
    client: TcpStream,
    connection: Connection,
    inbox: Inbox,
    now: Instant,
}

impl Pair {
    fn new() -> Pair {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("listening");
        let (socket, peer) = listener.accept().expect("a client");
        let connection =
            Connection::from_socket(socket, Bytes::new(), peer, None).expect("a live socket");
        Pair { client, connection, inbox: Inbox::default(), now: Instant::now() }
    }

    /// Moves the clock and receives all that can be had in this tick.
    fn tick(&mut self, time: Duration) -> Result<Vec<Bytes>, Disconnect> {
        self.now += time;
        self.connection.begin_tick(self.now);
        let mut messages = Vec::new();
        self.inbox.clear();
        while let Some(message) = self.connection.receive(&mut self.inbox)? {
            messages.push(Bytes::copy_from_slice(&message));
        }
        Ok(messages)
    }

    /// Ticks, the clock standing still, until `count` messages are here: loopback takes its moment.
    fn receive(&mut self, count: usize) -> Result<Vec<Bytes>, Disconnect> {
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut messages = Vec::new();
        while messages.len() < count && Instant::now() < deadline {
            messages.extend(self.tick(Duration::ZERO)?);
        }
        Ok(messages)
    }
}

#[test]
fn an_honest_client_at_the_highest_rate_is_never_cut() {
    let mut pair = Pair::new();
    let tick = Duration::from_secs(1) / u32::from(TICK_HZ_MAX);
    for n in 0..60 * u32::from(TICK_HZ_MAX) {
        let message = [n.to_be_bytes(); 16].concat();
        pair.client.write_all(&client_frame(BINARY, &message)).expect("open");
        pair.now += tick;
        assert_eq!(pair.receive(1), Ok(vec![Bytes::from(message)]), "tick {n}");
    }
}

#[test]
fn a_stall_that_ends_delivers_every_input_and_is_no_flood() {
    let mut pair = Pair::new();
    pair.tick(Duration::ZERO).expect("open");
    let count = (STALL_SECONDS_MAX * f32::from(TICK_HZ_MAX)) as u32;
    let sent: Vec<Bytes> = (0..count).map(|n| Bytes::from([n.to_be_bytes(); 8].concat())).collect();
    for message in &sent {
        pair.client.write_all(&client_frame(BINARY, message)).expect("open");
    }
    pair.now += Duration::from_secs_f32(STALL_SECONDS_MAX);
    assert_eq!(pair.receive(sent.len()), Ok(sent));
}

#[test]
fn one_tick_reads_no_more_than_its_share() {
    let mut pair = Pair::new();
    pair.tick(Duration::ZERO).expect("open");
    pair.tick(Duration::from_secs(10)).expect("open, and with budgets saved up");
    let message = [7; 100];
    let frame = client_frame(BINARY, &message);
    pair.client.write_all(&frame.repeat(400)).expect("open");
    std::thread::sleep(Duration::from_millis(50));
    let first = pair.tick(Duration::ZERO).expect("open");
    assert_eq!(first.len(), INBOUND_BYTES_PER_TICK / frame.len());
    assert_eq!(pair.receive(400 - first.len()).map(|rest| rest.len()), Ok(400 - first.len()));
}

#[test]
fn small_frames_over_the_rate_are_too_much_although_their_bytes_are_few() {
    let mut pair = Pair::new();
    pair.tick(Duration::ZERO).expect("open");
    let ping = client_frame(0x89, &[]);
    let rate = INBOUND_FRAMES_PER_SECOND * 3 / 2;
    let mut frames = 0;
    let end = loop {
        pair.client.write_all(&ping.repeat(rate as usize / 10)).expect("open");
        frames += rate / 10;
        std::thread::sleep(Duration::from_millis(3));
        match pair.tick(Duration::from_millis(100)) {
            Ok(messages) => assert!(messages.is_empty()),
            Err(end) => break end,
        }
        assert!(frames < 10 * INBOUND_FRAMES_BURST, "never cut");
    };
    assert_eq!(end, Disconnect::Refused(CloseReason::TooMuch));
    let seconds = f64::from(frames) / f64::from(rate);
    assert!(seconds > f64::from(EXCESS_SECONDS_MAX), "cut after {seconds} s already");
    assert_eq!(pair.tick(Duration::ZERO), Err(end), "an end is for good");
}

#[test]
fn long_messages_over_the_rate_are_too_much_although_they_are_few() {
    let mut pair = Pair::new();
    pair.tick(Duration::ZERO).expect("open");
    let frame = client_frame(BINARY, &[7; 500]);
    let rate = INBOUND_BYTES_PER_SECOND * 3 / 2;
    let mut bytes = 0;
    let end = loop {
        let count = rate as usize / 10 / frame.len();
        pair.client.write_all(&frame.repeat(count)).expect("open");
        bytes += (count * frame.len()) as u32;
        std::thread::sleep(Duration::from_millis(3));
        match pair.tick(Duration::from_millis(100)) {
            Ok(_) => assert!(bytes < 10 * INBOUND_BYTES_BURST, "never cut"),
            Err(end) => break end,
        }
    };
    assert_eq!(end, Disconnect::Refused(CloseReason::TooMuch));
    let seconds = f64::from(bytes) / f64::from(rate);
    assert!(seconds > f64::from(EXCESS_SECONDS_MAX), "cut after {seconds} s already");
}

#[test]
fn a_slow_reader_gets_every_message_in_order_once_it_reads() {
    let mut pair = Pair::new();
    let mut sent = Vec::new();
    let mut n = 0_u8;
    // More than the kernel takes, so that some wait in the server.
    while pair.connection.backlog() < 100_000 {
        n = n.wrapping_add(1);
        let message = vec![n; 50_000];
        pair.connection.send(&message).expect("below the bound");
        pair.connection.flush().expect("open");
        sent.extend(message);
    }
    assert!(pair.connection.is_congested());
    let mut client = pair.client.try_clone().expect("a socket");
    let frames = sent.len() / 50_000;
    let reader = std::thread::spawn(move || {
        let mut received = Vec::new();
        for _ in 0..frames {
            let mut header = [0; 4];
            client.read_exact(&mut header).expect("a header");
            assert_eq!(header, [BINARY, 126, 0xc3, 0x50]);
            let mut payload = vec![0; 50_000];
            client.read_exact(&mut payload).expect("a payload");
            received.extend(payload);
        }
        received
    });
    while pair.connection.is_congested() {
        pair.connection.flush().expect("open");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(reader.join().expect("a reader") == sent, "messages are torn or out of order");
}

#[test]
fn who_never_reads_is_too_slow_and_gone_after_a_second() {
    let mut pair = Pair::new();
    let message = vec![0; 50_000];
    let end = loop {
        let sent = pair.connection.send(&message).and_then(|()| pair.connection.flush());
        if let Err(end) = sent {
            break end;
        }
        assert!(pair.connection.backlog() <= OUTBOUND_BYTES_MAX);
    };
    assert_eq!(end, Disconnect::Refused(CloseReason::TooSlow));
    assert!(!pair.connection.poll_closed(pair.now), "the goodbye has not got through");
    let almost = Duration::from_secs_f32(CLOSE_SECONDS_MAX * 0.9);
    assert!(!pair.connection.poll_closed(pair.now + almost));
    let after = Duration::from_secs_f32(CLOSE_SECONDS_MAX);
    assert!(pair.connection.poll_closed(pair.now + after));
}

#[test]
fn a_slow_reader_that_wakes_up_still_hears_why_it_was_closed() {
    let mut pair = Pair::new();
    while pair.connection.backlog() + 100_000 < OUTBOUND_BYTES_MAX {
        pair.connection.send([0; 50_000]).and_then(|()| pair.connection.flush()).expect("room");
    }
    // Full to the last bytes, so that not even the close frame has room at first.
    while pair.connection.backlog() + 10 < OUTBOUND_BYTES_MAX {
        let room = OUTBOUND_BYTES_MAX - pair.connection.backlog();
        pair.connection.send(vec![0; (room - 4).min(50_000)]).expect("room");
    }
    let end = pair.connection.send([0; 10]);
    assert_eq!(end, Err(Disconnect::Refused(CloseReason::TooSlow)));
    let mut client = pair.client.try_clone().expect("a socket");
    let reader = std::thread::spawn(move || read_close(&mut client, Duration::from_secs(5)));
    let deadline = Instant::now() + Duration::from_secs(5);
    while !reader.is_finished() && Instant::now() < deadline {
        // The clock stands still: nobody is cut off in this test.
        pair.connection.poll_closed(pair.now);
        std::thread::sleep(Duration::from_millis(1));
    }
    let (code, _, _) = reader.join().expect("a close frame");
    assert_eq!(code, CloseReason::TooSlow.code());
}

#[test]
fn the_first_end_counts() {
    let mut pair = Pair::new();
    pair.connection.close(CloseReason::RoomFull);
    pair.connection.close(CloseReason::InternalError);
    let end = Disconnect::Refused(CloseReason::RoomFull);
    assert_eq!(pair.connection.send([1]), Err(end));
    assert_eq!(pair.connection.flush(), Err(end));
    assert!(!pair.connection.poll_closed(pair.now));
    let (code, reason, _) = read_close(&mut pair.client, Duration::from_secs(1));
    assert_eq!((code, reason.as_str()), (1013, "this room is full"));
    // The peer sees the end of the stream, ends its own, and the connection is done before its deadline.
    assert_eq!(pair.client.read(&mut [0]).expect("an end"), 0);
    drop(pair.client);
    std::thread::sleep(Duration::from_millis(50));
    assert!(pair.connection.poll_closed(pair.now));
}

#[test]
fn a_peer_that_vanishes_is_lost() {
    let mut pair = Pair::new();
    drop(pair.client);
    std::thread::sleep(Duration::from_millis(50));
    pair.connection.begin_tick(pair.now);
    let heard = pair.connection.receive(&mut pair.inbox);
    assert!(matches!(heard, Err(Disconnect::Lost(_))));
    assert!(pair.connection.poll_closed(pair.now), "nobody is left to say goodbye to");
}

#[test]
fn however_messages_are_framed_and_cut_they_arrive_whole_and_in_order() {
    for seed in 1..=20 {
        let mut rng = Rng::new(seed);
        let mut pair = Pair::new();
        let (mut wire, mut sent) = (Vec::new(), Vec::new());
        for _ in 0..60 {
            // Mostly short ones, as inputs are; some too long for the second byte, some in parts, some pings.
            let length = if rng.below(8) == 0 { rng.below(400) } else { rng.below(20) };
            let payload: Vec<u8> = (0..length).map(|_| rng.next_u32() as u8).collect();
            match rng.below(8) {
                0 => {
                    let middle = payload.len() / 2;
                    wire.extend(client_frame(0x02, &payload[..middle]));
                    if rng.below(2) == 0 {
                        wire.extend(client_frame(0x89, b"are you there?"));
                    }
                    wire.extend(client_frame(0x80, &payload[middle..]));
                }
                1 => {
                    wire.extend(client_frame(0x89, b""));
                    wire.extend(client_frame(BINARY, &payload));
                }
                _ => wire.extend(client_frame(BINARY, &payload)),
            }
            sent.push(payload);
        }
        let mut received = Vec::new();
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            let cut = (1 + rng.below(60) as usize).min(rest.len());
            pair.client.write_all(&rest[..cut]).expect("an open socket");
            rest = &rest[cut..];
            // Now and then nobody looks for a while.
            if rng.below(3) > 0 {
                received.extend(pair.tick(Duration::from_millis(30)).expect("an open connection"));
            }
        }
        let missing = sent.len() - received.len();
        received.extend(pair.receive(missing).expect("an open connection"));
        assert_eq!(received, sent, "seed {seed}");
    }
}
