//! When the client runs its ticks: just early enough that its commands are there when the server wants them.
//!
//! The server says with each snapshot how many ticks ahead of its use our newest command arrived (the
//! *margin*). It sees commands only when a tick begins, so a margin is whole ticks; but from when we gave
//! the commands on either side of it we know two bounds of the round trip at that moment: the newest that
//! had arrived took no longer than the snapshot's arrival tells, the one after it took longer.
//!
//! ```text
//! given:     newest        the next
//!               |             |
//! --------------+-------------+----------------------+--> time
//!               |             |<------ too short ----|   snapshot arrives; `lower` bound of the round trip
//!               |<----------- long enough -----------|                     `upper` bound
//! ```
//!
//! A command shall be given so early that its round trip is the smallest upper bound of the last minute
//! (that was enough once) and the jitter of the link on top, and a small guard. Commands that come in time
//! tell nothing of jitter, but snapshots do, which take the same way back; if a command was late all the
//! same, its lower bound is what is needed. A lead above a tick finds smaller upper bounds on its way down,
//! and each of them was enough, so the clock finds its place without ever being late. In play it never
//! jumps: it runs a little fast or slow.

use std::collections::VecDeque;

use crate::units::{Micros, Tick};

/// Share by which the clock runs fast or slow at the most: invisible in flight.
const RATE_MAX: f64 = 0.05;
/// The same in the first second, while the ship has just appeared.
const RATE_MAX_AT_START: f64 = 0.15;
/// Ticks for which that lasts.
const START_TICKS: u32 = 30;
/// Seconds for which what commands needed is remembered.
const JITTER_SECONDS: usize = 20;
/// Seconds for which the smallest upper bound is remembered: two clocks drift apart by 0.1 ms a second.
const UPPER_SECONDS: usize = 60;
/// Of a thousand commands, how many shall come in time, by what was seen.
const IN_TIME_PER_MILLE: usize = 995;
/// Of a thousand snapshots, how many shall be no later than what a command is given for, while commands go over two
/// paths: one is late when both hold it up, and 71/1000 twice is 5/1000.
const IN_TIME_PER_MILLE_OF_ONE_PATH: usize = 929;
/// Ticks by which a command arrives earlier than needed by that, for the timers of both machines.
const GUARD_TICKS: f64 = 0.25;
/// Ticks of lead that jitter may ask for at the most: beyond, lateness is the lesser evil.
const JITTER_TICKS_MAX: f64 = 3.0;
/// Ticks later than the quickest from which a command was held by a stall, which no lead would cure.
const STALL_TICKS: f64 = 6.0;
/// Snapshots in a row that are held up like by a stall, but do not come in one burst, from which it is no
/// stall but another path: what was known of the old one is forgotten.
const OTHER_PATH_SNAPSHOTS: u32 = 20;
/// Ticks behind or ahead from which the clock jumps instead of being steered.
const JUMP_TICKS: f64 = 12.0;
/// Ticks of lead on top of the first round trip, which holds a wait of a quarter of a tick on average.
const START_LEAD_TICKS: f64 = 1.15;
/// Snapshots between two looks at the whole window.
const LOOK_INTERVAL: u32 = 16;

/// What a snapshot tells of the clock, beside its arrival.
#[derive(Clone, Copy, Debug)]
pub struct ClockSample {
    /// Its tick.
    pub tick: Tick,
    /// When the newest command was given that had arrived for it, if that is remembered.
    pub newest_given: Option<Micros>,
    /// When the command after that one was given, if it was given yet.
    pub next_given: Option<Micros>,
    /// Estimate of the round trip to start from.
    pub round_trip: Micros,
}

/// The schedule of client ticks.
#[derive(Clone, Debug)]
pub struct ClockSync {
    tick_micros: f64,
    /// The next tick to run, and when.
    next: Option<(Tick, f64)>,
    /// Ticks by which the schedule is still to be moved; positive is earlier.
    shift_ticks: f64,
    run_ticks: u32,
    samples: u32,
    /// Arrival minus tick of recent snapshots, in ticks: the smallest is the server's clock on a free path.
    arrivals: VecDeque<f64>,
    /// Bounds of the round trip in ticks: the smallest upper one of each second, and all lower ones.
    uppers: VecDeque<f64>,
    lowers: VecDeque<f64>,
    tick_hz: usize,
    found: Found,
    /// Snapshots in a row that were held up, and when the last of them came, in ticks.
    held_up: u32,
    held_up_at: f64,
    has_second_path: bool,
    /// Ticks by which ticks were run later than they were due: what holds a command up on both paths.
    run_lateness: VecDeque<f64>,
}

