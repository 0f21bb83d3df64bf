//! When a client's commands are due, what they acknowledge, and what snapshots say about them. It serves every client
//! that follows a room, with or without decoding the world.
//!
//! ```text
//! snapshot's tick and margin --> handle_snapshot --> News: effects of commands, jumps of the clock
//! time                       --> poll_command    --> (tick, acknowledgement) of the next command
//!                            \-> poll_ack        --> an acknowledgement, when no command is due to carry it
//! ```

use super::clock::{ClockNews, ClockSample, ClockSync};
use super::sent::SentCommands;
use super::stats::RoundTrip;
use crate::limits::STALL_SECONDS_MAX;
use crate::units::{Micros, Tick};

/// Most client ticks run at once after a pause. Older ones would only be late.
const CATCH_UP_TICKS: u32 = 4;
/// Ticks until the next command at which an acknowledgement no longer waits for it.
const ACK_WAIT_TICKS: u64 = 2;

/// The timing of one connection, from the welcome on.
#[derive(Clone, Debug)]
pub struct TickSync {
    clock: ClockSync,
    round_trip: RoundTrip,
    sent: SentCommands,
    tick_micros: Micros,
    /// The newest snapshot, and its arrival time.
    seen: Option<(Tick, Micros)>,
    /// Whether it must still be acknowledged.
    owes_ack: bool,
}

/// What a snapshot says about commands and time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncNews {
    /// For each acknowledged command, the time since it was given to the socket.
    pub effects: Vec<Micros>,
    /// Number of commands that were too late for their tick.
    pub late: u64,
    /// The effect on the schedule.
    pub clock: ClockNews,
}

impl TickSync {
    /// For a room of `tick_hz`; `join` is the time that joining took.
    pub fn new(tick_hz: u16, join: Micros) -> Self {
        TickSync {
            clock: ClockSync::new(tick_hz),
            round_trip: RoundTrip::of_join(join),
            sent: SentCommands::default(),
            tick_micros: 1_000_000 / Micros::from(tick_hz.max(1)),
            seen: None,
            owes_ack: false,
        }
    }

    /// Handles a snapshot that arrived at `now`, with the margin of our newest command.
    pub fn handle_snapshot(&mut self, now: Micros, tick: Tick, margin: i8) -> SyncNews {
        let before = self.seen.replace((tick, now)).map_or(Tick(0), |(before, _)| before);
        debug_assert!(before < tick || before == Tick(0), "snapshots come in order");
        self.owes_ack = true;
        let newest = Tick(tick.0.saturating_add_signed(i32::from(margin)));
        let newest_given = self.sent.given(newest);
        let next_given = self.sent.given(newest.next());
        if let Some(at) = newest_given {
            self.round_trip.add(now, now.saturating_sub(at));
        }
        let mut news = SyncNews::default();
        for (sent, at) in self.sent.answered(before, tick) {
            // A command arrives after all before it, so the newest that arrived accounts for the others.
            news.late += u64::from(sent > newest);
            news.effects.push(now.saturating_sub(at));
        }
        let round_trip = self.round_trip.best();
        let sample = ClockSample { tick, newest_given, next_given, round_trip, margin };
        news.clock = self.clock.handle_snapshot(now, &sample);
        if let Some(again_from) = news.clock.again_from {
            self.sent.forget_from(again_from);
        }
        news
    }

    /// The tick and the acknowledgement of the next command that is due at `now`. Give it at once.
    pub fn poll_command(&mut self, now: Micros) -> Option<(Tick, Tick)> {
        let (ack, seen_at) = self.seen?;
        let overdue = self.clock.overdue(now);
        if overdue > CATCH_UP_TICKS {
            self.clock.skip(overdue - CATCH_UP_TICKS);
        }
        let silence_max = (STALL_SECONDS_MAX * 1e6) as Micros;
        while let Some(tick) = self.clock.poll(now) {
            // After a long sleep of this machine the server is past those ticks. And a server that was silent for
            // this long has cut us or sleeps itself: commands queued for it would only delay newer ones when it
            // wakes.
            if tick <= ack || now.saturating_sub(seen_at) > silence_max {
                continue;
            }
            self.sent.push(tick, now);
            self.owes_ack = false;
            return Some((tick, ack));
        }
        None
    }

    /// The acknowledgement to send in its own message at `now`, because no command is due soon. Call it after each
    /// snapshot: a server without acknowledgements stops sending.
    pub fn poll_ack(&mut self, now: Micros) -> Option<Tick> {
        let (seen, _) = self.seen?;
        let soon = now + ACK_WAIT_TICKS * self.tick_micros;
        let is_due = self.owes_ack && self.clock.next_time().is_none_or(|next| next > soon);
        self.owes_ack &= !is_due;
        is_due.then_some(seen)
    }

    /// When [`TickSync::poll_command`] must be called next.
    pub fn next_time(&self) -> Option<Micros> {
        self.clock.next_time()
    }

    /// The tick of the newest command; `None` before the first.
    pub fn newest_sent(&self) -> Option<Tick> {
        self.sent.newest()
    }

    /// Best round trip of the last seconds.
    pub fn ping(&self) -> Micros {
        self.round_trip.best()
    }

    /// Sets whether commands also go over a second connection, because they then need less lead.
    pub fn set_second_path(&mut self, is_there: bool) {
        self.clock.set_second_path(is_there);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Micros = 33_333;

    #[test]
    fn a_snapshot_is_acknowledged_also_when_no_command_is_due() {
        let mut sync = TickSync::new(30, 20_000);
        let mut now = 0;
        for tick in 1..=60 {
            now = Micros::from(tick) * TICK;
            sync.handle_snapshot(now, Tick(tick), 1);
            assert_eq!(sync.poll_ack(now), None, "the next command carries it");
            while sync.poll_command(now).is_some() {}
        }
        // The server's ticks jump back so far that the next command is far away, whatever the clock does.
        sync.clock.skip(90);
        sync.handle_snapshot(now + 1, Tick(61), -64);
        assert_eq!(sync.poll_ack(now + 1), Some(Tick(61)));
        assert_eq!(sync.poll_ack(now + 2), None, "once");
    }

    #[test]
    fn nothing_is_sent_to_a_server_that_has_been_silent_for_too_long() {
        let mut sync = TickSync::new(30, 20_000);
        sync.handle_snapshot(0, Tick(1), 0);
        let mut commands = 0;
        for now in (0..60_000_000).step_by(1_000) {
            commands += u32::from(sync.poll_command(now).is_some());
        }
        assert!((290..=305).contains(&commands), "{commands} commands in 10 s");
    }
}
