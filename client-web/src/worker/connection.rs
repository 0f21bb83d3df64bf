//! The connection that the page asked for: opened, kept, and opened again when it breaks.
//!
//! ```text
//! page, socket, timer --> handle_* --> Path --> netcode::Client --> Path --> socket
//!                  |                                         \-> notes for the page
//!                  \-> SecondSocket, for input commands
//! ```
//!
//! The path is perfect unless the player wants to see the game on a bad link.

use std::sync::Arc;

use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent};
use driftfield_shared::protocol::{codec, is_input_command};
use driftfield_shared::units::Micros;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

use super::second::SecondSocket;
use super::socket::Socket;
use super::with_connection;
use crate::clock::Clock;
use crate::link::{Arrival, Backoff, LinkState, Note, PageMessage, Parcel, Path};

/// The server speaks every tick; after so long a silence the network is gone without a word.
const SILENCE_MAX: Micros = 6_000_000;
/// How long opening a socket may take.
const OPENING_MAX: Micros = 10_000_000;
/// Between two reports of the figures.
const STATS_INTERVAL: Micros = 250_000;
/// The close code of a connection that ended without one.
const ABNORMAL: u16 = 1006;
/// Seed of the bad links: the same wishes at the same times meet the same delays.
const PATH_SEED: u64 = 1;

/// The one connection of a worker.
pub struct Connection {
    scope: DedicatedWorkerGlobalScope,
    clock: Clock,
    url: String,
    client: Client,
    socket: Option<Socket>,
    path: Path,
    second: SecondSocket,
    /// Number of the current socket.
    number: u32,
    state: LinkState,
    backoff: Backoff,
    /// When to give the current socket up, or to try again while there is none.
    deadline: Option<Micros>,
    opened_at: Option<Micros>,
    stats_at: Micros,
    on_timer: Closure<dyn FnMut()>,
    timer: Option<i32>,
}

impl Connection {
    /// No connection yet.
    pub fn new(scope: DedicatedWorkerGlobalScope, clock: Clock) -> Self {
        Connection {
            scope,
            clock,
            url: String::new(),
            client: Client::new(ClientConfig::default()),
            socket: None,
            path: Path::new(PATH_SEED),
            second: SecondSocket::new(),
            number: 0,
            state: LinkState::Idle,
            backoff: Backoff::default(),
            deadline: None,
            opened_at: None,
            stats_at: 0,
            on_timer: Closure::new(|| with_connection(Connection::handle_timer)),
            timer: None,
        }
    }

