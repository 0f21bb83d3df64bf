//! What somebody outside the server has seen of it, to be compared with what the server still knows after it was killed.
//!
//! ```text
//! Witness: a bot that notes all ships, credits and ore that it is shown, tick by tick ---\
//! Oracle: bookings that another program sees in the database -----------------------------+--> Oracle::check, after a kill
//! ```

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use driftfield_bots::brains::BrainKind;
use driftfield_bots::sdk::Bot;
use driftfield_server::room::journal::Replay;
use driftfield_server::store::Stretch;
use driftfield_shared::content::Content;
use driftfield_shared::netcode::{ClientEvent, Frame};
use driftfield_shared::sim::{NamedContent, World};
use driftfield_shared::units::Tick;
use rusqlite::{Connection, OpenFlags};
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{self, Error, Message};

use crate::support::{is_not_ready, websocket_request};

/// What clients were shown since the last kill, by tick.
type Sightings = Arc<Mutex<BTreeMap<Tick, Vec<Arc<Frame>>>>>;

/// A bot that notes what it is shown, and comes back after each loss. It leaves when this is dropped.
pub struct Witness {
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Witness {
    fn start(server: SocketAddr, sightings: Sightings) -> Witness {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = is_stopped.clone();
        let thread = Some(thread::spawn(move || watch(server, &stop, &sightings)));
        Witness { is_stopped, thread }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("a witness that understands everything");
        }
    }
}

