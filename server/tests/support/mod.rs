//! A server of the test's own on a free port, and clients made of bare sockets.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod folder;
#[cfg(unix)]
pub mod program;
pub mod talker;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use driftfield_server::config::Config;
use driftfield_server::hub::{HostOrder, HostReply, HostWish};
use driftfield_server::net::http::Site;
use driftfield_server::server::Server;
use driftfield_shared::netcode::{Client, ClientConfig};
use driftfield_shared::protocol::{CONTENT_FROM_SERVER, Greeting, Hello, RefusalReason};
use driftfield_shared::sim::NamedContent;
use driftfield_shared::units::Tick;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::{self, ClientRequestBuilder};

/// Runs until it is dropped.
pub struct TestServer {
    pub address: SocketAddr,
    pub site: Arc<Site>,
    pub orders: mpsc::Sender<HostOrder>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    /// A server with the default configuration, but for what `edit` changes, and no house bots.
    pub fn start(edit: impl FnOnce(&mut Config)) -> TestServer {
        let mut config = Config::default();
        config.listen = ([127, 0, 0, 1], 0).into();
        config.rooms[0].bots = 0;
        edit(&mut config);
        let (started, start) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let server = Server::open(&config).expect("a server");
                let parts = (server.address(), server.site().clone(), server.orders());
                started.send(parts).expect("a test that waits");
                tokio::select! {
                    () = server.serve() => {}
                    _ = stopped => {}
                }
            });
        });
        let (address, site, orders) = start.recv().expect("a server that starts");
        TestServer { address, site, orders, stop: Some(stop), thread: Some(thread) }
    }

    /// What becomes of an order of the host.
    pub fn order(&self, what: HostWish) -> Result<HostReply, RefusalReason> {
        let (reply, told) = oneshot::channel();
        self.orders.blocking_send(HostOrder { what, reply }).expect("a server");
        told.blocking_recv().expect("an answer")
    }

    pub fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address).expect("a listening server");
        socket.set_nodelay(true).expect("a socket");
        socket
    }

    /// A socket after the answer 101 to somebody who wants to play.
    pub fn upgraded(&self) -> TcpStream {
        self.greeted(&hello())
    }

    /// A socket after the answer 101 to a request that says this.
    pub fn greeted(&self, greeting: &Greeting) -> TcpStream {
        let mut socket = self.connect();
        let protocols = greeting.protocols().join(", ");
        let request = upgrade_request(self.address, &[("Sec-WebSocket-Protocol", &protocols)]);
        socket.write_all(request.as_bytes()).expect("a request");
        let answer = read_head(&mut socket);
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        socket
    }

    /// Sends a request as it is, and gives all that comes until the server closes.
    pub fn request(&self, request: &str) -> String {
        let mut socket = self.connect();
        socket.write_all(request.as_bytes()).expect("a request");
        read_to_end(&mut socket, Duration::from_secs(10)).0
    }

    /// The same with the body as bytes: the head, the body.
    pub fn request_bytes(&self, request: &str) -> (String, Vec<u8>) {
        let mut socket = self.connect();
        socket.write_all(request.as_bytes()).expect("a request");
        let head = read_head(&mut socket);
        let mut body = Vec::new();
        socket.read_to_end(&mut body).expect("a body");
        (head, body)
    }

    /// The answer to a simple GET, head and body.
    pub fn get(&self, path: &str) -> String {
        let address = self.address;
        self.request(&format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Status and body of the answer to a request with a JSON body.
    pub fn post(&self, path: &str, body: &str) -> (u16, String) {
        self.post_with(path, body, "Content-Type: application/json\r\n")
    }

    /// The same with these headers.
    pub fn post_with(&self, path: &str, body: &str, headers: &str) -> (u16, String) {
        let (address, length) = (self.address, body.len());
        let answer = self.request(&format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ));
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        (head[9..12].parse().expect("a status"), body.to_owned())
    }

    /// The value of one line of `/metrics`, 0 if the series does not exist yet.
    pub fn metric(&self, series: &str) -> f64 {
        let text = self.get("/metrics");
        text.lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
            .map_or(0.0, |value| value.parse().expect("a figure"))
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        for room in self.site.rooms().all().iter() {
            room.drain();
        }
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The answer of a server at this address to a simple GET, head and body.
pub fn get(address: SocketAddr, path: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("a listening server");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer
}

/// Somebody who wants to play.
pub fn hello() -> Greeting {
    Greeting::Hello(Hello {
        content_hash: CONTENT_FROM_SERVER,
        name: "Guest".to_owned(),
        token: None,
        ticket: None,
        is_bot: false,
        wants_checks: false,
    })
}

/// A good request for a WebSocket, each of its lines replaced by the edit of the same name.
pub fn upgrade_request(address: SocketAddr, edits: &[(&str, &str)]) -> String {
    let mut lines = vec![
        ("Host".to_owned(), address.to_string()),
        ("Connection".to_owned(), "Upgrade".to_owned()),
        ("Upgrade".to_owned(), "websocket".to_owned()),
        ("Sec-WebSocket-Version".to_owned(), "13".to_owned()),
        ("Sec-WebSocket-Key".to_owned(), "dGhlIHNhbXBsZSBub25jZQ==".to_owned()),
        ("Sec-WebSocket-Protocol".to_owned(), hello().protocols().join(", ")),
    ];
    for (name, value) in edits {
        lines.retain(|(have, _)| have != name);
        lines.push(((*name).to_owned(), (*value).to_owned()));
    }
    let lines: String = lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET /ws HTTP/1.1\r\n{lines}\r\n")
}

/// The head of an answer, up to the empty line.
pub fn read_head(socket: &mut TcpStream) -> String {
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Reads until the server closes, and tells how long that took. Panics when it takes longer than
/// `patience`.
pub fn read_to_end(socket: &mut TcpStream, patience: Duration) -> (String, Duration) {
    let started = Instant::now();
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let left = patience.checked_sub(started.elapsed()).expect("the server closes in time");
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1)))).expect("a socket");
        match socket.read(&mut buffer) {
            Ok(0) => break,
            Ok(bytes) => text.extend_from_slice(&buffer[..bytes]),
            Err(error) if is_not_ready(error.kind()) => {}
            // A reset is an end too.
            Err(_) => break,
        }
    }
    (String::from_utf8_lossy(&text).into_owned(), started.elapsed())
}

