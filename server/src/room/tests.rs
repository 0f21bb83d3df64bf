//! A room and the clients in it, without a network or a clock: time is an argument.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, Frame};
use driftfield_shared::protocol::{
    CONTENT_HASH, CloseReason, Greeting, Hello, ServerControl, Token, is_input_command,
};
use driftfield_shared::sim::Rules;
use driftfield_shared::units::{Angle, Controls, Thrust};

use super::RoomSettings;
use super::crew::Cores;
use super::room::Room;
use crate::connection::{Connection, LinkEnd, LocalLink};
use crate::metrics::Metrics;

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
        Table::with_data_dir(max_players, None)
    }

    fn with_data_dir(max_players: u32, data_dir: Option<PathBuf>) -> Self {
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Rules::new(content, "frontier", "frontier", 30).unwrap();
        let settings = RoomSettings {
            id: "test".into(),
            name: "Test".into(),
            rules: Arc::new(rules),
            max_players,
            grace_seconds: 2.0,
            seed: 7,
            data_dir,
            cores: Cores::new(3),
        };
        let mut room = Room::new(settings, Metrics::new().room("test"));
        room.restore();
        Table { room, start: Instant::now(), ticks: 0 }
    }

    pub fn now(&self) -> Instant {
        self.start + TICK * self.ticks
    }

    pub fn invite(&mut self, name: &str, token: Option<Token>) -> Guest {
        let config = ClientConfig { name: name.into(), token, is_bot: false };
        let mut client = Client::new(config);
        let link = self.admit(Some(client.connect(self.micros())));
        Guest { client, link, second: None, end: None, events: Vec::new() }
    }

    /// Someone at the door who says this.
    pub fn admit(&mut self, greeting: Option<Greeting>) -> LocalLink {
        let (connection, link) = Connection::in_process();
        self.room.admit(connection, greeting);
        link
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

#[test]
fn a_guest_is_welcomed_and_flies_where_it_steers() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    let start = ada.client.frame().unwrap().own_ship().unwrap().position;
    ada.client.set_controls(heading(0));
    table.run(30, &mut [&mut ada]);
    let moved = ada.client.frame().unwrap().own_ship().unwrap().position - start;
    assert!(moved.x > 50.0 && moved.y.abs() < 1.0, "{moved}");
}

#[test]
fn the_own_ship_is_predicted_without_any_correction() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    for turn in 0..120_u16 {
        let aim = Angle::from_steps(turn * 37);
        let boost = turn % 5 == 0;
        let thrust = Thrust::towards((turn * 5 % 32) as u8);
        ada.client.set_controls(Controls { thrust, boost, fire: turn % 3 == 0, aim });
        table.run(11, &mut [&mut ada]);
    }
    assert!(ada.client.stats().predicted_ticks > 1_000);
    assert_eq!(ada.corrections(), 0);
}

#[test]
fn guests_see_each_other_move() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    table.run(5, &mut [&mut ada, &mut bob]);
    bob.client.set_controls(heading(8));
    table.run(30, &mut [&mut ada, &mut bob]);
    let bobs = bob.client.welcome().unwrap().player;
    let seen = ada.client.frame().unwrap().ships.iter().find(|(_, ship)| ship.player == bobs);
    assert_eq!(seen.map(|(_, ship)| ship), bob.client.frame().unwrap().own_ship());
}

#[test]
fn a_lost_connection_leaves_the_ship_and_the_token_takes_it_back() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    ada.client.set_controls(heading(4));
    table.run(30, &mut [&mut ada]);
    let (player, token) = (ada.client.welcome().unwrap().player, ada.token());
    drop(ada);
    table.run(20, &mut []);
    let mut again = table.invite("Ada", Some(token));
    table.run(5, &mut [&mut again]);
    let welcome = again.client.welcome().unwrap();
    assert!(welcome.resumed);
    assert_eq!(welcome.player, player);
    assert_ne!(welcome.token, token, "each token is good for one return");
    assert!(again.client.frame().unwrap().own_ship().is_some());
}

