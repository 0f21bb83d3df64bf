//! Bots that come back by themselves when the server restarts, in order or killed.
//!
//! `DRIFTFIELD_KILLS=100 DRIFTFIELD_BOTS=200 cargo test --release -p driftfield-server --test program restart -- --nocapture`
//! kills more often, and prints the figures of `docs/reliability.md`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::oracle::Oracle;
use crate::support::folder::Folder;
use crate::support::get;
use crate::support::program::Program;
use driftfield_bots::brains::BrainChoice;
use driftfield_bots::fleet::{Decode, FleetPlan, Progress, Report};
use driftfield_bots::sdk::ServerUrl;
use driftfield_shared::sim::Rng;
use rusqlite::Connection;

/// Longer than a server takes to stop or to start, on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bots and kills, unless the environment says otherwise.
const BOTS: usize = 12;
const KILLS: usize = 10;

/// A host's folder.
struct Host(Folder);

impl Host {
    /// The host of a room for so many bots, and of a few seats more.
    fn new(name: &str, bots: usize) -> Host {
        let folder = Folder::new(name);
        let seats = bots + 4;
        let text = format!(
            "max_connections_per_address = 4096\narrivals_per_second = 10000\n\
             [[rooms]]\nid = \"frontier\"\nmax_players = {seats}\n"
        );
        std::fs::write(folder.path().join("driftfield.toml"), text).expect("a file");
        Host(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("a plain path").to_owned()
    }

    fn start(&self, listen: &str) -> Program {
        let flags = self.flags();
        Program::start_at(listen, &flags.each_ref().map(String::as_str), Stdio::piped())
    }

    fn flags(&self) -> [String; 4] {
        let (config, data) = (self.path("driftfield.toml"), self.path("data"));
        ["--config".to_owned(), config, "--data-dir".to_owned(), data]
    }
}

/// Bots that come back after each loss, and fly until they are stopped.
fn plan(server: SocketAddr, count: usize) -> FleetPlan {
    FleetPlan {
        targets: vec![format!("ws://{server}/ws").parse().unwrap()],
        count,
        flight: Duration::from_secs(100_000),
        warm_up: None,
        seed: 1,
        account_seed: Some(7),
        brain: BrainChoice::Mixed,
        decode: Decode::Full,
        link: "".parse().unwrap(),
        has_second_socket: false,
        reconnects: true,
        joins_per_second: 200,
        talkers: 0,
        threads: 1,
    }
}

/// Bots fly, come back after each loss, and report when `meanwhile` is over.
fn fly_while(server: SocketAddr, count: usize, meanwhile: impl FnOnce()) -> Report {
    fly(&plan(server, count), meanwhile)
}

fn fly(plan: &FleetPlan, meanwhile: impl FnOnce()) -> Report {
    let progress = Progress::default();
    thread::scope(|scope| {
        let flight = scope.spawn(|| plan.fly(&progress).unwrap());
        // Also when it panics: the scope waits for the fleet.
        let stop = Stop(&progress);
        meanwhile();
        drop(stop);
        flight.join().unwrap()
    })
}

/// Ends a flight when it is dropped.
struct Stop<'a>(&'a Progress);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Waits until all bots have their connections.
fn await_bots(server: &Program, count: usize) {
    let started = Instant::now();
    while metric(server, "driftfield_clients") != Some(count as f64) {
        let rooms = || get(server.address, "/api/rooms");
        assert!(started.elapsed() < PATIENCE, "the bots do not come: {}", rooms());
        thread::sleep(Duration::from_millis(20));
    }
}

/// The value of a line of the server's metrics.
fn metric(server: &Program, series: &str) -> Option<f64> {
    let text = get(server.address, "/metrics");
    let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.map(|value| value.parse().expect("a figure"))
}

