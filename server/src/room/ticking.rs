//! A room as its clock runs it: a tick when one is due, a sleep while nobody is there, a new start after a bug.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use driftfield_shared::limits::CATCH_UP_TICKS_MAX;
use tracing::{error, info};

use super::handle::{RoomMessage, Shared};
use super::late_log::LateLog;
use super::room::Room;
use crate::metrics::Metrics;

/// Pause before a room that failed starts anew: a bug that strikes at once must not spin.
const RESTART_PAUSE: Duration = Duration::from_millis(250);

/// A room, what reaches it, and when its next tick is due. Any thread may do a tick.
pub struct Ticking {
    room: Room,
    shared: Arc<Shared>,
    messages: Receiver<RoomMessage>,
    /// Who woke the room.
    first: Option<RoomMessage>,
    metrics: Metrics,
    deadline: Instant,
    late_log: LateLog,
    is_closed: bool,
}

impl Ticking {
    /// The room as the last run left it, if it keeps its state. Its first tick is due at once.
    pub fn new(shared: Arc<Shared>, messages: Receiver<RoomMessage>, metrics: Metrics) -> Self {
        let mut room = Ticking::new_room(&shared, &metrics);
        room.restore();
        Ticking {
            room,
            shared,
            messages,
            first: None,
            metrics,
            deadline: Instant::now(),
            late_log: LateLog::default(),
            is_closed: false,
        }
    }

    fn new_room(shared: &Shared, metrics: &Metrics) -> Room {
        Room::new(shared.settings().clone(), metrics.room(&shared.settings().id))
    }

    /// Time between two ticks.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / u32::from(self.shared.settings().rules.tick_hz)
    }

    /// When the next tick is due.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether there is nobody to play for: time stands still until someone comes.
    pub fn is_asleep(&self) -> bool {
        self.room.is_idle() && self.first.is_none() && !self.shared.is_draining()
    }

    /// Whether the room has ended.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Waits until someone comes, for whom the next tick is due at once, or when the pause after a failure is over. If nobody can
    /// come any more, the room has ended.
    pub fn sleep(&mut self) {
        self.shared.set_seats(0, 0);
        self.room.rest();
        self.first = self.messages.recv().ok();
        self.is_closed = self.first.is_none();
        self.deadline = self.deadline.max(Instant::now());
    }

    /// Does the tick of this deadline, by the standby or by the room's own thread, unless the other one has done it.
    pub fn tick(&mut self, deadline: Instant, is_stood_in: bool) {
        if self.deadline <= deadline && !self.is_asleep() && !self.is_closed {
            self.survive(|this| this.try_tick(is_stood_in));
        }
    }

    fn try_tick(&mut self, is_stood_in: bool) {
        let interval = self.interval();
        let Ticking { room, shared, .. } = self;
        let core = shared.settings().cores.occupy();
        let started = Instant::now();
        let lateness = started.saturating_duration_since(self.deadline);
        room.metrics().tick_lateness.observe(lateness.as_secs_f64());
        for message in self.first.take().into_iter().chain(self.messages.try_iter()) {
            handle(room, message, started);
        }
        if shared.is_draining() {
            room.drain(started);
        }
        let due = (lateness.as_nanos() / interval.as_nanos()) as u32 + 1;
        let steps = due.min(CATCH_UP_TICKS_MAX);
        for _ in 0..steps {
            room.read_and_step(started);
        }
        if is_stood_in {
            room.metrics().ticks_stood_in.inc_by(steps.into());
        }
        room.write(started);
        drop(core);
        let (players, bots) = room.seat_count();
        shared.set_seats(players, bots);
        let busy = started.elapsed();
        room.metrics().tick_duration.observe(busy.as_secs_f64());
        room.note_load(busy, interval);
        // Deadlines stay on their grid; what is not caught up is skipped, and the grid with it.
        self.deadline += interval * due;
        if due > steps {
            room.metrics().ticks_skipped.inc_by(u64::from(due - steps));
        }
        self.late_log.note(&shared.settings().id, due, steps, lateness);
        if room.is_drained() {
            room.save();
            info!(room = shared.settings().id, "closed");
            self.is_closed = true;
        }
    }

    /// Goes on with a new world after a panic: a bug costs one room a restart, not the server.
    fn survive(&mut self, work: impl FnOnce(&mut Self)) {
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) else { return };
        let reason = panic_message(panic.as_ref());
        error!(room = self.shared.settings().id, reason, "the room failed and starts anew");
        let now = Instant::now();
        // The world may be torn; the connections are not.
        let _ = catch_unwind(AssertUnwindSafe(|| self.room.fail(now)));
        // Without what was saved, which may be what the room failed on.
        self.room = Ticking::new_room(&self.shared, &self.metrics);
        self.deadline = now + RESTART_PAUSE;
    }
}

