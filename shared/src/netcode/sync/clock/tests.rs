//! The clock on simulated links: which commands are late, and how long the others wait.

use std::collections::VecDeque;

use super::{ClockSample, ClockSync};
use crate::sim::Rng;
use crate::units::Tick;

const TICK: u64 = 33_333;

/// The road between server and client.
struct Road {
    latency: u64,
    jitter: u64,
    /// Thousandths of messages that are lost, and then arrive 80 ms late with all messages behind them.
    lost_per_mille: u32,
    /// Number of paths that commands use; snapshots use the first.
    paths: usize,
    /// Length of the pauses of the client's machine, which come three times per second on average.
    pause: u64,
}

impl Road {
    fn delay(&self, rng: &mut Rng) -> u64 {
        let lost = if rng.below(1000) < self.lost_per_mille { 80_000 } else { 0 };
        self.latency + u64::from(rng.below(self.jitter as u32 + 1)) + lost
    }
}

/// Connects a server and a client by a road. Returns, for each tick after the first two seconds, how long its
/// command had waited; `None` if it was late.
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
                margin: newest.map_or(-64, |newest| newest.distance_from(tick) as i8),
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
        let margin = 1;
        let sample = ClockSample { tick, newest_given, next_given, round_trip, margin };
        clock.handle_snapshot(now, &sample);
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
        let road = Road { latency: 40_000, jitter: 20_000, lost_per_mille: 0, paths: 1, pause: 0 };
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
            let road = Road { latency: 25_000, jitter: 1_000, lost_per_mille: 10, paths, pause: 0 };
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