/// The number after `key` in a log.
fn number_in(log: &str, key: &str) -> Option<f64> {
    let digits = log.split_once(key)?.1;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn from_environment(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn bots_come_back_into_their_seats_after_an_orderly_restart() {
    let host = Host::new("orderly", BOTS);
    let first = host.start("127.0.0.1:0");
    let address = first.address;
    let mut second = None;
    let report = fly_while(address, BOTS, || {
        await_bots(&first, BOTS);
        // So long that a seat outlasts its connection.
        thread::sleep(Duration::from_secs(2));
        first.signal("TERM");
        first.wait(PATIENCE);
        await_bots(second.insert(host.start(&address.to_string())), BOTS);
        thread::sleep(Duration::from_secs(1));
    });
    let bots = BOTS as u64;
    assert_eq!((report.connected, report.disconnects), (bots, bots), "{report}");
    assert_eq!((report.resumed, report.seats_lost), (bots, 0), "{report}");
    assert_eq!((report.protocol_errors, report.desyncs), (0, 0), "{report}");
    assert!(report.downtime_ms.p50 > 0.0, "{report}");
    assert_eq!(report.exit_status(), 0);
    if let Some(server) = second {
        server.signal("TERM");
        server.wait(PATIENCE);
    }
    // What all that was is executed again, from the folder and from a file made of it.
    let (data, file) = (host.path("data"), host.path("frontier.replay"));
    let (status, text) = replay(&[&data, "--room", "frontier", "--verify", "--export", &file]);
    assert!(status == Some(0) && text.contains("states that were recorded came again"), "{text}");
    assert_eq!(replay(&[&file, "--verify"]).0, Some(0));
    let (status, text) = replay(&[&data, "--room", "nowhere", "--verify"]);
    assert!(status == Some(1) && text.contains("no checkpoint of room nowhere"), "{text}");
    let mut bytes = std::fs::read(&file).expect("a file");
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&file, bytes).expect("a file");
    let (status, text) = replay(&[&file, "--verify"]);
    assert!(status == Some(1) && text.contains("no replay of this version"), "{text}");
}

/// What `server replay` says, and its exit status.
fn replay(flags: &[&str]) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_server"));
    let output = command.arg("replay").args(flags).output().expect("the server program");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("UTF-8"))
}

/// Rooms of the test below, and the bots in each.
const ROOMS: usize = 8;
const BOTS_PER_ROOM: usize = 4;

/// `DRIFTFIELD_JOURNAL_SECONDS=60` makes it as long as in `docs/reliability.md`.
#[test]
fn rooms_with_a_long_journal_are_restored_side_by_side() {
    let seconds = from_environment("DRIFTFIELD_JOURNAL_SECONDS", 3);
    let bots = ROOMS * BOTS_PER_ROOM;
    let host = Host::new("rooms", bots);
    let rooms: Vec<String> = (0..ROOMS).map(|n| format!("room-{n}")).collect();
    let tables = rooms.iter().map(|id| format!("[[rooms]]\nid = \"{id}\"\n")).collect::<String>();
    let text = format!("max_connections_per_address = 4096\narrivals_per_second = 10000\n{tables}");
    std::fs::write(host.path("driftfield.toml"), text).expect("a file");
    let first = host.start("127.0.0.1:0");
    let url: ServerUrl = format!("ws://{}/ws", first.address).parse().expect("a URL");
    let targets = rooms.iter().map(|id| url.in_room(id).expect("an identifier")).collect();
    let plan = FleetPlan { targets, reconnects: false, ..plan(first.address, bots) };
    fly(&plan, || {
        await_bots(&first, bots);
        thread::sleep(Duration::from_secs(seconds as u64));
        first.signal("KILL");
        first.wait(PATIENCE);
    });
    // As if no checkpoint had been made since: everything is executed again from the first one on.
    let database = Connection::open(host.path("data/driftfield.sqlite3")).expect("a database");
    database.execute("DELETE FROM checkpoints WHERE tick > 0", ()).expect("a table");
    let ticks: u32 = database
        .query_row("SELECT max(last_tick) FROM journal", (), |row| row.get(0))
        .expect("a journal");
    drop(database);
    let started = Instant::now();
    let second = host.start("127.0.0.1:0");
    let served = started.elapsed();
    let recovered = || metric(&second, "driftfield_recovered_rooms_total");
    while recovered() != Some(ROOMS as f64) {
        assert!(started.elapsed() < PATIENCE, "{:?} of {ROOMS}", recovered());
        thread::sleep(Duration::from_millis(5));
    }
    let restored = started.elapsed();
    println!(
        "{ROOMS} rooms of {BOTS_PER_ROOM} bots, {ticks} ticks each: serving after {served:.2?}, all restored after {restored:.2?}"
    );
    assert!(ticks as usize >= seconds * 20, "{ticks} ticks");
    second.signal("TERM");
    let (_, _, log) = second.wait(PATIENCE);
    assert!(!log.contains("ERROR"), "{log}");
}

