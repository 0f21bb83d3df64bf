//! What one client is told of a room's topics, tick by tick.

use std::collections::BTreeMap;

use driftfield_shared::limits::{
    PLAYERS_PER_ROOM_MAX, SUBSCRIPTIONS_MAX, TOPIC_BYTES_BURST, TOPIC_UPDATE_BYTES_MAX,
};
use driftfield_shared::protocol::{ServerMessage, decode_server};
use driftfield_shared::topics::{EndReason, Handle, News, Subscribe, Subscriber, TopicRequest};
use driftfield_shared::units::{PlayerId, Tick};

use super::*;

const HZ: u16 = 30;
const RATE: u32 = 4_096;

/// A room's topics, and a client that hears everything at once.
struct Table {
    topics: Topics,
    hub: HubTopics,
    subscriptions: Subscriptions,
    subscriber: Subscriber,
    now: Tick,
    bytes: usize,
    unknown: u64,
}

impl Table {
    fn new(players: &[PlayerInfo]) -> Self {
        let hub = HubTopics::default();
        Table {
            topics: Topics::new(players.iter(), &hub),
            hub,
            subscriptions: Subscriptions::new(Tick(0), HZ, RATE, OwnTopics::default()),
            subscriber: Subscriber::default(),
            now: Tick(0),
            bytes: 0,
            unknown: 0,
        }
    }

    /// What is wished is heard, one tick passes, and the client hears what is new.
    fn tick(&mut self) -> Vec<(Handle, News)> {
        while let Some(request) = self.subscriber.poll_transmit() {
            match request {
                TopicRequest::Subscribe(subscribe) => self.subscriptions.subscribe(subscribe),
                TopicRequest::Unsubscribe(handle) => self.subscriptions.unsubscribe(handle),
            }
        }
        self.now = self.now.next();
        self.topics.seal(self.now, HZ);
        let mut messages = TopicMessages::default();
        let Table { topics, subscriptions, subscriber, .. } = self;
        self.unknown += subscriptions.poll(topics, self.now, None, &mut messages);
        let mut news = Vec::new();
        for message in messages.iter() {
            self.bytes += message.len();
            assert!(message.len() <= TOPIC_UPDATE_BYTES_MAX + 32);
            let Ok(ServerMessage::Topic(handle, update)) = decode_server(message) else { panic!() };
            let told = subscriber.handle_update(handle, update).unwrap();
            news.extend(told.map(|told| (handle, told)));
        }
        news
    }

    fn run(&mut self, ticks: u32) -> Vec<(Handle, News)> {
        (0..ticks).flat_map(|_| self.tick()).collect()
    }
}

fn players(count: usize) -> Vec<PlayerInfo> {
    let info = |index: usize| PlayerInfo {
        player: PlayerId(index as u16),
        // The longest names: twenty characters of four bytes.
        name: "\u{1f680}".repeat(16) + &format!("{index:04}"),
        is_bot: false,
    };
    (0..count).map(info).collect()
}

#[test]
fn the_roster_of_the_largest_room_comes_in_pieces_within_the_allowance() {
    let all = players(PLAYERS_PER_ROOM_MAX);
    let mut table = Table::new(&all);
    let handle = table.subscriber.subscribe(ROSTER, None).unwrap();
    let seconds = 120;
    for second in 1..=seconds {
        table.run(HZ.into());
        let most = (second * RATE + TOPIC_BYTES_BURST) as usize + TOPIC_UPDATE_BYTES_MAX;
        assert!(table.bytes <= most, "{} bytes in {second} s", table.bytes);
    }
    let told: Vec<PlayerInfo> = table
        .subscriber
        .board(handle)
        .map(|(key, value)| PlayerInfo::read(key, value).unwrap())
        .collect();
    let by_seat = |players: &[PlayerInfo]| -> BTreeMap<PlayerId, String> {
        players.iter().map(|info| (info.player, info.name.clone())).collect()
    };
    assert_eq!(by_seat(&told), by_seat(&all));
}

#[test]
fn a_topic_that_there_is_not_ends_by_name_and_its_handle_is_free_again() {
    let mut table = Table::new(&[]);
    let handle = table.subscriber.subscribe("weather", None).unwrap();
    let ended = News::Ended(EndReason::NoSuchTopic);
    assert_eq!(table.tick(), [(handle, ended)]);
    assert_eq!((table.unknown, table.run(5)), (1, vec![]));
    assert_eq!(table.subscriber.subscribe(KILLS, None), Some(handle));
    assert_eq!(table.tick().len(), 1);
    table.subscriber.unsubscribe(handle);
    assert_eq!(table.run(5), [], "who asked for the end is told nothing of it");
    assert_eq!(table.subscriber.subscribe(KILLS, None), Some(handle), "but it was heard");
    // One of the hub's that comes later has to be asked for later.
    table.subscriber.subscribe("rooms", None).unwrap();
    table.run(3);
    let mut board = Board::new(1);
    board.set(b"home", b"1");
    table.hub.publish("rooms", board);
    let handle = table.subscriber.subscribe("rooms", None).unwrap();
    table.run(3);
    assert_eq!(table.subscriber.get(handle, b"home"), Some(&b"1"[..]));
}