/// Reads frames until the close frame: its code, its reason and how long it took. Panics when the
/// connection ends without one or goes on longer than `patience`.
pub fn read_close(socket: &mut TcpStream, patience: Duration) -> (u16, String, Duration) {
    let started = Instant::now();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        while let Some((opcode, payload, used)) = server_frame(&bytes) {
            if opcode == 8 {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                let reason = String::from_utf8(payload[2..].to_vec()).expect("a reason in UTF-8");
                return (code, reason, started.elapsed());
            }
            bytes.drain(..used);
        }
        let left = patience.checked_sub(started.elapsed()).expect("a close frame in time");
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1)))).expect("a socket");
        match socket.read(&mut buffer) {
            Ok(0) => panic!("the connection ended without a close frame"),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if is_not_ready(error.kind()) => {}
            Err(error) => panic!("the connection ended without a close frame: {error}"),
        }
    }
}

/// Whether a read only had nothing to read yet.
pub fn is_not_ready(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Opcode, payload and length in bytes of the unmasked frame at the front.
pub fn server_frame(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (header, length) = match *bytes.get(1)? {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize),
        length => (2, usize::from(length)),
    };
    Some((bytes[0] & 0x0f, bytes.get(header..header + length)?, header + length))
}

/// A masked frame with a first byte of the test's choice.
pub fn client_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        0..=125 => frame.push(0x80 | payload.len() as u8),
        126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((payload.len() as u16).to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    let mask = [0x12, 0x34, 0x56, 0x78];
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// The request of a WebSocket library's client that says this.
pub fn websocket_request(address: SocketAddr, greeting: &Greeting) -> ClientRequestBuilder {
    room_request(address, None, greeting)
}

/// The same to a room other than the default one.
pub fn room_request(
    address: SocketAddr,
    room: Option<&str>,
    greeting: &Greeting,
) -> ClientRequestBuilder {
    let room = room.map_or_else(String::new, |room| format!("?room={room}"));
    let uri = format!("ws://{address}/ws{room}").parse().expect("an address");
    let request = ClientRequestBuilder::new(uri);
    greeting.protocols().into_iter().fold(request, ClientRequestBuilder::with_sub_protocol)
}

/// What an honest client saw.
#[derive(Debug, Default)]
pub struct Honest {
    pub snapshots: u64,
    pub largest_gap: Duration,
    pub first_tick: Option<Tick>,
    pub trouble: Option<String>,
}

/// Plays for `time` with the game's own netcode, and tells what it saw.
pub fn play(address: SocketAddr, time: Duration) -> Honest {
    Player::new().play(address, time)
}

/// An honest client, over one connection after the other.
pub struct Player {
    pub client: Client,
    start: Instant,
}

impl Player {
    pub fn new() -> Player {
        let name = "Honest".to_owned();
        let config = ClientConfig { name, is_bot: true, ..ClientConfig::default() };
        Player {
            client: Client::new(config).knowing(NamedContent::built_in().unwrap()),
            start: Instant::now(),
        }
    }

    /// Plays for `time` over a new connection.
    pub fn play(&mut self, address: SocketAddr, time: Duration) -> Honest {
        let Player { client, start } = self;
        let end = start.elapsed() + time;
        let now = || start.elapsed().as_micros() as u64;
        let (mut websocket, _) =
            tungstenite::connect(websocket_request(address, &client.connect(now())))
                .expect("a server that lets in");
        let tungstenite::stream::MaybeTlsStream::Plain(socket) = websocket.get_mut() else {
            unreachable!("ws is not wss");
        };
        socket.set_read_timeout(Some(Duration::from_millis(2))).expect("a socket");
        socket.set_nodelay(true).expect("a socket");
        let mut honest = Honest::default();
        let mut heard: Option<Instant> = None;
        while start.elapsed() < end && honest.trouble.is_none() {
            client.handle_time(now());
            while let Some(message) = client.poll_transmit() {
                if let Err(error) = websocket.send(tungstenite::Message::binary(message)) {
                    honest.trouble = Some(error.to_string());
                }
            }
            match websocket.read() {
                Ok(tungstenite::Message::Binary(bytes)) => {
                    if let Err(error) = client.handle_message(now(), &bytes) {
                        honest.trouble = Some(error.to_string());
                    }
                }
                Ok(other) => honest.trouble = Some(format!("{other:?}")),
                Err(tungstenite::Error::Io(error)) if is_not_ready(error.kind()) => {}
                Err(error) => honest.trouble = Some(error.to_string()),
            }
            while let Some(event) = client.poll_event() {
                if let driftfield_shared::netcode::ClientEvent::Frame(frame) = event {
                    honest.first_tick.get_or_insert(frame.tick);
                    let moment = Instant::now();
                    honest.snapshots += 1;
                    if let Some(before) = heard.replace(moment) {
                        honest.largest_gap = honest.largest_gap.max(moment - before);
                    }
                }
            }
        }
        honest
    }
}
