//! The connection that the page asked for: opens it, keeps it, and opens it again when it breaks.
//!
//! ```text
//! page, socket, timer --> handle_* --> Path --> netcode::Client --> Path --> socket
//!                  |                                         \-> notes for the page
//!                  \-> SecondSocket, for input commands
//! ```
//!
//! The path is direct unless the player simulates a bad link.

use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, NewRules, RoomTopics};
use driftfield_shared::protocol::{ServerControl, is_input_command};
use driftfield_shared::units::Micros;
use driftfield_shared::wire::codec;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

use super::content::ContentFetch;
use super::lanes::Lanes;
use super::second::SecondSocket;
use super::socket::Socket;
use super::with_connection;
use crate::clock::Clock;
use crate::net::{
    Arrival, Backoff, ConnectionState, Credentials, Note, PageMessage, Parcel, Path, Signs,
    Standing, Why,
};

/// The server sends in every tick. After this much silence the network is gone without notice.
const SILENCE_MAX: Micros = 6_000_000;
/// How long opening a socket may take.
const OPENING_MAX: Micros = 10_000_000;
/// Time between two reports of the statistics.
const STATS_INTERVAL: Micros = 250_000;
/// Seed of the bad links: the same requests at the same times meet the same delays.
const PATH_SEED: u64 = 1;

/// The one connection of a worker.
pub struct Connection {
    scope: DedicatedWorkerGlobalScope,
    pub(super) clock: Clock,
    /// Number of the page's visit.
    visit: u32,
    pub(super) url: String,
    /// What to sign in with; `None` without an account.
    pub(super) credentials: Option<Credentials>,
    pub(super) client: Client,
    lanes: Lanes,
    pub(super) content: ContentFetch,
    pub(super) socket: Option<Socket>,
    pub(super) path: Path,
    pub(super) second: SecondSocket,
    /// Number of the current socket.
    pub(super) number: u32,
    pub(super) state: ConnectionState,
    /// Whether the player has left while the socket was opening; it is kept only to give the seat up.
    pub(super) is_leaving: bool,
    /// Whether the socket was refused, and the server was asked why.
    pub(super) is_asking: bool,
    pub(super) backoff: Backoff,
    signs: Signs,
    /// When to give the current socket up, or to try again while there is none.
    pub(super) deadline: Option<Micros>,
    pub(super) opened_at: Option<Micros>,
    /// When the current socket was asked for, and when the server was heard last.
    asked_at: Micros,
    heard_at: Micros,
    stats_at: Micros,
    on_timer: Closure<dyn FnMut()>,
    timer: Option<i32>,
    /// When the timer was set, and for how long.
    timer_wait: (Micros, Micros),
}

impl Connection {
    /// No connection yet.
    pub fn new(scope: DedicatedWorkerGlobalScope, clock: Clock) -> Self {
        Connection {
            scope,
            clock,
            visit: 0,
            url: String::new(),
            credentials: None,
            client: Client::new(ClientConfig::default()),
            lanes: Lanes::default(),
            content: ContentFetch::default(),
            socket: None,
            path: Path::new(PATH_SEED),
            second: SecondSocket::new(),
            number: 0,
            state: ConnectionState::Idle,
            is_leaving: false,
            is_asking: false,
            backoff: Backoff::default(),
            signs: Signs::default(),
            deadline: None,
            opened_at: None,
            asked_at: 0,
            heard_at: 0,
            stats_at: 0,
            on_timer: Closure::new(|| with_connection(Connection::handle_timer)),
            timer: None,
            timer_wait: (0, 0),
        }
    }

    /// Takes a wish of the page.
    pub fn handle_page(&mut self, message: PageMessage) {
        match message {
            PageMessage::Connect { visit, url, name, token, credentials } => {
                self.visit = visit;
                self.opened_at = None;
                self.url = url;
                self.credentials = credentials;
                let wants_checks = cfg!(debug_assertions);
                self.client = Client::new(ClientConfig {
                    name,
                    token,
                    wants_checks,
                    topics: RoomTopics::ALL,
                    ..ClientConfig::default()
                });
                self.lanes = Lanes::new(&mut self.client);
                self.backoff.reset();
                self.open();
            }
            PageMessage::Account(secret) => self.set_secret(secret),
            // Sampled at the next client tick.
            PageMessage::Controls(controls) => self.client.set_controls(controls),
            PageMessage::Ask { number, asked } => {
                if let Some(note) = self.lanes.ask(&mut self.client, number, asked) {
                    self.tell(note);
                }
                self.flush(self.clock.now());
            }
            PageMessage::Link(profile) => {
                let now = self.clock.now();
                self.path.set_profile(now, profile);
                self.second.set_profile(now, profile);
                self.pass(now);
            }
            PageMessage::TryNow => {
                if matches!(
                    self.state,
                    ConnectionState::Waiting { .. } | ConnectionState::Closed { .. }
                ) {
                    self.open();
                }
            }
            PageMessage::Sign(sign) => {
                if self.signs.take(self.clock.now(), sign, self.standing()) {
                    self.open();
                }
            }
            PageMessage::Leave => self.leave(),
        }
        self.schedule();
    }

