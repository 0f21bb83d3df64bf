//! What a client says to come in travels in its request, and what it gets for it, over real sockets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::folder::Folder;
use crate::support::{
    TestServer, hello, play, read_close, read_head, server_frame, upgrade_request,
};
use driftfield_shared::netcode::{Client, ClientConfig};
use driftfield_shared::protocol::{
    CONTENT_FROM_SERVER, CloseReason, Greeting, Hello, ServerControl, ServerMessage, Token,
    Welcome, decode_server,
};
use driftfield_shared::sim::NamedContent;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(5);

fn hello_with(name: &str, token: Option<Token>) -> Greeting {
    let name = name.to_owned();
    Greeting::Hello(Hello {
        content_hash: CONTENT_FROM_SERVER,
        name,
        token,
        ticket: None,
        is_bot: false,
        wants_checks: false,
    })
}

/// The next binary messages of the server, nothing being sent.
fn read_messages(socket: &mut TcpStream, count: usize) -> Vec<Vec<u8>> {
    let started = Instant::now();
    let (mut messages, mut bytes, mut buffer) = (Vec::new(), Vec::new(), [0; 4096]);
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    while messages.len() < count {
        assert!(started.elapsed() < PATIENCE, "only {} messages", messages.len());
        let read = socket.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "the end after {} messages", messages.len());
        bytes.extend_from_slice(&buffer[..read]);
        while let Some((opcode, payload, used)) = server_frame(&bytes) {
            assert_eq!(opcode, 2, "{payload:?}");
            messages.push(payload.to_vec());
            bytes.drain(..used);
        }
    }
    messages
}

/// The welcome to a request that says this.
fn welcome(server: &TestServer, greeting: &Greeting) -> (TcpStream, Box<Welcome>) {
    let mut socket = server.greeted(greeting);
    let messages = read_messages(&mut socket, 1);
    match decode_server(&messages[0]) {
        Ok(ServerMessage::Control(ServerControl::Welcome(welcome))) => (socket, welcome),
        other => panic!("{other:?}"),
    }
}

/// Sends a request whose protocols are these, and gives the head of the answer, too.
fn ask(server: &TestServer, protocols: &str) -> (TcpStream, String) {
    let mut socket = server.connect();
    let request = upgrade_request(server.address, &[("Sec-WebSocket-Protocol", protocols)]);
    socket.write_all(request.as_bytes()).unwrap();
    let head = read_head(&mut socket).to_lowercase();
    (socket, head)
}

#[test]
fn welcome_and_first_snapshot_follow_the_answer_with_nothing_said_after_the_request() {
    let server = TestServer::start(|_| {});
    let mut client = Client::new(ClientConfig { name: "Ada".to_owned(), ..Default::default() })
        .knowing(NamedContent::built_in().unwrap());
    let protocols = client.connect(0).protocols().join(", ");
    // One write, and from then on this side is only read: TCP and this are the two round trips.
    let (mut socket, head) = ask(&server, &protocols);
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert!(head.contains("\r\nsec-websocket-protocol: driftfield.10\r\n"), "{head}");
    assert!(!head.contains("greeting"), "a secret comes back: {head}");
    let messages = read_messages(&mut socket, 2);
    for (index, bytes) in messages.iter().enumerate() {
        client.handle_message(index as u64, bytes).unwrap();
    }
    assert_eq!(client.welcome().map(|welcome| welcome.resumed), Some(false));
    let frame = client.frame().expect("the message behind the welcome is a snapshot");
    assert_eq!(frame.player, client.welcome().unwrap().player);
    assert_eq!(client.poll_transmit(), None);
}

#[test]
fn a_token_in_the_request_takes_the_seat_back() {
    let server = TestServer::start(|_| {});
    let (mut first, ada) = welcome(&server, &hello_with("Ada", None));
    let (_second, again) = welcome(&server, &hello_with("Ada", Some(ada.token)));
    assert_eq!((again.resumed, again.player), (true, ada.player));
    assert_eq!(read_close(&mut first, PATIENCE).0, CloseReason::TakenOver.code());
    // That answer may have been lost on the way: until the new token takes the seat back, the old one is good, too.
    let (_third, again) = welcome(&server, &hello_with("Ada", Some(ada.token)));
    assert_eq!((again.resumed, again.player), (true, ada.player));
    let (_fourth, newest) = welcome(&server, &hello_with("Ada", Some(again.token)));
    assert!(newest.resumed);
    let (_fifth, stranger) = welcome(&server, &hello_with("Eve", Some(ada.token)));
    assert!(!stranger.resumed, "a token that was replaced is good for nothing");
}