#[test]
fn a_server_that_is_killed_at_any_moment_loses_no_seat_and_less_than_a_second_of_the_flight() {
    let bots = from_environment("DRIFTFIELD_BOTS", BOTS);
    let kills = from_environment("DRIFTFIELD_KILLS", KILLS);
    let host = Host::new("killed", bots);
    let mut server = Some(host.start("127.0.0.1:0"));
    let address = server.as_ref().expect("started").address;
    let mut random = Rng::new(1);
    // For each kill: by how many seconds the state that was found again was older than the last one.
    let mut ages: Vec<f64> = Vec::new();
    // The tick of the room when it was killed last.
    let mut killed_at = None;
    let mut oracle = Oracle::new(Path::new(&host.path("data")), "frontier");
    let report = fly_while(address, bots, || {
        let _witness = oracle.witness(address);
        for kill in 0..=kills {
            let running = server.take().expect("started");
            await_bots(&running, bots + 1);
            // The first time so long that a seat outlasts its connection.
            let flight = random.range(0.0, 1.5) + if kill == 0 { 2.0 } else { 0.0 };
            thread::sleep(Duration::from_secs_f32(flight));
            let tick = metric(&running, "driftfield_room_tick{room=\"frontier\"}");
            let imbalance = metric(&running, "driftfield_ledger_imbalance");
            assert_eq!(imbalance, Some(0.0), "kill {kill}");
            oracle.note_bookings();
            running.signal(if kill < kills { "KILL" } else { "TERM" });
            let (_, _, log) = running.wait(PATIENCE);
            if kill < kills {
                oracle.check();
            }
            assert!(!log.contains("ERROR"), "kill {kill}: {log}");
            if let Some(before) = killed_at.replace(tick.expect("a tick")) {
                let found = number_in(&log, "going on from the journal room=\"frontier\" tick=");
                let found = found.unwrap_or_else(|| panic!("kill {kill}: a new world: {log}"));
                ages.push((before - found) / 30.0);
            }
            if kill < kills {
                server = Some(host.start(&address.to_string()));
            }
        }
    });
    let (losses, came_back) = ((bots * kills) as u64, report.resumed + report.seats_lost);
    assert_eq!((report.connected, report.seats_lost), (bots as u64, 0), "{report}");
    // The orderly end at last is one loss more, after which there is nothing to come back to.
    assert_eq!((report.resumed, came_back), (losses, losses), "{report}");
    assert_eq!((report.protocol_errors, report.desyncs), (0, 0), "{report}");
    ages.sort_by(f64::total_cmp);
    let (p50, max) = (ages[ages.len() / 2], ages[ages.len() - 1]);
    let p99 = ages[(ages.len() * 99 / 100).min(ages.len() - 1)];
    assert!(max < 1.0, "{ages:?}");
    println!(
        "{kills} kills under {bots} bots: age of the state p50 {p50:.3} p99 {p99:.3} max {max:.3} s"
    );
    let (ships, booked, lost) = (oracle.ships_compared, oracle.bookings_compared(), oracle.lost);
    assert!(ships > 0 && booked > 0, "{ships} ships, {booked} bookings");
    println!(
        "{ships} ships that were shown came out of the journal as they were, {booked} bookings are there once; {lost} \
         sightings were too new to be durable"
    );
    println!("{report}");
}

/// Waits until the health of a server says something of its store, or nothing.
#[cfg(target_os = "linux")]
fn await_store(server: &Program, is_failing: bool) {
    let started = Instant::now();
    let health = || get(server.address, "/healthz");
    while health().contains("store: ") != is_failing {
        assert!(started.elapsed() < PATIENCE, "{}", health());
        thread::sleep(Duration::from_millis(20));
    }
    assert!(health().starts_with("HTTP/1.1 200 "), "play goes on: {}", health());
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_play_goes_on_and_when_there_is_space_again_nothing_is_missing() {
    let host = Host::new("full", BOTS);
    let first = Program::start_on_small_disk(&host.flags().each_ref().map(String::as_str));
    let address = first.address;
    let mut oracle = Oracle::new(Path::new(&host.path("data")), "frontier");
    let mut second = None;
    let report = fly_while(address, BOTS, || {
        let _witness = oracle.witness(address);
        await_bots(&first, BOTS + 1);
        // So long that a seat outlasts its connection.
        thread::sleep(Duration::from_secs(2));
        first.set_disk_full(true);
        await_store(&first, true);
        let tick = |name| metric(&first, &format!("driftfield_room_{name}{{room=\"frontier\"}}"));
        let (full_at, durable) = (tick("tick"), tick("durable_tick"));
        oracle.note_bookings();
        thread::sleep(Duration::from_secs(2));
        let ticks = tick("tick").zip(full_at).map(|(now, before)| now - before);
        assert!(ticks.is_some_and(|ticks| ticks > 30.0), "{ticks:?} ticks in two seconds");
        assert_eq!(tick("durable_tick"), durable, "nothing is confirmed");
        first.set_disk_full(false);
        await_store(&first, false);
        assert!(tick("durable_tick") > full_at, "also what happened meanwhile is durable");
        oracle.note_bookings();
        first.signal("KILL");
        first.wait(PATIENCE);
        oracle.check();
        await_bots(second.insert(host.start(&address.to_string())), BOTS + 1);
    });
    let bots = BOTS as u64;
    assert_eq!((report.connected, report.resumed, report.seats_lost), (bots, bots, 0), "{report}");
    assert_eq!((report.protocol_errors, report.desyncs), (0, 0), "{report}");
    assert!(oracle.ships_compared > 0 && oracle.bookings_compared() > 0);
}
