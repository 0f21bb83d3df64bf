//! Fleets and house bots against a real server on a free port.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::netcode::{Client, ClientConfig};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::house::HouseBots;
use super::target::{Target, with_greeting};
use super::{Crew, Decode, FleetError, FleetPlan, Progress, Report};
use crate::config::Config;
use crate::room::RoomHandle;
use crate::server::Server;

/// Runs until it is dropped.
struct TestServer {
    address: std::net::SocketAddr,
    room: RoomHandle,
    _stop: oneshot::Sender<()>,
}

impl TestServer {
    fn start(max_players: u16) -> TestServer {
        let mut config = Config::default();
        config.listen = ([127, 0, 0, 1], 0).into();
        config.rooms[0].max_players = max_players;
        config.rooms[0].bots = 0;
        let (started, start) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = Server::open(&config).unwrap();
                let room = server.site().rooms()[0].clone();
                started.send((server.address(), room)).unwrap();
                tokio::select! {
                    () = server.serve() => {}
                    _ = stopped => {}
                }
            });
        });
        let (address, room) = start.recv().unwrap();
        TestServer { address, room, _stop: stop }
    }

    /// The value of one line of `/metrics`, 0 if it is not there yet.
    fn metric(&self, series: &str) -> f64 {
        let mut socket = TcpStream::connect(self.address).unwrap();
        let head = format!("Host: {}\r\nConnection: close", self.address);
        write!(socket, "GET /metrics HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        text.lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
            .map_or(0.0, |value| value.parse().unwrap())
    }

    fn fly(&self, count: usize, link: &str) -> Report {
        self.plan(count, link).fly(&Progress::default()).unwrap()
    }

    fn plan(&self, count: usize, link: &str) -> FleetPlan {
        FleetPlan {
            targets: vec![format!("ws://{}/ws", self.address).parse().unwrap()],
            count,
            flight: Duration::from_secs(2),
            warm_up: None,
            seed: 1,
            crew: Crew::Mixed,
            decode: Decode::Full,
            link: link.parse().unwrap(),
            has_second_socket: false,
            joins_per_second: 200,
            threads: 2,
        }
    }

    /// A person who says hello and flies nowhere.
    fn visit(&self) -> WebSocket<TcpStream> {
        let socket = TcpStream::connect(self.address).unwrap();
        let name = "Ada".to_owned();
        let mut client = Client::new(ClientConfig { name, token: None, is_bot: false });
        let target: Target = format!("ws://{}/ws", self.address).parse().unwrap();
        let request = with_greeting(target.request().unwrap(), &client.connect(0));
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
            let status = self.room.status();
            if (status.players, status.bots) == (players, bots) {
                return;
            }
            assert!(Instant::now() < deadline, "wanted {players} and {bots}: {status:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_fleet_flies_and_gives_its_seats_up() {
    let server = TestServer::start(64);
    let report = server.fly(20, "");
    assert_eq!((report.connected, report.disconnects, report.protocol_errors), (20, 0, 0));
    assert!(report.ends.is_empty(), "{report}");
    // Other tests want the processor, too: how punctual all this is shows in a run of its own.
    let share = report.snapshots_received as f64 / report.snapshots_expected as f64;
    assert!(report.snapshots_expected >= 20 * 55 && share > 0.3, "{report}");
    assert!(report.input_to_effect_ms.p50 > 0.0, "{report}");
    server.await_seats(0, 0);
}

#[test]
fn light_bots_fly_as_the_others_and_take_every_snapshot() {
    let server = TestServer::start(64);
    let crew = "wander".parse().unwrap();
    let warm_up = Some(Duration::from_millis(500));
    let plan = FleetPlan { crew, warm_up, decode: Decode::Light, ..server.plan(20, "") };
    let report = plan.fly(&Progress::default()).unwrap();
    assert_eq!((report.connected, report.disconnects, report.protocol_errors), (20, 0, 0));
    assert!(report.ends.is_empty(), "{report}");
    let share = report.snapshots_received as f64 / report.snapshots_expected as f64;
    assert!(report.snapshots_expected >= 20 * 40 && share > 0.3, "{report}");
    assert!(report.input_to_effect_ms.p50 > 0.0 && report.predicted_ticks > 20 * 20, "{report}");
    assert_eq!((report.decode.as_str(), report.corrections), ("light", 0));
    server.await_seats(0, 0);
}

#[test]
fn a_brain_that_looks_around_is_not_flown_light() {
    let server = TestServer::start(4);
    let plan = FleetPlan { decode: Decode::Light, ..server.plan(1, "") };
    let refused = plan.fly(&Progress::default());
    assert!(matches!(refused, Err(FleetError::LightBrain(Crew::Mixed))), "{refused:?}");
}

#[test]
fn a_bad_link_is_felt_in_the_figures() {
    let server = TestServer::start(64);
    let report = server.fly(4, "latency=100ms");
    assert_eq!((report.connected, report.protocol_errors), (4, 0), "{report}");
    assert!(report.input_to_effect_ms.p50 >= 200.0, "{report}");
}

#[test]
fn a_fleet_on_two_connections_sends_every_command_twice_and_has_no_trouble() {
    for link in ["", "latency=30ms,jitter=20ms"] {
        let server = TestServer::start(64);
        let plan = FleetPlan { has_second_socket: true, ..server.plan(10, link) };
        let report = plan.fly(&Progress::default()).unwrap();
        assert_eq!((report.connected, report.disconnects, report.protocol_errors), (10, 0, 0));
        assert!(report.ends.is_empty(), "{report}");
        let copies = server.metric("driftfield_inputs_duplicate_total");
        let commands = server.metric("driftfield_inputs_received_total");
        // All but those from before the second connection stood, or still on their way at the end.
        assert!(copies > 0.8 * commands && copies <= commands, "{copies} of {commands}");
        assert_eq!(
            server.metric("driftfield_rejected_messages_total{reason=\"input_again\"}"),
            0.0
        );
        server.await_seats(0, 0);
    }
}

#[test]
fn who_finds_no_seat_is_counted_as_refused_and_not_as_lost() {
    let server = TestServer::start(3);
    let report = server.fly(5, "");
    assert_eq!((report.clients, report.connected, report.disconnects), (5, 3, 0), "{report}");
    assert_eq!(report.ends["closed: this room is full"], 2, "{report}");
}

#[test]
fn a_fleet_that_is_stopped_reports_what_it_has() {
    let server = TestServer::start(64);
    let progress = Progress::default();
    let plan = FleetPlan { flight: Duration::from_secs(600), ..server.plan(4, "") };
    let report = thread::scope(|scope| {
        let flight = scope.spawn(|| plan.fly(&progress).unwrap());
        server.await_seats(0, 4);
        progress.stop();
        flight.join().unwrap()
    });
    assert_eq!((report.connected, report.disconnects), (4, 0), "{report}");
    assert!(report.seconds < 15.0, "{report}");
}

#[test]
fn a_server_that_goes_away_is_a_disconnect() {
    let server = TestServer::start(64);
    let plan = FleetPlan { flight: Duration::from_secs(3), ..server.plan(4, "") };
    let report = thread::scope(|scope| {
        let flight = scope.spawn(|| plan.fly(&Progress::default()).unwrap());
        server.await_seats(0, 4);
        server.room.drain();
        flight.join().unwrap()
    });
    assert_eq!((report.connected, report.disconnects), (4, 4), "{report}");
    assert_eq!(report.ends["closed: the server is shutting down"], 4, "{report}");
}

#[test]
fn house_bots_fill_a_room_and_make_way_for_people() {
    let server = TestServer::start(6);
    let bots = HouseBots::start(server.room.clone(), 12, 7).unwrap();
    server.await_seats(0, 5);
    let first = server.visit();
    server.await_seats(1, 4);
    let second = server.visit();
    server.await_seats(2, 3);
    drop((first, second));
    drop(bots);
    // The two people never played: no ship waits for them.
    server.await_seats(0, 0);
}

#[test]
fn house_bots_do_not_keep_a_room_from_closing() {
    let server = TestServer::start(6);
    let bots = HouseBots::start(server.room.clone(), 3, 7).unwrap();
    server.await_seats(0, 3);
    server.room.drain();
    assert!(server.room.wait_closed(Instant::now() + Duration::from_secs(5)));
    drop(bots);
}
