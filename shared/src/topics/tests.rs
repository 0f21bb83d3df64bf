//! A topic, its publisher and one subscriber over a connection that is slow and breaks, compared with what was
//! published.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::update::{NewValue, write_change};
use super::*;
use crate::limits::{
    BOARD_KEYS_MAX, BOARD_TOMBSTONES_MAX, FEED_ENTRIES_MAX, TOPIC_UPDATE_BYTES_MAX,
};

/// A publisher and a subscriber, with the updates that are under way.
struct Table<T> {
    publisher: Publisher<T>,
    subscription: Subscription,
    subscriber: Subscriber,
    handle: Handle,
    under_way: VecDeque<Vec<u8>>,
    /// What the subscriber was told.
    news: Vec<News>,
}

impl<T: Topic> Table<T> {
    fn new(topic: T, only: Option<&[u8]>) -> Self {
        let mut subscriber = Subscriber::default();
        let only = only.map(|key| Key::try_from(key.to_vec()).unwrap());
        let handle = subscriber.subscribe("topic", only).unwrap();
        let mut table = Table {
            publisher: Publisher::new(topic),
            subscription: Subscription::new(None, None),
            subscriber,
            handle,
            under_way: VecDeque::new(),
            news: Vec::new(),
        };
        table.connect();
        table
    }

    /// The connection breaks: what is under way is lost, and the subscriber asks again.
    fn connect(&mut self) {
        self.under_way.clear();
        self.subscriber.connect();
        let Some(TopicRequest::Subscribe(wish)) = self.subscriber.poll_transmit() else {
            panic!("the subscriber does not ask");
        };
        assert_eq!(self.subscriber.poll_transmit(), None, "it asks once");
        self.subscription = Subscription::new(wish.since, wish.only);
    }

    /// The subscriber can have one more update. Returns whether there was one.
    fn send(&mut self) -> bool {
        self.send_within(usize::MAX)
    }

    fn send_within(&mut self, room: usize) -> bool {
        let mut bytes = Vec::new();
        let is_sent = self.subscription.poll(&self.publisher, room, &mut bytes);
        assert!(bytes.len() <= TOPIC_UPDATE_BYTES_MAX + 32, "{} bytes", bytes.len());
        if is_sent {
            self.under_way.push_back(bytes);
        }
        is_sent
    }

    fn receive(&mut self) -> bool {
        let Some(bytes) = self.under_way.pop_front() else { return false };
        let news = self.subscriber.handle_update(self.handle, &bytes).unwrap();
        self.news.extend(news);
        true
    }

    /// Until there is nothing more to tell.
    fn settle(&mut self) {
        while self.send() || self.receive() {}
        let is_current = match self.news.last() {
            Some(News::Board { is_current, .. } | News::Feed { is_current, .. }) => *is_current,
            _ => false,
        };
        assert!(is_current, "a subscriber that was told everything knows it");
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// A key, and the length, one byte and the place of that byte of its value.
    Set(u8, usize, u8, usize),
    Remove(u8),
    Seal,
    Send(usize),
    Receive,
    Break,
    /// The publisher starts again, as after a failure.
    NewLife,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..12_u8, prop::sample::select(vec![0, 1, 12, 12, 12, 299]), 0..5_u8, 0..300_usize)
            .prop_map(|(key, length, byte, place)| Step::Set(key, length, byte, place)),
        4 => (0..12_u8).prop_map(Step::Remove),
        4 => Just(Step::Seal),
        4 => prop::sample::select(vec![0, 50, 400, usize::MAX]).prop_map(Step::Send),
        4 => Just(Step::Receive),
        1 => Just(Step::Break),
        1 => Just(Step::NewLife),
    ]
}

/// What the subscriber holds, according to all that it was told.
fn replay(news: &[News]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut held = BTreeMap::new();
    for news in news {
        let News::Board { changes, .. } = news else { panic!("{news:?} of a board") };
        for (key, value) in changes {
            match value {
                Some(value) => drop(held.insert(key.clone(), value.clone())),
                None => drop(held.remove(key)),
            }
        }
    }
    held
}

