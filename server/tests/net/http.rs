//! What the server says over HTTP.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::support::{TestServer, play, read_close, read_head, read_to_end, upgrade_request};
use driftfield_server::limits::{REQUEST_HEAD_BYTES_MAX, REQUESTS_BURST};
use driftfield_server::net::http::Origin;
use driftfield_shared::limits::HANDSHAKE_SECONDS_MAX;
use driftfield_shared::protocol::CloseReason;
use driftfield_shared::sim::NamedContent;

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
            "players": 0, "bots": 0, "max_players": 64, "tick_hz": 60,
            "owner": "", "is_locked": false
        })
    );
    assert_eq!(rooms.as_array().map(Vec::len), Some(3));
    assert_eq!(rooms[1]["for_load"], true, "the start page offers only rooms for people");

    assert!(server.get("/nothing").starts_with("HTTP/1.1 404 "));
    let post = format!("POST / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    assert!(server.request(&post).starts_with("HTTP/1.1 405 "));
}

#[test]
fn a_page_that_asks_why_its_socket_was_refused_is_told() {
    let server = TestServer::start(|_| {});
    let ask = |path: &str, origin: &str| {
        let host = server.address;
        server.request(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Length: 0\r\n\r\n"
        ))
    };
    let own = format!("http://{}", server.address);
    for (path, origin, status) in [
        ("/ws?room=nope", own.as_str(), 404),
        ("/ws?room=frontier", "https://elsewhere.example", 403),
        // Nothing is wrong but that it is no socket.
        ("/ws?room=frontier", own.as_str(), 405),
        ("/ws", own.as_str(), 405),
    ] {
        let answer = ask(path, origin);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path} {origin}: {answer}");
    }
    let visit = server.get("/ws?room=nope");
    assert!(visit.starts_with("HTTP/1.1 404 "), "{visit}");
    assert!(server.get("/ws").starts_with("HTTP/1.1 426 "));
    server.site.drain();
    assert!(ask("/ws", &own).starts_with("HTTP/1.1 503 "));
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
fn content_is_served_by_its_hash_for_good_and_the_current_one_under_one_address() {
    let server = TestServer::start(|_| {});
    let get = |path: &str, header: &str| {
        let address = server.address;
        server.request_bytes(&format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{header}\r\n"
        ))
    };
    let content = NamedContent::built_in().expect("sound");
    let place = format!("/content/{}", content.hash());
    let (head, body) = get(&place, "");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("\r\ncache-control: public, max-age=31536000, immutable\r\n"), "{head}");
    assert!(head.contains("\r\naccess-control-allow-origin: *\r\n"), "{head}");
    assert!(body == content.encode());
    let (head, same) = get("/content", "");
    assert!(head.contains("\r\ncache-control: no-cache\r\n") && same == body, "{head}");
    for (coding, header) in
        [("gzip", "Accept-Encoding: gzip\r\n"), ("br", "Accept-Encoding: br\r\n")]
    {
        let (head, small) = get("/content", header);
        assert!(head.contains(&format!("\r\ncontent-encoding: {coding}\r\n")), "{head}");
        println!("{coding}: {} of {} bytes", small.len(), body.len());
        assert!(small.len() < body.len() * 3 / 4, "{coding}: {} of {}", small.len(), body.len());
        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
        let (head, body) = get("/content", &format!("{header}If-None-Match: {tag}\r\n"));
        assert!(head.starts_with("HTTP/1.1 304 ") && body.is_empty(), "{head}");
    }
    for path in ["/content.json", &format!("{place}.json")] {
        let (head, body) = get(path, "");
        assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{head}");
        let json: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let hull = &content.content().hulls[0];
        assert_eq!(json["hulls"][0]["hit_points"], hull.hit_points);
        assert_eq!(json["hulls"][0]["drag"].as_f64(), Some(f64::from(hull.drag)));
    }
    for path in ["/content/0000000000000000", "/content/", "/contents", "/content/x.json"] {
        assert!(server.get(path).starts_with("HTTP/1.1 404 "), "{path}");
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

        // What browsers offer over plain http.
        let (head, body) = get(asset.path, "Accept-Encoding: gzip, deflate\r\n");
        assert!(head.contains("\r\ncontent-encoding: gzip\r\n"), "{head}");
        assert!(body == asset.gzip, "{}", asset.path);

        let (head, body) = get(asset.path, "Accept-Encoding: gzip, br\r\n");
        assert!(head.contains("\r\ncontent-encoding: br\r\n"), "{head}");
        assert!(body == asset.brotli, "{}", asset.path);

        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
        let known = format!("Accept-Encoding: br\r\nIf-None-Match: {tag}\r\n");
        let (head, body) = get(asset.path, &known);
        assert!(head.starts_with("HTTP/1.1 304 ") && body.is_empty(), "{head}");
        for other in ["", "Accept-Encoding: gzip\r\n"] {
            let (head, _) = get(asset.path, &format!("{other}If-None-Match: {tag}\r\n"));
            assert!(head.starts_with("HTTP/1.1 200 "), "the tag is of the other form: {head}");
        }
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

/// A server that takes this machine for a proxy.
fn behind_a_proxy() -> TestServer {
    TestServer::start(|config| {
        config.site.proxies.networks = vec!["127.0.0.0/8".parse().expect("a network")];
    })
}

#[test]
fn request_upon_request_from_one_client_is_cut_and_nobody_else_behind_its_proxy_is() {
    let server = behind_a_proxy();
    let get = |client: &str| {
        let host = server.address;
        format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: {client}\r\n\r\n")
    };
    // Over one connection, as from a proxy that keeps it.
    let mut socket = server.connect();
    socket.write_all(get("203.0.113.8").as_bytes()).expect("a request");
    assert!(read_head(&mut socket).starts_with("HTTP/1.1 200 "));
    let answers = server.request(&get("203.0.113.7").repeat(REQUESTS_BURST as usize * 2));
    let served = answers.matches("HTTP/1.1 200 OK").count();
    assert!((REQUESTS_BURST as usize..REQUESTS_BURST as usize * 2).contains(&served), "{served}");
    assert_eq!(answers.matches("HTTP/1.1 429 ").count(), 1);
    // Another connection has the same allowance, in which a hundredth of a second frees a request: half of what would be served
    // to somebody else is cut.
    let answers = server.request(&get("203.0.113.7").repeat(REQUESTS_BURST as usize / 2));
    assert_eq!(answers.matches("HTTP/1.1 429 ").count(), 1, "another connection");
    let mut socket = server.connect();
    socket.write_all(get("203.0.113.8").as_bytes()).expect("a request");
    assert!(read_head(&mut socket).starts_with("HTTP/1.1 200 "), "another client");
}

#[test]
fn players_behind_a_proxy_have_a_cap_each() {
    let server = TestServer::start(|config| {
        config.site.proxies.networks = vec!["127.0.0.0/8".parse().expect("a network")];
        config.admission.per_address = 2;
    });
    let enter = |client: &str| {
        let mut socket = server.connect();
        let request = upgrade_request(server.address, &[("X-Forwarded-For", client)]);
        socket.write_all(request.as_bytes()).expect("a request");
        (read_head(&mut socket), socket)
    };
    let first: Vec<_> = (0..2).map(|_| enter("203.0.113.7")).collect();
    assert!(first.iter().all(|(head, _)| head.starts_with("HTTP/1.1 101 ")), "{first:?}");
    assert!(enter("203.0.113.7").0.starts_with("HTTP/1.1 429 "));
    assert!(enter("203.0.113.8").0.starts_with("HTTP/1.1 101 "));
}

#[test]
fn a_page_may_connect_where_the_proxy_or_the_host_names_its_address() {
    let server = behind_a_proxy();
    let ask = |lines: &[(&str, &str)]| {
        let mut socket = server.connect();
        socket.write_all(upgrade_request(server.address, lines).as_bytes()).expect("a request");
        read_head(&mut socket)
    };
    // nginx with `proxy_set_header Host $host;` drops the port.
    let page = [("Host", "play.example"), ("Origin", "https://play.example:8443")];
    assert!(ask(&page).starts_with("HTTP/1.1 403 "));
    let told = [page[0], page[1], ("X-Forwarded-Host", "play.example:8443")];
    assert!(ask(&told).starts_with("HTTP/1.1 101 "));
    for (allowed, origin) in [
        ("https://play.example:8443", "https://play.example:8443"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("null", "null"),
    ] {
        let server = TestServer::start(|config| {
            config.site.allowed_origins = vec![Origin::parse(allowed).expect("an origin")];
        });
        let mut socket = server.connect();
        let request = upgrade_request(server.address, &[("Origin", origin)]);
        socket.write_all(request.as_bytes()).expect("a request");
        assert!(read_head(&mut socket).starts_with("HTTP/1.1 101 "), "{origin}");
    }
}

#[test]
fn an_idle_connection_ends_between_two_requests_after_its_time() {
    let server = TestServer::start(|config| config.site.keep_alive = Duration::from_secs(2));
    let mut socket = server.connect();
    let get = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    // Requests that come within the time keep it open for longer than that.
    for _ in 0..4 {
        socket.write_all(get.as_bytes()).expect("an open connection");
        assert!(read_head(&mut socket).starts_with("HTTP/1.1 200 "));
        socket.read_exact(&mut [0; "serving\n".len()]).expect("a body");
        std::thread::sleep(Duration::from_millis(900));
    }
    let (rest, _) = read_to_end(&mut socket, Duration::from_secs(10));
    assert_eq!(rest, "", "an end, and no answer to a request that nobody has made");
    let log = server.get("/metrics");
    assert!(!log.contains("handshake_timed_out"), "it is nobody's fault");
}

#[test]
fn whole_addresses_and_empty_bodies_are_taken() {
    let server = TestServer::start(|_| {});
    let host = server.address;
    let answer = server.request(&format!(
        "GET http://{host}/healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    ));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut socket = server.connect();
    let request = upgrade_request(host, &[("Content-Length", "0")]);
    socket.write_all(request.as_bytes()).expect("a request");
    assert!(read_head(&mut socket).starts_with("HTTP/1.1 101 "));
}

#[test]
fn cookies_of_other_programs_are_named_where_they_are_too_long() {
    let server = TestServer::start(|_| {});
    let cookies = "session=".to_owned() + &"x".repeat(REQUEST_HEAD_BYTES_MAX + 1_000);
    let host = server.address;
    let answer =
        server.request(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert!(answer.contains("Delete this host's cookies"), "{answer}");
}

#[test]
fn sockets_that_nobody_uses_are_counted_but_refused_to_nobody() {
    let server = TestServer::start(|_| {});
    // Probes of some monitoring, and a browser's spare sockets that it keeps until their time is over.
    let spare: Vec<_> = (0..3).map(|_| server.connect()).collect();
    for _ in 0..3 {
        drop(server.connect());
    }
    let deadline = Instant::now() + 3 * Duration::from_secs_f32(HANDSHAKE_SECONDS_MAX);
    while server.metric("driftfield_unused_connections_total") < 6.0 {
        assert!(Instant::now() < deadline, "{}", server.get("/metrics"));
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(spare);
    assert!(!server.get("/metrics").contains("driftfield_refused_connections_total{"));
}

#[test]
fn newcomers_are_served_at_once_while_others_open_sockets_and_say_nothing() {
    let server = TestServer::start(|config| config.admission.connections = 160);
    // Eight times as many as may be without a request, all of them still open.
    let silent: Vec<_> = (0..160).map(|_| server.connect()).collect();
    let started = Instant::now();
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200 "));
    // They time out after five seconds; nobody had to wait for that.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    let series = "driftfield_refused_connections_total{reason=\"half_open_replaced\"}";
    assert!(server.metric(series) >= 140.0, "{}", server.metric(series));
    drop(silent);
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
    let status = server.site.rooms().all()[0].status().line;
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
    for room in server.site.rooms().all().iter() {
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
