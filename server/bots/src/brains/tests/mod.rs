//! Brains at work: minutes of virtual time in a real world.

mod arena;
mod duel;
mod maze;

use driftfield_shared::sim::{Command, ShipState};
use driftfield_shared::units::{Controls, PlayerId, Thrust};

use super::{BRAINS, BrainKind};
use arena::{Arena, frame};

#[test]
fn miners_earn_credits_and_never_get_stuck() {
    for seed in [3, 5] {
        let mut arena = Arena::new("frontier", "frontier", seed, &["miner"; 4]);
        arena.run(150);
        let report = arena.report();
        assert!(arena.credits("miner").iter().all(|credits| *credits > 100), "{report}");
        assert!(arena.flyers.iter().all(|flyer| flyer.stuck == 0), "{report}");
    }
}

#[test]
fn hunters_destroy_what_flies_outside_the_safe_zone() {
    let mut kills = 0;
    for seed in 1..=2 {
        let crew = ["hunter", "hunter", "miner", "miner", "miner", "miner"];
        let mut arena = Arena::new("frontier", "frontier", seed, &crew);
        arena.run(210);
        assert!(arena.flyers.iter().all(|flyer| flyer.stuck == 0), "{}", arena.report());
        kills += arena.kills("hunter");
    }
    assert!(kills >= 2, "{kills} kills with seeds 1 and 2");
}

#[test]
fn traders_sell_what_miners_leave_and_what_they_dig_when_hungry() {
    for seed in 2..=3 {
        let crew = ["trader", "trader", "trader", "miner", "miner"];
        let mut arena = Arena::new("frontier", "frontier", seed, &crew);
        arena.run(240);
        let report = arena.report();
        assert!(arena.credits("trader").iter().all(|credits| *credits > 60), "{report}");
        assert!(arena.flyers.iter().all(|flyer| flyer.stuck == 0), "{report}");
    }
}

#[test]
fn a_whole_crew_keeps_the_sector_alive() {
    let crew: Vec<&str> = (0..12).map(|index| BrainKind::of_mix(index).name).collect();
    let mut arena = Arena::new("frontier", "frontier", 1, &crew);
    arena.run(240);
    let report = arena.report();
    assert!(arena.kills("hunter") >= 1, "{report}");
    assert!(arena.credits("miner").iter().sum::<u32>() > 800, "{report}");
    assert!(arena.credits("trader").iter().sum::<u32>() > 200, "{report}");
    // Hunters must not be a plague: nobody dies more than once in half a minute.
    let deaths = arena.world.pilots().map(|flyer| flyer.deaths).max();
    assert!(deaths <= Some(8), "{report}");
}

#[test]
fn engines_do_not_flicker_and_rocks_are_seldom_touched() {
    let crew: Vec<&str> = (0..11).map(|index| BrainKind::of_mix(index).name).collect();
    let mut arena = Arena::new("frontier", "frontier", 9, &crew);
    arena.run(90);
    let report = arena.report();
    for flyer in &arena.flyers {
        let per_second = flyer.thrust_changes as f32 * 30.0 / flyer.flown_ticks.max(1) as f32;
        assert!(per_second < 9.0, "{report}");
        if flyer.name != "wander" {
            assert!(flyer.bumps < 30, "{report}");
        }
    }
}

#[test]
fn every_brain_plays_without_a_station_and_without_rocks() {
    for kind in &BRAINS {
        let mut arena = Arena::new("proving-ground", "proving-ground", 5, &[kind.name; 6]);
        arena.run(40);
        for flyer in &arena.flyers {
            assert_eq!(flyer.stuck, 0, "{}", arena.report());
        }
    }
}

#[test]
fn wander_holds_a_direction_turns_and_fires_at_its_pace() {
    let mut arena = Arena::new("proving-ground", "proving-ground", 3, &["wander"]);
    let (mut fired, mut held, mut runs) = (0, 0, Vec::new());
    let mut last: Option<Controls> = None;
    for _ in 0..30 * 60 {
        let frame = frame(&arena.world, PlayerId(0));
        let ship: ShipState = *frame.own_ship().unwrap();
        arena.flyers[0].fly(frame, &arena.world, &arena.players);
        let controls = arena.flyers[0].controls;
        arena.world.step(&[Command::Steer(PlayerId(0), controls)], &mut Vec::new());
        assert_ne!(controls.thrust, Thrust::NONE);
        assert_eq!((controls.thrust.code() - 1) % 4, 0, "one of eight directions");
        if let Some(last) = last {
            assert_ne!(controls.aim, ship.aim, "the aim keeps turning");
            held += 1;
            if last.thrust != controls.thrust {
                runs.push(held);
                held = 0;
            }
        }
        fired += u32::from(controls.fire);
        last = Some(controls);
    }
    assert_eq!(fired, 40, "once in 1.5 seconds");
    assert!(runs.iter().all(|ticks| *ticks >= 15), "{runs:?}");
    assert!(runs.len() > 30, "{runs:?}");
}

#[test]
fn who_lingers_stays_about_the_station_whatever_happens_there() {
    // How many bots are still near the spawn point after a minute of flight.
    let near = |brain: &'static str, seed| {
        let mut arena = Arena::new("frontier", "frontier", seed, &[brain; 15]);
        arena.run(60);
        let center = arena.world.rules().sector.stations[0].position;
        let ships = arena.world.ships().iter();
        ships.filter(|(_, ship)| ship.state.position.distance(center) < 800.0).count()
    };
    for seed in 1..=3 {
        let (lingering, wandering) = (near("linger", seed), near("wander", seed));
        assert!(lingering >= 13, "{lingering} of 15 (seed {seed})");
        assert!(wandering < lingering, "{wandering} and {lingering} of 15 (seed {seed})");
    }
}