#[test]
fn other_versions_hear_why_in_words_that_their_page_can_hear() {
    let server = TestServer::start(|_| {});
    let series = "driftfield_rejected_messages_total{reason=\"wrong_version\"}";
    let cases = [
        // As before version 4, from a bookmark of the future, and from another game.
        ("", None),
        ("driftfield.11, greeting.~in-a-form-of-its-own~", Some("driftfield.11")),
        ("mqtt", None),
    ];
    for (count, (protocols, answer)) in cases.into_iter().enumerate() {
        let (mut socket, head) = ask(&server, protocols);
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        let named = head.lines().find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!(named, answer);
        let (code, text, _) = read_close(&mut socket, PATIENCE);
        let reason = CloseReason::WrongVersion;
        assert_eq!((code, text), (reason.code(), reason.to_string()));
        assert_eq!(server.metric(series), count as f64 + 1.0);
    }
}

#[test]
fn other_content_and_a_full_room_are_refused_with_their_close_codes() {
    let server = TestServer::start(|config| config.rooms[0].max_players = 1);
    let other = Greeting::Hello(Hello {
        content_hash: 0x0bad,
        name: "Eve".to_owned(),
        token: None,
        ticket: None,
        is_bot: false,
        wants_checks: false,
    });
    let mut socket = server.greeted(&other);
    assert_eq!(read_close(&mut socket, PATIENCE).0, CloseReason::WrongContent.code());
    let (_ada, _) = welcome(&server, &hello());
    let mut socket = server.greeted(&hello());
    assert_eq!(read_close(&mut socket, PATIENCE).0, CloseReason::RoomFull.code());
}

#[test]
fn a_greeting_that_cannot_be_read_is_answered_with_what_is_wrong() {
    let server = TestServer::start(|_| {});
    for (protocols, wrong) in [
        ("driftfield.10", "there is no greeting"),
        ("driftfield.10, greeting.AAAA, greeting.AAAA", "more than one greeting"),
        ("driftfield.10, greeting.!", "not base64url"),
        ("driftfield.10, greeting.AAAA", "expected form"),
    ] {
        let edits = [("Sec-WebSocket-Protocol", protocols)];
        let answer = server.request(&upgrade_request(server.address, &edits));
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains(wrong), "{answer}");
    }
    let series = "driftfield_refused_connections_total{reason=\"greeting\"}";
    assert_eq!(server.metric(series), 4.0);
    assert_eq!(server.site.rooms().all()[0].status().line.players, 0);
}

#[test]
fn a_hosts_own_content_reaches_those_who_join_without_a_new_build() {
    let folder = Folder::new("host");
    std::fs::create_dir_all(folder.path().join("sectors")).unwrap();
    std::fs::write(folder.path().join("sectors/home.toml"), "name = \"Home\"\nside = 2000.0\n")
        .unwrap();
    let server = TestServer::start(|config| {
        config.assets = Some(folder.path().to_owned());
        config.rooms[0].sector = "home".to_owned();
    });
    let (_socket, welcome) = welcome(&server, &hello());
    assert_eq!(welcome.sector, "home");
    let (_, bytes) = server.request_bytes(&format!(
        "GET /content/{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        welcome.content, server.address
    ));
    let content = NamedContent::decode(&bytes).unwrap();
    assert_eq!(content.hash(), welcome.content);
    assert_eq!(content.content().sector("home").map(|sector| &*sector.name), Some("Home"));
}

#[test]
fn a_host_changes_figures_while_people_fly_and_a_mistake_changes_nothing() {
    let folder = Folder::new("live-content");
    let server = TestServer::start(|config| config.assets = Some(folder.path().to_owned()));
    let write = |text: &str| std::fs::write(folder.path().join("hulls.toml"), text).unwrap();
    let hulls = include_str!("../../../assets/hulls.toml");
    let address = server.address;
    let flight = std::thread::spawn(move || play(address, Duration::from_secs(12)));
    std::thread::sleep(Duration::from_secs(1));
    write(&hulls.replace("hit_points = 100", "hit_points = 0"));
    let started = Instant::now();
    let problem = "content: hulls.toml: sparrow.hit_points: 0 is not within";
    while !server.get("/healthz").contains(problem) {
        assert!(started.elapsed() < PATIENCE, "{}", server.get("/healthz"));
        std::thread::sleep(Duration::from_millis(100));
    }
    let before = NamedContent::built_in().unwrap().hash();
    assert_eq!(server.site.contents().current().named.hash(), before);
    write(&hulls.replace("hit_points = 100", "hit_points = 250"));
    while server.site.contents().current().named.hash() == before {
        assert!(started.elapsed() < 3 * PATIENCE, "it is not seen");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200 "));
    assert!(!server.get("/healthz").contains("content: "));
    assert!(server.get("/content.json").contains("\"hit_points\":250"));
    // The one who flies fetches nothing, so this client waits for the new figures; whoever joins has them.
    let flown = flight.join().unwrap();
    assert!(flown.trouble.is_none() && flown.snapshots > 60, "{flown:?}");
    let (_socket, welcome) = welcome(&server, &hello());
    assert_ne!(welcome.content, before);
}
