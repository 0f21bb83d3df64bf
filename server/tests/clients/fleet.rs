//! Fleets and house bots against a real server on a free port.

use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::netcode::{Client, ClientConfig};
use driftfield_shared::sim::NamedContent;
use driftfield_shared::units::Thrust;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use crate::support::folder::Folder;
use crate::support::{TestServer, websocket_request};

use driftfield_bots::brains::{BrainChoice, Wander};
use driftfield_bots::fleet::{
    ALL_WERE_LOST, Decode, FleetError, FleetPlan, Progress, Report, SOME_GOT_IN,
};
use driftfield_bots::sdk::{Brain, BrainView, Controls, Disconnect, FlyError, fly, fly_until};
use driftfield_server::house_bots::HouseBots;
use driftfield_server::hub::Contents;
use driftfield_server::room::RoomHandle;

/// A server whose default room bots fly in.
struct Rig {
    server: TestServer,
    room: RoomHandle,
}

impl Rig {
    fn start(max_players: u16) -> Rig {
        Rig::start_with(max_players, None)
    }

    fn start_with(max_players: u16, data_dir: Option<&Path>) -> Rig {
        let server = TestServer::start(|config| {
            config.rooms[0].max_players = max_players;
            config.data_dir = data_dir.map(Path::to_owned);
        });
        let room = server.site.rooms().all()[0].clone();
        Rig { server, room }
    }

    fn fly(&self, count: usize, link: &str) -> Report {
        self.plan(count, link).fly(&Progress::default()).unwrap()
    }

    fn plan(&self, count: usize, link: &str) -> FleetPlan {
        FleetPlan {
            targets: vec![format!("ws://{}/ws", self.server.address).parse().unwrap()],
            count,
            flight: Duration::from_secs(2),
            warm_up: None,
            seed: 1,
            account_seed: None,
            brain: BrainChoice::Mixed,
            decode: Decode::Full,
            link: link.parse().unwrap(),
            has_second_socket: false,
            reconnects: false,
            joins_per_second: 200,
            talkers: 0,
            threads: 2,
        }
    }

    /// A person who says hello and flies nowhere.
    fn visit(&self) -> WebSocket<TcpStream> {
        let socket = TcpStream::connect(self.server.address).unwrap();
        let name = "Ada".to_owned();
        let mut client = Client::new(ClientConfig { name, ..ClientConfig::default() })
            .knowing(NamedContent::built_in().unwrap());
        let request = websocket_request(self.server.address, &client.connect(0));
        let (mut websocket, _) = tokio_tungstenite::tungstenite::client(request, socket).unwrap();
        let Message::Binary(bytes) = websocket.read().unwrap() else { panic!("no welcome") };
        client.handle_message(1, &bytes).unwrap();
        assert!(client.welcome().is_some());
        websocket
    }

