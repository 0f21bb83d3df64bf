//! What the server says over HTTP.

mod support;

use std::io::{Read, Write};
use std::time::Duration;

use driftfield_server::limits::REQUESTS_BURST;
use driftfield_shared::protocol::CloseReason;
use support::{TestServer, play, read_close, read_head, upgrade_request};

#[test]
fn the_designed_addresses_answer() {
    let server = TestServer::start(|config| config.tick_hz = 60);
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200 "));

    let metrics = server.get("/metrics");
    assert!(metrics.contains("content-type: text/plain; version=0.0.4"), "{metrics}");
    assert!(metrics.contains("# TYPE driftfield_ticks_total counter"), "{metrics}");

    let rooms = server.get("/api/rooms");
    let (_, json) = rooms.split_once("\r\n\r\n").expect("a head and a body");
    let rooms: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(
        rooms[0],
        serde_json::json!({
            "id": "frontier", "name": "Frontier", "mode": "frontier", "sector": "frontier",
            "players": 0, "bots": 0, "max_players": 64, "tick_hz": 60
        })
    );
    assert_eq!(rooms.as_array().map(Vec::len), Some(3));

    assert!(server.get("/nothing").starts_with("HTTP/1.1 404 "));
    let post = format!("POST / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    assert!(server.request(&post).starts_with("HTTP/1.1 405 "));
}

#[test]
fn every_answer_carries_the_security_headers() {
    let server = TestServer::start(|_| {});
    for path in ["/", "/healthz", "/metrics", "/api/rooms", "/nothing", "/ws"] {
        let answer = server.get(path);
        for header in [
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
            "content-security-policy: default-src 'none'",
        ] {
            assert!(answer.contains(header), "{path} lacks {header} in\n{answer}");
        }
        let host = server.address;
        assert!(answer.contains(&format!("ws://{host} wss://{host}")), "{answer}");
    }
}

#[test]
fn every_file_of_the_client_is_served_compressed_whole_and_not_at_all() {
    let server = TestServer::start(|_| {});
    let get = |path: &str, header: &str| {
        let address = server.address;
        server.request_bytes(&format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{header}\r\n"
        ))
    };
    // None if the build left the client out.
    for asset in driftfield_client_bundle::assets() {
        let (head, body) = get(asset.path, "");
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(head.contains(&format!("\r\ncontent-type: {}\r\n", asset.content_type)), "{head}");
        assert_eq!(head.contains("immutable"), asset.immutable, "{head}");
        assert!(!head.contains("content-encoding"), "{head}");
        assert!(body == asset.identity, "{}", asset.path);

        let (head, body) = get(asset.path, "Accept-Encoding: gzip, br\r\n");
        if !asset.brotli.is_empty() {
            assert!(head.contains("\r\ncontent-encoding: br\r\n"), "{head}");
            assert!(body == asset.brotli, "{}", asset.path);
        }

        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
        let known = format!("Accept-Encoding: br\r\nIf-None-Match: {tag}\r\n");
        let (head, body) = get(asset.path, &known);
        assert!(head.starts_with("HTTP/1.1 304 ") && body.is_empty(), "{head}");
        let (head, _) = get(asset.path, &format!("If-None-Match: {tag}\r\n"));
        let is_same = asset.brotli.is_empty();
        assert_eq!(
            head.starts_with("HTTP/1.1 304 "),
            is_same,
            "the tag is of the other form: {head}"
        );
    }
}

#[test]
fn head_is_a_get_without_its_body() {
    let server = TestServer::start(|_| {});
    let request = |method| {
        let address = server.address;
        server.request(&format!(
            "{method} /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        ))
    };
    let (head, body) = (request("HEAD"), request("GET"));
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    let length =
        |answer: &str| answer.lines().find(|l| l.starts_with("content-length")).map(str::to_owned);
    assert!(length(&body).is_some());
    assert_eq!(length(&head), length(&body));
}

#[test]
fn several_requests_share_a_connection() {
    let server = TestServer::start(|_| {});
    let address = server.address;
    let get = |close| format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n{close}\r\n");
    let answers = server.request(&(get("") + &get("") + &get("Connection: close\r\n")));
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
}

#[test]
fn request_upon_request_on_one_connection_is_cut() {
    let server = TestServer::start(|_| {});
    let get = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    let answers = server.request(&get.repeat(REQUESTS_BURST as usize * 2));
    let served = answers.matches("HTTP/1.1 200 OK").count();
    assert!((100..200).contains(&served), "{served}");
    assert_eq!(answers.matches("HTTP/1.1 429 ").count(), 1);
}

#[test]
fn everyone_may_come_at_once() {
    let server = TestServer::start(|_| {});
    // More than a room's mailbox takes in one tick, all connected before the first of them speaks.
    let mut sockets: Vec<_> = (0..600).map(|_| server.connect()).collect();
    let request = upgrade_request(server.address, &[]);
    for socket in &mut sockets {
        socket.write_all(request.as_bytes()).expect("a request");
    }
    for socket in &mut sockets {
        let answer = read_head(socket);
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    }
    std::thread::sleep(Duration::from_secs(1));
    let status = server.site.rooms()[0].status();
    assert_eq!(status.players, status.max_players);
    // Who found no seat was told so, and nobody was sent away for another reason.
    for socket in &mut sockets {
        socket.set_read_timeout(Some(Duration::from_secs(1))).expect("a socket");
        let mut first = [0; 4];
        socket.read_exact(&mut first).expect("a welcome or a goodbye");
        let is_welcome = first[0] == 0x82;
        let is_goodbye = first[0] == 0x88
            && u16::from_be_bytes([first[2], first[3]]) == CloseReason::RoomFull.code();
        assert!(is_welcome || is_goodbye, "{first:?}");
    }
}

#[test]
fn one_connection_too_many_is_told_so() {
    let server = TestServer::start(|config| config.admission.connections = 16);
    let open: Vec<_> = (0..16).map(|_| server.upgraded()).collect();
    let answer = server.request("GET / HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 503 ") || answer.is_empty(), "{answer}");
    drop(open);
    // The rooms notice within a few ticks.
    std::thread::sleep(Duration::from_millis(500));
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_draining_server_says_so_and_lets_nobody_in() {
    let server = TestServer::start(|_| {});
    let mut guest = server.upgraded();
    let address = server.address;
    let player = std::thread::spawn(move || play(address, Duration::from_secs(4)));
    std::thread::sleep(Duration::from_millis(700));

    server.site.drain();
    for room in server.site.rooms() {
        room.drain();
    }
    assert!(server.get("/healthz").starts_with("HTTP/1.1 503 "));
    let refused = server.request(&upgrade_request(server.address, &[]));
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    let (code, _, _) = read_close(&mut guest, Duration::from_secs(2));
    assert_eq!(code, CloseReason::ShuttingDown.code());
    let seen = player.join().expect("a player");
    assert!(seen.snapshots > 5, "{seen:?}");
    let told = seen.trouble.expect("a goodbye");
    assert!(told.contains("the server is shutting down"), "{told}");
}