#[test]
fn a_board_that_changes_in_each_tick_is_told_ten_times_a_second_and_a_feed_at_once() {
    let mut table = Table::new(&players(2));
    let roster = table.subscriber.subscribe(ROSTER, None).unwrap();
    let kills = table.subscriber.subscribe(KILLS, None).unwrap();
    let told: Vec<_> = table.tick().into_iter().map(|(handle, _)| handle).collect();
    assert_eq!(told, [roster, kills], "who comes is told at once");
    let mut heard = BTreeMap::new();
    for tick in 0..10 * u32::from(HZ) {
        let player = PlayerId((tick % 2) as u16);
        let info = PlayerInfo { player, name: format!("{tick}"), is_bot: false };
        table.topics.note(&RoomEvent::Renamed(info));
        let (killer, victim) = (PlayerId(0), PlayerId(1));
        table.topics.note(&RoomEvent::Kill { killer, victim });
        let news = table.tick();
        assert!(news.iter().any(|(handle, _)| *handle == kills), "a kill waits for nothing");
        news.iter().for_each(|(handle, _)| *heard.entry(*handle).or_insert(0) += 1);
    }
    assert_eq!(heard[&kills], 300);
    assert!((100..=101).contains(&heard[&roster]), "{} times", heard[&roster]);
    table.run(3);
    let name = |seat: u16| {
        let key = player_key(PlayerId(seat));
        PlayerInfo::read(&key, table.subscriber.get(roster, &key).unwrap()).unwrap().name
    };
    assert_eq!((name(0), name(1)), ("298".to_owned(), "299".to_owned()));
}

#[test]
fn a_busy_topic_leaves_bytes_to_the_others() {
    let mut table = Table::new(&[]);
    table.hub.publish("busy", Board::new(1));
    table.topics.seal(table.now, HZ);
    table.subscriber.subscribe("busy", None).unwrap();
    let kills = table.subscriber.subscribe(KILLS, None).unwrap();
    table.run(2);
    let mut busy = Board::new(1);
    let mut heard = 0;
    for tick in 0..600_u32 {
        (0..100_u8).for_each(|key| busy.set(&[key], &[tick as u8; 100]));
        table.hub.publish("busy", busy.clone());
        if tick.is_multiple_of(30) {
            let (killer, victim) = (PlayerId(1), PlayerId(2));
            table.topics.note(&RoomEvent::Kill { killer, victim });
        }
        let news = table.tick();
        heard += news.iter().filter(|(handle, _)| *handle == kills).count();
    }
    assert!(heard >= 15, "{heard} of 20 kills");
    let most = (20 * RATE + TOPIC_BYTES_BURST) as usize + TOPIC_UPDATE_BYTES_MAX;
    assert!(table.bytes <= most && table.bytes > most * 8 / 10, "{} of {most}", table.bytes);
}

#[test]
fn a_flood_of_wishes_costs_a_place_for_each_handle_and_the_allowance() {
    let all = players(64);
    let mut table = Table::new(&all);
    let mut subscriptions = Subscriptions::new(Tick(0), HZ, RATE, OwnTopics::default());
    let (mut bytes, mut messages) = (0, TopicMessages::default());
    table.topics.seal(table.now, HZ);
    for now in (1..=300).map(Tick) {
        for handle in (0..500).filter_map(|n| Handle::all().nth(n % SUBSCRIPTIONS_MAX)) {
            for topic in [ROSTER, "weather", STANDINGS] {
                let topic = topic.to_owned();
                subscriptions.subscribe(Subscribe { handle, topic, since: None, only: None });
            }
            subscriptions.unsubscribe(handle);
            let topic = ROSTER.to_owned();
            subscriptions.subscribe(Subscribe { handle, topic, since: None, only: None });
        }
        assert_eq!(subscriptions.len(), SUBSCRIPTIONS_MAX);
        messages.clear();
        subscriptions.poll(&table.topics, now, None, &mut messages);
        bytes += messages.len_bytes();
    }
    let most = (10 * RATE + TOPIC_BYTES_BURST) as usize + TOPIC_UPDATE_BYTES_MAX;
    assert!(bytes <= most, "{bytes} of {most}");
}