    /// Waits until the room has so many people and bots.
    fn await_seats(&self, players: u32, bots: u32) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let status = self.room.status().line;
            if (status.players, status.bots) == (players, bots) {
                return;
            }
            assert!(Instant::now() < deadline, "wanted {players} and {bots}: {status:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn contents() -> Contents {
    Contents::new(NamedContent::built_in().unwrap())
}

#[test]
fn a_fleet_flies_and_gives_its_seats_up() {
    let rig = Rig::start(64);
    let report = rig.fly(20, "");
    assert_eq!((report.connected, report.disconnects, report.protocol_errors), (20, 0, 0));
    assert!(report.ends.is_empty(), "{report}");
    // Other tests want the processor, too: how punctual all this is shows in a run of its own.
    let share = report.snapshots_received as f64 / report.snapshots_expected as f64;
    assert!(report.snapshots_expected >= 20 * 55 && share > 0.3, "{report}");
    assert!(report.input_to_effect_ms.p50 > 0.0, "{report}");
    rig.await_seats(0, 0);
}

#[test]
fn light_bots_fly_as_the_others_and_take_every_snapshot() {
    let rig = Rig::start(64);
    let brain = "wander".parse().unwrap();
    let warm_up = Some(Duration::from_millis(500));
    let plan = FleetPlan { brain, warm_up, decode: Decode::Light, ..rig.plan(20, "") };
    let report = plan.fly(&Progress::default()).unwrap();
    assert_eq!((report.connected, report.disconnects, report.protocol_errors), (20, 0, 0));
    assert!(report.ends.is_empty(), "{report}");
    let share = report.snapshots_received as f64 / report.snapshots_expected as f64;
    assert!(report.snapshots_expected >= 20 * 40 && share > 0.3, "{report}");
    assert!(report.input_to_effect_ms.p50 > 0.0 && report.predicted_ticks > 20 * 20, "{report}");
    assert_eq!((report.decode.as_str(), report.corrections), ("light", 0));
    rig.await_seats(0, 0);
}

#[test]
fn talkers_are_heard_by_all_others_and_get_their_receipts() {
    let rig = Rig::start(64);
    for decode in [Decode::Full, Decode::Light] {
        let brain = "wander".parse().unwrap();
        let (account_seed, flight) = (Some(7), Duration::from_secs(6));
        let plan = FleetPlan { brain, decode, account_seed, flight, ..rig.plan(6, "") };
        let report = FleetPlan { talkers: 3, ..plan }.fly(&Progress::default()).unwrap();
        // Each of the three says a line every other second. How many that are, and whether the last ones are heard before
        // the end, is up to the machine.
        let (said, heard) = (report.lines_sent, report.lines_received);
        assert!((3..=15).contains(&said) && report.lines_refused == 0, "{report}");
        assert!(heard <= 5 * said && heard >= 5, "{report}");
        assert!(report.line_to_screen_ms.p50 > 0.0, "{report}");
        // A receipt says that the line is on the disk, and others may read it no earlier.
        assert!(report.receipt_ms.p50 > 0.0 && report.receipt_ms.max < 5_000.0, "{report}");
    }
}

#[test]
fn bots_without_accounts_and_more_talkers_than_bots_are_refused() {
    let rig = Rig::start(4);
    for (talkers, account_seed) in [(1, None), (5, Some(7))] {
        let plan = FleetPlan { talkers, account_seed, ..rig.plan(4, "") };
        let refused = plan.fly(&Progress::default());
        assert!(matches!(refused, Err(FleetError::Talkers { .. })), "{refused:?}");
    }
}

#[test]
fn a_brain_that_looks_around_is_not_flown_light() {
    let rig = Rig::start(4);
    let plan = FleetPlan { decode: Decode::Light, ..rig.plan(1, "") };
    let refused = plan.fly(&Progress::default());
    assert!(matches!(refused, Err(FleetError::LightBrain(BrainChoice::Mixed))), "{refused:?}");
}

#[test]
fn a_bad_link_is_felt_in_the_figures() {
    let rig = Rig::start(64);
    let report = rig.fly(4, "latency=100ms");
    assert_eq!((report.connected, report.protocol_errors), (4, 0), "{report}");
    assert!(report.input_to_effect_ms.p50 >= 200.0, "{report}");
}

#[test]
fn a_fleet_on_two_connections_sends_every_command_twice_and_has_no_trouble() {
    for link in ["", "latency=30ms,jitter=20ms"] {
        let rig = Rig::start(64);
        let plan = FleetPlan { has_second_socket: true, ..rig.plan(10, link) };
        let report = plan.fly(&Progress::default()).unwrap();
        assert_eq!((report.connected, report.disconnects, report.protocol_errors), (10, 0, 0));
        assert!(report.ends.is_empty(), "{report}");
        let copies = rig.server.metric("driftfield_inputs_duplicate_total");
        let commands = rig.server.metric("driftfield_inputs_received_total");
        // All but those from before the second connection stood, or still on their way at the end.
        assert!(copies > 0.8 * commands && copies <= commands, "{copies} of {commands}");
        assert_eq!(
            rig.server.metric("driftfield_rejected_messages_total{reason=\"input_again\"}"),
            0.0
        );
        rig.await_seats(0, 0);
    }
}

#[test]
fn who_finds_no_seat_is_counted_as_refused_and_not_as_lost() {
    let rig = Rig::start(3);
    let report = rig.fly(5, "");
    assert_eq!((report.clients, report.connected, report.disconnects), (5, 3, 0), "{report}");
    assert_eq!(report.exit_status(), SOME_GOT_IN);
    assert_eq!(report.ends["the server closed the connection: this room is full"], 2, "{report}");
}

#[test]
fn a_fleet_that_is_stopped_reports_what_it_has() {
    let rig = Rig::start(64);
    let progress = Progress::default();
    let plan = FleetPlan { flight: Duration::from_secs(600), ..rig.plan(4, "") };
    let report = thread::scope(|scope| {
        let flight = scope.spawn(|| plan.fly(&progress).unwrap());
        rig.await_seats(0, 4);
        progress.stop();
        flight.join().unwrap()
    });
    assert_eq!((report.connected, report.disconnects), (4, 0), "{report}");
    assert!(report.seconds < 15.0, "{report}");
}

#[test]
fn a_server_that_goes_away_is_a_disconnect() {
    let rig = Rig::start(64);
    // It ends when nobody flies any more, and not in an hour.
    let plan = FleetPlan { flight: Duration::from_secs(3_600), ..rig.plan(4, "") };
    let report = thread::scope(|scope| {
        let flight = scope.spawn(|| plan.fly(&Progress::default()).unwrap());
        rig.await_seats(0, 4);
        rig.room.drain();
        flight.join().unwrap()
    });
    assert_eq!((report.connected, report.disconnects), (4, 4), "{report}");
    assert_eq!(report.exit_status(), ALL_WERE_LOST);
    assert!(report.snapshots_received > 0, "{report}");
    assert_eq!(
        report.ends["the server closed the connection: the server is shutting down"], 4,
        "{report}"
    );
}

#[test]
fn house_bots_fill_a_room_and_make_way_for_people() {
    let rig = Rig::start(6);
    let bots = HouseBots::start(rig.room.clone(), None, contents(), 12, 7).unwrap();
    rig.await_seats(0, 5);
    let first = rig.visit();
    rig.await_seats(1, 4);
    let second = rig.visit();
    rig.await_seats(2, 3);
    drop((first, second));
    drop(bots);
    // The two people never played: no ship waits for them.
    rig.await_seats(0, 0);
}

#[test]
fn house_bots_do_not_keep_a_room_from_closing() {
    let rig = Rig::start(6);
    let bots = HouseBots::start(rig.room.clone(), None, contents(), 3, 7).unwrap();
    rig.await_seats(0, 3);
    rig.room.drain();
    assert!(rig.room.wait_closed(Instant::now() + Duration::from_secs(5)));
    drop(bots);
}

/// Flies in a circle for as many ticks as it counts, then has the server end.
struct Circle {
    ticks: u32,
    room: RoomHandle,
}

impl Brain for Circle {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.ticks -= 1;
        if self.ticks == 0 {
            self.room.drain();
        }
        self.ticks = self.ticks.max(1);
        let thrust = Thrust::towards((view.now.0 / 4) as u8);
        Controls { thrust, ..Controls::default() }
    }
}

