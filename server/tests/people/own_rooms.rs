//! Rooms that players open for themselves: over HTTP, through a restart, to their end.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::support::folder::Folder;
use crate::support::{TestServer, hello, read_close, read_head, upgrade_request};
use driftfield_server::config::Config;
use driftfield_server::own_rooms::OwnRoomLimits;
use driftfield_server::store::data_dir::DataDir;
use driftfield_shared::protocol::{AccountTicket, CloseReason, Greeting, Hello};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(10);
const ADA: &str = "AAECAwQFBgcICQoLDA0ODw";
const BO: &str = "_____________________w";
const EVE: &str = "BBBBBBBBBBBBBBBBBBBBBA";

fn body(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

fn ticket(server: &TestServer, secret: &str) -> AccountTicket {
    let (status, answer) = server.post("/api/session", &json!({ "secret": secret }).to_string());
    assert_eq!(status, 200, "{answer}");
    let ticket = body(&answer)["ticket"].as_str().expect("a ticket").to_owned();
    let ticket = data_encoding::BASE64URL_NOPAD.decode(ticket.as_bytes()).expect("base64url");
    AccountTicket(ticket.try_into().expect("16 bytes"))
}

fn open(server: &TestServer, secret: &str, change: impl FnOnce(&mut Value)) -> (u16, String) {
    let mut wish = json!({
        "secret": secret, "like": "frontier", "name": "Ada's room", "owner_name": "Ada",
        "seats": 4, "bots": 0, "is_locked": true,
    });
    change(&mut wish);
    server.post("/api/rooms/open", &wish.to_string())
}

/// The room in the list, if it is there.
fn listed(server: &TestServer, id: &str) -> Option<Value> {
    let answer = server.get("/api/rooms");
    let rooms = body(answer.split_once("\r\n\r\n").expect("an answer").1);
    let rooms = rooms.as_array().expect("a list");
    rooms.iter().find(|room| room["id"] == id).cloned()
}

/// The code with which somebody is turned away from a room; `None`: he plays.
fn turned_away(server: &TestServer, room: &str, secret: &str) -> Option<u16> {
    let Greeting::Hello(hello) = hello() else { unreachable!("it wants to play") };
    let ticket = Some(ticket(server, secret));
    let protocols = Greeting::Hello(Hello { ticket, ..hello }).protocols().join(", ");
    let request = upgrade_request(server.address, &[("Sec-WebSocket-Protocol", &protocols)]);
    let mut socket = server.connect();
    let request = request.replace("GET /ws ", &format!("GET /ws?room={room} "));
    socket.write_all(request.as_bytes()).expect("a request");
    let answer = read_head(&mut socket);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    let mut first = [0; 1];
    socket.peek(&mut first).expect("a welcome, or a close frame");
    (first[0] & 0xf == 8).then(|| read_close(&mut socket, PATIENCE).0)
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_locked_room_lets_its_owner_and_invited_guests_in_also_after_a_restart() {
    let folder = Folder::new("own-rooms");
    let start = || {
        TestServer::start(|config: &mut Config| {
            config.data_dir = Some(folder.path().to_owned());
            config.own_rooms.empty = Duration::from_secs(600);
        })
    };
    let server = start();
    for secret in [ADA, BO, EVE] {
        ticket(&server, secret);
    }
    let (status, answer) = open(&server, ADA, |_| ());
    assert_eq!(status, 200, "{answer}");
    let (room, invite) = (body(&answer)["room"].clone(), body(&answer)["invite"].clone());
    let room = room.as_str().expect("an identifier");
    let line = listed(&server, room).expect("it is in the list at once");
    assert_eq!((&line["owner"], &line["is_locked"]), (&json!("Ada"), &json!(true)));
    assert_eq!(line["max_players"], 4);

    let not_invited = Some(CloseReason::NotInvited.code());
    assert_eq!(turned_away(&server, room, ADA), None);
    assert_eq!(turned_away(&server, room, BO), not_invited);
    let enter = |server: &TestServer, secret: &str, invite: &Value| {
        let wish = json!({ "secret": secret, "room": room, "invite": invite });
        server.post("/api/rooms/enter", &wish.to_string()).0
    };
    assert_eq!(enter(&server, EVE, &json!("AAAAAAAAAAAAAAAAAAAAAA")), 403, "made up");
    assert_eq!(enter(&server, BO, &invite), 204);
    assert_eq!(turned_away(&server, room, BO), None);
    assert_eq!(turned_away(&server, room, EVE), not_invited);

    drop(server);
    // Its rooms let go of the folder in their own time.
    wait_until("the folder is free", || DataDir::open(folder.path()).is_ok());
    let server = start();
    assert!(listed(&server, room).is_some(), "it outlives a restart");
    assert_eq!(turned_away(&server, room, BO), None);
    assert_eq!(turned_away(&server, room, ADA), None);
    assert_eq!(turned_away(&server, room, EVE), not_invited);
    let mine = server.post("/api/rooms/mine", &json!({ "secret": ADA }).to_string());
    assert_eq!(body(&mine.1)["invite"], invite, "its owner can invite again");
    assert_eq!(open(&server, ADA, |_| ()).0, 409, "one is enough");
}

#[test]
fn a_room_ends_after_the_last_player_has_left_and_leaves_nothing() {
    let server = TestServer::start(|config| {
        config.own_rooms =
            OwnRoomLimits { empty: Duration::from_millis(1_500), ..config.own_rooms };
        config.grace = Duration::ZERO;
    });
    ticket(&server, ADA);
    let (status, answer) = open(&server, ADA, |wish| {
        wish["is_locked"] = json!(false);
        wish["bots"] = json!(2);
    });
    assert_eq!(status, 200, "{answer}");
    let answer = body(&answer);
    let room = answer["room"].as_str().expect("an identifier");
    assert!(answer["invite"].is_null(), "anybody may enter");
    let series = format!("driftfield_room_tick{{room=\"{room}\"}}");
    wait_until("its bots play", || server.metric(&series) > 0.0);
    wait_until("it is open no more", || listed(&server, room).is_none());
    let answer = server.get(&format!("/ws?room={room}"));
    assert!(answer.contains("driftfield-refusal: no_such_room"), "{answer}");
    wait_until("its figures are gone", || !server.get("/metrics").contains(room));
    assert_eq!(server.get("/healthz").lines().last(), Some("serving"));
}

#[test]
fn each_wish_that_cannot_be_is_refused_with_its_reason() {
    let server = TestServer::start(|_| {});
    ticket(&server, ADA);
    let refused = |change: fn(&mut Value)| open(&server, ADA, change);
    for (change, status, reason) in [
        ((|wish| wish["like"] = json!("proving-ground")) as fn(&mut Value), 404, "could be like"),
        (|wish| wish["seats"] = json!(999), 400, "2 to 32 seats"),
        (|wish| wish["bots"] = json!(4), 400, "fewer bots than seats"),
        (|wish| wish["name"] = json!(" \u{202e} "), 400, "name"),
        (|wish| wish["seats"] = json!("many"), 400, "JSON"),
        (|wish| wish["secret"] = json!(EVE), 404, "no account"),
    ] {
        let (found, answer) = refused(change);
        assert!(found == status && answer.contains(reason), "{found} {answer}");
    }
    let none = TestServer::start(|config| config.own_rooms.rooms = 0);
    ticket(&none, ADA);
    let (status, answer) = open(&none, ADA, |_| ());
    assert!(status == 403 && answer.contains("no rooms of one's own"), "{status} {answer}");
}
