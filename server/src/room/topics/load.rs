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

/// Changes a board once a tick and tells it to all, as a room does. Returns the share of a core, and the bytes of each subscriber in a second.
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
        topics.seal(Tick(tick), HZ);
        for subscriptions in &mut all {
            messages.clear();
            subscriptions.poll(&topics, Tick(tick), None, &mut messages);
            bytes += messages.iter().map(<[u8]>::len).sum::<usize>();
        }
    }
    let share = (processor_nanos() - begun) as f64 / 1e9 / f64::from(SECONDS);
    (share, bytes as f64 / SUBSCRIBERS as f64 / f64::from(SECONDS))
}

/// What a board of prices shows of an instrument: each figure takes three bytes.
#[derive(Clone, Copy)]
struct Quote {
    bid: u32,
    ask: u32,
    last: u32,
    volume: u32,
}

impl Quote {
    fn value(self) -> Vec<u8> {
        let value = codec::encode(&(self.bid, self.ask, self.last, self.volume));
        assert_eq!(value.len(), 12);
        value
    }
}

/// Instruments whose prices walk at random, some cents at a time.
struct Market {
    quotes: Vec<Quote>,
    seed: u32,
}

impl Market {
    fn new() -> Self {
        let price = |key: u32| 2_000 + 700 * key;
        let quote = |key| Quote { bid: price(key), ask: price(key), last: price(key), volume: 300 };
        Market { quotes: (0..KEYS.into()).map(quote).collect(), seed: 1 }
    }

    fn random(&mut self, below: u32) -> u32 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.seed >> 16) % below
    }

    /// The next quote of an instrument: both sides move, and half of the time somebody has bought or sold.
    fn change(&mut self, key: u16) -> Vec<u8> {
        let mut quote = self.quotes[usize::from(key)];
        quote.bid = (quote.bid + self.random(7)).saturating_sub(3).clamp(1_000, 60_000);
        quote.ask = quote.bid + 1 + self.random(4);
        match self.random(4) {
            0 => quote.last = quote.bid,
            1 => quote.last = quote.ask,
            _ => {}
        }
        if quote.last == quote.bid || quote.last == quote.ask {
            quote.volume = 300 + (quote.volume + self.random(40)) % 60_000;
        }
        self.quotes[usize::from(key)] = quote;
        quote.value()
    }
}

#[test]
#[ignore = "measures: cargo test --release -p driftfield-server --lib busy_board -- --ignored --nocapture"]
fn a_busy_board_of_a_thousand_subscribers() {
    let mut market = Market::new();
    let own = run(LEADERBOARD, |topics, _, key, _| {
        topics.leaderboard.topic_mut().set(&player_key(PlayerId(key)), &market.change(key));
    });
    let (mut market, mut board) = (Market::new(), Board::new(1));
    let of_hub = run("quotes", |_, hub, key, _| {
        board.set(&player_key(PlayerId(key)), &market.change(key));
        hub.publish("quotes", board.clone());
    });
    for (whose, (share, bytes)) in [("room", own), ("hub", of_hub)] {
        println!("board of the {whose}: {:.2} % of a core, {bytes:.0} B/s each", 100.0 * share);
        assert!(bytes < 300.0, "{bytes:.0} bytes");
    }
}
