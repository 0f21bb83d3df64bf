//! A room and clients on virtual links and virtual time, for tests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::limits::{CATCH_UP_TICKS_MAX, TOPIC_BYTES_PER_SECOND};
use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent};
use driftfield_shared::netsim::{Dial, Link, LinkProfile};
use driftfield_shared::protocol::{Greeting, ServerMessage, decode_server};
use driftfield_shared::sim::{NamedContent, Rng, Rules};
use driftfield_shared::units::{Angle, Controls, Thrust};

use crate::hub::{Desks, HubTopics, Kicks, Purses};
use crate::metrics::Metrics;
use crate::net::connection::{Connection, LocalLink};
use crate::room::room::Room;
use crate::room::workers::worker_pool::Cores;
use crate::room::{Door, RoomSettings};

/// Steps of virtual time: a client runs its ticks as punctually as this.
pub const STEP_MICROS: u64 = 1_000;
/// A tick of a room of 30 Hz.
pub const TICK_MICROS: u64 = 33_333;
/// Messages that the room is given between two readings: an in-process connection holds no more.
const MESSAGES_PER_READING: usize = 60;

/// A room with its clock.
pub struct Rig {
    /// The room.
    pub room: Room,
    content: NamedContent,
    /// Virtual time.
    pub now: u64,
    start: Instant,
    tick_micros: u64,
    /// Ticks that were due by now, whether or not they were made.
    due: u64,
    /// Until when the server stands still.
    stands_until: u64,
}

/// A client at the end of a virtual link.
pub struct Pilot {
    /// The client.
    pub client: Client,
    /// What it had to tell.
    pub events: Vec<ClientEvent>,
    /// Payload bytes that came down.
    pub bytes: u64,
    /// Messages that came down.
    pub messages: u64,
    /// Milliseconds after which it changes its mind, on average.
    pub patience: u32,
    line: Line,
    rng: Rng,
}

/// What is between a client and its room.
struct Line {
    end: End,
    up: Link<Vec<u8>>,
    down: Link<Vec<u8>>,
}

/// The room's end of it.
enum End {
    /// The request is under way.
    Dial(Dial, Greeting),
    /// The room has it.
    Open(LocalLink),
}

impl Rig {
    /// A room in `sector`.
    pub fn new(sector: &str, seed: u64) -> Self {
        Rig::with_tick_rate(sector, seed, 30)
    }

    /// A room of `tick_hz` ticks a second.
    pub fn with_tick_rate(sector: &str, seed: u64, tick_hz: u16) -> Self {
        Rig::under(NamedContent::built_in().unwrap(), sector, seed, tick_hz)
    }

    /// A room under other content.
    pub fn under(content: NamedContent, sector: &str, seed: u64, tick_hz: u16) -> Self {
        let rules = Rules::new(content.clone(), sector, "frontier", tick_hz).unwrap();
        let rules = Arc::new(rules);
        let settings = RoomSettings {
            id: "test".into(),
            name: "Test".into(),
            rules,
            max_players: 64,
            door: Door::default(),
            for_load: false,
            grace_seconds: 5.0,
            is_grace_whole: false,
            seed,
            store: None,
            topic_bytes_per_second: TOPIC_BYTES_PER_SECOND,
            hub: HubTopics::default(),
            desks: Desks::default(),
            kicks: Kicks::default(),
            purses: Purses::default(),
            cores: Cores::new(0),
        };
        let room = Room::open(settings, Metrics::new().room("test"));
        let tick_micros = 1_000_000 / u64::from(tick_hz);
        let (now, start) = (STEP_MICROS, Instant::now());
        Rig { room, content, now, start, tick_micros, due: 0, stands_until: 0 }
    }

    /// The server does nothing for so long, as one does that is stopped or whose machine is paused. Then it catches up a few
    /// ticks and gives up the others, as the tick loop does.
    pub fn stand_still(&mut self, millis: u64, pilots: &mut [&mut Pilot]) {
        self.stands_until = self.now + millis * 1_000;
        while self.now < self.stands_until {
            self.step(pilots, |_| ());
        }
    }

    /// A client that joins over a link.
    pub fn join(&mut self, profile: &str, seed: u64) -> Pilot {
        self.join_with(profile, seed, false)
    }

    /// The same, and what it holds is checked once a second, which takes a message.
    pub fn join_checked(&mut self, profile: &str, seed: u64) -> Pilot {
        self.join_with(profile, seed, true)
    }

    fn join_with(&mut self, profile: &str, seed: u64, wants_checks: bool) -> Pilot {
        let config = ClientConfig { name: "Ada".into(), wants_checks, ..ClientConfig::default() };
        let mut client = Client::new(config).knowing(self.content.clone());
        let line = Line::open(&mut client, profile, seed, self.now);
        let rng = Rng::new(seed);
        Pilot { client, events: Vec::new(), bytes: 0, messages: 0, patience: 500, line, rng }
    }

