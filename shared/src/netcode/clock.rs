//! When the client runs its ticks: just early enough that its commands are there when the server wants them.
//!
//! The server says with each snapshot how many ticks ahead of its use our newest command arrived (the
//! *margin*). The client's clock runs a little fast while commands come late, and creeps back while they
//! come too early; in play it never jumps. The server sees a command only when its tick begins, so the
//! margin is whole ticks: the clock finds the edge by leaning towards it, and stays off it for longer each
//! time that it touched it.

use crate::units::{Micros, Tick};

/// Share by which the clock runs fast or slow at the most: invisible in flight.
const RATE_MAX: f64 = 0.05;
/// Share of a tick that a late command moves the clock ahead.
const LATE_STEP: f64 = 0.35;
/// Seconds over which margins are judged.
const WINDOW_SECONDS: f64 = 1.0;
/// Share of a tick by which the clock leans towards the edge when all is well.
const LEAN_STEP: f64 = 0.06;
/// Seconds between leanings at first, and at the most.
const LEAN_SECONDS_MIN: f64 = 4.0;
const LEAN_SECONDS_MAX: f64 = 120.0;
/// Ticks behind or ahead from which the clock is set anew instead of steered.
const RESET_TICKS: f64 = 12.0;
/// Ticks of lead on top of the measured round trip at the start. That holds a wait of half a tick already.
const START_LEAD_TICKS: f64 = 0.8;

/// The schedule of client ticks.
#[derive(Clone, Debug)]
pub struct ClockSync {
    tick_micros: f64,
    /// The next tick to run, and when.
    next: Option<(Tick, f64)>,
    /// Ticks by which the schedule is still to be moved; positive is earlier.
    shift_ticks: f64,
    window_from: f64,
    window_margin_min: i8,
    lean_seconds: f64,
    lean_at: f64,
}

impl ClockSync {
    /// A clock for ticks of `tick_hz` per second, not yet set.
    pub fn new(tick_hz: u16) -> Self {
        ClockSync {
            tick_micros: 1e6 / f64::from(tick_hz),
            next: None,
            shift_ticks: 0.0,
            window_from: 0.0,
            window_margin_min: i8::MAX,
            lean_seconds: LEAN_SECONDS_MIN,
            lean_at: 0.0,
        }
    }

    /// Takes the tick and the margin of a snapshot that arrived at `now`; `round_trip` is the best estimate.
    pub fn handle_snapshot(&mut self, now: Micros, tick: Tick, margin: i8, round_trip: Micros) {
        let now = now as f64;
        let lead = round_trip as f64 / self.tick_micros + START_LEAD_TICKS;
        let Some((next, due)) = self.next else {
            self.set(now, tick, lead);
            return;
        };
        // How far the schedule is ahead of the snapshot: about the lead, unless one of us slept.
        let ahead = next.distance_from(tick) as f64 - (due - now) / self.tick_micros;
        if (ahead - lead).abs() > RESET_TICKS + lead {
            self.set(now, tick, lead);
            return;
        }
        if now < self.window_from {
            // Commands given before the last move still come in.
            return;
        }
        self.window_margin_min = self.window_margin_min.min(margin);
        if margin < 0 {
            self.shift_ticks += LATE_STEP * f64::from(-margin).min(4.0);
            self.lean_seconds = (self.lean_seconds * 2.0).min(LEAN_SECONDS_MAX);
            self.settle(now, round_trip);
        } else if now - self.window_from > WINDOW_SECONDS * 1e6 {
            match self.window_margin_min {
                0 if now < self.lean_at => {}
                0 => {
                    self.shift_ticks -= LEAN_STEP;
                    self.lean_at = now + self.lean_seconds * 1e6;
                }
                early => self.shift_ticks -= (f64::from(early) - 0.5).min(2.0),
            }
            self.settle(now, round_trip);
        }
    }

    /// When the next tick is due, `None` before the first snapshot.
    pub fn next_time(&self) -> Option<Micros> {
        self.next.map(|(_, due)| due.max(0.0) as Micros)
    }

    /// The next tick if it is due at `now`; schedules the one after.
    pub fn poll(&mut self, now: Micros) -> Option<Tick> {
        let (tick, due) = self.next.filter(|(_, due)| *due <= now as f64)?;
        let shift = self.shift_ticks.clamp(-RATE_MAX, RATE_MAX);
        self.shift_ticks -= shift;
        self.next = Some((tick.next(), due + self.tick_micros * (1.0 - shift)));
        Some(tick)
    }

    /// Ticks that are due at `now` and not yet run.
    pub fn overdue(&self, now: Micros) -> u32 {
        self.next.map_or(0, |(_, due)| ((now as f64 - due) / self.tick_micros).max(0.0) as u32)
    }

    /// Lets `ticks` pass without running them: the server has repeated the last command.
    pub fn skip(&mut self, ticks: u32) {
        if let Some((tick, due)) = self.next {
            self.next = Some((tick.plus(ticks), due + f64::from(ticks) * self.tick_micros));
        }
    }

    fn set(&mut self, now: f64, tick: Tick, lead: f64) {
        let whole = lead.ceil();
        let due = now + (whole - lead) * self.tick_micros;
        self.next = Some((tick.plus(whole as u32), due));
        self.shift_ticks = 0.0;
        self.lean_seconds = LEAN_SECONDS_MIN;
        self.lean_at = now + self.lean_seconds * 1e6;
        self.settle(now, (lead * self.tick_micros) as Micros);
    }

    /// Starts a new window, after what was moved has been felt.
    fn settle(&mut self, now: f64, round_trip: Micros) {
        let moving = self.shift_ticks.abs() / RATE_MAX * self.tick_micros;
        self.window_from = now + moving + round_trip as f64 + self.tick_micros;
        self.window_margin_min = i8::MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server and a client over a link of constant delay; returns the margins of the last seconds.
    fn margins(up_micros: u64, down_micros: u64, seconds: u64) -> Vec<i64> {
        const TICK: u64 = 33_333;
        let mut clock = ClockSync::new(30);
        // (arrival at the server, tick)
        let mut commands: Vec<(u64, Tick)> = Vec::new();
        let mut snapshots: Vec<(u64, Tick, i8)> = Vec::new();
        let mut margins = Vec::new();
        for now in (0..seconds * 1_000_000).step_by(500) {
            if now % TICK < 500 {
                let tick = Tick((now / TICK) as u32 + 1000);
                let newest =
                    commands.iter().filter(|(at, _)| *at <= now).map(|(_, tick)| *tick).max();
                let margin = newest.map_or(0, |newest| newest.distance_from(tick));
                margins.push(margin);
                snapshots.push((now + down_micros, tick, margin.clamp(-64, 63) as i8));
            }
            snapshots.retain(|(at, tick, margin)| {
                if *at <= now {
                    clock.handle_snapshot(now, *tick, *margin, up_micros + down_micros);
                }
                *at > now
            });
            while let Some(tick) = clock.poll(now) {
                commands.push((now + up_micros, tick));
            }
        }
        margins
    }

    #[test]
    fn commands_settle_just_in_time_at_any_latency() {
        for latency in [0, 20_000, 75_000, 200_000] {
            let margins = margins(latency, latency, 40);
            let settled = &margins[margins.len() - 600..];
            let late = settled.iter().filter(|margin| **margin < 0).count();
            assert!(late <= 3, "{latency} us: {late} late of 600");
            let mean = settled.iter().sum::<i64>() as f64 / settled.len() as f64;
            assert!(mean < 1.0, "{latency} us: margin {mean}");
        }
    }
}