    /// How the connection stands for a sign that the network may be back.
    fn standing(&self) -> Standing {
        match self.state {
            ConnectionState::Idle | ConnectionState::Closed { .. } => Standing::Ended,
            ConnectionState::Waiting { .. } => Standing::Waiting,
            ConnectionState::Connecting => Standing::Opening(self.asked_at),
            ConnectionState::Open => Standing::Open(self.heard_at),
        }
    }

    /// The socket is open. Of the first one that is no news: what is said to its request comes as a message.
    pub fn handle_open(&mut self, number: u32) {
        if self.second.handle_open(number) {
            self.note_second();
            self.schedule();
        }
    }

    /// A message came.
    pub fn handle_message(&mut self, number: u32, bytes: Vec<u8>) {
        self.handle_arrival(number, Arrival::Message(bytes));
    }

    /// The socket is closed.
    pub fn handle_close(&mut self, number: u32, code: u16) {
        if SecondSocket::is_number(number) {
            self.second.handle_close(self.clock.now(), number, code);
            self.note_second();
            self.schedule();
            return;
        }
        self.handle_arrival(number, Arrival::Close(code));
    }

    fn handle_arrival(&mut self, number: u32, arrival: Arrival) {
        if number != self.number {
            return;
        }
        let now = self.clock.now();
        self.path.send_down(now, arrival);
        self.pass(now);
        self.schedule();
    }

    /// Hands on what has come through the path, both ways.
    fn pass(&mut self, now: Micros) {
        while let Some(arrival) = self.path.poll_down(now) {
            match arrival {
                Arrival::Message(bytes) => self.receive(now, &bytes),
                Arrival::Close(code) => self.handle_end(now, Why::of_close(code)),
            }
        }
        self.flush(now);
    }

    fn receive(&mut self, now: Micros, bytes: &[u8]) {
        self.deadline = Some(now + SILENCE_MAX);
        self.heard_at = now;
        if let Err(error) = self.client.handle_message(now, bytes) {
            web_sys::console::error_1(&error.to_string().into());
            self.end(Why::Lost);
            return;
        }
        self.supply_content(now);
        self.flush(now);
        if now >= self.stats_at + STATS_INTERVAL {
            self.stats_at = now;
            if self.client.wants_second_path() {
                self.second.want(now);
                self.second.handle_time(now, &self.url, self.client.attach_inputs());
            }
            self.tell(Note::Stats(*self.client.stats()));
        }
    }