    /// The connection of `pilot` is cut without a word, and it comes back over a new one.
    pub fn reconnect(&mut self, pilot: &mut Pilot, profile: &str, seed: u64) {
        pilot.line = Line::open(&mut pilot.client, profile, seed, self.now);
    }

    fn time(&self) -> Instant {
        self.start + Duration::from_micros(self.now)
    }

    /// One step of time for everyone; `meet` is called when the room has made a tick.
    pub fn step(&mut self, pilots: &mut [&mut Pilot], mut meet: impl FnMut(&Room)) {
        let due = self.now / self.tick_micros;
        if self.now >= self.stands_until {
            let missed = due - std::mem::replace(&mut self.due, due);
            // Between two ticks as well: a connection that is through is let in at once.
            for _ in 0..missed.clamp(1, CATCH_UP_TICKS_MAX.into()) {
                for pilot in pilots.iter_mut() {
                    pilot.line.pass_up(&mut self.room, self.now);
                }
                if missed > 0 {
                    self.room.read_and_step(self.time());
                }
            }
            if missed > 0 {
                self.room.write(self.time());
                meet(&self.room);
                for pilot in pilots.iter_mut() {
                    pilot.line.pass_down(self.now);
                }
            }
        }
        for pilot in pilots.iter_mut() {
            pilot.step(self.now);
        }
        self.now += STEP_MICROS;
    }

    /// Runs for a while.
    pub fn run(&mut self, seconds: u64, pilots: &mut [&mut Pilot]) {
        for _ in 0..seconds * 1_000_000 / STEP_MICROS {
            self.step(pilots, |_| ());
        }
    }
}

impl Pilot {
    /// Puts the link into another state, with what is under way: one profile each way.
    pub fn set_link(&mut self, now: u64, up: &str, down: &str, seed: u64) {
        let (mut up, _) = Link::pair::<()>(up.parse().unwrap(), seed, now);
        let (_, mut down) = Link::<()>::pair(down.parse().unwrap(), seed, now);
        while let Some(bytes) = self.line.up.poll(u64::MAX) {
            up.send(now, bytes.len(), bytes);
        }
        while let Some(bytes) = self.line.down.poll(u64::MAX) {
            down.send(now, bytes.len(), bytes);
        }
        (self.line.up, self.line.down) = (up, down);
    }

    fn step(&mut self, now: u64) {
        while let Some(bytes) = self.line.poll_down(now) {
            self.bytes += bytes.len() as u64;
            // Those behind a snapshot have no headers of their own below WebSocket.
            self.messages += u64::from(!is_behind_a_snapshot(&bytes));
            self.client.handle_message(now, &bytes).unwrap();
        }
        if self.rng.below(self.patience) == 0 {
            self.client.set_controls(Controls {
                thrust: Thrust::towards(self.rng.below(32) as u8),
                boost: self.rng.below(3) == 0,
                fire: self.rng.below(2) == 0,
                aim: Angle::from_steps(self.rng.below(4096) as u16),
            });
        }
        self.client.handle_time(now);
        while let Some(bytes) = self.client.poll_transmit() {
            self.line.up.send(now, bytes.len(), bytes);
        }
        while let Some(event) = self.client.poll_event() {
            self.events.push(event);
        }
    }

    /// How often a prediction was off.
    pub fn corrections(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, ClientEvent::Corrected(_))).count()
    }
}

/// Whether a message of the server is an update of a topic, which is written in one call with the snapshot before it.
fn is_behind_a_snapshot(bytes: &[u8]) -> bool {
    matches!(decode_server(bytes), Ok(ServerMessage::Topic(..)))
}

impl Line {
    fn open(client: &mut Client, profile: &str, seed: u64, now: u64) -> Self {
        let profile: LinkProfile = profile.parse().unwrap();
        let (mut up, down) = Link::pair(profile, seed, now);
        let end = End::Dial(Dial::start(now, &mut up), client.connect(now));
        Line { end, up, down }
    }

    fn pass_up(&mut self, room: &mut Room, now: u64) {
        if let End::Dial(dial, greeting) = &mut self.end {
            if !dial.is_through(now, &mut self.up, &mut self.down) {
                return;
            }
            let (connection, link) = Connection::in_process();
            room.admit(connection, greeting.clone().into());
            self.end = End::Open(link);
        }
        let End::Open(link) = &self.end else { return };
        for bytes in (0..MESSAGES_PER_READING).map_while(|_| self.up.poll(now)) {
            // A connection that the room has closed takes nothing any more.
            let _ = link.try_send(bytes);
        }
    }

    fn pass_down(&mut self, now: u64) {
        let End::Open(link) = &self.end else { return };
        while let Ok(Some(bytes)) = link.try_receive() {
            match is_behind_a_snapshot(&bytes) {
                true => self.down.send_behind(now, bytes.len(), bytes.to_vec()),
                false => self.down.send(now, bytes.len(), bytes.to_vec()),
            }
        }
    }

    /// The next message for the client.
    fn poll_down(&mut self, now: u64) -> Option<Vec<u8>> {
        match self.end {
            End::Dial(..) => None,
            End::Open(_) => self.down.poll(now),
        }
    }
}
