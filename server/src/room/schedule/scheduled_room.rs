//! A room with its schedule: runs a tick when one is due, sleeps while empty, restarts after a bug.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::limits::CATCH_UP_TICKS_MAX;
use tracing::{error, info};

use super::late_log::LateLog;
use crate::metrics::Metrics;
use crate::room::handle::{Mailbox, RoomEnd, RoomMessage, Shared};
use crate::room::room::Room;

/// One part in this many of the tick interval may be spent on admitting players. At least one is admitted; the others
/// wait for the next tick.
const JOIN_TIME_DIVISOR: u32 = 4;

/// Failures one soon after the other after which the room still goes on from its journal.
const FAILURES_RECOVERED_MAX: u32 = 3;

/// A room, its mailbox, and its next deadline. Any thread may run a tick.
pub struct ScheduledRoom {
    room: Room,
    shared: Arc<Shared>,
    mailbox: Mailbox,
    /// The message that woke the room.
    first: Option<RoomMessage>,
    metrics: Metrics,
    deadline: Instant,
    late_log: LateLog,
    /// See [`JOIN_TIME_DIVISOR`].
    join_time_divisor: u32,
    /// Whether the journal is durable, once the room has let its players go.
    is_kept: Option<bool>,
    is_closed: bool,
}

impl ScheduledRoom {
    /// Opens the room. Its first tick is due at once.
    pub fn new(shared: Arc<Shared>, mailbox: Mailbox, metrics: Metrics) -> Self {
        ScheduledRoom {
            room: open(&shared, &metrics),
            shared,
            mailbox,
            first: None,
            metrics,
            deadline: Instant::now(),
            late_log: LateLog::default(),
            join_time_divisor: JOIN_TIME_DIVISOR,
            is_kept: None,
            is_closed: false,
        }
    }

    /// The identifier of the room.
    pub fn id(&self) -> &str {
        &self.shared.settings().id
    }

    /// The tick interval.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / u32::from(self.shared.settings().rules.tick_hz)
    }

    /// When the next tick is due.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the room is empty: time stands still until a player comes.
    pub fn is_asleep(&self) -> bool {
        self.room.is_idle() && self.first.is_none() && !self.shared.is_draining()
    }

    /// Whether the room has ended.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Waits until the pause after a failure is over, and then until a player comes; the next tick is then due at
    /// once. If no player can come any more, the room has ended.
    pub fn sleep(&mut self) {
        self.shared.set_seats(0, 0);
        self.room.rest();
        self.shared.wait_until_open();
        self.first = self.mailbox.wait();
        self.is_closed = self.first.is_none();
        self.deadline = self.deadline.max(Instant::now());
    }

    /// Runs the tick of this deadline, on the standby or the room's own thread, unless the other one has run it.
    pub fn tick(&mut self, deadline: Instant, is_stood_in: bool) {
        if self.deadline <= deadline && !self.is_asleep() && !self.is_closed {
            self.catch_panics(|this| this.try_tick(is_stood_in));
        }
    }

    fn try_tick(&mut self, is_stood_in: bool) {
        let interval = self.interval();
        let join_time = interval / self.join_time_divisor;
        let ScheduledRoom { room, shared, .. } = self;
        let core = shared.settings().cores.occupy();
        let started = Instant::now();
        let lateness = started.saturating_duration_since(self.deadline);
        room.metrics().tick_lateness.observe(lateness.as_secs_f64());
        let mut waiting = self.first.take().or_else(|| self.mailbox.poll());
        while let Some(message) = waiting {
            handle(room, message, started);
            // Refusing costs next to nothing, and must happen before the room ends.
            let is_time_left = started.elapsed() < join_time || shared.is_draining();
            waiting = if is_time_left { self.mailbox.poll() } else { None };
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
        let took = started.elapsed();
        room.metrics().tick_duration.observe(took.as_secs_f64());
        room.note_load(took, interval);
        // Deadlines stay on their grid. If ticks are skipped, the grid moves.
        self.deadline += interval * due;
        if due > steps {
            room.metrics().ticks_skipped.inc_by(u64::from(due - steps));
        }
        self.late_log.note(&shared.settings().id, due, steps, lateness);
        let is_ending_now = shared.is_ending_now();
        if is_ending_now {
            room.dismiss_all_now(started);
        }
        // Before any player has left, because saving depends on no peer.
        if self.is_kept.is_none() && room.has_dismissed_all() {
            self.is_kept = Some(room.end_journal());
        }
        if room.is_drained() || is_ending_now {
            let is_kept = self.is_kept == Some(true);
            shared.set_closed(if is_kept { RoomEnd::Kept } else { RoomEnd::Lost });
            info!(room = shared.settings().id, is_kept, "closed");
            self.is_closed = true;
        }
    }

    /// Opens the room again after a panic: a bug costs a restart of one room, not the server.
    fn catch_panics(&mut self, work: impl FnOnce(&mut Self)) {
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) else { return };
        let now = Instant::now();
        let open_from = self.shared.note_failure(now);
        self.room.metrics().failures.inc();
        let (failures, reason) = (self.shared.failures(), panic_message(panic.as_ref()));
        error!(
            room = self.shared.settings().id,
            failures, reason, "the room panicked and is started again"
        );
        // The world may be inconsistent; the connections are not.
        let _ = catch_unwind(AssertUnwindSafe(|| self.room.fail(now)));
        self.room = open(&self.shared, &self.metrics);
        self.is_kept = None;
        self.deadline = open_from;
    }
}