proptest! {
    #[test]
    fn a_subscriber_of_a_board_ends_with_what_was_published(
        steps in prop::collection::vec(step(), 0..150),
        only in prop::option::of(0..12_u8),
    ) {
        let only = only.map(|key| [key]);
        let mut table = Table::new(Board::new(1).with_tombstones(3), only.as_ref().map(|key| &key[..]));
        let mut model = BTreeMap::new();
        let mut epoch = 1;
        for step in steps {
            let board = table.publisher.topic_mut();
            match step {
                Step::Set(key, length, byte, place) => {
                    let mut value = vec![0; length];
                    value.iter_mut().skip(place % length.max(1)).take(1).for_each(|at| *at = byte);
                    board.set(&[key], &value);
                    model.insert(vec![key], value);
                }
                Step::Remove(key) => {
                    board.remove(&[key]);
                    model.remove(&vec![key]);
                }
                Step::Seal => table.publisher.seal(),
                Step::Send(room) => drop(table.send_within(room)),
                Step::Receive => drop(table.receive()),
                Step::Break => table.connect(),
                Step::NewLife => {
                    epoch += 1;
                    model.clear();
                    table.publisher = Publisher::new(Board::new(epoch).with_tombstones(3));
                }
            }
        }
        let board = table.publisher.topic();
        let published: BTreeMap<_, _> =
            board.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
        prop_assert_eq!(&published, &model);
        table.settle();
        model.retain(|key, _| only.is_none_or(|only| key[..] == only));
        let held: BTreeMap<_, _> = table
            .subscriber
            .board(table.handle)
            .map(|(key, value)| (key.to_vec(), value.to_vec()))
            .collect();
        prop_assert_eq!(&held, &model);
        prop_assert_eq!(replay(&table.news), model, "what was told adds up to it");
    }

    #[test]
    fn a_subscriber_of_a_feed_gets_each_entry_once_in_order_or_is_told_of_the_gap(
        steps in prop::collection::vec(step(), 0..150),
    ) {
        let feed = |epoch| Feed::new(epoch).with_history(4);
        let mut table = Table::new(feed(1), None);
        // The entries of this life, and of all lives before.
        let (mut published, mut epoch, mut pushed) = (VecDeque::<Vec<u8>>::new(), 1, 0_u32);
        let mut lives = Vec::new();
        for step in steps {
            match step {
                Step::Set(_, length, ..) => {
                    pushed += 1;
                    let mut entry = pushed.to_le_bytes().to_vec();
                    entry.resize(4 + length, 0);
                    table.publisher.topic_mut().push(&entry);
                    published.push_back(entry);
                }
                Step::Remove(_) => {}
                Step::Seal => table.publisher.seal(),
                Step::Send(room) => drop(table.send_within(room)),
                Step::Receive => drop(table.receive()),
                Step::Break => table.connect(),
                Step::NewLife => {
                    epoch += 1;
                    lives.extend(std::mem::take(&mut published));
                    table.publisher = Publisher::new(feed(epoch));
                }
            }
        }
        table.settle();
        lives.extend(published.iter().cloned());
        let mut next = None;
        for news in &table.news {
            let News::Feed { gap, entries, .. } = news else { panic!("{news:?} of a feed") };
            match gap {
                Some(Gap::Entries(count)) => next = next.map(|next| next + *count as usize),
                Some(Gap::Unknown) => next = None,
                None => {}
            }
            for entry in entries {
                let place = lives.iter().position(|other| other == entry).unwrap();
                // Before the first entry, and behind an unknown gap, any later one can follow.
                prop_assert!(next.is_none_or(|next| next == place), "{next:?}, {place}");
                next = Some(place + 1);
            }
        }
        if let Some(next) = next {
            prop_assert_eq!(next, lives.len(), "the last entry came");
        }
    }
}

#[test]
fn a_slow_subscriber_skips_the_values_between() {
    let mut table = Table::new(Board::new(1), None);
    table.settle();
    for price in 0..1_000_u32 {
        table.publisher.topic_mut().set(b"ore", &price.to_le_bytes());
    }
    assert!(table.send());
    assert!(!table.send(), "one update tells everything");
    assert!(table.under_way[0].len() < 16);
    table.settle();
    assert_eq!(table.subscriber.get(table.handle, b"ore"), Some(&999_u32.to_le_bytes()[..]));
}

#[test]
fn a_value_that_was_told_before_the_whole_board_began_anew_is_changed_by_nobody() {
    let mut table = Table::new(Board::new(1), None);
    table.publisher.topic_mut().set(b"key", b"value");
    table.settle();
    let whole = [1, 2, 0, 0, 0, 1];
    table.subscriber.handle_update(table.handle, &whole).unwrap();
    assert_eq!(table.subscriber.get(table.handle, b"key"), Some(&b"value"[..]));
    let delta = [2, 1, 14, b'k', b'e', b'y', 1, b'V'];
    assert_eq!(table.subscriber.handle_update(table.handle, &delta), Err(UpdateError::NoValue));
}

