//! The program itself: what it prints, how it ends, what it logs.

#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use support::{read_head, upgrade_request};

struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts the server on a free port and reads where it is.
    fn start() -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_server"))
            .args(["--listen", "127.0.0.1:0", "--bots", "0"])
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server program");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line
            .strip_prefix("Driftfield is at http://")
            .and_then(|rest| rest.trim_end().strip_suffix('/'))
            .unwrap_or_else(|| panic!("{line:?}"));
        Program { address: address.parse().expect("an address"), child }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().expect("kill");
        assert!(status.success());
    }

    /// Waits for the end; the status, how long it took and the log.
    fn wait(mut self, patience: Duration) -> (ExitStatus, Duration, String) {
        let started = Instant::now();
        let mut stderr = self.child.stderr.take().expect("piped");
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).map(|_| log)
        });
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            if started.elapsed() > patience {
                self.child.kill().expect("a child");
                panic!("the server did not end within {patience:?}");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let log = log.join().expect("a reader").expect("a log in UTF-8");
        (status, started.elapsed(), log)
    }
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("a listening server");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn both_signals_drain_and_end_with_success() {
    for signal in ["INT", "TERM"] {
        let program = Program::start();
        assert!(get(program.address, "/healthz").starts_with("HTTP/1.1 200 "));
        program.signal(signal);
        let (status, took, log) = program.wait(Duration::from_secs(6));
        assert!(status.success(), "{signal}: {status} after {took:?}\n{log}");
        assert!(log.contains("all rooms are closed"), "{log}");
    }
}

#[test]
fn a_second_signal_does_not_wait_for_goodbyes() {
    let program = Program::start();
    // Somebody is in the room, so that it takes its time to say goodbye.
    let mut guest = TcpStream::connect(program.address).expect("a listening server");
    guest.write_all(upgrade_request(program.address, &[]).as_bytes()).expect("a request");
    assert!(read_head(&mut guest).starts_with("HTTP/1.1 101 "));
    std::thread::sleep(Duration::from_millis(100));
    program.signal("TERM");
    std::thread::sleep(Duration::from_millis(50));
    program.signal("TERM");
    let (_, _, log) = program.wait(Duration::from_secs(6));
    assert!(log.contains("a second signal") && !log.contains("all rooms are closed"), "{log}");
}

#[test]
fn a_flood_of_garbage_does_not_make_the_log_grow() {
    let program = Program::start();
    let started = Instant::now();
    for n in 0..1_000 {
        if let Ok(mut socket) = TcpStream::connect(program.address) {
            let _ = match n % 3 {
                0 => socket.write_all(b"\x16\x03\x01 no HTTP\r\n\r\n"),
                1 => socket.write_all(b"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n"),
                _ => socket.write_all(b"GET /wp-admin.php HTTP/1.1\r\nHost: a\r\n\r\n"),
            };
            let _ = socket.read_to_end(&mut Vec::new());
        }
    }
    let seconds = started.elapsed().as_secs() + 1;
    assert!(get(program.address, "/healthz").starts_with("HTTP/1.1 200 "));
    program.signal("TERM");
    let (status, _, log) = program.wait(Duration::from_secs(6));
    assert!(status.success());
    let refusals = log.lines().filter(|line| line.contains("refused")).count() as u64;
    assert!((1..=seconds + 1).contains(&refusals), "{refusals} lines in {seconds} s\n{log}");
}

#[test]
fn a_taken_port_is_said_in_one_sentence() {
    let first = Program::start();
    let output = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["--listen", &first.address.to_string()])
        .output()
        .expect("the server program");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot listen on") && said.contains("--listen"), "{said}");
    first.signal("TERM");
    first.wait(Duration::from_secs(6));
}