/// The room as its journal says; after several failures one after the other with a new world, whose seed differs after
/// each of them, because the journal or the seed may be the cause.
fn open(shared: &Shared, metrics: &Metrics) -> Room {
    let (failures, mut settings) = (shared.failures(), shared.settings_now());
    let metrics = metrics.room(&settings.id);
    if failures <= FAILURES_RECOVERED_MAX {
        return Room::open(settings, metrics);
    }
    settings.seed = settings.seed.wrapping_add(failures.into());
    Room::anew(settings, metrics)
}

fn handle(room: &mut Room, message: RoomMessage, now: Instant) {
    match message {
        RoomMessage::Join(connection, entry) => room.admit(*connection, entry),
        RoomMessage::SetRules(rules) => room.set_rules(rules),
        RoomMessage::GiveUp(account) => room.let_go(account),
        // Whoever asked may have given up.
        RoomMessage::ListPlayers(answer) => drop(answer.send(room.present())),
        RoomMessage::Locate(wanted, answer) => drop(answer.send(room.whereabouts(&wanted))),
        RoomMessage::Drain => room.drain(now),
    }
}

pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
pub mod tests {
    use driftfield_shared::content::Content;
    use driftfield_shared::limits::TOPIC_BYTES_PER_SECOND;
    use driftfield_shared::netcode::{Client, ClientConfig};
    use driftfield_shared::sim::{NamedContent, Rules};

    use super::*;
    use crate::hub::{Desks, HubTopics, Kicks, Purses};
    use crate::net::connection::{Connection, LocalLink};
    use crate::room::handle::pair;
    use crate::room::health::RESTART_PAUSE;
    use crate::room::{Cores, Door, RoomHandle, RoomHealth, RoomSettings};
    use crate::store::tests::in_memory;

    /// How the rooms of these tests are opened.
    pub fn settings(tick_hz: u16) -> RoomSettings {
        let content = Arc::new(Content::built_in().unwrap());
        RoomSettings {
            id: "test".into(),
            name: "Test".into(),
            rules: Arc::new(Rules::new(content, "frontier", "frontier", tick_hz).unwrap()),
            max_players: 2,
            door: Door::default(),
            for_load: false,
            grace_seconds: 1.0,
            is_grace_whole: false,
            seed: 7,
            store: None,
            topic_bytes_per_second: TOPIC_BYTES_PER_SECOND,
            hub: HubTopics::default(),
            desks: Desks::default(),
            kicks: Kicks::default(),
            purses: Purses::default(),
            cores: Cores::new(1),
        }
    }

    /// A room that nobody is in yet.
    pub fn room(tick_hz: u16, metrics: Metrics) -> (RoomHandle, ScheduledRoom) {
        room_of(settings(tick_hz), metrics)
    }

    fn room_of(settings: RoomSettings, metrics: Metrics) -> (RoomHandle, ScheduledRoom) {
        let (handle, shared, mailbox) = pair(settings);
        (handle, ScheduledRoom::new(shared, mailbox, metrics))
    }

    /// Someone at the door, who is let in with the next tick.
    pub fn join(handle: &RoomHandle) -> LocalLink {
        let (connection, guest) = Connection::in_process();
        let mut client =
            Client::new(ClientConfig::default()).knowing(NamedContent::built_in().unwrap());
        handle.join(connection, client.connect(0).into()).unwrap();
        guest
    }

    #[test]
    fn a_room_that_fails_sends_everyone_away_pauses_and_takes_in_who_comes_back() {
        let (handle, mut scheduled) = room(30, Metrics::new());
        let guest = join(&handle);
        scheduled.sleep();
        assert!(!scheduled.is_asleep());
        scheduled.tick(scheduled.deadline(), false);
        assert!(guest.try_receive().unwrap().is_some());
        while guest.try_receive().unwrap().is_some() {}

        let before = Instant::now();
        scheduled.catch_panics(|_| panic!("a bug"));
        assert!(guest.try_receive().is_err());
        assert!(scheduled.is_asleep() && !scheduled.is_closed());
        assert!(scheduled.deadline() >= before + RESTART_PAUSE);

        assert!(handle.health() != RoomHealth::Well, "{:?}", handle.health());

        // Nobody is admitted before the pause is over, because the next player may trigger the failure again.
        let guest = join(&handle);
        scheduled.sleep();
        assert!(scheduled.deadline() >= before + RESTART_PAUSE);
        assert!(guest.try_receive().unwrap().is_none());
        scheduled.tick(scheduled.deadline(), false);
        assert!(guest.try_receive().unwrap().is_some());
    }