#[test]
fn whoever_was_told_a_part_gets_whole_values_until_it_knows_all() {
    let mut table = Table::new(Board::new(1), None);
    table.publisher.topic_mut().set(b"hot", &[0; 12]);
    (0..20_u8).for_each(|key| table.publisher.topic_mut().set(&[key], &[key; 12]));
    // The key changes before its first value was told.
    let mut moved = [0; 12];
    moved[3] = 1;
    table.publisher.topic_mut().set(b"hot", &moved);
    while table.send_within(30) || table.receive() {}
    assert_eq!(table.subscriber.get(table.handle, b"hot"), Some(&moved[..]));
    moved[3] = 2;
    table.publisher.topic_mut().set(b"hot", &moved);
    assert!(table.send());
    assert_eq!(table.under_way[0].len(), 2 + 4 + 2 + 1, "now one byte of it is told");
}

#[test]
fn whoever_was_told_a_part_up_to_a_seal_is_not_told_what_those_are_who_keep_up() {
    let mut table = Table::new(Board::new(1), None);
    let quote = |first: u8, second: u8| [[first, second].as_slice(), &[0; 10]].concat();
    table.publisher.topic_mut().set(b"a", &quote(0, 0));
    table.settle();
    table.publisher.topic_mut().set(b"a", &quote(1, 0));
    table.publisher.topic_mut().set(b"b", &quote(7, 7));
    table.publisher.seal();
    table.publisher.topic_mut().set(b"a", &quote(1, 1));
    assert!(table.send_within(1), "of `b` alone");
    table.publisher.seal();
    table.settle();
    assert_eq!(table.subscriber.get(table.handle, b"a"), Some(&quote(1, 1)[..]));
}

#[test]
fn whoever_comes_back_gets_what_changed_since_and_no_more() {
    let mut table = Table::new(Board::new(1), None);
    let keys = (0..100_u8).map(|key| [key]);
    keys.for_each(|key| table.publisher.topic_mut().set(&key, b"as ever"));
    table.settle();
    table.publisher.topic_mut().set(&[7], b"new");
    table.connect();
    table.settle();
    let changes = vec![(vec![7], Some(b"new".to_vec()))];
    assert_eq!(table.news.last(), Some(&News::Board { changes, is_current: true }));
}

#[test]
fn whoever_missed_too_many_removals_gets_the_whole_board_and_holds_nothing_that_is_gone() {
    let mut table = Table::new(Board::new(1), None);
    let keys: Vec<_> = (0..2 * BOARD_TOMBSTONES_MAX as u32).map(u32::to_le_bytes).collect();
    keys.iter().for_each(|key| table.publisher.topic_mut().set(key, b""));
    table.settle();
    keys[1..].iter().for_each(|key| table.publisher.topic_mut().remove(key));
    table.settle();
    let held: Vec<_> = table.subscriber.board(table.handle).collect();
    assert_eq!(held, [(&keys[0][..], &b""[..])]);
}

#[test]
fn a_key_that_stays_is_never_taken_away_while_a_board_is_told_anew() {
    let mut table = Table::new(Board::new(1), None);
    // More than one update's worth.
    let keys: Vec<_> = (0..1_000_u32).map(u32::to_le_bytes).collect();
    keys.iter().for_each(|key| table.publisher.topic_mut().set(key, b"value"));
    table.settle();
    let mut anew = Board::new(2);
    keys[1..].iter().for_each(|key| anew.set(key, b"value"));
    table.publisher = Publisher::new(anew);
    while table.send() || table.receive() {
        assert!(table.subscriber.get(table.handle, &keys[999]).is_some());
    }
    assert_eq!(table.subscriber.get(table.handle, &keys[0]), None);
}

#[test]
fn everyone_who_keeps_up_gets_the_same_bytes_as_one_who_is_alone() {
    let mut publisher = Publisher::new(Board::new(1));
    let mut subscriptions = [(); 3].map(|()| Subscription::new(None, None));
    let mut bytes = [(); 3].map(|()| Vec::new());
    for round in 0..5_u8 {
        publisher.topic_mut().set(b"key", &[round]);
        publisher.seal();
        for (subscription, bytes) in subscriptions.iter_mut().zip(&mut bytes) {
            bytes.clear();
            assert!(subscription.poll(&publisher, usize::MAX, bytes));
        }
        assert_eq!(bytes[0], bytes[1]);
        let since = (round > 0).then_some(u64::from(round));
        assert_eq!(bytes[2], update(publisher.topic(), since, None));
    }
}

