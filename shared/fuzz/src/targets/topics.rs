//! Topics: wishes of hostile subscribers to a publisher, and updates of a hostile publisher to a subscriber.

use std::collections::BTreeMap;

use driftfield_shared::limits::{
    BOARD_KEYS_MAX, FEED_ENTRIES_MAX, TOPIC_KEY_BYTES_MAX, TOPIC_UPDATE_BYTES_MAX,
};
use driftfield_shared::topics::{
    Board, Feed, Handle, Key, News, Publisher, Since, Subscriber, Subscription, Told, Topic,
    TopicRequest,
};

use super::HOME;
use crate::Target;
use crate::input::{Input, pack};

/// Every even first byte: the rest is a sequence of changes and of subscribers with versions of their own invention; each
/// gets updates that an honest subscriber understands, and one who was told everything holds what was published. Every odd
/// one: the rest are updates, which a subscriber refuses or takes in, within its bounds.
pub const TOPICS: Target = Target { name: "topics", run, seeds, home: HOME };

/// The life of the topics.
const EPOCH: u32 = 1;

fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 2 {
        0 => publish(input),
        _ => subscribe(input),
    }
}

fn publish(mut input: Input<'_>) {
    let mut board = Publisher::new(Board::new(EPOCH));
    let mut feed = Publisher::new(Feed::new(EPOCH));
    while !input.is_empty() {
        match input.byte() % 6 {
            0 => {
                let (key, message) = (input.byte(), input.message());
                let value = &message[..message.len().min(300)];
                board.topic_mut().set(&[key], value);
                feed.topic_mut().push(value);
            }
            1 => board.topic_mut().remove(&[input.byte()]),
            2 => {
                board.seal();
                feed.seal();
            }
            3 => check_topic(&feed, &mut input, |_, _| ()),
            _ => check_topic(&board, &mut input, |only, held| {
                let is_wanted = |key: &[u8]| only.is_none_or(|only| only == key);
                let published = board.topic().iter().filter(|(key, _)| is_wanted(key));
                let published: BTreeMap<Vec<u8>, Vec<u8>> =
                    published.map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
                assert_eq!(*held, published);
            }),
        }
    }
    assert!(board.topic().len() <= BOARD_KEYS_MAX);
    assert!(feed.topic().iter().count() <= FEED_ENTRIES_MAX);
}

/// A subscriber with any version is told everything in a few updates. `check` sees what it then holds if it knew nothing.
fn check_topic(
    topic: &impl Topic,
    input: &mut Input<'_>,
    check: impl Fn(Option<&[u8]>, &BTreeMap<Vec<u8>, Vec<u8>>),
) {
    let since = Since { epoch: u32::from(input.byte() % 3), version: input.u16().into() };
    let since = Some(since).filter(|since| since.epoch > 0);
    let only = input.byte();
    let only = only.is_multiple_of(4).then(|| vec![only]);
    let key = only.clone().and_then(|key| Key::try_from(key).ok());
    let room = usize::from(input.byte()) * 8;
    let mut subscription = Subscription::new(since, key.clone());
    let mut subscriber = Subscriber::default();
    let handle = subscriber.subscribe("topic", key).expect("a handle is free");
    let _ = subscriber.poll_transmit();
    let mut bytes = Vec::new();
    let mut held = BTreeMap::new();
    // It may know the versions up to that one.
    let mut is_new =
        since.is_none_or(|since| since.epoch != topic.epoch() || since.version > topic.version());
    for _ in 0..1_000 {
        bytes.clear();
        if !subscription.poll(topic, room, &mut bytes) {
            if is_new {
                check(only.as_deref(), &held);
            }
            return;
        }
        assert!(bytes.len() <= TOPIC_UPDATE_BYTES_MAX + 32, "{} bytes", bytes.len());
        let is_whole = bytes[0] & 1 == 1;
        is_new |= is_whole;
        if !is_new {
            // An update that continues another one says nothing by itself.
            continue;
        }
        match subscriber.handle_update(handle, &bytes) {
            Ok(Some(News::Board { changes, .. })) => {
                for (key, value) in changes {
                    match value {
                        Some(value) => held.insert(key, value),
                        None => held.remove(&key),
                    };
                }
            }
            Ok(Some(News::Feed { .. })) => {}
            other => panic!("our own update was refused: {other:?}"),
        }
    }
    panic!("a topic that stands still is told in the end");
}

fn subscribe(mut input: Input<'_>) {
    let mut subscriber = Subscriber::default();
    let handles: Vec<Handle> = (0..3).filter_map(|_| subscriber.subscribe("topic", None)).collect();
    while subscriber.poll_transmit().is_some() {}
    while !input.is_empty() {
        let choice = input.byte();
        let handle = handles[usize::from(choice) % handles.len()];
        match choice / 64 {
            0 => subscriber.unsubscribe(handle),
            1 => {
                subscriber.connect();
                while let Some(request) = subscriber.poll_transmit() {
                    assert!(matches!(request, TopicRequest::Subscribe(_)), "{request:?}");
                }
            }
            _ => {
                if subscriber.handle_update(handle, input.message()).is_err() {
                    return;
                }
            }
        }
        while subscriber.poll_transmit().is_some() {}
        assert!(subscriber.board(handle).count() <= 2 * BOARD_KEYS_MAX);
        assert!(subscriber.board(handle).all(|(key, _)| key.len() <= TOPIC_KEY_BYTES_MAX));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut publish = vec![0];
    for round in 0..40_u8 {
        publish.extend([0, round % 7]);
        publish.extend(pack(&[], [&[round; 200][..]]));
        publish.extend([1, round % 5, 2, 3, round, round, 0, 1, 90, 4, round, 1, 0, round % 8, 20]);
        publish.extend([5, 0, 0, 0, 1, 255]);
    }
    let mut board = Board::new(EPOCH);
    board.set(b"key", b"value");
    board.remove(b"key");
    board.set(b"other", &[7; 100]);
    board.set(b"other", &[[7; 50], [8; 50]].concat());
    let mut feed = Feed::new(EPOCH).with_history(3);
    (0..9).for_each(|entry| feed.push(&[entry; 20]));
    let mut subscribe = vec![1];
    for told in [Told::Nothing, Told::All(1), Told::UpTo(2), Told::All(3)] {
        for topic in [&board as &dyn Topic, &feed] {
            let mut update = Vec::new();
            topic.write_update(told, None, usize::MAX, &mut update);
            subscribe.extend(pack(&[255], [&update[..]]));
        }
        subscribe.extend([64, 2]);
    }
    vec![publish, subscribe]
}