    #[test]
    fn a_tick_is_done_once_whoever_comes_second() {
        let (handle, mut scheduled) = room(30, Metrics::new());
        let _guest = join(&handle);
        scheduled.sleep();
        let ticks = |scheduled: &ScheduledRoom| scheduled.room.metrics().ticks.get();
        let mut stood_in = 0;
        for tick in 0..10 {
            let (deadline, before) = (scheduled.deadline(), ticks(&scheduled));
            scheduled.tick(deadline, tick % 2 == 0);
            assert!(ticks(&scheduled) > before && scheduled.deadline() > deadline);
            let after = ticks(&scheduled);
            stood_in += if tick % 2 == 0 { after - before } else { 0 };
            scheduled.tick(deadline, tick % 2 == 1);
            assert_eq!(ticks(&scheduled), after);
        }
        assert_eq!(scheduled.room.metrics().ticks_stood_in.get(), stood_in);
    }

    #[test]
    fn deadlines_stay_on_their_grid_and_what_is_too_late_is_skipped() {
        let (handle, mut scheduled) = room(30, Metrics::new());
        let _guest = join(&handle);
        scheduled.sleep();
        let interval = scheduled.interval();
        let before = Instant::now();
        let first = before - interval * (CATCH_UP_TICKS_MAX + 5) - interval / 2;
        scheduled.deadline = first;
        scheduled.tick(first, false);
        assert_eq!((scheduled.deadline() - first).as_nanos() % interval.as_nanos(), 0);
        assert!(scheduled.deadline() > before);
        let metrics = scheduled.room.metrics();
        assert_eq!(metrics.ticks.get(), u64::from(CATCH_UP_TICKS_MAX));
        assert!(metrics.ticks_skipped.get() > 5);
    }

    #[test]
    fn those_who_come_all_at_once_are_let_in_a_few_at_a_time_and_none_is_forgotten() {
        let wide = RoomSettings { max_players: 64, ..settings(30) };
        let (handle, mut scheduled) = room_of(wide, Metrics::new());
        let guests: Vec<LocalLink> = (0..40).map(|_| join(&handle)).collect();
        scheduled.sleep();
        // No time at all: still at least one is admitted.
        scheduled.deadline = Instant::now();
        scheduled.join_time_divisor = u32::MAX;
        scheduled.tick(scheduled.deadline(), false);
        assert_eq!(scheduled.room.seat_count(), (1, 0));
        for _ in 1..40 {
            scheduled.tick(scheduled.deadline(), false);
        }
        assert_eq!(scheduled.room.seat_count(), (40, 0));
        drop(guests);
    }

    #[test]
    fn a_room_is_saved_when_it_lets_its_players_go_whether_they_take_notice_or_not() {
        let store = in_memory();
        let kept = RoomSettings { store: Some(store.handle()), ..settings(30) };
        let (handle, mut scheduled) = room_of(kept, Metrics::new());
        // It never reads.
        let _guest = join(&handle);
        scheduled.sleep();
        scheduled.tick(scheduled.deadline(), false);
        handle.end_now();
        scheduled.tick(scheduled.deadline(), false);
        assert!(scheduled.is_closed() && handle.is_kept());
        let history = store.handle().room_history("test").unwrap();
        let tick = history.checkpoint.unwrap().tick;
        assert_eq!(u64::from(tick.0), scheduled.room.metrics().ticks.get());
    }

    #[test]
    fn a_room_that_cannot_be_saved_is_lost_and_says_so() {
        let (store, metrics) = (in_memory(), Metrics::new());
        let kept = RoomSettings { store: Some(store.handle()), ..settings(30) };
        let (handle, mut scheduled) = room_of(kept, metrics.clone());
        drop(store);
        handle.end_now();
        scheduled.tick(scheduled.deadline(), false);
        assert!(scheduled.is_closed() && !handle.is_kept());
        let text = metrics.exposition();
        assert!(text.contains("driftfield_saves_total{outcome=\"failed\"} 1"), "{text}");
    }

    #[test]
    fn a_room_that_panics_goes_on_from_its_journal_until_it_has_failed_too_often() {
        let store = in_memory();
        let kept = RoomSettings { store: Some(store.handle()), ..settings(30) };
        let (_handle, mut scheduled) = room_of(kept, Metrics::new());
        let mut ticks = Vec::new();
        for _ in 0..=FAILURES_RECOVERED_MAX {
            scheduled.try_tick(false);
            scheduled.catch_panics(|_| panic!("a bug"));
            ticks.push(scheduled.room.tick().0);
        }
        let (last, before) = ticks.split_last().unwrap();
        assert!(before.is_sorted_by(|a, b| a < b), "{ticks:?}");
        assert_eq!(*last, 0, "with a new world");
    }
}
