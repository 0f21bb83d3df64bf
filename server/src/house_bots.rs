//! The house bots: they run in the server's process, over the same sessions as all players.
//!
//! ```text
//! one thread: RoomHandle::status -> seats for bots -> join, leave
//!             LocalLink <-> Bot, every few milliseconds
//! ```
//!
//! Seats are for people: one is always left free, and a person who joins replaces a bot.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use driftfield_bots::brains::{BrainKind, mix, name};
use driftfield_bots::sdk::Bot;
use driftfield_shared::protocol::RoomLine;
use driftfield_shared::units::Micros;
use sha2::{Digest, Sha256};
use tracing::{debug, warn};

use crate::hub::Contents;
use crate::net::connection::{Connection, LinkEnd, LocalLink};
use crate::room::{Entry, RoomHandle};
use crate::store::{
    AccountChange, AccountId, AccountKind, Batch, SecretHash, StoreHandle, unix_seconds,
};

/// Time between two checks of the links, for which snapshots may wait. Well below a tick at any usual rate.
const LOOK_INTERVAL: Duration = Duration::from_millis(4);
/// Time between two checks of the number of free seats.
const COUNT_INTERVAL: Duration = Duration::from_millis(250);
/// Time for which no bot joins after one was sent away or a room failed.
const REJOIN_PAUSE: Duration = Duration::from_secs(2);
/// Seats that bots leave free, so that a person joins without sending a bot away.
const SEATS_SPARED: u32 = 1;

/// The house bots of one room. They leave when this is dropped, and when the room drains.
#[derive(Debug)]
pub struct HouseBots {
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl HouseBots {
    /// Fills the room with up to `count` bots, on their own thread. With a store each has an account, the same after every
    /// start.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(
        room: RoomHandle,
        store: Option<StoreHandle>,
        contents: Contents,
        count: u32,
        seed: u64,
    ) -> io::Result<HouseBots> {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = is_stopped.clone();
        let thread =
            thread::Builder::new().name(format!("bots {}", room.id())).spawn(move || {
                House::new(room, store, contents, count, seed).run(&stop);
            })?;
        Ok(HouseBots { is_stopped, thread: Some(thread) })
    }
}

impl Drop for HouseBots {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Its panic was already reported, and affects nobody else.
            let _ = thread.join();
        }
    }
}

/// The state of the bots' thread.
struct House {
    room: RoomHandle,
    store: Option<StoreHandle>,
    contents: Contents,
    count: u32,
    seed: u64,
    start: Instant,
    seated: Vec<Seated>,
    /// Number of bots that have joined so far: each gets its own seed.
    joined: u64,
    join_from: Instant,
}

/// The account of a room's bot with this number, which is made when it comes for the first time. `None`: the store is full.
///
/// Nobody can sign in to it: its hash is that of more than a secret.
fn open_account(store: &StoreHandle, room: &str, number: usize) -> Option<AccountId> {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(b"driftfield house bot")
        .chain_update((number as u64).to_le_bytes())
        .chain_update(room.as_bytes())
        .finalize()
        .into();
    let (id, _) = digest.split_first_chunk().expect("a hash has 32 bytes");
    let id = AccountId(u64::from_le_bytes(*id));
    let (secret, kind, at) = (SecretHash(digest), AccountKind::HouseBot, unix_seconds());
    let create = AccountChange::Create { id, secret, kind, at };
    store.submit(Batch::of(create)).ok().map(|_| id)
}

/// A bot with a connection.
struct Seated {
    bot: Bot,
    link: LocalLink,
    /// Index of its name and brain; free again when it leaves.
    number: usize,
}

impl House {
    fn new(
        room: RoomHandle,
        store: Option<StoreHandle>,
        contents: Contents,
        count: u32,
        seed: u64,
    ) -> Self {
        let start = Instant::now();
        let seated = Vec::new();
        House { room, store, contents, count, seed, start, seated, joined: 0, join_from: start }
    }

    fn run(mut self, is_stopped: &AtomicBool) {
        let mut count_at = self.start;
        while !is_stopped.load(Ordering::Relaxed) && !self.room.is_draining() {
            let now = Instant::now();
            if count_at <= now {
                self.fill(now);
                count_at = now + COUNT_INTERVAL;
            }
            self.drive(now);
            let due = self.seated.iter().filter_map(|seated| seated.bot.next_time()).min();
            let idle = due.map(|due| Duration::from_micros(due.saturating_sub(self.micros())));
            let idle = idle.unwrap_or(LOOK_INTERVAL).min(LOOK_INTERVAL);
            thread::sleep(idle);
        }
        while let Some(seated) = self.seated.pop() {
            leave(seated);
        }
    }

    fn micros(&self) -> Micros {
        self.start.elapsed().as_micros() as Micros
    }