/// What the bounds of the whole window come to.
#[derive(Clone, Copy, Debug)]
struct Found {
    arrival: f64,
    /// Ticks by which nearly all snapshots came later than that.
    lateness: f64,
    upper: f64,
    lower: f64,
}

impl ClockSync {
    /// A clock for ticks of `tick_hz` per second, not yet set.
    pub fn new(tick_hz: u16) -> Self {
        ClockSync {
            tick_micros: 1e6 / f64::from(tick_hz),
            next: None,
            shift_ticks: 0.0,
            run_ticks: 0,
            samples: 0,
            arrivals: VecDeque::new(),
            uppers: VecDeque::new(),
            lowers: VecDeque::new(),
            tick_hz: usize::from(tick_hz),
            found: Found::NOTHING,
            held_up: 0,
            held_up_at: 0.0,
            has_second_path: false,
            run_lateness: VecDeque::new(),
        }
    }

    /// Whether commands go over a second path, too, that loses and delays by a chance of its own. What snapshots tell of
    /// the jitter of one path is then much more than a command needs.
    pub fn set_second_path(&mut self, is_there: bool) {
        if std::mem::replace(&mut self.has_second_path, is_there) != is_there
            && !self.arrivals.is_empty()
        {
            self.look();
        }
    }

    /// Takes in a snapshot that arrived at `now`.
    pub fn handle_snapshot(&mut self, now: Micros, sample: &ClockSample) {
        let Some((next, due)) = self.next else {
            let lead = sample.round_trip as f64 / self.tick_micros + START_LEAD_TICKS;
            self.set(now, sample.tick, lead);
            return;
        };
        let tick = f64::from(sample.tick.0);
        self.note(tick, now as f64 / self.tick_micros - tick, sample);
        if self.found.upper.is_finite() {
            // The lead of the schedule as it is now, not as it was a round trip ago.
            let lead = self.found.arrival + f64::from(next.0) - due / self.tick_micros;
            self.shift_ticks = self.found.wanted_lead() - lead;
        }
        if self.shift_ticks.abs() > JUMP_TICKS {
            // One of us slept. The ticks keep their order; only when they are due changes.
            self.next = Some((next, due - self.shift_ticks * self.tick_micros));
            self.shift_ticks = 0.0;
        }
    }

    /// When the next tick is due, `None` before the first snapshot.
    pub fn next_time(&self) -> Option<Micros> {
        // Not before: who is woken too early by less than a microsecond finds nothing to do.
        self.next.map(|(_, due)| due.max(0.0).ceil() as Micros)
    }

