//! The program itself: what it prints, how it ends, what it logs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::folder::Folder;
use crate::support::program::Program;
use crate::support::{Player, get, read_head, upgrade_request};
use driftfield_server::metrics::Metrics;
use driftfield_server::store::data_dir::DataDir;
use driftfield_server::store::{Store, StoreSettings};
use driftfield_shared::units::Tick;
use rusqlite::Connection;

#[test]
fn every_ordinary_way_to_end_drains_and_ends_with_success() {
    for signal in ["INT", "TERM", "HUP"] {
        let program = Program::start();
        assert!(get(program.address, "/healthz").starts_with("HTTP/1.1 200 "));
        program.signal(signal);
        let (status, took, log) = program.wait(Duration::from_secs(6));
        assert!(status.success(), "{signal}: {status} after {took:?}\n{log}");
        assert!(log.contains("all rooms are closed"), "{log}");
    }
}

/// The tick after which the room was saved last, once the server has ended; 0: it never was after its start.
fn saved_tick(folder: &Folder) -> u32 {
    let data_dir = Arc::new(DataDir::open(folder.path()).expect("nobody uses it"));
    let metrics = Metrics::new();
    let kept = StoreSettings::default();
    let store = Store::open(Some(data_dir), kept, metrics.store().clone()).expect("a store");
    let history = store.handle().room_history("frontier").expect("a readable file");
    history.checkpoint.map_or(0, |checkpoint| checkpoint.tick.0)
}

/// A guest who is in the room and never reads: the room would wait a second for its goodbye.
fn deaf_guest(program: &Program) -> TcpStream {
    let mut guest = TcpStream::connect(program.address).expect("a listening server");
    guest.write_all(upgrade_request(program.address, &[]).as_bytes()).expect("a request");
    assert!(read_head(&mut guest).starts_with("HTTP/1.1 101 "));
    std::thread::sleep(Duration::from_millis(200));
    guest
}

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_second_signal_does_not_wait_for_goodbyes_but_saves() {
    let folder = Folder::new("second-signal");
    let program = Program::start_with(&["--data-dir", folder.text()], Stdio::piped());
    let guest = deaf_guest(&program);
    program.signal("TERM");
    std::thread::sleep(Duration::from_millis(50));
    program.signal("TERM");
    let (status, _, log) = program.wait(PATIENCE);
    assert!(status.success() && log.contains("second signal"), "{status}\n{log}");
    assert!(saved_tick(&folder) > 0, "{log}");
    drop(guest);
}

#[test]
fn rooms_are_saved_whatever_players_do_and_however_little_time_there_is() {
    let folder = Folder::new("no-time");
    let config = folder.path().join("driftfield.toml");
    let mut before = 0;
    for seconds in [0, 1] {
        std::fs::write(&config, format!("drain_seconds = {seconds}\n")).expect("a file");
        let flags = ["--data-dir", folder.text(), "--config", config.to_str().expect("plain")];
        let program = Program::start_with(&flags, Stdio::piped());
        let guest = deaf_guest(&program);
        program.signal("TERM");
        let (status, _, log) = program.wait(PATIENCE);
        let tick = saved_tick(&folder);
        assert!(status.success() && tick > before, "{seconds} s: {status}, tick {tick}\n{log}");
        before = tick;
        drop(guest);
    }
}

