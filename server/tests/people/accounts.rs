//! Accounts over HTTP: a secret is traded for a ticket, and a ticket in a greeting for a seat.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use crate::support::folder::Folder;
use crate::support::{TestServer, hello, read_close, read_head, upgrade_request};
use driftfield_server::config::Config;
use driftfield_server::metrics::Metrics;
use driftfield_server::net::proxies::TrustedProxies;
use driftfield_server::store::data_dir::DataDir;
use driftfield_server::store::{
    AccountId, Batch, Record, Sanction, SanctionKind, SanctionTarget, Store, StoreSettings,
};
use driftfield_shared::protocol::{AccountTicket, CloseReason, Greeting, Hello};

const PATIENCE: Duration = Duration::from_secs(5);
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODw";
const OTHER: &str = "_____________________w";

/// Ticket and account of a session.
fn session(server: &TestServer, secret: &str) -> (AccountTicket, String) {
    let (status, body) = server.post("/api/session", &format!("{{\"secret\":\"{secret}\"}}"));
    assert_eq!(status, 200, "{body}");
    let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(answer["expires_seconds"], 120);
    let ticket = answer["ticket"].as_str().expect("a ticket");
    let ticket = data_encoding::BASE64URL_NOPAD.decode(ticket.as_bytes()).expect("base64url");
    let account = answer["account"].as_str().expect("an account");
    assert_eq!(account.len(), 16);
    (AccountTicket(ticket.try_into().expect("16 bytes")), account.to_owned())
}

/// The code with which a greeting with this ticket is refused; `None` if it is not.
fn refusal(server: &TestServer, ticket: AccountTicket) -> Option<u16> {
    let Greeting::Hello(hello) = hello() else { unreachable!("it wants to play") };
    let greeting = Greeting::Hello(Hello { ticket: Some(ticket), ..hello });
    let mut socket = server.greeted(&greeting);
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        if socket.peek(&mut [0]).is_ok_and(|bytes| bytes > 0) {
            let mut first = [0; 1];
            socket.peek(&mut first).expect("bytes");
            // A close frame, or the welcome.
            return (first[0] & 0xf == 8).then(|| read_close(&mut socket, PATIENCE).0);
        }
        assert!(std::time::Instant::now() < deadline, "no answer");
    }
}

#[test]
fn a_secret_has_one_account_however_often_and_at_once_it_comes() {
    let server = Arc::new(TestServer::start(|_| {}));
    let at_once = [(); 4].map(|()| {
        let server = server.clone();
        std::thread::spawn(move || session(&server, SECRET))
    });
    let sessions = at_once.map(|thread| thread.join().expect("a session"));
    let (ticket, account) = session(&server, SECRET);
    assert!(sessions.iter().all(|(_, other)| *other == account), "{sessions:?}");
    assert!(sessions.iter().all(|(other, _)| *other != ticket), "each ticket is new");
    assert_ne!(session(&server, OTHER).1, account);
}