#[test]
fn a_board_and_a_feed_stay_within_their_bounds_whatever_is_published() {
    let mut board = Board::new(1);
    for key in 0..3 * BOARD_KEYS_MAX as u32 {
        board.set(&key.to_le_bytes(), b"");
        board.remove(&key.wrapping_mul(7).to_le_bytes());
    }
    assert!(board.len() <= BOARD_KEYS_MAX);
    let last = 3 * BOARD_KEYS_MAX as u32 - 1;
    assert!(board.get(&last.to_le_bytes()).is_some(), "the oldest one goes");
    let mut feed = Feed::new(1);
    (0..10_000_u32).for_each(|entry| feed.push(&entry.to_le_bytes()));
    assert_eq!(feed.iter().count(), FEED_ENTRIES_MAX);
    assert_eq!(feed.iter().last(), Some(&9_999_u32.to_le_bytes()[..]));
}

#[test]
fn a_newcomer_gets_the_newest_entries_and_whoever_was_away_all_that_was_missed() {
    let mut table = Table::new(Feed::new(1).with_history(100).for_newcomers(3), None);
    let push = |table: &mut Table<Feed>, entries: std::ops::Range<u8>| {
        entries.for_each(|entry| table.publisher.topic_mut().push(&[entry]));
    };
    let read = |table: &mut Table<Feed>| {
        table.settle();
        let mut read = Vec::new();
        for news in table.news.drain(..) {
            let News::Feed { gap, entries, .. } = news else { panic!("{news:?}") };
            assert_eq!(gap, None);
            read.extend(entries.concat());
        }
        read
    };
    push(&mut table, 0..10);
    assert_eq!(read(&mut table), [7, 8, 9]);
    push(&mut table, 10..15);
    table.connect();
    assert_eq!(read(&mut table), [10, 11, 12, 13, 14]);
}

#[test]
fn news_of_what_is_no_longer_wanted_is_dropped_and_the_handle_is_free_at_the_end() {
    let mut table = Table::new(Board::new(1), None);
    table.publisher.topic_mut().set(b"key", b"value");
    table.send();
    table.subscriber.unsubscribe(table.handle);
    let request = table.subscriber.poll_transmit();
    assert_eq!(request, Some(TopicRequest::Unsubscribe(table.handle)));
    table.receive();
    assert_eq!(table.news, [], "it was under way");
    assert_ne!(table.subscriber.subscribe("other", None), Some(table.handle));
    let mut end = Vec::new();
    write_end(EndReason::Unsubscribed, &mut end);
    assert_eq!(table.subscriber.handle_update(table.handle, &end), Ok(None));
    assert_eq!(table.subscriber.subscribe("third", None), Some(table.handle));
}

#[test]
fn a_topic_that_there_is_not_is_told() {
    let mut table = Table::new(Board::new(1), None);
    let mut end = Vec::new();
    write_end(EndReason::NoSuchTopic, &mut end);
    let news = table.subscriber.handle_update(table.handle, &end);
    assert_eq!(news, Ok(Some(News::Ended(EndReason::NoSuchTopic))));
    let news = table.subscriber.handle_update(table.handle, &end);
    assert_eq!(news, Err(UpdateError::NotSubscribed));
}

fn update(topic: &impl Topic, since: Option<u64>, only: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    topic.write_update(since.map_or(Told::Nothing, Told::All), only, usize::MAX, &mut bytes);
    bytes
}