    /// The next tick if it is due at `now`; schedules the one after.
    pub fn poll(&mut self, now: Micros) -> Option<Tick> {
        let (tick, due) = self.next.filter(|(_, due)| *due <= now as f64)?;
        self.run_ticks += 1;
        let lateness = (now as f64 - due) / self.tick_micros;
        remember(&mut self.run_lateness, lateness, self.tick_hz * JITTER_SECONDS);
        let rate = if self.run_ticks < START_TICKS { RATE_MAX_AT_START } else { RATE_MAX };
        let shift = self.shift_ticks.clamp(-rate, rate);
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

    fn set(&mut self, now: Micros, tick: Tick, lead: f64) {
        let whole = lead.ceil();
        let due = now as f64 + (whole - lead) * self.tick_micros;
        self.next = Some((tick.plus(whole as u32), due));
    }

    /// Remembers what a snapshot says, and looks at the whole if it is news.
    fn note(&mut self, tick: f64, arrival: f64, sample: &ClockSample) {
        let window = self.tick_hz * JITTER_SECONDS;
        remember(&mut self.arrivals, arrival, window);
        self.note_path(tick + arrival, arrival, sample);
        let mut is_news = arrival < self.found.arrival;
        self.found.arrival = self.found.arrival.min(arrival);
        // When the snapshot would have arrived on a free path: its own jitter says nothing of commands.
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

    /// Forgets the old path when it is clear that there is another one.
    fn note_path(&mut self, now: f64, arrival: f64, sample: &ClockSample) {
        let lower = sample.next_given.map(|given| now - given as f64 / self.tick_micros);
        let is_held_up = arrival > self.found.arrival + STALL_TICKS
            || lower.is_some_and(|lower| lower > self.found.upper + STALL_TICKS);
        if !is_held_up {
            self.held_up = 0;
        } else if now > self.held_up_at + 0.5 {
            self.held_up += 1;
            self.held_up_at = now;
        }
        if self.held_up >= OTHER_PATH_SNAPSHOTS {
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
        let end = self.found.arrival + STALL_TICKS;
        let later = |per_mille| {
            (nearly_largest(&self.arrivals, end, per_mille) - self.found.arrival).max(0.0)
        };
        self.found.lateness = match self.has_second_path {
            // What this machine adds is in the arrivals of one path, but not by another chance for each of two.
            true => later(IN_TIME_PER_MILLE_OF_ONE_PATH).max(nearly_largest(
                &self.run_lateness,
                STALL_TICKS,
                IN_TIME_PER_MILLE,
            )),
            false => later(IN_TIME_PER_MILLE),
        };
        let end = self.found.upper + STALL_TICKS;
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

    /// Ticks from giving a command to the snapshot of its tick, on a free path.
    fn wanted_lead(&self) -> f64 {
        let needed = self.lower.max(self.upper + self.lateness);
        needed.min(self.upper + JITTER_TICKS_MAX) + GUARD_TICKS
    }
}

/// What so many of a thousand of the values up to `end` are not above, the largest while there are few.
fn nearly_largest(values: &VecDeque<f64>, end: f64, per_mille: usize) -> f64 {
    let mut values: Vec<f64> = values.iter().copied().filter(|value| *value <= end).collect();
    let Some(last) = values.len().checked_sub(1) else { return f64::NEG_INFINITY };
    let index = (last * per_mille).div_ceil(1000);
    *values.select_nth_unstable_by(index, f64::total_cmp).1
}

fn remember(bounds: &mut VecDeque<f64>, bound: f64, window: usize) {
    if bounds.len() >= window {
        bounds.pop_front();
    }
    bounds.push_back(bound);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Rng;

    const TICK: u64 = 33_333;

    /// What lies between server and client.
    struct Road {
        latency: u64,
        jitter: u64,
        /// Of a thousand messages, how many are lost and come 80 ms later, and all behind them as well.
        lost_per_mille: u32,
        /// Over how many of these commands go; snapshots come over the first.
        paths: usize,
        /// How long the client's machine does nothing at times, three times a second on average.
        pause: u64,
    }

    impl Road {
        fn delay(&self, rng: &mut Rng) -> u64 {
            let lost = if rng.below(1000) < self.lost_per_mille { 80_000 } else { 0 };
            self.latency + u64::from(rng.below(self.jitter as u32 + 1)) + lost
        }
    }

    /// A server and a client with a road between them; returns for each tick after the first two seconds how long its
    /// command had waited, `None` if it was late.
    fn waits(road: &Road, seed: u64, seconds: u64) -> Vec<Option<u64>> {
        let mut rng = Rng::new(seed);
        let mut clock = ClockSync::new(30);
        clock.set_second_path(road.paths == 2);
        // (arrival at the server, tick, given), in order of arrival.
        let mut commands: VecDeque<(u64, Tick, u64)> = VecDeque::new();
        let mut snapshots: VecDeque<(u64, Tick, Option<Tick>)> = VecDeque::new();
        let mut given: VecDeque<(Tick, u64)> = VecDeque::new();
        let (mut last_up, mut last_down, mut newest) = ([0; 2], 0, None);
        let mut arrived: VecDeque<(Tick, u64)> = VecDeque::new();
        let mut waits = Vec::new();
        let mut busy_until = 0;
        for now in (0..seconds * 1_000_000).step_by(250) {
            if rng.below(4_000) < 3 {
                busy_until = now + road.pause;
            }
            while let Some((at, tick, _)) = commands.pop_front_if(|(at, ..)| *at <= now) {
                newest = Some(tick);
                arrived.push_back((tick, at));
            }
            if now % TICK < 250 {
                let tick = Tick((now / TICK) as u32 + 1000);
                while arrived.pop_front_if(|(other, _)| *other < tick).is_some() {}
                let at = arrived.pop_front_if(|(other, _)| *other == tick);
                waits.push(at.map(|(_, at)| now - at));
                last_down = last_down.max(now + road.delay(&mut rng));
                snapshots.push_back((last_down, tick, newest));
            }
            if now < busy_until {
                continue;
            }
            while let Some((_, tick, newest)) = snapshots.pop_front_if(|(at, ..)| *at <= now) {
                let at = |wanted: Option<Tick>| {
                    given.iter().find(|(tick, _)| Some(*tick) == wanted).map(|(_, at)| *at)
                };
                let sample = ClockSample {
                    tick,
                    newest_given: at(newest),
                    next_given: at(newest.map(Tick::next)),
                    round_trip: 2 * road.latency + TICK / 2,
                };
                clock.handle_snapshot(now, &sample);
            }
            while let Some(tick) = clock.poll(now) {
                for last in &mut last_up[..road.paths] {
                    *last = (*last).max(now + road.delay(&mut rng));
                }
                // Each path is ordered, and so is the first arrival of each command.
                let first = last_up[..road.paths].iter().copied().min().unwrap();
                commands.push_back((first, tick, now));
                given.push_back((tick, now));
                if given.len() > 200 {
                    given.pop_front();
                }
            }
        }
        // The commands of the first round trip cannot exist.
        waits.split_off(60)
    }

    #[test]
    fn who_comes_at_the_time_that_was_asked_for_finds_a_tick_due() {
        let mut rng = Rng::new(1);
        let mut clock = ClockSync::new(30);
        let mut given = VecDeque::new();
        for tick in 1..2_000_u32 {
            let now = u64::from(tick) * TICK + u64::from(rng.below(9_000));
            let newest_given = given.iter().rev().find(|at| **at + 20_000 < now).copied();
            let (tick, next_given, round_trip) = (Tick(tick), None, 40_000);
            clock.handle_snapshot(now, &ClockSample { tick, newest_given, next_given, round_trip });
            while let Some(at) = clock.next_time().filter(|at| *at <= now + TICK) {
                assert!(clock.poll(at).is_some(), "nothing to do at {at}");
                given.push_back(at);
            }
        }
        assert!(given.len() > 1_900, "{} ticks", given.len());
    }

    #[test]
    fn on_a_steady_link_no_command_is_ever_late_and_none_waits_for_long() {
        for latency in [0, 20_000, 75_000, 200_000] {
            let road = Road { latency, jitter: 0, lost_per_mille: 0, paths: 1, pause: 0 };
            let waits = waits(&road, 1, 150);
            let late = waits.iter().filter(|wait| wait.is_none()).count();
            assert_eq!(late, 0, "{latency} us");
            let mean = waits.iter().flatten().sum::<u64>() / waits.len() as u64;
            assert!(mean < TICK * 8 / 10, "{latency} us: waits of {mean} us");
            let worst = waits.iter().flatten().max().unwrap();
            assert!(*worst < TICK * 14 / 10, "{latency} us: a wait of {worst} us");
        }
    }

    #[test]
    fn on_a_link_that_stutters_hardly_a_command_is_late() {
        for seed in 1..=20 {
            let road =
                Road { latency: 40_000, jitter: 20_000, lost_per_mille: 0, paths: 1, pause: 0 };
            let waits = waits(&road, seed, 60);
            let late = waits[300..].iter().filter(|wait| wait.is_none()).count();
            assert_eq!(late, 0, "seed {seed}");
            let mean = waits.iter().flatten().sum::<u64>() / waits.len() as u64;
            assert!(mean < TICK * 15 / 10, "seed {seed}: waits of {mean} us");
        }
    }

    #[test]
    fn over_two_paths_that_lose_packets_commands_wait_less_and_fewer_are_late() {
        let (mut late, mut waited) = ([0; 2], [0; 2]);
        for seed in 1..=20 {
            for paths in 1..=2 {
                let road =
                    Road { latency: 25_000, jitter: 1_000, lost_per_mille: 10, paths, pause: 0 };
                let waits = waits(&road, seed, 60);
                late[paths - 1] += waits[300..].iter().filter(|wait| wait.is_none()).count();
                waited[paths - 1] += waits[300..].iter().flatten().sum::<u64>() / 1_500;
            }
        }
        let mean = waited.map(|sum| sum / 20);
        assert!(late[1] <= 150, "late: {late:?} of 30,000");
        assert!(2 * mean[1] < mean[0], "waits on average: {mean:?} us");
    }

    #[test]
    fn what_the_own_machine_holds_up_is_given_time_over_two_paths_as_well() {
        for seed in 1..=20 {
            for paths in 1..=2 {
                let road =
                    Road { latency: 2_000, jitter: 200, lost_per_mille: 0, paths, pause: 20_000 };
                let waits = waits(&road, seed, 60);
                let late = waits[300..].iter().filter(|wait| wait.is_none()).count();
                assert!(late <= 15, "{paths} paths, seed {seed}: {late} late of 1,440");
            }
        }
    }
}