#[test]
fn a_house_bot_whose_connection_is_lost_leaves_no_seat_behind() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let (connection, link) = Connection::of_house_bot();
    let mut client = Client::new(ClientConfig { name: "Bot".into(), ..ClientConfig::default() });
    table.room.admit(connection, Some(client.connect(table.micros())));
    let mut bot = Guest { client, link, second: None, end: None, events: Vec::new() };
    // So long that both have played.
    table.run(60, &mut [&mut ada, &mut bot]);
    assert_eq!(table.room.seat_count(), (1, 1));
    drop(bot);
    table.run(5, &mut [&mut ada]);
    assert_eq!(table.room.seat_count(), (1, 0));
    drop(ada);
    table.run(5, &mut []);
    assert_eq!(table.room.seat_count(), (1, 0), "she may come back");
}

#[test]
fn after_the_grace_period_the_seat_is_free() {
    let mut table = Table::new(1);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    drop(ada);
    table.run(3, &mut []);
    let mut bob = table.invite("Bob", None);
    table.run(3, &mut [&mut bob]);
    assert_eq!(bob.end, Some(LinkEnd::Closed(CloseReason::RoomFull)));
    table.run(60, &mut []);
    let mut cid = table.invite("Cid", None);
    table.run(3, &mut [&mut cid]);
    assert!(cid.client.welcome().is_some());
}

#[test]
fn a_seat_flown_from_another_window_closes_the_first() {
    let mut table = Table::new(4);
    let mut first = table.invite("Ada", None);
    table.run(5, &mut [&mut first]);
    let mut second = table.invite("Ada", Some(first.token()));
    table.run(5, &mut [&mut first, &mut second]);
    assert_eq!(first.end, Some(LinkEnd::Closed(CloseReason::TakenOver)));
    assert!(second.client.welcome().unwrap().resumed);
}

#[test]
fn who_leaves_on_purpose_is_gone_at_once_for_all() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    table.run(5, &mut [&mut ada, &mut bob]);
    let player = bob.client.welcome().unwrap().player;
    bob.client.leave();
    table.run(3, &mut [&mut ada, &mut bob]);
    assert_eq!(bob.end, Some(LinkEnd::Closed(CloseReason::Left)));
    let left = ClientEvent::Control(ServerControl::PlayerLeft(player));
    assert!(ada.events.contains(&left));
    assert_eq!(ada.client.frame().unwrap().ships.len(), 1);
}

#[test]
fn a_room_that_rested_goes_on_where_it_was_for_who_comes_next() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(60, &mut [&mut ada]);
    ada.client.leave();
    table.run(3, &mut [&mut ada]);
    assert!(table.room.is_idle());
    table.room.rest();
    let mut bob = table.invite("Bob", None);
    bob.client.set_controls(heading(4));
    table.run(60, &mut [&mut bob]);
    let frame = bob.client.frame().unwrap();
    assert!(frame.own_ship().is_some() && !frame.asteroids.is_empty());
    assert_eq!(bob.end, None);
}

#[test]
fn the_welcome_and_the_first_snapshot_come_in_the_tick_of_the_hello() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(1, &mut [&mut ada]);
    assert!(ada.client.welcome().is_some());
    assert!(ada.client.frame().is_some());
}

#[test]
fn other_versions_and_other_content_are_refused_by_name() {
    let hello =
        Hello { content_hash: CONTENT_HASH ^ 1, name: "Eve".into(), token: None, is_bot: false };
    let cases = [
        (None, CloseReason::WrongVersion),
        (Some(Greeting::Hello(hello)), CloseReason::WrongContent),
    ];
    for (greeting, reason) in cases {
        let mut table = Table::new(4);
        let link = table.admit(greeting);
        table.run(1, &mut []);
        assert_eq!(link.try_receive().unwrap_err(), LinkEnd::Closed(reason));
    }
}

#[test]
fn garbage_is_refused_by_name() {
    for bytes in [vec![], vec![0xff; 7], vec![2, 9]] {
        let mut table = Table::new(4);
        let mut ada = table.invite("Ada", None);
        table.run(3, &mut [&mut ada]);
        ada.link.try_send(bytes).unwrap();
        table.run(2, &mut [&mut ada]);
        assert_eq!(ada.end, Some(LinkEnd::Closed(CloseReason::Malformed)));
    }
}

