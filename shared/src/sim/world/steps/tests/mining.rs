//! Mining: rocks, ore, cargo and the station.

use glam::Vec2;

use super::{
    ADA, BOB, add_rock, field, fire_along_x, put, run, ship, ship_mut, thrust_along_x, world,
};
use crate::sim::entities::OreTold;
use crate::sim::world::{Command, World};
use crate::units::{OreId, SizeId};

#[test]
fn a_rock_blocks_and_a_broken_one_leaves_pieces_and_ore() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    add_rock(&mut world, 0, Vec2::new(200.0, 0.0));
    run(&mut world, 90, &[Command::Steer(ADA, thrust_along_x(false))]);
    let x = ship(&world, ADA).unwrap().state.position.x;
    assert!(x < 200.0 - 70.0, "the rock's surface stops the ship: {x}");
    let fire = [Command::Steer(ADA, fire_along_x())];
    while world.asteroids().len() == 1 {
        run(&mut world, 1, &fire);
        assert!(world.tick().0 < 400, "a boulder breaks in seconds");
    }
    let figures = world.rules.content.asteroid_size(SizeId(0)).clone();
    assert_eq!(world.asteroids().len(), usize::from(figures.pieces));
    assert!(world.asteroids().values().all(|rock| rock.state.size == SizeId(1)));
    assert_eq!(world.ores().len(), usize::from(figures.ore_chunks));
}

#[test]
fn ore_is_taken_until_the_hold_is_full_and_the_rest_floats_on() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    for _ in 0..9 {
        world.add_ore(OreId(0), 5, Vec2::new(10.0, 0.0), Vec2::ZERO);
    }
    run(&mut world, 3, &[]);
    let hold: u16 = ship(&world, ADA).unwrap().hold.iter().sum();
    assert_eq!(hold, 40, "the hold of the hull");
    let left: u32 = world.ores().values().map(|ore| u32::from(ore.amount)).sum();
    assert_eq!(left, 5, "nothing is lost");
}

#[test]
fn what_a_full_hold_leaves_of_a_chunk_is_as_old_as_the_chunk_and_no_other_chunk_changes() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    ship_mut(&mut world, ADA).hold = vec![38, 0, 0];
    world.add_ore(OreId(1), 4, Vec2::new(600.0, 0.0), Vec2::ZERO);
    run(&mut world, 50, &[]);
    world.add_ore(OreId(0), 5, Vec2::new(10.0, 0.0), Vec2::ZERO);
    world.add_ore(OreId(1), 3, Vec2::new(0.0, 600.0), Vec2::ZERO);
    let told = |world: &World| -> Vec<OreTold> { world.ores().values().map(|ore| **ore).collect() };
    let before = told(&world);
    run(&mut world, 9, &[]);
    let after: Vec<OreTold> = before
        .iter()
        .map(|told| if told.ore == OreId(0) { OreTold { amount: 3, ..*told } } else { *told })
        .collect();
    assert_eq!(told(&world), after);
}

#[test]
fn a_station_buys_the_hold_and_mends_the_hull() {
    let mut world = world("frontier", "frontier");
    put(&mut world, ADA, Vec2::new(100.0, 0.0));
    let docked = ship_mut(&mut world, ADA);
    docked.hold = vec![10, 5, 0];
    docked.state.hit_points = 50;
    run(&mut world, 90, &[]);
    let docked = ship(&world, ADA).unwrap();
    assert_eq!(docked.hold, [0, 0, 0]);
    assert_eq!(docked.state.hit_points, 100);
    let pilot = world.pilot(ADA).unwrap();
    let prices: Vec<u32> = world.rules.content.ores.iter().map(|ore| ore.price).collect();
    let worth = 10 * prices[0] + 5 * prices[1];
    assert_eq!((pilot.credits, pilot.score), (worth, worth));
}

#[test]
fn a_lost_ship_sets_its_share_of_cargo_free() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    put(&mut world, BOB, Vec2::new(500.0, 0.0));
    ship_mut(&mut world, BOB).hold = vec![20, 0, 10];
    ship_mut(&mut world, BOB).state.hit_points = 1;
    ship_mut(&mut world, BOB).state.shield = 0;
    while ship(&world, BOB).is_some() {
        run(&mut world, 1, &[Command::Steer(ADA, fire_along_x())]);
        assert!(world.tick().0 < 300, "the shot arrives");
    }
    let floating: u32 = world.ores().values().map(|ore| u32::from(ore.amount)).sum();
    assert_eq!(floating, 21, "seven tenths of thirty");
}

#[test]
fn who_leaves_takes_the_ship_along_and_leaves_cargo() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    ship_mut(&mut world, ADA).hold = vec![10, 0, 0];
    run(&mut world, 1, &[Command::Leave(ADA)]);
    assert_eq!(world.ships().len(), 0);
    assert_eq!(world.pilots().count(), 0);
    assert!(!world.ores().is_empty());
}