fn watch(server: SocketAddr, is_stopped: &AtomicBool, sightings: &Sightings) {
    let (start, brain) = (Instant::now(), BrainKind::of_mix(0).create(1));
    let mut bot = Bot::new("Witness".to_owned(), brain);
    let now = || start.elapsed().as_micros() as u64;
    while !is_stopped.load(Ordering::Relaxed) {
        let request = websocket_request(server, &bot.connect(now()));
        let Ok((mut socket, _)) = tungstenite::connect(request) else {
            // There is no server for the moment.
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        let MaybeTlsStream::Plain(stream) = socket.get_mut() else { unreachable!("ws is not wss") };
        stream.set_read_timeout(Some(Duration::from_millis(2))).expect("a socket");
        let mut is_open = true;
        while is_open {
            if is_stopped.load(Ordering::Relaxed) {
                bot.leave();
                is_open = false;
            }
            bot.handle_time(now());
            while let Some(bytes) = bot.poll_transmit() {
                is_open &= socket.send(Message::binary(bytes)).is_ok();
            }
            match socket.read() {
                Ok(Message::Binary(bytes)) => {
                    bot.handle_message(now(), &bytes).expect("what a client understands");
                    if bot.client().wanted_content().is_some() {
                        let content = NamedContent::built_in().expect("sound content");
                        bot.handle_content(now(), content).expect("what a client understands");
                    }
                }
                Err(Error::Io(error)) if is_not_ready(error.kind()) => {}
                Ok(_) | Err(_) => is_open = false,
            }
            while let Some(event) = bot.poll_event() {
                if let ClientEvent::Frame(frame) = event {
                    let mut sightings = sightings.lock().expect("no panic");
                    sightings.entry(frame.tick).or_default().push(frame);
                }
            }
        }
    }
}

/// A booking, and what it moves.
type BookingRow = (i64, u32, u32, String, i64);

/// Knows what was seen, and compares.
pub struct Oracle {
    data_dir: PathBuf,
    room: &'static str,
    content: Arc<Content>,
    sightings: Sightings,
    /// Bookings that were seen in the database.
    bookings: Vec<BookingRow>,
    /// Ships that were compared in all checks.
    pub ships_compared: u64,
    /// Sightings that were not durable when the server was killed.
    pub lost: u64,
}

impl Oracle {
    /// An oracle for a room of the server with this data folder.
    pub fn new(data_dir: &Path, room: &'static str) -> Oracle {
        Oracle {
            data_dir: data_dir.to_owned(),
            room,
            content: Arc::new(Content::built_in().expect("sound content")),
            sightings: Sightings::default(),
            bookings: Vec::new(),
            ships_compared: 0,
            lost: 0,
        }
    }

    /// Somebody who looks at the server and tells the oracle.
    pub fn witness(&self, server: SocketAddr) -> Witness {
        Witness::start(server, self.sightings.clone())
    }

    /// Bookings that are compared.
    pub fn bookings_compared(&self) -> usize {
        self.bookings.len()
    }

    /// Notes all bookings that are in the database now: whoever reads them there may rely on them.
    pub fn note_bookings(&mut self) {
        self.bookings = self.read_bookings();
    }

    /// After a kill: whether the journal leads to everything that was seen, as far as it is durable, and the ledger has every
    /// booking that was seen, once, and for each hold what is in it.
    pub fn check(&mut self) {
        let found = self.read_bookings();
        assert!(found.len() >= self.bookings.len(), "a booking is lost");
        assert_eq!(found[..self.bookings.len()], self.bookings, "a booking is another one");
        let mut keys: Vec<_> = found
            .iter()
            .filter(|(_, run, ..)| *run > 0)
            .map(|(_, run, tick, purpose, _)| (run, tick, purpose))
            .collect();
        keys.sort();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count, "something is booked twice");
        let seen = std::mem::take(&mut *self.sightings.lock().expect("no panic"));
        let Some(first) = seen.keys().next().copied() else { return };
        let stretch = Stretch::read(&self.data_dir, self.room, Some(first));
        let Some(stretch) = stretch.expect("a readable database") else {
            self.lost += seen.values().map(Vec::len).sum::<usize>() as u64;
            return;
        };
        let mut last = None;
        let report = Replay::from(stretch).execute_watched(|world| {
            for frame in seen.get(&world.tick()).into_iter().flatten() {
                self.ships_compared += compare(frame, world);
            }
            last = Some((world.tick(), holds(world)));
        });
        let report = report.expect("a journal of this build");
        assert_eq!(report.differs_at, None, "{report}");
        let (end, holds) = last.expect("a tick");
        self.lost += seen.range(end.next()..).map(|(_, frames)| frames.len() as u64).sum::<u64>();
        assert_eq!(self.booked_holds(), holds, "the ledger is not that of tick {}", end.0);
    }

    fn read_bookings(&self) -> Vec<BookingRow> {
        let reader = self.reader();
        let mut select = reader
            .prepare(
                "SELECT id, run, tick, purpose, (SELECT sum(amount) FROM entries WHERE booking = id AND amount > 0) \
                 FROM bookings ORDER BY id",
            )
            .expect("a ledger");
        let row = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        };
        let rows = select.query_map((), row).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    }

    /// Units of each ore in all holds, by the ledger, in the order of the content.
    fn booked_holds(&self) -> Vec<i64> {
        let reader = self.reader();
        let sum = |ore: &str| {
            let sql = "SELECT coalesce(sum(amount), 0) FROM balances \
                       WHERE asset = ?1 AND (party GLOB 'hold:*' OR party GLOB 'guest-holds:*')";
            reader.query_row(sql, [format!("ore:{ore}")], |row| row.get(0)).expect("a sum")
        };
        self.content.ores.iter().map(|ore| sum(&ore.id)).collect()
    }

    fn reader(&self) -> Connection {
        let path = self.data_dir.join("driftfield.sqlite3");
        let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let reader = reader.expect("a database");
        reader.busy_timeout(Duration::from_secs(5)).expect("a connection");
        reader
    }
}

/// Compares all ships that a client was shown with those of the world at that tick. Returns their number.
fn compare(frame: &Frame, world: &World) -> u64 {
    let tick = frame.tick.0;
    for (_, seen) in &frame.ships {
        let is = world.ships().values().find(|ship| ship.state.player == seen.player);
        assert_eq!(is.map(|ship| &ship.state), Some(seen), "tick {tick}: a ship that was shown");
    }
    let pilot = world.pilot(frame.player).expect("the pilot who was shown it");
    assert_eq!((pilot.credits, pilot.score), (frame.own.credits, frame.own.score), "tick {tick}");
    if let Some(ship) = pilot.ship.and_then(|ship| world.ships().get(ship)) {
        assert_eq!(ship.hold, frame.own.hold, "tick {tick}: the hold that was shown");
    }
    frame.ships.len() as u64
}

/// Units of each ore in all ships.
fn holds(world: &World) -> Vec<i64> {
    let ores = world.rules().content.ores.len();
    let held = |ore: usize| world.ships().values().map(|ship| i64::from(ship.hold[ore])).sum();
    (0..ores).map(held).collect()
}
