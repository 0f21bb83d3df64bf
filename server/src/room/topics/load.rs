//! What a busy board costs a room: processor time and bytes.

use std::fs;

use driftfield_shared::limits::TOPIC_BYTES_PER_SECOND;
use driftfield_shared::topics::{Handle, Subscribe};
use driftfield_shared::units::{PlayerId, Tick};

use super::*;

const HZ: u16 = 30;
const SUBSCRIBERS: usize = 1_000;
const SECONDS: u32 = 20;
/// Keys of the board: as many instruments as an exchange has, or lines of a leaderboard that is long.
const KEYS: u16 = 64;

/// Nanoseconds that this thread has had a processor.
fn processor_nanos() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap()
}

/// Changes a board once a tick and tells it to all. Returns the share of a core, and the bytes of each subscriber in a second.
fn run(name: &str, mut change: impl FnMut(&mut Topics, &HubTopics, u16, u32)) -> (f64, f64) {
    let hub = HubTopics::default();
    let mut topics = Topics::new(std::iter::empty(), &hub);
    let mut all: Vec<Subscriptions> = (0..SUBSCRIBERS)
        .map(|_| {
            let own = OwnTopics::default();
            let mut subscriptions = Subscriptions::new(Tick(0), HZ, TOPIC_BYTES_PER_SECOND, own);
            let handle = Handle::all().next().unwrap();
            let topic = name.to_owned();
            subscriptions.subscribe(Subscribe { handle, topic, since: None, only: None });
            subscriptions
        })
        .collect();
    let mut messages = TopicMessages::default();
    let (mut bytes, mut begun) = (0, 0);
    for tick in 0..(SECONDS + 3) * u32::from(HZ) {
        if tick == 3 * u32::from(HZ) {
            // By now everybody has the whole board.
            (bytes, begun) = (0, processor_nanos());
        }
        change(&mut topics, &hub, (tick * 7) as u16 % KEYS, tick);
        topics.seal();
        for subscriptions in &mut all {
            messages.clear();
            subscriptions.poll(&topics, Tick(tick), None, &mut messages);
            bytes += messages.iter().map(<[u8]>::len).sum::<usize>();
        }
    }
    let share = (processor_nanos() - begun) as f64 / 1e9 / f64::from(SECONDS);
    (share, bytes as f64 / SUBSCRIBERS as f64 / f64::from(SECONDS))
}

/// Bid, ask and last price.
fn quote(tick: u32) -> [u8; 12] {
    std::array::from_fn(|index| (tick >> (8 * (index % 4))) as u8)
}

#[test]
#[ignore = "measures: cargo test --release -p driftfield-server --lib busy_board -- --ignored --nocapture"]
fn a_busy_board_of_a_thousand_subscribers() {
    let own = run(LEADERBOARD, |topics, _, key, tick| {
        topics.leaderboard.topic_mut().set(&player_key(PlayerId(key)), &quote(tick));
    });
    let mut board = Board::new(1);
    let of_hub = run("quotes", |_, hub, key, tick| {
        board.set(&player_key(PlayerId(key)), &quote(tick));
        hub.publish("quotes", board.clone());
    });
    for (whose, (share, bytes)) in [("room", own), ("hub", of_hub)] {
        println!("board of the {whose}: {:.2} % of a core, {bytes:.0} B/s each", 100.0 * share);
        assert!(bytes < 8.0 * 1024.0, "within the allowance");
    }
}
