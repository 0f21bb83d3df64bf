//! The playout clock: the moment of the past in which other ships are shown.
//!
//! Other ships are shown a little in the past, so that there is nearly always a snapshot on either side. The delay
//! follows the measured lateness of snapshots: it grows at once and shrinks slowly. Each command tells the server
//! which moment was shown, so that it can judge hits by it (lag compensation).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::nth_smallest;
use crate::units::{Micros, Tick};

/// Seconds for which the lateness of snapshots is remembered.
const LATENESS_SECONDS: usize = 2;
/// Target share of snapshots that arrive in time.
const IN_TIME_PERCENT: usize = 97;
/// Smallest interpolation delay in ticks, and largest one in seconds.
const DELAY_TICKS_MIN: f64 = 1.0;
const DELAY_SECONDS_MAX: f64 = 0.334;
/// Largest decrease of the delay, in seconds per second.
const DELAY_SHRINK: f64 = 0.05;
/// Largest relative speed-up or slow-down of the shown time.
const RATE_MAX: f64 = 0.1;
/// Error in seconds above which the shown time jumps instead of drifting.
const JUMP_SECONDS: f64 = 0.5;

/// What is shown of other ships at a client tick, and how it continues until the next one.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct View {
    /// The shown tick of other ships, with its fraction.
    pub tick: f64,
    /// Shown ticks per tick that passes; about 1.
    pub rate: f64,
    /// Interpolation delay, in ticks.
    pub delay_ticks: f64,
}

/// Chooses the moment to show.
#[derive(Clone, Debug)]
pub struct Playout {
    tick_micros: f64,
    tick_hz: u16,
    newest: Option<Tick>,
    /// Arrival time minus tick time of recent snapshots, in ticks.
    arrivals: VecDeque<f64>,
    /// The fastest of them, and the extra delay within which nearly all arrived.
    first: f64,
    lateness: f64,
    view: View,
    advanced: Option<Micros>,
}

impl Playout {
    /// For a room of `tick_hz`.
    pub fn new(tick_hz: u16) -> Self {
        Playout {
            tick_micros: 1e6 / f64::from(tick_hz),
            tick_hz,
            newest: None,
            arrivals: VecDeque::new(),
            first: 0.0,
            lateness: 0.0,
            view: View { tick: 0.0, rate: 1.0, delay_ticks: DELAY_TICKS_MIN },
            advanced: None,
        }
    }

    /// Notes that the snapshot of `tick` arrived at `now`.
    pub fn handle_snapshot(&mut self, now: Micros, tick: Tick) {
        self.newest = Some(tick);
        self.arrivals.push_back(now as f64 / self.tick_micros - f64::from(tick.0));
        if self.arrivals.len() > LATENESS_SECONDS * usize::from(self.tick_hz) {
            self.arrivals.pop_front();
        }
        let mut arrivals: Vec<f64> = self.arrivals.iter().copied().collect();
        let late = (arrivals.len() - 1) * IN_TIME_PERCENT / 100;
        let late = nth_smallest(&mut arrivals, late);
        self.first = arrivals.into_iter().fold(late, f64::min);
        self.lateness = late - self.first;
        self.view.delay_ticks = self.view.delay_ticks.max(self.wanted_delay());
    }

    /// Forgets the arrival times of snapshots: the server has paused, so its time is different from here on.
    pub fn restart(&mut self) {
        self.arrivals.clear();
        self.advanced = None;
        self.view.rate = 1.0;
    }

    /// The view at `now`. It becomes the current one.
    pub fn advance(&mut self, now: Micros) -> View {
        let target = |delay: f64| now as f64 / self.tick_micros - self.first - delay;
        let Some(advanced) = self.advanced.replace(now) else {
            self.view.tick = target(self.view.delay_ticks);
            return self.view;
        };
        let passed = now.saturating_sub(advanced) as f64 / self.tick_micros;
        let shrunk = self.view.delay_ticks - DELAY_SHRINK * passed;
        self.view.delay_ticks = shrunk.max(self.wanted_delay());
        self.view.tick += passed * self.view.rate;
        let error = target(self.view.delay_ticks) - self.view.tick;
        if error.abs() > JUMP_SECONDS * f64::from(self.tick_hz) {
            self.view.tick += error;
            self.view.rate = 1.0;
        } else {
            self.view.rate = 1.0 + (error * RATE_MAX).clamp(-RATE_MAX, RATE_MAX);
        }
        debug_assert!(self.view.tick.is_finite() && self.view.rate > 0.0, "{:?}", self.view);
        self.view
    }

    /// The current view.
    pub fn view(&self) -> View {
        self.view
    }

    fn wanted_delay(&self) -> f64 {
        let most = (DELAY_SECONDS_MAX * f64::from(self.tick_hz)).max(2.0 * DELAY_TICKS_MIN);
        (1.0 + self.lateness).clamp(DELAY_TICKS_MIN, most)
    }
}

impl View {
    /// The shown moment `passed` ticks after the client tick.
    pub fn at(&self, passed: f64) -> f64 {
        self.tick + self.rate * passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Micros = 33_333;

    /// Feeds snapshots with the given lateness for 20 s, with client ticks in between. Returns the views.
    fn views(late: impl Fn(u32) -> Micros) -> Vec<View> {
        let mut playout = Playout::new(30);
        let mut last = 0;
        (1..600)
            .map(|tick| {
                last = (Micros::from(tick) * TICK + late(tick)).max(last);
                playout.handle_snapshot(last, Tick(tick));
                playout.advance(last.max(Micros::from(tick) * TICK + 20_000))
            })
            .collect()
    }

    #[test]
    fn a_clean_link_is_shown_little_more_than_a_tick_late() {
        let views = views(|_| 5_000);
        assert!(views[599 - 1].delay_ticks < 1.01);
    }

    #[test]
    fn the_delay_follows_the_lateness_up_at_once_and_down_slowly() {
        let views = views(|tick| if tick < 300 && tick % 4 == 0 { 40_000 } else { 0 });
        let late_ticks = 40_000.0 / TICK as f64;
        assert!((views[290].delay_ticks - 1.0 - late_ticks).abs() < 0.1, "{:?}", views[290]);
        assert!(views[320].delay_ticks > 2.0, "{:?}", views[320]);
        assert!(views[598].delay_ticks < 1.1, "{:?}", views[598]);
    }

    #[test]
    fn time_never_jumps_while_the_delay_changes() {
        let views = views(|tick| if (200..300).contains(&tick) { 60_000 } else { 0 });
        for pair in views[60..].windows(2) {
            // Client ticks themselves are up to 40 ms apart here.
            let step = pair[1].tick - pair[0].tick;
            assert!((0.0..=2.5).contains(&step), "{pair:?}");
        }
    }

    #[test]
    fn after_a_minute_of_sleep_the_view_is_right_at_once() {
        let mut playout = Playout::new(30);
        for tick in 1..60 {
            playout.handle_snapshot(Micros::from(tick) * TICK, Tick(tick));
            playout.advance(Micros::from(tick) * TICK);
        }
        for tick in 1860..1862 {
            playout.handle_snapshot(Micros::from(tick) * TICK, Tick(tick));
        }
        let view = playout.advance(1861 * TICK);
        assert!((view.tick - 1860.0).abs() < 0.5, "{view:?}");
    }
}