#[test]
fn a_brain_of_a_strangers_flies_with_one_call_until_the_server_ends() {
    let rig = Rig::start(6);
    let url = format!("ws://{}/ws", rig.server.address);
    assert_eq!(fly(&url, "Circle", Circle { ticks: 30, room: rig.room.clone() }), Ok(()));
}

#[test]
fn a_bot_that_is_told_to_stop_leaves_and_its_ship_is_not_held() {
    let rig = Rig::start(6);
    let url = format!("ws://{}/ws", rig.server.address);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let bot = scope.spawn(|| fly_until(&url, "Drifter", Wander::new(1), &stop));
        rig.await_seats(0, 1);
        stop.store(true, Ordering::Relaxed);
        assert_eq!(bot.join().unwrap(), Ok(()));
    });
    rig.await_seats(0, 0);
}

#[test]
fn whoever_flies_with_one_call_is_told_in_a_sentence_why_not() {
    let rig = Rig::start(6);
    let url = format!("ws://{}/ws?room=nope", rig.server.address);
    let error = fly(&url, "Circle", Circle { ticks: 30, room: rig.room.clone() }).unwrap_err();
    assert!(matches!(error, FlyError::Disconnect(Disconnect::Refused { status: 404, .. })));
    let said = error.to_string();
    assert!(said.contains("there is no such room"), "{said}");
}

#[test]
fn a_fleet_in_a_room_that_is_not_there_does_not_fly() {
    let rig = Rig::start(6);
    let nope = format!("ws://{}/ws?room=nope", rig.server.address).parse().unwrap();
    let plan =
        FleetPlan { targets: vec![nope], flight: Duration::from_secs(3_600), ..rig.plan(3, "") };
    let error = plan.fly(&Progress::default()).unwrap_err();
    assert_eq!(error.to_string(), "there is no room nope");
}

#[test]
fn bots_of_a_room_that_is_there_fly_beside_those_of_one_that_is_not() {
    let rig = Rig::start(6);
    let url = |room: &str| format!("ws://{}/ws?room={room}", rig.server.address).parse().unwrap();
    let plan = FleetPlan { targets: vec![url("nope"), url(rig.room.id())], ..rig.plan(4, "") };
    let report = plan.fly(&Progress::default()).unwrap();
    assert_eq!((report.clients, report.connected, report.exit_status()), (4, 2, SOME_GOT_IN));
}

#[test]
fn bots_with_a_seed_for_accounts_come_back_to_the_same_accounts_and_others_do_not() {
    let folder = Folder::new("bot-accounts");
    let rig = Rig::start_with(16, Some(folder.path()));
    let accounts = || -> i64 {
        let reader = rusqlite::Connection::open(folder.path().join("driftfield.sqlite3")).unwrap();
        let sql = "SELECT count(*) FROM accounts WHERE kind = 'bot'";
        reader.query_row(sql, (), |row| row.get(0)).unwrap()
    };
    let (kinds, mut counts) = ([Decode::Full, Decode::Light], Vec::new());
    for (seed, decode) in [(7, kinds[0]), (7, kinds[1]), (8, kinds[0])] {
        let (account_seed, brain) = (Some(seed), "wander".parse().unwrap());
        let plan = FleetPlan { account_seed, decode, brain, ..rig.plan(4, "") };
        let report = plan.fly(&Progress::default()).unwrap();
        assert_eq!((report.connected, report.disconnects), (4, 0), "{report}");
        counts.push(accounts());
    }
    assert_eq!(counts, [4, 4, 8]);
}