#[test]
fn who_says_hello_and_nothing_more_is_cut_in_time() {
    let mut table = Table::new(4);
    let eve = table.invite("Eve", None);
    let seconds = driftfield_shared::limits::STALL_SECONDS_MAX;
    table.run(1, &mut []);
    // What comes to it is taken, so that only its silence counts.
    let take = |ticks: f32, table: &mut Table| {
        for _ in 0..ticks as u32 {
            table.run(1, &mut []);
            while let Ok(Some(_)) = eve.link.try_receive() {}
        }
        eve.link.try_receive().err()
    };
    assert_eq!(take(seconds * 30.0, &mut table), None);
    let end = take(5.0, &mut table);
    assert_eq!(end, Some(LinkEnd::Closed(CloseReason::TooSlow)));
}

#[test]
fn draining_tells_everyone_and_ends() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    table.room.drain(table.now());
    table.run(30, &mut [&mut ada]);
    let has_notice = ada
        .events
        .iter()
        .any(|event| matches!(event, ClientEvent::Control(ServerControl::Draining { .. })));
    assert!(has_notice);
    assert_eq!(ada.end, Some(LinkEnd::Closed(CloseReason::ShuttingDown)));
    assert!(table.room.is_drained());
}

#[test]
fn a_restart_keeps_the_world_and_everyones_seat() {
    let folder = std::env::temp_dir().join(format!("driftfield-checkpoint-{}", std::process::id()));
    let mut table = Table::with_data_dir(4, Some(folder.clone()));
    // People only: the guests of these tests come over the bots' links, so one flies on a real name.
    let mut ada = table.invite("Ada", None);
    ada.client.set_controls(heading(4));
    table.run(40, &mut [&mut ada]);
    table.room.drain(table.now());
    table.run(30, &mut [&mut ada]);
    assert!(table.room.is_drained());
    table.room.save();
    let tick = ada.client.frame().unwrap().tick;

    let mut again = Table::with_data_dir(4, Some(folder.clone()));
    let mut bob = again.invite("Bob", None);
    again.run(5, &mut [&mut bob]);
    assert!(bob.client.frame().unwrap().tick > tick, "time goes on");

    // A file with one bit changed is refused as a whole: the world is a new one.
    let path = super::checkpoint::path(&folder, "test");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let mut anew = Table::with_data_dir(4, Some(folder.clone()));
    let mut cid = anew.invite("Cid", None);
    anew.run(5, &mut [&mut cid]);
    assert!(cid.client.frame().unwrap().tick < tick);
    std::fs::remove_dir_all(folder).unwrap();
}

/// What `count` guests see after a while in which some leave and most steer.
fn seen_by_many(count: u8, table: &mut Table, mut each_tick: impl FnMut(&mut Room)) -> Vec<Frame> {
    let mut guests: Vec<Guest> = Vec::new();
    while guests.len() < usize::from(count) {
        // A few at a time: everyone hears of each.
        for _ in 0..10 {
            guests.push(table.invite(&format!("Guest {}", guests.len()), None));
        }
        table.tick(&mut guests.iter_mut().collect::<Vec<_>>());
    }
    for round in 0..8_usize {
        for (index, guest) in guests.iter_mut().enumerate() {
            let fire = index % 3 == 0;
            let thrust = Thrust::towards(((index * 7 + round * 5) % 32) as u8);
            guest.client.set_controls(Controls { thrust, fire, ..Controls::default() });
        }
        for _ in 0..5 {
            each_tick(&mut table.room);
            table.tick(&mut guests.iter_mut().collect::<Vec<_>>());
        }
        drop(guests.pop());
    }
    let ends: Vec<&LinkEnd> = guests.iter().filter_map(|guest| guest.end.as_ref()).collect();
    assert!(ends.is_empty(), "{ends:?}");
    guests.iter().map(|guest| guest.client.frame().unwrap().clone()).collect()
}

#[test]
fn a_room_with_helpers_serves_everyone_as_one_that_does_all_by_itself() {
    let (mut alone, mut helped) = (Table::new(250), Table::new(250));
    let expected = seen_by_many(200, &mut alone, |_| ());
    let mut helpers_most = 0;
    let seen = seen_by_many(200, &mut helped, |room| {
        room.note_load(TICK, TICK);
        helpers_most = helpers_most.max(room.metrics().helpers.get());
    });
    assert_eq!(alone.room.metrics().helpers.get(), 0);
    assert!(helpers_most > 1, "{helpers_most} helpers were the most");
    assert_eq!(seen, expected);
}