    fn handle_timer(&mut self) {
        self.timer = None;
        let (from, waited) = self.timer_wait;
        self.clock.note_wait(from, waited);
        let now = self.clock.now();
        // What has come through breaks the silence.
        self.pass(now);
        self.second.handle_time(now, &self.url, self.client.attach_inputs());
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            match self.state {
                ConnectionState::Waiting { .. } => self.open(),
                ConnectionState::Connecting => self.end(Why::Unreachable),
                // Left before the server let us in, and it never did.
                ConnectionState::Idle => self.say_goodbye(now),
                _ => self.end(Why::Lost),
            }
        }
        if self.state == ConnectionState::Open {
            self.client.handle_time(now);
            self.flush(now);
        }
        self.schedule();
    }

    fn open(&mut self) {
        self.advance_number();
        self.is_leaving = false;
        self.is_asking = false;
        self.second.close(self.clock.now());
        self.note_second();
        // The old one goes first: two sockets of one seat would take it from each other.
        self.socket = None;
        let now = self.clock.now();
        self.path.clear(now);
        self.asked_at = now;
        self.deadline = Some(now + OPENING_MAX);
        self.set_state(ConnectionState::Connecting);
        self.fetch_current_content();
        if self.is_signed_in() {
            self.open_socket();
        }
    }

    /// Opens the socket, with a greeting that says who plays.
    pub(super) fn open_socket(&mut self) {
        let now = self.clock.now();
        match Socket::open(&self.url, &self.client.connect(now), self.number) {
            Ok(socket) => self.socket = Some(socket),
            Err(_) => self.end(Why::Unreachable),
        }
    }

    /// Hands on what the client has for socket and page.
    pub(super) fn flush(&mut self, now: Micros) {
        while let Some(bytes) = self.client.poll_transmit() {
            if is_input_command(&bytes) {
                self.second.send(now, &bytes);
            }
            self.path.send_up(now, bytes);
        }
        while let Some(bytes) = self.path.poll_up(now) {
            if let Some(socket) = &self.socket {
                socket.send(&bytes);
            }
        }
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::Welcome(_) if self.is_leaving => return self.say_goodbye(now),
                ClientEvent::Welcome(welcome) => {
                    self.opened_at = Some(self.clock.now());
                    self.lanes.handle_welcome();
                    if let Some(rules) = self.client.rules() {
                        self.tell(Note::Welcome(welcome, rules.content.clone()));
                    }
                    self.set_state(ConnectionState::Open);
                    self.second.handle_welcome(now);
                    self.second.handle_time(now, &self.url, self.client.attach_inputs());
                }
                ClientEvent::Frame(frame) => {
                    self.tell(Note::Frame(frame));
                }
                ClientEvent::Epoch(NewRules(rules)) => {
                    self.tell(Note::Epoch(rules.content.clone()));
                }
                ClientEvent::Predicted(predicted) => self.tell(Note::Predicted(predicted)),
                ClientEvent::Control(ServerControl::Reply(reply)) => {
                    self.lanes.handle_reply(reply).into_iter().for_each(|note| self.tell(note));
                }
                ClientEvent::Control(control) => self.tell(Note::Control(control)),
                ClientEvent::Topic(handle, news) => {
                    let note = self.lanes.handle_news(handle, news);
                    note.into_iter().for_each(|note| self.tell(note));
                }
                ClientEvent::News(news) => self.tell(Note::News(news)),
                // Counted in the figures.
                // In debug builds only: nobody else asks for checks.
                ClientEvent::Desync(differences) => {
                    web_sys::console::error_1(&differences.join("\n").into());
                }
                ClientEvent::InputEffect(_) | ClientEvent::Corrected(_) | ClientEvent::Hit(_) => {}
            }
        }
    }

    /// Tells client and page whether commands go over a second socket, too.
    pub(super) fn note_second(&mut self) {
        let is_attached = self.second.is_attached();
        self.client.set_second_path(is_attached);
        self.tell(Note::SecondSocket(is_attached));
    }

    /// Events of all sockets so far are no longer ours. Half of the numbers are those of second sockets.
    pub(super) fn advance_number(&mut self) {
        self.number = self.number.wrapping_add(1);
        if SecondSocket::is_number(self.number) {
            self.number = 1;
        }
    }

    pub(super) fn set_state(&mut self, state: ConnectionState) {
        self.state = state;
        self.tell(Note::Connection(state));
    }

    fn tell(&self, note: Note) {
        let bytes = codec::encode(&Parcel { visit: self.visit, sent: self.clock.now(), note });
        let array = Uint8Array::from(&bytes[..]);
        let transferred = Array::of1(&array.buffer());
        // Fails only for what cannot be transferred.
        let _ = self.scope.post_message_with_transfer(&array, &transferred);
    }

    /// Sets the timer for whatever is due next.
    pub(super) fn schedule(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.scope.clear_timeout_with_handle(timer);
        }
        let tick = match self.state {
            ConnectionState::Open => self.client.next_time(),
            _ => None,
        };
        let times = [tick, self.deadline, self.path.next_time(), self.second.next_time()];
        let Some(next) = times.into_iter().flatten().min() else { return };
        let now = self.clock.now();
        let wait_ms = next.saturating_sub(now).div_ceil(1_000);
        let wait_ms = i32::try_from(wait_ms).unwrap_or(i32::MAX);
        self.timer_wait = (now, Micros::from(wait_ms.unsigned_abs()) * 1_000);
        let callback = self.on_timer.as_ref().unchecked_ref();
        self.timer = self
            .scope
            .set_timeout_with_callback_and_timeout_and_arguments_0(callback, wait_ms)
            .ok();
    }
}