#[test]
fn after_a_kill_a_player_is_in_the_same_ship_and_less_than_a_second_of_the_flight_is_lost() {
    let folder = Folder::new("killed");
    let flags = ["--data-dir", folder.text()];
    let mut player = Player::new();
    let mut flown = None;
    for round in 0..3 {
        let program = Program::start_with(&flags, Stdio::piped());
        let honest = player.play(program.address, Duration::from_secs(2));
        assert_eq!(honest.trouble, None, "round {round}");
        let (welcome, frame) = (player.client.welcome(), player.client.frame());
        let (welcome, frame) = (welcome.expect("a welcome"), frame.expect("a snapshot"));
        if let Some((seat, tick)) = flown.replace((welcome.player, frame.tick)) {
            assert!(welcome.resumed && welcome.player == seat, "round {round}");
            let first = honest.first_tick.expect("a snapshot");
            assert!(tick.since(first) < 30, "round {round}: from {tick:?} back to {first:?}");
            assert!(first > Tick(30), "round {round}: a new world");
        }
        program.signal("KILL");
        program.wait(PATIENCE);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_costs_the_log_and_nothing_else() {
    let folder = Folder::new("full");
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
    let program = Program::start_with(&["--data-dir", folder.text()], full.into());
    let guest = deaf_guest(&program);
    assert!(get(program.address, "/healthz").starts_with("HTTP/1.1 200 "));
    program.signal("TERM");
    let (status, ..) = program.wait(PATIENCE);
    assert!(status.success() && saved_tick(&folder) > 0, "{status}");
    drop(guest);
}

#[test]
fn a_log_whose_reader_has_ended_costs_the_log_and_nothing_else() {
    let folder = Folder::new("no-reader");
    let mut program = Program::start_with(&["--data-dir", folder.text()], Stdio::piped());
    drop(program.child.stderr.take());
    let guest = deaf_guest(&program);
    program.signal("INT");
    let (status, ..) = program.wait(PATIENCE);
    assert!(status.success() && saved_tick(&folder) > 0, "{status}");
    drop(guest);
}

/// What a server says that refuses to start with these flags.
fn refusal(flags: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["--listen", "127.0.0.1:0", "--bots", "0"])
        .args(flags)
        .output()
        .expect("the server program");
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_folder_that_cannot_be_saved_to_is_refused_at_the_start() {
    let folder = Folder::new("refused");
    let file = folder.path().join("file");
    std::fs::write(&file, b"").expect("a file where a folder should be");
    let said = refusal(&["--data-dir", file.to_str().expect("plain")]);
    assert!(said.contains("--data-dir") && said.contains("file"), "{said}");
}

#[test]
fn a_save_that_fails_is_an_exit_status() {
    let folder = Folder::new("lost");
    let program = Program::start_with(&["--data-dir", folder.text()], Stdio::piped());
    let other = Connection::open(folder.path().join("driftfield.sqlite3")).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock that nobody else gets");
    program.signal("TERM");
    let (status, _, log) = program.wait(PATIENCE);
    assert!(!status.success() && log.contains("could not be saved"), "{status}\n{log}");
}

#[test]
fn a_data_folder_has_one_server_and_the_second_names_the_first() {
    let folder = Folder::new("owner");
    let first = Program::start_with(&["--data-dir", folder.text()], Stdio::piped());
    let said = refusal(&["--data-dir", folder.text()]);
    assert!(said.contains(&format!("process {}", first.child.id())), "{said}");
    // The lock goes with the process, however that ends.
    first.signal("KILL");
    first.wait(PATIENCE);
    let next = Program::start_with(&["--data-dir", folder.text()], Stdio::piped());
    next.signal("TERM");
    assert!(next.wait(PATIENCE).0.success());
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

#[test]
fn content_files_are_checked_before_they_are_used() {
    let folder = Folder::new("assets");
    let check = || {
        let program = Command::new(env!("CARGO_BIN_EXE_server"))
            .arg("check-assets")
            .arg(folder.path())
            .output()
            .expect("the server program");
        let text = [program.stdout, program.stderr].concat();
        (program.status.code(), String::from_utf8(text).expect("UTF-8"))
    };
    let (status, text) = check();
    assert!(status == Some(0) && text.contains("frontier"), "{status:?}: {text}");
    std::fs::write(folder.path().join("ores.toml"), "[[ore]]\nid = \"iron\"\n").expect("a file");
    let (status, text) = check();
    assert!(status == Some(1) && text.contains("ores.toml: line 1: missing field"), "{text}");
    let hosted = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["--listen", "127.0.0.1:0", "--assets"])
        .arg(folder.path())
        .output()
        .expect("the server program");
    let text = String::from_utf8_lossy(&hosted.stderr).into_owned();
    assert!(hosted.status.code() == Some(1) && text.contains("ores.toml"), "{text}");
}

#[test]
fn a_running_server_is_copied_and_the_copy_is_sound_and_can_be_hosted() {
    let (folder, other) = (Folder::new("backup"), Folder::new("restored"));
    let program = Program::start_with(&["--data-dir", folder.text()], Stdio::piped());
    let copy = other.path().join("driftfield.sqlite3");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_server")).args(arguments).output().expect("it runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).expect("UTF-8"))
    };
    let copy = copy.to_str().expect("a plain path");
    let (status, text) = run(&["backup", copy, "--data-dir", folder.text()]);
    assert!(status == Some(0) && text.contains("bytes"), "{status:?}: {text}");
    let (status, text) = run(&["backup", copy, "--data-dir", folder.text()]);
    assert!(status == Some(1) && text.contains("there already"), "{status:?}: {text}");
    for checked in [folder.text(), other.text()] {
        let (status, text) = run(&["store", "check", "--data-dir", checked]);
        assert!(status == Some(0) && text.contains("everything is sound"), "{status:?}: {text}");
    }
    assert_eq!(run(&["store", "check"]).0, Some(2), "which one?");
    let restored = Program::start_with(&["--data-dir", other.text()], Stdio::piped());
    for program in [program, restored] {
        program.signal("TERM");
        assert!(program.wait(PATIENCE).0.success());
    }
}
