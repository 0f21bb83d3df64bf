//! Measurements of the link over a window of seconds, from snapshots and from this machine's own timers.

use std::collections::VecDeque;

use super::ClockSample;
use super::lengths::Lengths;
use crate::netcode::sync::nth_smallest;
use crate::units::Micros;

/// Seconds for which the needs of commands are remembered.
const JITTER_SECONDS: usize = 20;
/// Seconds for which the smallest upper bound is remembered: two clocks drift apart by 0.1 ms per second.
const UPPER_SECONDS: usize = 60;
/// Target share of commands in time, in thousandths, according to the measured round trips.
const IN_TIME_PER_MILLE: usize = 995;
/// Target share of snapshots within the lead, in thousandths, while commands go over two paths: a command is late
/// when both paths delay it, and 71/1000 twice is 5/1000.
const IN_TIME_PER_MILLE_OF_ONE_PATH: usize = 929;
/// Snapshots between two evaluations of the whole window.
const LOOK_INTERVAL: u32 = 16;

/// Measurements of one link, in ticks.
#[derive(Clone, Debug)]
pub(super) struct Measurements {
    tick_micros: f64,
    tick_hz: usize,
    lengths: Lengths,
    samples: u32,
    /// Arrival minus tick of recent snapshots. The smallest is the server's clock on an idle path.
    arrivals: VecDeque<f64>,
    /// Bounds of the round trip: the smallest upper bound of each second, and all lower bounds.
    uppers: VecDeque<f64>,
    lowers: VecDeque<f64>,
    found: Found,
    /// Number of successive delayed snapshots, and when the last of them arrived.
    held_up: u32,
    held_up_at: f64,
    has_second_path: bool,
    /// Delay with which this machine ran its ticks. It delays a command on both paths.
    run_lateness: VecDeque<f64>,
}

/// The result over the whole window.
#[derive(Clone, Copy, Debug)]
struct Found {
    arrival: f64,
    /// Ticks by which nearly all snapshots arrived later than that.
    lateness: f64,
    upper: f64,
    lower: f64,
}

impl Measurements {
    pub fn new(tick_hz: u16, lengths: Lengths) -> Self {
        Measurements {
            tick_micros: 1e6 / f64::from(tick_hz),
            tick_hz: usize::from(tick_hz),
            lengths,
            samples: 0,
            arrivals: VecDeque::new(),
            uppers: VecDeque::new(),
            lowers: VecDeque::new(),
            found: Found::NOTHING,
            held_up: 0,
            held_up_at: 0.0,
            has_second_path: false,
            run_lateness: VecDeque::new(),
        }
    }

    /// Arrival minus tick of a snapshot on an idle path; infinite before the first.
    pub fn arrival(&self) -> f64 {
        self.found.arrival
    }

    /// Ticks from giving a command to the snapshot of its tick, on an idle path; `None` before the first upper bound.
    pub fn wanted_lead(&self) -> Option<f64> {
        self.found.upper.is_finite().then(|| self.found.wanted_lead(&self.lengths))
    }

    pub fn set_second_path(&mut self, is_there: bool) {
        if std::mem::replace(&mut self.has_second_path, is_there) != is_there
            && !self.arrivals.is_empty()
        {
            self.look();
        }
    }

    /// Remembers how late this machine ran a tick.
    pub fn note_run(&mut self, lateness: f64) {
        remember(&mut self.run_lateness, lateness, self.tick_hz * JITTER_SECONDS);
    }

    /// Starts the arrivals again: the server's ticks are later than they would have been. Round trips are unchanged.
    pub fn forget_arrivals(&mut self, arrival: f64) {
        self.arrivals.clear();
        self.held_up = 0;
        self.found.arrival = arrival;
    }

