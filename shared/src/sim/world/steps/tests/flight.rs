//! Flight: engines, boost, edges and bumps.

use glam::Vec2;

use super::{ADA, BOB, field, put, run, ship, ship_mut, thrust_along_x, world};
use crate::sim::world::Command;
use crate::units::{Controls, PlayerId};

#[test]
fn a_ship_speeds_up_to_its_top_speed_and_coasts_to_rest() {
    let mut world = field();
    put(&mut world, ADA, Vec2::new(-900.0, 0.0));
    run(&mut world, 90, &[Command::Steer(ADA, thrust_along_x(false))]);
    let speed = ship(&world, ADA).unwrap().state.velocity.length();
    // Acceleration over drag, less what a tick of drag takes at once.
    assert!((250.0..281.0).contains(&speed), "{speed}");
    run(&mut world, 300, &[Command::Steer(ADA, Controls::default())]);
    assert_eq!(ship(&world, ADA).unwrap().state.velocity, Vec2::ZERO);
}

#[test]
fn a_boost_is_faster_ends_and_recharges() {
    let mut world = field();
    put(&mut world, ADA, Vec2::new(-900.0, 0.0));
    let boost = [Command::Steer(ADA, thrust_along_x(true))];
    run(&mut world, 30, &boost);
    assert!(ship(&world, ADA).unwrap().state.velocity.x > 350.0);
    run(&mut world, 8, &boost);
    assert!(!ship(&world, ADA).unwrap().state.boosting, "1.2 s are over");
    run(&mut world, 160, &[Command::Steer(ADA, Controls::default())]);
    let full = world.rules.hull(ship(&world, ADA).unwrap().state.hull).boost_charge_max;
    assert_eq!(ship(&world, ADA).unwrap().boost_charge, full);
}

#[test]
fn the_edges_of_the_sector_throw_ships_back() {
    let mut world = field();
    let edge = world.side() / 2.0;
    put(&mut world, ADA, Vec2::new(edge - 60.0, 0.0));
    run(&mut world, 20, &[Command::Steer(ADA, thrust_along_x(true))]);
    run(&mut world, 20, &[Command::Steer(ADA, Controls::default())]);
    let state = ship(&world, ADA).unwrap().state;
    assert!(state.velocity.x < 0.0 && state.position.x < edge - 14.0, "{state:?}");
}

#[test]
fn ships_that_bump_part_with_their_momentum_exchanged() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    put(&mut world, BOB, Vec2::new(100.0, 0.0));
    ship_mut(&mut world, ADA).state.velocity = Vec2::new(200.0, 0.0);
    run(&mut world, 40, &[]);
    let (ada, bob) = (ship(&world, ADA).unwrap().state, ship(&world, BOB).unwrap().state);
    assert!(bob.velocity.x > ada.velocity.x, "{ada:?} {bob:?}");
    assert!(bob.position.x - ada.position.x >= 27.9);
}

#[test]
fn the_proving_ground_grows_with_the_root_of_its_ships() {
    let mut world = world("proving-ground", "proving-ground");
    let join: Vec<Command> = (0..400).map(|index| Command::Join(PlayerId(index))).collect();
    world.step(&join, &mut Vec::new());
    assert_eq!(world.side(), 20.0 * 530.0);
    let leave: Vec<Command> = (0..300).map(|index| Command::Leave(PlayerId(index))).collect();
    world.step(&leave, &mut Vec::new());
    assert_eq!(world.side(), 10.0 * 530.0);
    // Those who were outside lie in a heap at the edge, and push each other about for a moment.
    run(&mut world, 60, &[]);
    let edge = world.side() / 2.0;
    for ship in world.ships().values() {
        assert!(ship.state.position.abs().max_element() <= edge, "nobody is left outside");
    }
}
