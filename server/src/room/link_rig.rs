//! A room and clients on virtual links and virtual time, for tests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, Dial, Link, LinkProfile};
use driftfield_shared::protocol::Greeting;
use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::{Angle, Controls, Thrust};

use super::RoomSettings;
use super::crew::Cores;
use super::room::Room;
use crate::connection::{Connection, LocalLink};
use crate::metrics::Metrics;

/// Steps of virtual time: a client runs its ticks as punctually as this.
pub const STEP_MICROS: u64 = 1_000;
/// A tick of the room.
pub const TICK_MICROS: u64 = 33_333;

/// A room with its clock.
pub struct Rig {
    /// The room.
    pub room: Room,
    /// Virtual time.
    pub now: u64,
    start: Instant,
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
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Arc::new(Rules::new(content, sector, "frontier", 30).unwrap());
        let settings = RoomSettings {
            id: "test".into(),
            name: "Test".into(),
            rules,
            max_players: 64,
            grace_seconds: 5.0,
            seed,
            data_dir: None,
            cores: Cores::new(0),
        };
        let room = Room::new(settings, Metrics::new().room("test"));
        Rig { room, now: STEP_MICROS, start: Instant::now() }
    }

    /// A client that joins over a link.
    pub fn join(&mut self, profile: &str, seed: u64) -> Pilot {
        let config = ClientConfig { name: "Ada".into(), token: None, is_bot: false };
        let mut client = Client::new(config);
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
        for pilot in pilots.iter_mut() {
            pilot.line.pass_up(&mut self.room, self.now);
        }
        if self.now % TICK_MICROS < STEP_MICROS {
            self.room.read_and_step(self.time());
            self.room.write(self.time());
            meet(&self.room);
            for pilot in pilots.iter_mut() {
                pilot.line.pass_down(self.now);
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
            self.messages += 1;
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
            room.admit(connection, Some(greeting.clone()));
            self.end = End::Open(link);
        }
        let End::Open(link) = &self.end else { return };
        while let Some(bytes) = self.up.poll(now) {
            // A connection that the room has closed takes nothing any more.
            let _ = link.try_send(bytes);
        }
    }

    fn pass_down(&mut self, now: u64) {
        let End::Open(link) = &self.end else { return };
        while let Ok(Some(bytes)) = link.try_receive() {
            self.down.send(now, bytes.len(), bytes.to_vec());
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
