//! The program `bots` against what is no game server: what it says, and how it ends.

#![cfg(feature = "fleet")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Answers every request with this, and counts the connections.
struct Stub {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Stub {
    fn start(answer: &'static str) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        thread::spawn(move || {
            for mut socket in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::Relaxed);
                // Whoever only tries out whether somebody listens says nothing, and is gone.
                let mut head = [0; 4096];
                if socket.read(&mut head).is_ok_and(|bytes| bytes > 0) {
                    let _ = socket.write_all(answer.as_bytes());
                }
            }
        });
        Stub { address, connections }
    }
}

const NO_SUCH_ROOM: &str =
    "HTTP/1.1 404 Not Found\r\nContent-Length: 21\r\n\r\nthere is no such room";
const OLD_SERVER: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 11\r\n\r\nwho are you";

/// Flies for an hour, if nothing comes in between.
fn bots(stub: &Stub, flags: &[&str]) -> (Option<i32>, String) {
    let url = format!("ws://{}/ws", stub.address);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bots"));
    command.args(["--server", &url, "--count", "500", "--join-rate", "20", "--seconds", "3600"]);
    let Output { status, stderr, .. } = command.args(flags).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("driftfield-{}-{name}", std::process::id()))
}

#[test]
fn a_room_that_is_not_there_ends_the_flight_at_once() {
    let stub = Stub::start(NO_SUCH_ROOM);
    let (status, said) = bots(&stub, &["--room", "nope", "--threads", "2"]);
    assert_eq!((status, said.trim()), (Some(1), "there is no room nope"));
    // Those whose turn it was before the first was refused, and nobody else.
    assert!(stub.connections.load(Ordering::Relaxed) < 50);
    let (status, said) = bots(&stub, &["--room", "nope", "--room", "nowhere"]);
    assert_eq!((status, said.trim()), (Some(1), "there is no room nope, nowhere"));
}

#[test]
fn what_the_server_says_to_everybody_ends_the_flight_too() {
    let (status, said) = bots(&Stub::start(OLD_SERVER), &[]);
    assert_eq!(status, Some(1));
    assert!(
        said.starts_with("the server refused the connection: who are you (HTTP 400)"),
        "{said}"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_the_flight() {
    let stub = Stub::start(NO_SUCH_ROOM);
    let (status, said) = bots(&stub, &["--report", "/nonexistent/report.json"]);
    assert_eq!(status, Some(1));
    assert!(said.starts_with("cannot write the report to /nonexistent/report.json: "), "{said}");
    assert_eq!(stub.connections.load(Ordering::Relaxed), 0);
}

#[test]
fn a_flight_that_does_not_begin_leaves_no_file_and_harms_none() {
    let stub = Stub::start(NO_SUCH_ROOM);
    let (new, old) = (temporary("new.json"), temporary("old.json"));
    std::fs::write(&old, "yesterday's").unwrap();
    for file in [&new, &old] {
        bots(&stub, &["--room", "nope", "--report", file.to_str().unwrap()]);
    }
    assert!(!new.exists());
    assert_eq!(std::fs::read_to_string(&old).unwrap(), "yesterday's");
    std::fs::remove_file(old).unwrap();
}

#[cfg(unix)]
#[test]
fn any_signal_that_asks_to_end_ends_the_flight_with_its_report() {
    use rustix::process::{Pid, Signal, kill_process};

    for (name, signal) in [("int", Signal::INT), ("term", Signal::TERM), ("hup", Signal::HUP)] {
        // A server that says nothing: the bots wait for their welcome.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/ws", listener.local_addr().unwrap());
        let report = temporary(&format!("{name}.json"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_bots"));
        command.args(["--server", &url, "--count", "2", "--seconds", "3600", "--report"]);
        let mut bots = command.arg(&report).stdout(Stdio::null()).spawn().unwrap();
        // The first connection is the one that only asks whether a server listens.
        let sockets = [listener.accept().unwrap(), listener.accept().unwrap()];
        kill_process(Pid::from_child(&bots), signal).unwrap();
        assert_eq!(bots.wait().unwrap().code(), Some(1), "nobody got in ({name})");
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
        assert_eq!((&json["clients"], &json["connected"]), (&2.into(), &0.into()), "{name}");
        drop(sockets);
        std::fs::remove_file(report).unwrap();
    }
}
