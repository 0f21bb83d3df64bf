//! The client's tick clock: it runs ticks just early enough for the commands to arrive in time.
//!
//! With each snapshot the server reports how many ticks before its use our newest command arrived (the *margin*). The
//! server reads commands only when a tick begins, so a margin is in whole ticks. But the times at which we gave the
//! commands on either side of it yield two bounds of the round trip at that moment: the newest command that had
//! arrived took no longer than the snapshot's arrival implies, and the one after it took longer.
//!
//! ```text
//! given:     newest        the next
//!               |             |
//! --------------+-------------+----------------------+--> time
//!               |             |<------ too short ----|   snapshot arrives; `lower` bound of the round trip
//!               |<----------- long enough -----------|                     `upper` bound
//! ```
//!
//! A command is given early enough for a round trip of the smallest upper bound of the last minute (which was enough
//! once), plus the jitter of the link, plus a small guard. Commands that arrive in time say nothing about jitter, but
//! snapshots do, and they take the same path back. If a command was late nevertheless, its lower bound is what is
//! needed. A lead above a tick finds smaller upper bounds on its way down, and each of them was enough, so the clock
//! finds its place without ever being late. In play the clock never jumps: it runs a little fast or slow. It jumps
//! only when one of the two machines has slept.
//!
//! This file is the schedule. `measurements` has the bounds above and the lead that follows from them; `lengths` has
//! the durations that both use.

mod lengths;
mod measurements;
#[cfg(test)]
mod tests;

use self::lengths::Lengths;
use self::measurements::Measurements;
use crate::units::{Micros, Tick};

/// Largest relative speed-up or slow-down of the clock: invisible in flight.
const RATE_MAX: f64 = 0.05;
/// The same at the start, while the ship has just appeared.
const RATE_MAX_AT_START: f64 = 0.15;
/// Lead in ticks on top of the first round trip, which contains a mean wait of a quarter of a tick.
const START_LEAD_TICKS: f64 = 1.15;

/// What a snapshot says about the clock, in addition to its arrival time.
#[derive(Clone, Copy, Debug)]
pub struct ClockSample {
    /// Its tick.
    pub tick: Tick,
    /// When the newest command was given that had arrived for it, if that is still known.
    pub newest_given: Option<Micros>,
    /// When the command after that one was given, if it was.
    pub next_given: Option<Micros>,
    /// First estimate of the round trip.
    pub round_trip: Micros,
    /// The margin of the newest command that had arrived, in ticks; negative when late.
    pub margin: i8,
}

/// The effect of a snapshot on the schedule.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ClockNews {
    /// The clock was too far ahead of the server: commands from this tick on are given again.
    pub again_from: Option<Tick>,
    /// The server has paused: measurements from before are void.
    pub has_slept: bool,
}

/// The schedule of client ticks.
#[derive(Clone, Debug)]
pub struct ClockSync {
    tick_micros: f64,
    /// The next tick and its time.
    next: Option<(Tick, f64)>,
    /// Ticks by which the schedule is still to be moved; positive means earlier.
    shift_ticks: f64,
    run_ticks: u32,
    lengths: Lengths,
    measurements: Measurements,
}

impl ClockSync {
    /// A clock for `tick_hz` ticks per second, not yet started.
    pub fn new(tick_hz: u16) -> Self {
        let lengths = Lengths::of(tick_hz);
        ClockSync {
            tick_micros: 1e6 / f64::from(tick_hz),
            next: None,
            shift_ticks: 0.0,
            run_ticks: 0,
            lengths,
            measurements: Measurements::new(tick_hz, lengths),
        }
    }

    /// Sets whether commands also go over a second path with independent losses and delays. The jitter of snapshots,
    /// which use one path, is then much more than a command needs.
    pub fn set_second_path(&mut self, is_there: bool) {
        self.measurements.set_second_path(is_there);
    }

    /// Handles a snapshot that arrived at `now`.
    pub fn handle_snapshot(&mut self, now: Micros, sample: &ClockSample) -> ClockNews {
        let Some((next, due)) = self.next else {
            let lead = sample.round_trip as f64 / self.tick_micros + START_LEAD_TICKS;
            self.set(now, sample.tick, lead);
            return ClockNews::default();
        };
        let tick = f64::from(sample.tick.0);
        let arrival = now as f64 / self.tick_micros - tick;
        let has_slept = self.has_slept(arrival, sample.margin);
        if has_slept {
            self.measurements.forget_arrivals(arrival);
        }
        self.measurements.note(tick, arrival, sample);
        if let Some(wanted) = self.measurements.wanted_lead() {
            // The current lead of the schedule, not the one a round trip ago.
            let lead = self.measurements.arrival() + f64::from(next.0) - due / self.tick_micros;
            // The first tick after a pause arrives up to one tick later than those behind it.
            self.shift_ticks = wanted + f64::from(u8::from(has_slept)) - lead;
        }
        let is_jump = self.shift_ticks.abs() > self.lengths.jump || has_slept;
        ClockNews { again_from: is_jump.then(|| self.jump()).flatten(), has_slept }
    }

    /// Whether the server has paused. A path that delays snapshots does not make our commands early, and a path that
    /// has become faster does not make snapshots late. Both at once mean that the server's ticks are late.
    fn has_slept(&self, arrival: f64, margin: i8) -> bool {
        let least = self.lengths.slept;
        arrival > self.measurements.arrival() + least && f64::from(margin) >= least
    }

    /// Moves the schedule to its target at once. Returns the next tick if it was run before. Waiting until the server
    /// has caught up instead would leave the client silent for as long as the server paused.
    fn jump(&mut self) -> Option<Tick> {
        let (next, due) = self.next?;
        let shift = std::mem::take(&mut self.shift_ticks);
        let back = (-shift).max(0.0).floor();
        let tick = next.minus(back as u32);
        self.next = Some((tick, due - (shift + back) * self.tick_micros));
        (tick < next).then_some(tick)
    }

    /// When the next tick is due; `None` before the first snapshot.
    pub fn next_time(&self) -> Option<Micros> {
        // Rounded up: a caller that wakes less than a microsecond early would find nothing to do.
        self.next.map(|(_, due)| due.max(0.0).ceil() as Micros)
    }

    /// The next tick if it is due at `now`; schedules the one after it.
    pub fn poll(&mut self, now: Micros) -> Option<Tick> {
        let (tick, due) = self.next.filter(|(_, due)| *due <= now as f64)?;
        self.run_ticks += 1;
        self.measurements.note_run((now as f64 - due) / self.tick_micros);
        let rate = if self.run_ticks < self.lengths.start { RATE_MAX_AT_START } else { RATE_MAX };
        let shift = self.shift_ticks.clamp(-rate, rate);
        self.shift_ticks -= shift;
        self.next = Some((tick.next(), due + self.tick_micros * (1.0 - shift)));
        Some(tick)
    }

    /// Number of ticks that are due at `now` and not yet run.
    pub fn overdue(&self, now: Micros) -> u32 {
        self.next.map_or(0, |(_, due)| ((now as f64 - due) / self.tick_micros).max(0.0) as u32)
    }

    /// Skips `ticks` without running them: the server has repeated the last command.
    pub fn skip(&mut self, ticks: u32) {
        if let Some((tick, due)) = self.next {
            self.next = Some((tick.plus(ticks), due + f64::from(ticks) * self.tick_micros));
        }
    }

    fn set(&mut self, now: Micros, tick: Tick, lead: f64) {
        let whole = lead.ceil();
        let due = now as f64 + (whole - lead) * self.tick_micros;
        self.next = Some((tick.plus(whole as u32), due));
    }
}