#[test]
fn updates_have_their_golden_bytes() {
    let mut board = Publisher::new(Board::new(300));
    board.topic_mut().set(b"ab", b"xyz");
    // Whole and current; epoch 300; version 1; key of 2 bytes with a whole value; value of 3 bytes.
    let whole = [3, 44, 1, 0, 0, 1, 9, b'a', b'b', 3, b'x', b'y', b'z'];
    assert_eq!(update(&board, None, None), whole);
    board.topic_mut().set(b"c", b"");
    board.topic_mut().remove(b"ab");
    // Current; the version rises by 2; `c` has an empty value; `ab` is gone.
    let changes = [2, 2, 5, b'c', 0, 8, b'a', b'b'];
    assert_eq!(update(&board, Some(1), None), changes);
    // The same for one who only asked for `ab`.
    let only = [2, 2, 8, b'a', b'b'];
    assert_eq!(update(&board, Some(1), Some(b"ab")), only);
    board.topic_mut().set(b"c", b"0123456789");
    board.topic_mut().set(b"c", b"0123x567y9");
    // Current; the version rises by 1; `c` changes; two bytes of mask: the fifth and the ninth byte; these bytes.
    let delta = [2, 1, 6, b'c', 0b1_0000, 0b1, b'x', b'y'];
    assert_eq!(update(&board, Some(4), None), delta);
    // Whoever did not hold the value before gets the whole one.
    let value = [5, b'c', 10, b'0', b'1', b'2', b'3', b'x', b'5', b'6', b'7', b'y', b'9'];
    assert_eq!(update(&board, Some(3), None), [&[2, 2], &value[..]].concat());
    let mut bytes = Vec::new();
    board.write_update(Told::UpTo(4), None, usize::MAX, &mut bytes);
    assert_eq!(bytes, [&[2, 1], &value[..]].concat());
    let mut feed = Feed::new(7).with_history(2);
    feed.push(b"a");
    // Feed, whole and current; epoch 7; version 1; an entry of 1 byte.
    assert_eq!(update(&feed, None, None), [7, 7, 0, 0, 0, 1, 1, b'a']);
    [b"b", b"c", b"d"].iter().for_each(|entry| feed.push(*entry));
    // Feed, current; the version rises by 3, but there are 2 entries: one is missing before them.
    let gap = [6, 3, 1, b'c', 1, b'd'];
    assert_eq!(update(&feed, Some(1), None), gap);
    let mut end = Vec::new();
    write_end(EndReason::NoSuchTopic, &mut end);
    assert_eq!(end, [8, 0]);
}

#[test]
fn each_way_for_an_update_to_be_wrong_has_its_name() {
    use crate::wire::DecodeError;
    let too_many =
        (0..=2 * BOARD_KEYS_MAX as u32).fold(vec![3, 1, 0, 0, 0, 1], |mut bytes, key| {
            write_change((&key.to_le_bytes(), NewValue::Whole(b"")), &mut bytes);
            bytes
        });
    let max = [253, 255, 255, 255, 255, 255, 255, 255, 255];
    let cases: [(Vec<u8>, UpdateError); 17] = [
        (vec![], DecodeError::Form.into()),
        (vec![16], UpdateError::Unknown(16)),
        (vec![9, 0], UpdateError::Unknown(9)),
        (vec![8, 2], UpdateError::Unknown(8)),
        (vec![8, 0, 0], DecodeError::TrailingBytes(1).into()),
        (vec![2, 1], UpdateError::NothingToChange),
        // An epoch that ends too early; a version that is longer than needed; a key that ends too early.
        (vec![3, 1, 0, 0], DecodeError::Form.into()),
        (vec![3, 1, 0, 0, 0, 251, 1, 0], DecodeError::NotShortest.into()),
        (vec![3, 1, 0, 0, 0, 1, 9, 0], DecodeError::Form.into()),
        (vec![3, 1, 0, 0, 0, 1, 251, 4, 1], UpdateError::KeyTooLong(65)),
        (vec![3, 1, 0, 0, 0, 1, 1, 251, 1, 4], UpdateError::ValueTooLong(1_025)),
        (vec![3, 1, 0, 0, 0, 1, 7, 0], UpdateError::UnknownForm(3)),
        (vec![3, 1, 0, 0, 0, 1, 2, 0], UpdateError::NoValue),
        // A key of one byte has a value of one byte, of which the second one changes; and one that ends too early.
        (vec![3, 1, 0, 0, 0, 1, 5, 9, 1, 7, 6, 9, 2, 7], UpdateError::MaskTooLong),
        (vec![3, 1, 0, 0, 0, 1, 5, 9, 1, 7, 6, 9, 1], DecodeError::Form.into()),
        (vec![7, 1, 0, 0, 0, 1, 0, 0], UpdateError::TooManyEntries(2)),
        (too_many, UpdateError::TooManyKeys),
    ];
    for (bytes, error) in cases {
        let mut table = Table::new(Board::new(1), None);
        assert_eq!(table.subscriber.handle_update(table.handle, &bytes), Err(error), "{bytes:?}");
    }
    let mut table = Table::new(Board::new(1), None);
    table.subscriber.handle_update(table.handle, &[3, 1, 0, 0, 0, 1]).unwrap();
    let bytes = [&[2][..], &max].concat();
    let outcome = table.subscriber.handle_update(table.handle, &bytes);
    assert_eq!(outcome, Err(UpdateError::VersionTooHigh));
}