/// The folder of a server that has ended: its rooms let go of it in their own time.
fn data_dir(folder: &Folder) -> DataDir {
    loop {
        match DataDir::open(folder.path()) {
            Ok(data_dir) => return data_dir,
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

#[test]
fn an_account_outlives_the_server_and_its_secret_is_nowhere() {
    let folder = Folder::new("accounts");
    let start = || TestServer::start(|config| config.data_dir = Some(folder.path().to_owned()));
    let server = start();
    let (_, account) = session(&server, SECRET);
    let metrics = server.get("/metrics");
    drop(server);
    drop(data_dir(&folder));
    let server = start();
    assert_eq!(session(&server, SECRET).1, account);
    drop(server);
    let secret: Vec<u8> = (0..16).collect();
    for entry in fs::read_dir(folder.path()).expect("the data folder").flatten() {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        let has = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
        assert!(!has(&secret) && !has(SECRET.as_bytes()), "{:?}", entry.path());
    }
    assert!(!metrics.contains(SECRET) && !metrics.contains(&account));
}

#[test]
fn a_ticket_lets_in_and_one_that_was_never_given_is_refused_by_name() {
    let server = TestServer::start(|_| {});
    let (ticket, _) = session(&server, SECRET);
    assert_eq!(refusal(&server, ticket), None);
    assert_eq!(refusal(&server, ticket), None, "a second tab");
    let code = CloseReason::TicketExpired.code();
    assert_eq!(refusal(&server, AccountTicket([9; 16])), Some(code));
}

#[test]
fn a_new_secret_replaces_the_old_one_and_ends_its_tickets() {
    let server = TestServer::start(|_| {});
    let (ticket, account) = session(&server, SECRET);
    let rotate = format!("{{\"secret\":\"{SECRET}\",\"new_secret\":\"{OTHER}\"}}");
    assert_eq!(server.post("/api/account/rotate", &rotate).0, 204);
    assert_eq!(server.post("/api/account/rotate", &rotate).0, 204, "its answer may get lost");
    assert_eq!(refusal(&server, ticket), Some(CloseReason::TicketExpired.code()));
    assert_eq!(session(&server, OTHER).1, account);
    let old = format!("{{\"secret\":\"{SECRET}\",\"may_create\":false}}");
    assert_eq!(server.post("/api/session", &old).0, 404);
    let taken = format!("{{\"secret\":\"{OTHER}\",\"new_secret\":\"{SECRET}\"}}");
    assert_ne!(session(&server, SECRET).1, account);
    assert_eq!(server.post("/api/account/rotate", &taken).0, 409, "of another account");
}

#[test]
fn a_deleted_account_is_gone_with_its_tickets() {
    let server = TestServer::start(|_| {});
    let (ticket, account) = session(&server, SECRET);
    let body = format!("{{\"secret\":\"{SECRET}\"}}");
    assert_eq!(server.post("/api/account/delete", &body).0, 204);
    assert_eq!(server.post("/api/account/delete", &body).0, 204, "its answer may get lost");
    assert_eq!(refusal(&server, ticket), Some(CloseReason::TicketExpired.code()));
    assert_ne!(session(&server, SECRET).1, account, "a new one");
}

#[test]
fn each_way_to_ask_wrongly_has_its_status() {
    let server = TestServer::start(|_| {});
    let good = format!("{{\"secret\":\"{SECRET}\"}}");
    let (json, long) =
        ("Content-Type: application/json\r\n", format!("{good}{}", " ".repeat(1_024)));
    let foreign = format!("{json}Origin: https://other.example\r\n");
    let chunked = format!("{json}Transfer-Encoding: chunked\r\n");
    for (body, headers, status) in [
        (&*good, "", 415),
        (&*good, "Content-Type: text/plain\r\n", 415),
        (&*good, &*foreign, 403),
        (&*long, json, 413),
        ("", json, 400),
        ("{}", json, 400),
        ("{\"secret\":\"AAECAwQFBgcICQoLDA0O\"}", json, 400),
        ("{\"secret\":\"AAECAwQFBgcICQoLDA0ODw==\"}", json, 400),
        ("{\"secret\":7}", json, 400),
        ("{\"secret\":\"AAECAwQFBgcICQoLDA0ODw\",\"admin\":true}", json, 400),
    ] {
        let (answer, text) = server.post_with("/api/session", body, headers);
        assert_eq!(answer, status, "{headers:?} {body:?}: {text}");
        assert!(!text.contains(SECRET), "a secret does not come back");
    }
    assert!(server.post_with("/api/session", &good, &chunked).0 >= 400);
    assert!(server.get("/api/session").starts_with("HTTP/1.1 405 "));
    assert_eq!(server.post("/api/rooms", &good).0, 405);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for_long() {
    let server = TestServer::start(|_| {});
    let mut socket = server.connect();
    let head = format!(
        "POST /api/session HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n",
        server.address
    );
    std::io::Write::write_all(&mut socket, head.as_bytes()).expect("a request");
    let (answer, _) = crate::support::read_to_end(&mut socket, 3 * PATIENCE);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[test]
fn one_address_cannot_fill_the_store_with_accounts() {
    let server = TestServer::start(|config: &mut Config| {
        let networks = vec!["127.0.0.1/32".parse().expect("a network")];
        config.site.proxies = TrustedProxies { networks, ..TrustedProxies::default() };
    });
    let create = |n: u8, client: &str| {
        let secret = data_encoding::BASE64URL_NOPAD.encode(&[n; 16]);
        let headers = format!("Content-Type: application/json\r\nX-Forwarded-For: {client}\r\n");
        server.post_with("/api/session", &format!("{{\"secret\":\"{secret}\"}}"), &headers).0
    };
    let first = create(0, "203.0.113.7");
    let refused = (1..=255).find(|n| create(*n, "203.0.113.7") == 429);
    assert!(first == 200 && refused.is_some_and(|n| n >= 60), "{refused:?}");
    assert_eq!(create(0, "203.0.113.7"), 200, "an account that is there is no new one");
    assert_eq!(create(255, "203.0.113.8"), 200, "another visitor");
}

#[test]
fn the_page_of_an_allowed_origin_may_read_the_answer() {
    let server = TestServer::start(|config: &mut Config| {
        let origin = driftfield_server::net::http::Origin::parse("capacitor://localhost");
        config.site.allowed_origins = origin.into_iter().collect();
    });
    let address = server.address;
    for (method, body) in
        [("OPTIONS", String::new()), ("POST", format!("{{\"secret\":\"{SECRET}\"}}"))]
    {
        let length = body.len();
        let answer = server.request(&format!(
            "{method} /api/session HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nOrigin: capacitor://localhost\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
        let allows = "\r\naccess-control-allow-origin: capacitor://localhost\r\n";
        assert!(answer.to_lowercase().contains(allows), "{answer}");
    }
}

#[test]
fn who_is_banned_is_told_until_when_and_why_before_a_seat_is_taken() {
    let folder = Folder::new("bans");
    let start = || {
        TestServer::start(|config| {
            config.data_dir = Some(folder.path().to_owned());
            let networks = vec!["127.0.0.1/32".parse().expect("a network")];
            config.site.proxies = TrustedProxies { networks, ..TrustedProxies::default() };
        })
    };
    let server = start();
    let (_, account) = session(&server, SECRET);
    drop(server);
    let store = {
        let (data_dir, metrics) = (Arc::new(data_dir(&folder)), Metrics::new());
        Store::open(Some(data_dir), StoreSettings::default(), metrics.store().clone())
    };
    let store = store.expect("a store");
    let account = AccountId(u64::from_str_radix(&account, 16).expect("a number"));
    let eve = "203.0.113.7".parse().expect("an address");
    for target in [SanctionTarget::Account(account), SanctionTarget::address(eve)] {
        let (kind, ends) = (SanctionKind::Ban, Some(4_107_542_400));
        let (reason, made_by) = ("ramming".to_owned(), "host".to_owned());
        let ban = Sanction { kind, target, reason, made_by, made: 0, ends };
        store.handle().submit(Batch::of(Record::Sanction(ban))).expect("an empty queue");
    }
    assert!(store.close(std::time::Instant::now() + PATIENCE));
    let server = start();
    let says = "you are banned from this server until 2100-03-01 00:00 UTC: ramming\n";
    let body = |secret: &str| format!("{{\"secret\":\"{secret}\"}}");
    let answer = |secret: &str, client: &str| {
        let headers = format!("Content-Type: application/json\r\nX-Forwarded-For: {client}\r\n");
        server.post_with("/api/session", &body(secret), &headers)
    };
    assert_eq!(answer(SECRET, "203.0.113.8"), (403, says.to_owned()), "the account");
    assert_eq!(answer(OTHER, "203.0.113.7"), (403, says.to_owned()), "the address");
    assert_eq!(answer(OTHER, "203.0.113.8").0, 200);
    let socket = |client: &str| {
        let request = upgrade_request(server.address, &[("X-Forwarded-For", client)]);
        let mut socket = server.connect();
        std::io::Write::write_all(&mut socket, request.as_bytes()).expect("a request");
        read_head(&mut socket)
    };
    assert!(socket("203.0.113.7").starts_with("HTTP/1.1 403 "));
    assert!(socket("203.0.113.8").starts_with("HTTP/1.1 101 "));
    // What the page of a browser asks, which is not told why a socket was refused.
    let address = server.address;
    let asked = server.request(&format!(
        "POST /ws HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n"
    ));
    assert!(asked.ends_with(says), "{asked}");
    let code = "driftfield-refusal: banned 4107542400 cmFtbWluZw\r\n";
    assert!(asked.contains(code), "{asked}");
    assert_eq!(server.metric("driftfield_refused_connections_total{reason=\"banned\"}"), 4.0);
}

#[test]
fn house_bots_have_accounts_that_are_theirs_after_every_start_and_nobody_elses() {
    let folder = Folder::new("house-bots");
    for _ in 0..2 {
        let server = TestServer::start(|config| {
            config.data_dir = Some(folder.path().to_owned());
            config.rooms[0].bots = 3;
        });
        let deadline = std::time::Instant::now() + PATIENCE;
        let count = || -> i64 {
            let database = folder.path().join("driftfield.sqlite3");
            let reader = rusqlite::Connection::open(database).expect("a database");
            let sql = "SELECT count(*) FROM accounts WHERE kind = 'house-bot'";
            reader.query_row(sql, (), |row| row.get(0)).expect("a count")
        };
        while !(server.get("/api/rooms").contains("\"bots\":3") && count() >= 3) {
            assert!(std::time::Instant::now() < deadline, "{} of 3", count());
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(count(), 3);
        drop(server);
        drop(data_dir(&folder));
    }
}
