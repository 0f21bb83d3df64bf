//! The thread of a room: ticks at absolute deadlines, a sleep while nobody is there, a new start after a bug.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::limits::CATCH_UP_TICKS_MAX;
use tracing::{error, info, warn};

use super::RoomSettings;
use super::handle::{RoomHandle, RoomMessage, Shared, pair};
use super::punctual::ask_for_punctuality;
use super::room::Room;
use crate::metrics::Metrics;

/// Seconds between two lines in the log about late ticks.
const LATE_LOG_INTERVAL: Duration = Duration::from_secs(1);
/// Pause before a room that failed starts anew: a bug that strikes at once must not spin.
const RESTART_PAUSE: Duration = Duration::from_millis(250);

/// Opens a room on a thread of its own.
///
/// # Errors
/// When the system gives no thread.
pub fn open(settings: RoomSettings, metrics: Metrics) -> io::Result<RoomHandle> {
    let (handle, shared, messages) = pair(settings);
    let name = format!("room {}", handle.id());
    thread::Builder::new().name(name).spawn(move || {
        ask_for_punctuality();
        supervise(&shared, &messages, &metrics);
        shared.set_seats(0, 0);
        shared.set_closed();
    })?;
    Ok(handle)
}

/// Runs the room, and again with a new world if it panics: a bug costs one room a restart, not the server.
fn supervise(shared: &Arc<Shared>, messages: &Receiver<RoomMessage>, metrics: &Metrics) {
    let mut is_first = true;
    loop {
        let mut room = Room::new(shared.settings().clone(), metrics.room(&shared.settings().id));
        if std::mem::take(&mut is_first) {
            // After a failure the saved state may be what the room failed on.
            room.restore();
        }
        let run = AssertUnwindSafe(|| run(&mut room, shared, messages));
        match catch_unwind(run) {
            Ok(()) => return,
            Err(panic) => {
                let reason = panic_message(panic.as_ref());
                error!(room = shared.settings().id, reason, "the room failed and starts anew");
            }
        }
        // The world may be torn; the connections are not.
        let _ = catch_unwind(AssertUnwindSafe(|| room.fail(Instant::now())));
        thread::sleep(RESTART_PAUSE);
    }
}

fn run(room: &mut Room, shared: &Shared, messages: &Receiver<RoomMessage>) {
    let tick = Duration::from_secs(1) / u32::from(shared.settings().rules.tick_hz);
    let mut deadline = Instant::now();
    let mut late_log = LateLog::default();
    loop {
        if room.is_idle() && !shared.is_draining() {
            shared.set_seats(0, 0);
            // Nobody to play for: time stands still until someone comes.
            let Ok(message) = messages.recv() else { return };
            deadline = Instant::now();
            handle(room, message, deadline);
        }
        thread::sleep(deadline.saturating_duration_since(Instant::now()));
        let core = shared.settings().cores.occupy();
        let started = Instant::now();
        let lateness = started.saturating_duration_since(deadline);
        room.metrics().tick_lateness.observe(lateness.as_secs_f64());
        while let Ok(message) = messages.try_recv() {
            handle(room, message, started);
        }
        if shared.is_draining() {
            room.drain(started);
        }
        let due = (lateness.as_nanos() / tick.as_nanos()) as u32 + 1;
        let steps = due.min(CATCH_UP_TICKS_MAX);
        for _ in 0..steps {
            room.read_and_step(started);
        }
        room.write(started);
        drop(core);
        let (players, bots) = room.seat_count();
        shared.set_seats(players, bots);
        let busy = started.elapsed();
        room.metrics().tick_duration.observe(busy.as_secs_f64());
        room.note_load(busy, tick);
        // Deadlines stay on their grid; what is not caught up is skipped, and the grid with it.
        deadline += tick * due;
        if due > steps {
            room.metrics().ticks_skipped.inc_by(u64::from(due - steps));
        }
        late_log.note(shared, due, steps, lateness);
        if room.is_drained() {
            room.save();
            info!(room = shared.settings().id, "closed");
            return;
        }
    }
}

fn handle(room: &mut Room, message: RoomMessage, now: Instant) {
    match message {
        RoomMessage::Join(connection, greeting) => room.admit(*connection, greeting),
        RoomMessage::Drain => room.drain(now),
    }
}

/// Says that ticks are late, once a second at most.
#[derive(Default)]
struct LateLog {
    late: u32,
    skipped: u32,
    worst: Duration,
    said: Option<Instant>,
}

impl LateLog {
    fn note(&mut self, shared: &Shared, due: u32, steps: u32, lateness: Duration) {
        if due <= 1 {
            return;
        }
        self.late += due - 1;
        self.skipped += due - steps;
        self.worst = self.worst.max(lateness);
        if self.said.is_some_and(|at| at.elapsed() < LATE_LOG_INTERVAL) {
            return;
        }
        let (room, worst_ms) = (&shared.settings().id, self.worst.as_millis() as u64);
        warn!(room, late = self.late, skipped = self.skipped, worst_ms, "ticks were late");
        *self = LateLog { said: Some(Instant::now()), ..LateLog::default() };
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