    /// Takes a wish of the page.
    pub fn handle_page(&mut self, message: PageMessage) {
        match message {
            PageMessage::Connect { url, name, token } => {
                self.url = url;
                self.client = Client::new(ClientConfig { name, token, is_bot: false });
                self.backoff.reset();
                self.open();
            }
            // Sampled at the next client tick.
            PageMessage::Controls(controls) => self.client.set_controls(controls),
            PageMessage::Link(profile) => {
                let now = self.clock.now();
                self.path.set_profile(now, profile);
                self.second.set_profile(now, profile);
                self.pass(now);
            }
            PageMessage::SecondSocket(is_wanted) => {
                let now = self.clock.now();
                self.second.set_wanted(now, is_wanted, self.state == LinkState::Open);
                self.second.handle_time(now, &self.url, self.client.attach_inputs());
                self.note_second();
            }
            PageMessage::TryNow => {
                if matches!(self.state, LinkState::Waiting { .. }) {
                    self.open();
                }
            }
            PageMessage::Leave => {
                let now = self.clock.now();
                self.client.leave();
                self.flush(now);
                // Nobody waits for a goodbye to get through a bad link.
                self.path.release();
                self.flush(now);
                self.path.clear(now);
                self.socket = None;
                self.deadline = None;
                self.second.close(now);
                self.note_second();
                self.set_state(LinkState::Idle);
            }
        }
        self.schedule();
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
                Arrival::Close(code) => self.end(code),
            }
        }
        self.flush(now);
    }

    fn receive(&mut self, now: Micros, bytes: &[u8]) {
        self.deadline = Some(now + SILENCE_MAX);
        if let Err(error) = self.client.handle_message(now, bytes) {
            web_sys::console::error_1(&error.to_string().into());
            self.end(ABNORMAL);
            return;
        }
        self.flush(now);
        if now >= self.stats_at + STATS_INTERVAL {
            self.stats_at = now;
            self.tell(Note::Stats(*self.client.stats()));
        }
    }

    fn handle_timer(&mut self) {
        self.timer = None;
        let now = self.clock.now();
        // What has come through breaks the silence.
        self.pass(now);
        self.second.handle_time(now, &self.url, self.client.attach_inputs());
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            match self.state {
                LinkState::Waiting { .. } => self.open(),
                _ => self.end(ABNORMAL),
            }
        }
        if self.state == LinkState::Open {
            self.client.handle_time(now);
            self.flush(now);
        }
        self.schedule();
    }

    fn open(&mut self) {
        self.advance_number();
        // The old one goes first: two sockets of one seat would take it from each other.
        self.socket = None;
        let now = self.clock.now();
        self.path.clear(now);
        match Socket::open(&self.url, &self.client.connect(now), self.number) {
            Ok(socket) => {
                self.socket = Some(socket);
                self.deadline = Some(now + OPENING_MAX);
                self.set_state(LinkState::Connecting);
            }
            Err(_) => self.end(ABNORMAL),
        }
    }

    /// The connection is over: waits for the next try, if that may help.
    fn end(&mut self, code: u16) {
        let now = self.clock.now();
        let stood_ms = self.opened_at.take().map(|at| now.saturating_sub(at) as f64 / 1e3);
        self.backoff.note_end(stood_ms);
        let milliseconds = self.backoff.next_wait_ms(js_sys::Math::random());
        // Events of the socket that is on its way out are no longer ours. It is dropped when it is
        // replaced: this may well be its own callback.
        self.advance_number();
        self.second.close(now);
        self.note_second();
        if let Some(socket) = &self.socket {
            socket.close();
        }
        self.path.clear(now);
        let state = LinkState::after_close(code, milliseconds, self.backoff.tries());
        self.deadline = match state {
            LinkState::Waiting { .. } => Some(now + Micros::from(milliseconds) * 1_000),
            _ => None,
        };
        self.set_state(state);
    }

    /// Hands on what the client has for socket and page.
    fn flush(&mut self, now: Micros) {
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
                ClientEvent::Welcome(welcome) => {
                    self.opened_at = Some(self.clock.now());
                    self.tell(Note::Welcome(welcome));
                    self.set_state(LinkState::Open);
                    self.second.handle_welcome(now);
                    self.second.handle_time(now, &self.url, self.client.attach_inputs());
                }
                ClientEvent::Frame(frame) => {
                    self.tell(Note::Frame(Box::new(Arc::unwrap_or_clone(frame))));
                }
                ClientEvent::Predicted(predicted) => self.tell(Note::Predicted(predicted)),
                ClientEvent::Control(control) => self.tell(Note::Control(control)),
                // Counted in the figures.
                ClientEvent::InputEffect(_) | ClientEvent::Corrected(_) | ClientEvent::Hit(_) => {}
            }
        }
    }

    /// Tells client and page whether commands go over a second socket, too.
    fn note_second(&mut self) {
        let is_attached = self.second.is_attached();
        self.client.set_second_path(is_attached);
        self.tell(Note::SecondSocket(is_attached));
    }

    /// Events of all sockets so far are no longer ours. Half of the numbers are those of second sockets.
    fn advance_number(&mut self) {
        self.number = self.number.wrapping_add(1);
        if SecondSocket::is_number(self.number) {
            self.number = 1;
        }
    }

    fn set_state(&mut self, state: LinkState) {
        self.state = state;
        self.tell(Note::Link(state));
    }

    fn tell(&self, note: Note) {
        let bytes = codec::encode(&Parcel { sent: self.clock.now(), note });
        let array = Uint8Array::from(&bytes[..]);
        let transferred = Array::of1(&array.buffer());
        // Fails only for what cannot be transferred.
        let _ = self.scope.post_message_with_transfer(&array, &transferred);
    }

    /// Sets the timer for whatever is due next.
    fn schedule(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.scope.clear_timeout_with_handle(timer);
        }
        let tick = match self.state {
            LinkState::Open => self.client.next_time(),
            _ => None,
        };
        let times = [tick, self.deadline, self.path.next_time(), self.second.next_time()];
        let Some(next) = times.into_iter().flatten().min() else { return };
        let wait_ms = next.saturating_sub(self.clock.now()).div_ceil(1_000);
        let wait_ms = i32::try_from(wait_ms).unwrap_or(i32::MAX);
        let callback = self.on_timer.as_ref().unchecked_ref();
        self.timer = self
            .scope
            .set_timeout_with_callback_and_timeout_and_arguments_0(callback, wait_ms)
            .ok();
    }
}