    /// Lets bots join or leave until their number is right.
    fn fill(&mut self, now: Instant) {
        let welcomed = self.seated.iter().filter(|seated| seated.bot.client().welcome().is_some());
        let welcomed = welcomed.count() as u32;
        let wanted = wanted(&self.room.status().line, self.count, welcomed) as usize;
        while self.seated.len() > wanted {
            // The newest bot has the least to lose.
            if let Some(seated) = self.seated.pop() {
                leave(seated);
            }
        }
        while self.seated.len() < wanted && self.join_from <= now {
            if let Err(pause) = self.join() {
                self.join_from = now + pause;
            }
        }
    }

    fn join(&mut self) -> Result<(), Duration> {
        let (connection, link) = Connection::of_house_bot();
        let is_free = |number: &usize| self.seated.iter().all(|other| other.number != *number);
        let number = (0..).find(is_free).unwrap_or_default();
        let kind = BrainKind::of_mix(number);
        let brain = kind.create(mix(self.seed, self.joined));
        let mut bot = Bot::new(name(kind.title, number), brain);
        let greeting = bot.connect(self.micros());
        let account =
            self.store.as_ref().and_then(|store| open_account(store, self.room.id(), number));
        let entry = Entry::of_house_bot(greeting, account);
        self.room.join(connection, entry).map_err(|error| {
            debug!(room = self.room.id(), %error, "a house bot cannot join");
            REJOIN_PAUSE
        })?;
        self.joined += 1;
        self.seated.push(Seated { bot, link, number });
        Ok(())
    }

    /// Lets every bot read, act and write.
    fn drive(&mut self, now: Instant) {
        let micros = self.micros();
        let (room, contents) = (&self.room, &self.contents);
        let before = self.seated.len();
        self.seated.retain_mut(|seated| match seated.drive(micros, contents) {
            Ok(()) => true,
            Err(Gone::Link(end)) => {
                debug!(room = room.id(), %end, "a house bot left the room");
                false
            }
            Err(Gone::Client(error)) => {
                warn!(room = room.id(), %error, "a house bot cannot decode the server's message");
                false
            }
        });
        if self.seated.len() < before {
            self.join_from = now + REJOIN_PAUSE;
        }
    }
}

/// Why a bot left.
enum Gone {
    Link(LinkEnd),
    Client(driftfield_shared::netcode::ClientError),
}

impl Seated {
    fn drive(&mut self, now: Micros, contents: &Contents) -> Result<(), Gone> {
        while let Some(bytes) = self.link.try_receive().map_err(Gone::Link)? {
            self.bot.handle_message(now, &bytes).map_err(Gone::Client)?;
        }
        let wanted = self.bot.client().wanted_content();
        if let Some(content) = wanted.and_then(|hash| contents.find(hash)) {
            self.bot.handle_content(now, content.named.clone()).map_err(Gone::Client)?;
        }
        self.bot.handle_time(now);
        while let Some(bytes) = self.bot.poll_transmit() {
            self.link.try_send(bytes).map_err(Gone::Link)?;
        }
        // No statistics are kept for them, and the events' effects are already in the client.
        while self.bot.poll_event().is_some() {}
        Ok(())
    }
}

/// Gives the seat up at once; otherwise the ship would stay for the grace period.
fn leave(mut seated: Seated) {
    seated.bot.leave();
    while let Some(bytes) = seated.bot.poll_transmit() {
        // If the room is gone, so is the seat.
        let _ = seated.link.try_send(bytes);
    }
}

/// The wanted number of house bots, of which `ours` are in the room.
fn wanted(room: &RoomLine, count: u32, ours: u32) -> u32 {
    let others = room.players + room.bots.saturating_sub(ours);
    count.min(room.max_players.saturating_sub(others + SEATS_SPARED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(players: u32, bots: u32, max_players: u32) -> RoomLine {
        RoomLine {
            name: "R".into(),
            mode: "frontier".into(),
            sector: "frontier".into(),
            players,
            bots,
            max_players,
            tick_hz: 30,
            owner: String::new(),
            is_locked: false,
        }
    }

    #[test]
    fn bots_fill_a_room_but_leave_seats_to_people_and_to_other_bots() {
        for (players, bots, ours, expected) in [
            (0, 0, 0, 12),
            (40, 12, 12, 12),
            (51, 12, 12, 12),
            (52, 12, 12, 11),
            (62, 1, 1, 1),
            (63, 1, 1, 0),
            (64, 0, 0, 0),
            // 50 bots of another owner.
            (0, 62, 12, 12),
            (5, 59, 9, 8),
        ] {
            let wanted = wanted(&status(players, bots, 64), 12, ours);
            assert_eq!(wanted, expected, "{players} people, {bots} bots, {ours} of them ours");
        }
    }
}