    /// Remembers what a snapshot tells, and evaluates the window if that is news.
    pub fn note(&mut self, tick: f64, arrival: f64, sample: &ClockSample) {
        let window = self.tick_hz * JITTER_SECONDS;
        remember(&mut self.arrivals, arrival, window);
        self.note_path(tick + arrival, arrival, sample);
        let mut is_news = arrival < self.found.arrival;
        self.found.arrival = self.found.arrival.min(arrival);
        // When the snapshot would have arrived on an idle path: its own jitter says nothing about commands.
        let arrived = tick + self.found.arrival;
        let round_trip = |given: Micros| arrived - given as f64 / self.tick_micros;
        if let Some(upper) = sample.newest_given.map(round_trip) {
            if (self.samples as usize).is_multiple_of(self.tick_hz) || self.uppers.is_empty() {
                remember(&mut self.uppers, upper, UPPER_SECONDS);
            } else if let Some(last) = self.uppers.back_mut() {
                *last = last.min(upper);
            }
            is_news |= upper < self.found.upper;
        }
        if let Some(lower) = sample.next_given.map(round_trip) {
            remember(&mut self.lowers, lower, window);
            is_news |= lower > self.found.lower;
        }
        self.samples = self.samples.wrapping_add(1);
        if is_news || self.samples.is_multiple_of(LOOK_INTERVAL) {
            self.look();
        }
    }

    /// Forgets the old path when it is clear that the path has changed.
    fn note_path(&mut self, now: f64, arrival: f64, sample: &ClockSample) {
        let lower = sample.next_given.map(|given| now - given as f64 / self.tick_micros);
        let is_held_up = arrival > self.found.arrival + self.lengths.stall
            || lower.is_some_and(|lower| lower > self.found.upper + self.lengths.stall);
        if !is_held_up {
            self.held_up = 0;
        } else if now > self.held_up_at + 0.5 {
            self.held_up += 1;
            self.held_up_at = now;
        }
        if self.held_up >= self.lengths.other_path {
            self.held_up = 0;
            self.arrivals.clear();
            self.uppers.clear();
            self.lowers.clear();
            remember(&mut self.arrivals, arrival, 1);
            self.found = Found { arrival, ..Found::NOTHING };
        }
    }

    fn look(&mut self) {
        let least = |bounds: &VecDeque<f64>| bounds.iter().copied().fold(f64::INFINITY, f64::min);
        self.found.arrival = least(&self.arrivals);
        self.found.upper = least(&self.uppers);
        let end = self.found.arrival + self.lengths.stall;
        let later = |per_mille| {
            (nearly_largest(&self.arrivals, end, per_mille) - self.found.arrival).max(0.0)
        };
        self.found.lateness = match self.has_second_path {
            // Delays of this machine are in the arrivals of one path, but they affect both paths together.
            true => later(IN_TIME_PER_MILLE_OF_ONE_PATH).max(nearly_largest(
                &self.run_lateness,
                self.lengths.stall,
                IN_TIME_PER_MILLE,
            )),
            false => later(IN_TIME_PER_MILLE),
        };
        let end = self.found.upper + self.lengths.stall;
        self.found.lower = nearly_largest(&self.lowers, end, IN_TIME_PER_MILLE);
    }
}

impl Found {
    const NOTHING: Found = Found {
        arrival: f64::INFINITY,
        lateness: 0.0,
        upper: f64::INFINITY,
        lower: f64::NEG_INFINITY,
    };

    fn wanted_lead(&self, lengths: &Lengths) -> f64 {
        let needed = self.lower.max(self.upper + self.lateness);
        needed.min(self.upper + lengths.jitter_max) + lengths.guard
    }
}

/// A quantile in thousandths of the values up to `end`; the largest value while there are few.
fn nearly_largest(values: &VecDeque<f64>, end: f64, per_mille: usize) -> f64 {
    let mut values: Vec<f64> = values.iter().copied().filter(|value| *value <= end).collect();
    let Some(last) = values.len().checked_sub(1) else { return f64::NEG_INFINITY };
    let index = (last * per_mille).div_ceil(1000);
    nth_smallest(&mut values, index)
}

fn remember(values: &mut VecDeque<f64>, value: f64, window: usize) {
    if values.len() >= window {
        values.pop_front();
    }
    values.push_back(value);
}
