//! Subscribers that are slow, silent or away.

use std::collections::BTreeMap;

use driftfield_shared::limits::{FEED_ENTRIES_MAX, STALL_SECONDS_MAX, TOPIC_BYTES_PER_SECOND};
use driftfield_shared::netcode::ClientEvent;
use driftfield_shared::topics::{Board, Feed, Handle, News};

use super::{Guest, Table};

/// Two topics of the hub, in which something happens in each tick.
struct Busy {
    board: Board,
    feed: Feed,
    ticks: u32,
}

impl Busy {
    fn new() -> Self {
        Busy { board: Board::new(1), feed: Feed::new(1), ticks: 0 }
    }

    fn tick(&mut self, table: &Table) {
        self.ticks += 1;
        for key in 0..20_u32 {
            self.board.set(&key.to_le_bytes(), &[self.ticks.to_le_bytes(); 10].concat());
        }
        self.feed.push(&self.ticks.to_le_bytes());
        let hub = &table.room.settings().hub;
        hub.publish("board", self.board.clone());
        hub.publish("feed", self.feed.clone());
    }
}

/// What a guest was told of a topic.
fn news(guest: &Guest, handle: Handle) -> impl Iterator<Item = &News> {
    guest.events.iter().filter_map(move |event| match event {
        ClientEvent::Topic(of, news) if *of == handle => Some(news),
        _ => None,
    })
}

fn number(entry: &[u8]) -> u32 {
    u32::from_le_bytes(entry.try_into().unwrap())
}

#[test]
fn a_subscriber_that_reads_nothing_costs_no_memory_and_is_not_cut_for_topics() {
    let mut table = Table::new(4);
    let mut busy = Busy::new();
    let mut ada = table.invite("Ada", None);
    busy.tick(&table);
    table.run(5, &mut [&mut ada]);
    let board = ada.client.subscribe("board", None).unwrap();
    let feed = ada.client.subscribe("feed", None).unwrap();
    table.run(5, &mut [&mut ada]);
    assert_eq!(news(&ada, board).count(), 1);
    // She plays, but takes nothing that comes, for nearly as long as a stall may be.
    let mut waiting = Vec::new();
    for _ in 0..(STALL_SECONDS_MAX * 30.0) as u32 - 10 {
        busy.tick(&table);
        table.act(&mut ada);
        while let Some(bytes) = ada.client.poll_transmit() {
            ada.link.try_send(bytes).unwrap();
        }
        table.run(1, &mut []);
    }
    loop {
        match ada.link.try_receive() {
            Ok(Some(bytes)) => waiting.push(bytes),
            Ok(None) => break,
            Err(end) => panic!("she was cut: {end}"),
        }
    }
    let bytes: usize = waiting.iter().map(|bytes| bytes.len()).sum();
    assert!(waiting.len() < 40 && bytes < 16_384, "{} messages, {bytes} bytes", waiting.len());
    for bytes in waiting {
        ada.client.handle_message(table.micros(), &bytes).unwrap();
    }
    while let Some(event) = ada.client.poll_event() {
        ada.events.push(event);
    }
    // Her path counts as full for ten seconds after that, and topics get a small share of it.
    table.run(360, &mut [&mut ada]);
    assert_eq!(ada.end, None);
    // Of the board she gets what is so now, and of the feed all that is still known.
    let mut held = BTreeMap::new();
    for news in news(&ada, board) {
        let News::Board { changes, .. } = news else { panic!("{news:?}") };
        held.extend(changes.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    let published: BTreeMap<_, _> =
        busy.board.iter().map(|(key, value)| (key.to_vec(), Some(value.to_vec()))).collect();
    assert_eq!(held, published);
    let told = entries(&ada, feed);
    assert_eq!(told.last(), Some(&busy.ticks));
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
}

/// The entries of a feed that a guest was told.
fn entries(guest: &Guest, handle: Handle) -> Vec<u32> {
    let entries = news(guest, handle).flat_map(|news| match news {
        News::Feed { entries, .. } => entries.iter(),
        other => panic!("{other:?}"),
    });
    entries.map(|entry| number(entry)).collect()
}

#[test]
fn who_was_away_for_half_a_minute_gets_what_happened_in_order_and_nothing_twice() {
    let mut table = Table::new(4);
    let mut busy = Busy::new();
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    busy.tick(&table);
    table.run(5, &mut [&mut ada, &mut bob]);
    let feed = ada.client.subscribe("feed", None).unwrap();
    let board = ada.client.subscribe("board", None).unwrap();
    for _ in 0..30 {
        busy.tick(&table);
        table.run(1, &mut [&mut ada, &mut bob]);
    }
    // Her connection is lost, and with it what is under way.
    ada.link = table.admit(crate::room::Entry::WrongVersion);
    for second in 0..30 {
        for _ in 0..7 {
            busy.tick(&table);
        }
        table.run(30, &mut [&mut bob]);
        assert!(second * 7 < FEED_ENTRIES_MAX as u32 - 30);
    }
    let before = table.room.metrics().sent_topic_bytes.get();
    ada.link = table.admit(ada.client.connect(table.micros()).into());
    table.run(150, &mut [&mut ada, &mut bob]);
    let expected: Vec<u32> = (1..=busy.ticks).collect();
    assert_eq!(entries(&ada, feed), expected);
    assert!(news(&ada, feed).all(|news| matches!(news, News::Feed { gap: None, .. })));
    let last = news(&ada, board).last().unwrap();
    assert!(matches!(last, News::Board { is_current: true, .. }), "{last:?}");
    let bytes = table.room.metrics().sent_topic_bytes.get() - before;
    assert!(bytes < 2 * u64::from(TOPIC_BYTES_PER_SECOND), "{bytes} bytes");
}
