//! The bots that the server brings along: in the same process, over the same sessions as everyone.
//!
//! ```text
//! one thread: RoomHandle::status -> how many seats are left to bots -> join, leave
//!             LocalLink <-> Bot, every few milliseconds
//! ```
//!
//! Seats are for people: one is always left free, and whoever comes takes a bot's.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use driftfield_shared::units::Micros;
use tracing::{debug, warn};

use super::bot::Bot;
use super::brain::BrainKind;
use super::names;
use super::runner::mix;
use crate::connection::{Connection, LinkEnd, LocalLink};
use crate::room::{RoomHandle, RoomStatus};

/// Time between two looks at the links: what snapshots may wait. Well below a tick at any usual rate.
const LOOK_INTERVAL: Duration = Duration::from_millis(4);
/// Time between two looks at how many seats are left.
const COUNT_INTERVAL: Duration = Duration::from_millis(250);
/// Time for which nobody joins after a bot was sent away or a room failed.
const REJOIN_PAUSE: Duration = Duration::from_secs(2);
/// Seats that bots leave free, so that a person comes in without anybody being sent away.
const SEATS_SPARED: u32 = 1;

/// The server's own bots in one room. They leave when this is dropped, and when the room drains.
#[derive(Debug)]
pub struct HouseBots {
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl HouseBots {
    /// Fills the room with up to `count` bots, on a thread of their own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(room: RoomHandle, count: u32, seed: u64) -> io::Result<HouseBots> {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = is_stopped.clone();
        let thread =
            thread::Builder::new().name(format!("bots {}", room.id())).spawn(move || {
                House::new(room, count, seed).run(&stop);
            })?;
        Ok(HouseBots { is_stopped, thread: Some(thread) })
    }
}

impl Drop for HouseBots {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Its panic has been reported, and has cost nobody else anything.
            let _ = thread.join();
        }
    }
}

/// The bots on their thread.
struct House {
    room: RoomHandle,
    count: u32,
    seed: u64,
    start: Instant,
    seated: Vec<Seated>,
    /// Bots that have joined so far: each gets dice of its own.
    joined: u64,
    join_from: Instant,
}

/// A bot with a connection.
struct Seated {
    bot: Bot,
    link: LocalLink,
    /// Which name and brain it has; free again when it leaves.
    number: usize,
}

impl House {
    fn new(room: RoomHandle, count: u32, seed: u64) -> Self {
        let start = Instant::now();
        House { room, count, seed, start, seated: Vec::new(), joined: 0, join_from: start }
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

    /// Lets bots join or leave until there are as many as there should be.
    fn fill(&mut self, now: Instant) {
        let welcomed = self.seated.iter().filter(|seated| seated.bot.client().welcome().is_some());
        let welcomed = welcomed.count() as u32;
        let wanted = wanted(&self.room.status(), self.count, welcomed) as usize;
        while self.seated.len() > wanted {
            // The newest has the least to lose.
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
        let mut bot = Bot::new(names::name(kind.title, number), brain);
        let greeting = bot.connect(self.micros());
        self.room.join(connection, Some(greeting)).map_err(|error| {
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
        let room = &self.room;
        let before = self.seated.len();
        self.seated.retain_mut(|seated| match seated.drive(micros) {
            Ok(()) => true,
            Err(Gone::Link(end)) => {
                debug!(room = room.id(), %end, "a house bot is out");
                false
            }
            Err(Gone::Client(error)) => {
                warn!(room = room.id(), %error, "a house bot does not understand its server");
                false
            }
        });
        if self.seated.len() < before {
            self.join_from = now + REJOIN_PAUSE;
        }
    }
}

/// Why a bot is out.
enum Gone {
    Link(LinkEnd),
    Client(driftfield_shared::netcode::ClientError),
}

impl Seated {
    fn drive(&mut self, now: Micros) -> Result<(), Gone> {
        while let Some(bytes) = self.link.try_receive().map_err(Gone::Link)? {
            self.bot.handle_message(now, &bytes).map_err(Gone::Client)?;
        }
        self.bot.handle_time(now);
        while let Some(bytes) = self.bot.poll_transmit() {
            self.link.try_send(bytes).map_err(Gone::Link)?;
        }
        // Nobody measures these, and what happened is in the client already.
        while self.bot.poll_event().is_some() {}
        Ok(())
    }
}

/// Gives a seat up at once, instead of leaving a ship behind for the grace period.
fn leave(mut seated: Seated) {
    seated.bot.leave();
    while let Some(bytes) = seated.bot.poll_transmit() {
        // Where the room is gone already, so is the seat.
        let _ = seated.link.try_send(bytes);
    }
}

/// How many house bots there should be, `ours` of the room's bots being such.
fn wanted(status: &RoomStatus, count: u32, ours: u32) -> u32 {
    let others = status.players + status.bots.saturating_sub(ours);
    count.min(status.max_players.saturating_sub(others + SEATS_SPARED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(players: u32, bots: u32, max_players: u32) -> RoomStatus {
        RoomStatus {
            id: "r".into(),
            name: "R".into(),
            mode: "frontier".into(),
            sector: "frontier".into(),
            players,
            bots,
            max_players,
            tick_hz: 30,
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
            // 50 bots of somebody else's.
            (0, 62, 12, 12),
            (5, 59, 9, 8),
        ] {
            let wanted = wanted(&status(players, bots, 64), 12, ours);
            assert_eq!(wanted, expected, "{players} people, {bots} bots, {ours} of them ours");
        }
    }
}
