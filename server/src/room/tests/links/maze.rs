//! Among walls and gates, over links that lag, stutter and stall, on virtual time: both ends compute the same.

use std::sync::Arc;

use driftfield_shared::netcode::{ClientEvent, Interpolator};
use driftfield_shared::sim::maze::maze;
use driftfield_shared::sim::{NamedContent, Rng};
use driftfield_shared::units::Controls;

use super::rig::{Pilot, Rig, STEP_MICROS};

/// A room in a maze.
fn rig(seed: u64, change: impl FnOnce(&mut driftfield_shared::content::Sector)) -> Rig {
    let mut content = maze(70, 8, seed).unwrap();
    let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier");
    change(sector.expect("the maze is there"));
    Rig::under(NamedContent::from(Arc::new(content)), "frontier", seed, 30)
}

/// How often the client's own ship came out of a gate, as its frames tell.
fn passages(pilot: &Pilot) -> usize {
    let waits: Vec<u8> = pilot
        .events
        .iter()
        .filter_map(|event| match event {
            ClientEvent::Frame(frame) => Some(frame.own_ship().map_or(0, |ship| ship.gate_ticks)),
            _ => None,
        })
        .collect();
    waits.windows(2).filter(|pair| pair[1] > pair[0]).count()
}

#[test]
fn flight_among_walls_and_through_gates_is_predicted_to_the_bit() {
    let mut all = 0;
    for seed in 1..=24 {
        // Alone, and without rocks: whatever is corrected is the fault of a wall or a gate.
        let mut rig = rig(seed, |sector| sector.fields.clear());
        let mut pilot = rig.join_checked("latency=70ms,jitter=20ms", seed);
        pilot.patience = 1_500;
        rig.run(6, &mut [&mut pilot]);
        pilot.events.clear();
        rig.run(40, &mut [&mut pilot]);
        let stats = pilot.client.stats();
        assert_eq!((pilot.corrections(), stats.desyncs), (0, 0), "seed {seed}: {stats:?}");
        all += passages(&pilot);
    }
    assert!(all > 20, "{all} passages");
}

#[test]
fn on_two_hundred_bad_links_both_ends_hold_the_same_in_a_maze() {
    let (mut checks, mut through) = (0, 0);
    for seed in 1..=200 {
        let mut rng = Rng::new(seed);
        let (latency, jitter, stall) = (rng.below(201), rng.below(101), rng.below(2_001));
        let profile = format!("latency={latency}ms,jitter={jitter}ms,stall={stall}ms/5s");
        let mut rig = rig(1 + seed % 10, |_| ());
        let mut ada = rig.join_checked(&profile, seed);
        let mut bob = rig.join_checked("latency=15ms", seed + 1_000);
        rig.run(12, &mut [&mut ada, &mut bob]);
        for pilot in [&ada, &bob] {
            let stats = pilot.client.stats();
            assert_eq!(stats.desyncs, 0, "{profile}, seed {seed}: {stats:?}");
            checks += stats.state_checks;
            through += passages(pilot);
        }
    }
    assert!(checks > 2_000 && through > 20, "{checks} checks, {through} passages");
}

#[test]
fn nobody_is_drawn_between_two_gates() {
    let mut jumps = 0;
    for seed in 1..=12 {
        let mut rig = rig(seed, |sector| {
            sector.fields.clear();
            // Everyone sees everyone, so nobody is lost from view at a gate.
            sector.view_half = None;
        });
        let mut watcher = rig.join("latency=60ms,jitter=30ms,stall=300ms/4s", seed);
        let mut flyer = rig.join("latency=10ms", seed + 100);
        flyer.patience = 1_500;
        let mut screen = None;
        let mut last = None;
        for _ in 0..30_000_000 / STEP_MICROS {
            rig.step(&mut [&mut watcher, &mut flyer], |_| ());
            for event in std::mem::take(&mut watcher.events) {
                match (event, &mut screen) {
                    (ClientEvent::Welcome(_), screen) => {
                        let rules = watcher.client.rules().unwrap().clone();
                        *screen = Some(Interpolator::new(rules));
                    }
                    (ClientEvent::Frame(frame), Some(screen)) => {
                        screen.push_frame(Arc::unwrap_or_clone(frame));
                    }
                    (ClientEvent::Predicted(predicted), Some(screen)) => {
                        screen.push_predicted(predicted);
                    }
                    _ => {}
                }
            }
            let Some(screen) = &mut screen else { continue };
            let scene = screen.sample(rig.now, &Controls::default());
            let other = scene.ships.iter().find(|(_, ship)| ship.player != scene.player);
            let now = other.map(|(_, ship)| ship.position);
            if let (Some(before), Some(now)) = (last, now) {
                let step = now.distance(before);
                // A millisecond's flight, or what a late snapshot corrects; else all of the way at once.
                assert!(!(120.0..300.0).contains(&step), "seed {seed}: {before:?} to {now:?}");
                jumps += u32::from(step > 300.0);
            }
            last = now;
        }
    }
    assert!(jumps > 5, "{jumps} jumps");
}
