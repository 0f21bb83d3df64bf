//! A second connection for input commands, over real sockets.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{TestServer, client_frame, read_close, websocket_request};
use driftfield_server::net::http::Site;
use driftfield_shared::netcode::{Client, ClientConfig};
use driftfield_shared::protocol::{
    ClientControl, CloseReason, Greeting, InputTicket, encode_client_control, is_input_command,
};
use driftfield_shared::sim::NamedContent;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

const BINARY: u8 = 0x82;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// A player with the game's own netcode on its first connection, and bare sockets for further ones.
struct Player {
    first: WebSocket<MaybeTlsStream<TcpStream>>,
    client: Client,
    start: Instant,
}

impl Player {
    fn join(server: &TestServer) -> Player {
        let start = Instant::now();
        let config = ClientConfig { name: "Ada".to_owned(), ..ClientConfig::default() };
        let mut client = Client::new(config).knowing(NamedContent::built_in().unwrap());
        let request = websocket_request(server.address, &client.connect(0));
        let (mut first, _) = tungstenite::connect(request).unwrap();
        let MaybeTlsStream::Plain(socket) = first.get_mut() else { unreachable!("no TLS here") };
        socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        socket.set_nodelay(true).unwrap();
        let mut player = Player { first, client, start };
        while player.client.frame().is_none() {
            assert!(player.start.elapsed() < PATIENCE, "nobody says welcome");
            player.play(Duration::from_millis(20), &mut []);
        }
        player
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    /// Plays for a while, with a copy of each command for the other sockets. Panics when the first connection ends.
    fn play(&mut self, time: Duration, others: &mut [&mut TcpStream]) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.client.handle_time(self.now());
            while let Some(bytes) = self.client.poll_transmit() {
                if is_input_command(&bytes) {
                    for socket in others.iter_mut() {
                        // What is closed takes nothing.
                        let _ = std::io::Write::write_all(*socket, &client_frame(BINARY, &bytes));
                    }
                }
                self.first.send(Message::binary(bytes)).unwrap();
            }
            match self.first.read() {
                Ok(Message::Binary(bytes)) => {
                    self.client.handle_message(self.now(), &bytes).unwrap();
                }
                Ok(other) => panic!("{other:?}"),
                Err(tungstenite::Error::Io(error))
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                Err(error) => panic!("{error}"),
            }
            while self.client.poll_event().is_some() {}
        }
    }

    /// A second connection.
    fn attach(&self, server: &TestServer) -> TcpStream {
        server.greeted(&self.client.attach_inputs().unwrap())
    }

    /// Snapshots come as before, and no prediction of a quiet flight was wrong.
    fn assert_unharmed(&mut self) {
        let before = self.client.stats().snapshots_received;
        self.play(Duration::from_millis(500), &mut []);
        assert!(self.client.stats().snapshots_received > before);
        assert_eq!(self.client.stats().corrections, 0);
    }
}

fn close_code(socket: &mut TcpStream) -> u16 {
    read_close(socket, PATIENCE).0
}

#[test]
fn commands_over_two_sockets_count_once_and_the_end_of_the_second_is_harmless() {
    let server = TestServer::start(|_| {});
    let mut player = Player::join(&server);
    let mut second = player.attach(&server);
    player.play(Duration::from_secs(1), &mut [&mut second]);
    let copies = server.metric("driftfield_inputs_duplicate_total");
    assert!(copies >= 15.0, "{copies}");
    let again = server.metric("driftfield_rejected_messages_total{reason=\"input_again\"}");
    assert_eq!(again, 0.0);
    drop(second);
    player.assert_unharmed();
}

#[test]
fn a_forged_ticket_is_refused_by_name() {
    let server = TestServer::start(|_| {});
    let mut player = Player::join(&server);
    let mut socket = server.greeted(&Greeting::AttachInputs(InputTicket([7; 16])));
    let (code, text, _) = read_close(&mut socket, PATIENCE);
    assert_eq!((code, text), (CloseReason::NoSeat.code(), CloseReason::NoSeat.to_string()));
    let series = "driftfield_rejected_messages_total{reason=\"no_seat\"}";
    assert_eq!(server.metric(series), 1.0);
    player.assert_unharmed();
}

#[test]
fn what_is_no_command_closes_the_second_socket_only() {
    let server = TestServer::start(|_| {});
    let mut player = Player::join(&server);
    let leave = encode_client_control(&ClientControl::Leave);
    for wrong in [&leave[..], &[0xff; 40][..]] {
        let mut second = player.attach(&server);
        player.play(Duration::from_millis(100), &mut [&mut second]);
        std::io::Write::write_all(&mut second, &client_frame(BINARY, wrong)).unwrap();
        assert_eq!(close_code(&mut second), CloseReason::Malformed.code());
    }
    player.assert_unharmed();
}

#[test]
fn of_ten_second_sockets_in_a_row_the_last_one_stays_and_their_places_are_free_again() {
    let server = TestServer::start(|config| config.admission.connections = 16);
    let mut player = Player::join(&server);
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(player.attach(&server));
        player.play(Duration::from_millis(100), &mut []);
    }
    let mut last = sockets.pop().unwrap();
    for socket in &mut sockets {
        assert_eq!(close_code(socket), CloseReason::TakenOver.code());
    }
    drop(sockets);
    player.play(Duration::from_millis(500), &mut [&mut last]);
    assert!(server.metric("driftfield_inputs_duplicate_total") >= 5.0);
    // Ten more find room among sixteen.
    drop((0..10).map(|_| player.attach(&server)).collect::<Vec<_>>());
    player.assert_unharmed();
}

#[test]
fn the_end_of_the_first_socket_is_the_end_of_the_second() {
    let server = TestServer::start(|_| {});
    let mut player = Player::join(&server);
    let mut second = player.attach(&server);
    player.play(Duration::from_millis(200), &mut [&mut second]);
    drop(player);
    assert_eq!(close_code(&mut second), CloseReason::NoSeat.code());
    let site: &Site = &server.site;
    assert_eq!(site.rooms().all()[0].status().line.players, 1, "the seat waits for its owner");
}