fn handle(room: &mut Room, message: RoomMessage, now: Instant) {
    match message {
        RoomMessage::Join(connection, greeting) => room.admit(*connection, greeting),
        RoomMessage::Drain => room.drain(now),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
pub mod tests {
    use driftfield_shared::content::Content;
    use driftfield_shared::netcode::{Client, ClientConfig};
    use driftfield_shared::sim::Rules;

    use super::super::handle::pair;
    use super::*;
    use crate::connection::{Connection, LocalLink};
    use crate::room::{Cores, RoomHandle, RoomSettings};

    /// A room that nobody is in yet.
    pub fn room(tick_hz: u16, metrics: Metrics) -> (RoomHandle, Ticking) {
        let content = Arc::new(Content::built_in().unwrap());
        let (handle, shared, messages) = pair(RoomSettings {
            id: "test".into(),
            name: "Test".into(),
            rules: Arc::new(Rules::new(content, "frontier", "frontier", tick_hz).unwrap()),
            max_players: 2,
            grace_seconds: 1.0,
            seed: 7,
            data_dir: None,
            cores: Cores::new(1),
        });
        (handle, Ticking::new(shared, messages, metrics))
    }

    /// Someone at the door, who is let in with the next tick.
    pub fn join(handle: &RoomHandle) -> LocalLink {
        let (connection, guest) = Connection::in_process();
        let mut client = Client::new(ClientConfig::default());
        handle.join(connection, Some(client.connect(0))).unwrap();
        guest
    }

    #[test]
    fn a_room_that_fails_sends_everyone_away_pauses_and_takes_in_who_comes_back() {
        let (handle, mut ticking) = room(30, Metrics::new());
        let guest = join(&handle);
        ticking.sleep();
        assert!(!ticking.is_asleep());
        ticking.tick(ticking.deadline(), false);
        assert!(guest.try_receive().unwrap().is_some());
        while guest.try_receive().unwrap().is_some() {}

        let before = Instant::now();
        ticking.survive(|_| panic!("a bug"));
        assert!(guest.try_receive().is_err());
        assert!(ticking.is_asleep() && !ticking.is_closed());
        assert!(ticking.deadline() >= before + RESTART_PAUSE);

        // Nobody is let in before the pause is over: it may be that what the room fails on.
        let guest = join(&handle);
        ticking.sleep();
        assert!(ticking.deadline() >= before + RESTART_PAUSE);
        assert!(guest.try_receive().unwrap().is_none());
        ticking.tick(ticking.deadline(), false);
        assert!(guest.try_receive().unwrap().is_some());
    }

    #[test]
    fn a_tick_is_done_once_whoever_comes_second() {
        let (handle, mut ticking) = room(30, Metrics::new());
        let _guest = join(&handle);
        ticking.sleep();
        let ticks = |ticking: &Ticking| ticking.room.metrics().ticks.get();
        let mut stood_in = 0;
        for tick in 0..10 {
            let (deadline, before) = (ticking.deadline(), ticks(&ticking));
            ticking.tick(deadline, tick % 2 == 0);
            assert!(ticks(&ticking) > before && ticking.deadline() > deadline);
            let after = ticks(&ticking);
            stood_in += if tick % 2 == 0 { after - before } else { 0 };
            ticking.tick(deadline, tick % 2 == 1);
            assert_eq!(ticks(&ticking), after);
        }
        assert_eq!(ticking.room.metrics().ticks_stood_in.get(), stood_in);
    }

    #[test]
    fn deadlines_stay_on_their_grid_and_what_is_too_late_is_skipped() {
        let (handle, mut ticking) = room(30, Metrics::new());
        let _guest = join(&handle);
        ticking.sleep();
        let interval = ticking.interval();
        let before = Instant::now();
        let first = before - interval * (CATCH_UP_TICKS_MAX + 5) - interval / 2;
        ticking.deadline = first;
        ticking.tick(first, false);
        assert_eq!((ticking.deadline() - first).as_nanos() % interval.as_nanos(), 0);
        assert!(ticking.deadline() > before);
        let metrics = ticking.room.metrics();
        assert_eq!(metrics.ticks.get(), u64::from(CATCH_UP_TICKS_MAX));
        assert!(metrics.ticks_skipped.get() > 5);
    }
}
