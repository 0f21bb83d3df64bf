//! A room and the clients in it, without a network or a clock: time is an argument.

mod flight;
mod input_path;
mod journal;
mod leaderboard;
mod links;
mod purses;
mod refusals;
mod requests;
mod restart;
mod seats;
mod topics;

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::content::Content;
use driftfield_shared::limits::TOPIC_BYTES_PER_SECOND;
use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, RoomTopics};
use driftfield_shared::protocol::{Token, is_input_command};
use driftfield_shared::sim::{NamedContent, Rules};
use driftfield_shared::units::{Controls, Thrust};

use super::room::Room;
use super::workers::worker_pool::Cores;
use super::{Door, Entry, RoomSettings};
use crate::hub::{Desks, HubTopics, Kicks, Purses};
use crate::metrics::Metrics;
use crate::net::connection::{Connection, LinkEnd, LocalLink};
use crate::room::state::Holder;
use crate::store::StoreHandle;

const TICK: Duration = Duration::from_nanos(1_000_000_000 / 30);

/// A room with a hand on its clock.
pub struct Table {
    pub room: Room,
    start: Instant,
    ticks: u32,
}

/// Someone at the table.
pub struct Guest {
    pub client: Client,
    pub link: LocalLink,
    /// A second connection for input commands.
    pub second: Option<LocalLink>,
    pub end: Option<LinkEnd>,
    events: Vec<ClientEvent>,
}

impl Table {
    pub fn new(max_players: u32) -> Self {
        Table::with_store(max_players, None)
    }

    pub fn with_store(max_players: u32, store: Option<StoreHandle>) -> Self {
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Rules::new(content, "frontier", "frontier", 30).unwrap();
        let settings = RoomSettings {
            id: "test".into(),
            name: "Test".into(),
            rules: Arc::new(rules),
            max_players,
            door: Door::default(),
            for_load: false,
            grace_seconds: 2.0,
            is_grace_whole: false,
            seed: 7,
            store,
            topic_bytes_per_second: TOPIC_BYTES_PER_SECOND,
            hub: HubTopics::default(),
            desks: Desks::default(),
            kicks: Kicks::default(),
            purses: Purses::default(),
            cores: Cores::new(3),
        };
        let room = Room::open(settings, Metrics::new().room("test"));
        Table { room, start: Instant::now(), ticks: 0 }
    }

    pub fn now(&self) -> Instant {
        self.start + TICK * self.ticks
    }

    pub fn invite(&mut self, name: &str, token: Option<Token>) -> Guest {
        let config = ClientConfig {
            name: name.into(),
            token,
            wants_checks: true,
            topics: RoomTopics::ALL,
            ..ClientConfig::default()
        };
        let mut client = Client::new(config).knowing(NamedContent::built_in().unwrap());
        let link = self.admit(client.connect(self.micros()).into());
        Guest { client, link, second: None, end: None, events: Vec::new() }
    }

    /// Someone at the door who says this.
    pub fn admit(&mut self, entry: Entry) -> LocalLink {
        let (connection, link) = Connection::in_process();
        self.room.admit(connection, entry);
        link
    }

    /// Someone who comes from `address`.
    fn invite_from(&mut self, address: [u8; 4], name: &str) -> Guest {
        let config = ClientConfig { name: name.into(), ..ClientConfig::default() };
        let mut client = Client::new(config).knowing(NamedContent::built_in().unwrap());
        let (connection, link) = Connection::in_process();
        let entry = client.connect(self.micros()).into();
        self.room.admit_from(
            connection,
            Some(Holder::from_number(u32::from_be_bytes(address).into())),
            entry,
        );
        Guest { client, link, second: None, end: None, events: Vec::new() }
    }

    fn micros(&self) -> u64 {
        1_000_000 + (TICK * self.ticks).as_micros() as u64
    }

    /// One tick of the room, then the guests hear of it and act.
    fn tick(&mut self, guests: &mut [&mut Guest]) {
        for guest in guests.iter_mut() {
            self.act(guest);
            while let Some(bytes) = guest.client.poll_transmit() {
                if let Some(second) = guest.second.as_ref().filter(|_| is_input_command(&bytes)) {
                    let _ = second.try_send(bytes.clone());
                }
                let _ = guest.link.try_send(bytes);
            }
        }
        self.room.read_and_step(self.now());
        self.room.write(self.now());
        for guest in guests.iter_mut() {
            loop {
                match guest.link.try_receive() {
                    Ok(Some(bytes)) => guest.client.handle_message(self.micros(), &bytes).unwrap(),
                    Ok(None) => break,
                    Err(end) => {
                        guest.end = Some(end);
                        break;
                    }
                }
            }
            while let Some(event) = guest.client.poll_event() {
                guest.events.push(event);
            }
        }
        self.ticks += 1;
    }

    /// Lets a guest run the client ticks that are due; what it sends waits to be polled.
    pub fn act(&self, guest: &mut Guest) {
        guest.client.handle_time(self.micros());
    }

    pub fn run(&mut self, ticks: u32, guests: &mut [&mut Guest]) {
        for _ in 0..ticks {
            self.tick(guests);
        }
    }
}

impl Guest {
    pub fn token(&self) -> Token {
        self.client.welcome().unwrap().token
    }

    pub fn corrections(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, ClientEvent::Corrected(_))).count()
    }
}

fn heading(index: u8) -> Controls {
    Controls { thrust: Thrust::towards(index), ..Controls::default() }
}
