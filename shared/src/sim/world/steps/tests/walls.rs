//! Walls: nothing gets through them, whatever it is and however fast.

use std::sync::Arc;

use glam::Vec2;
use proptest::prelude::*;

use super::{ADA, BOB, fire_along_x, is_hurt, put, run, ship, ship_mut, thrust_along_x};
use crate::content::{Content, Sector, Wall};
use crate::sim::entities::ShipState;
use crate::sim::maze::maze;
use crate::sim::motion::{fly, last_place};
use crate::sim::rules::Rules;
use crate::sim::script::Script;
use crate::sim::world::{Command, World};
use crate::units::{Controls, HullId, PlayerId, Thrust, snap_position, snap_velocity};

fn wall(line: &[(f32, f32)], radius: f32) -> Wall {
    let line = line.iter().copied().map(Vec2::from).collect();
    Wall { id: format!("{radius}"), line, closed: false, radius, restitution: 0.5 }
}

/// The content of an empty frontier with these walls.
fn content(walls: Vec<Wall>) -> Arc<Content> {
    let mut content = Content::built_in().unwrap();
    let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap();
    *sector = Sector {
        fields: Vec::new(),
        rocks: Vec::new(),
        spawn_zones: Vec::new(),
        safe_zones: Vec::new(),
        gates: Vec::new(),
        walls,
        ..sector.clone()
    };
    Arc::new(content)
}

fn world(walls: Vec<Wall>) -> World {
    World::new(Arc::new(Rules::new(content(walls), "frontier", "frontier", 30).unwrap()), 1)
}

/// A wall across the way along +x, 600 units beside the station.
fn across(radius: f32) -> Wall {
    wall(&[(1_000.0, 400.0), (1_000.0, 1_200.0)], radius)
}

const START: Vec2 = Vec2::new(800.0, 800.0);

#[test]
fn a_ship_bumps_off_a_wall_with_its_restitution_and_rests_against_it() {
    let mut world = world(vec![across(10.0)]);
    put(&mut world, ADA, Vec2::new(930.0, 800.0));
    ship_mut(&mut world, ADA).state.velocity = Vec2::new(240.0, 0.0);
    let mut fastest_back: f32 = 0.0;
    for _ in 0..60 {
        run(&mut world, 1, &[]);
        fastest_back = fastest_back.min(ship(&world, ADA).unwrap().state.velocity.x);
    }
    // Drag has taken some of the 240 on the way there.
    assert!((-120.0..-60.0).contains(&fastest_back), "{fastest_back}");
    run(&mut world, 300, &[Command::Steer(ADA, thrust_along_x(true))]);
    let state = ship(&world, ADA).unwrap().state;
    let reach = 10.0 + world.rules.hull(state.hull).radius;
    assert!((990.0 - reach..=1_000.0 - reach + 9.0).contains(&state.position.x), "{state:?}");
    assert!(!world.rules.walls.overlaps(state.position, world.rules.hull(state.hull).radius));
}

#[test]
fn a_ship_slides_along_a_wall_almost_as_fast_as_without_it() {
    let mut speeds = Vec::new();
    for walls in [Vec::new(), vec![across(10.0)]] {
        let mut world = world(walls);
        put(&mut world, ADA, Vec2::new(960.0, 500.0));
        let controls = Controls { thrust: Thrust::towards(7), ..Controls::default() };
        run(&mut world, 60, &[Command::Steer(ADA, controls)]);
        speeds.push(ship(&world, ADA).unwrap().state.velocity.y);
    }
    assert!(speeds[1] > speeds[0] * 0.97, "{speeds:?}");
}

#[test]
fn nothing_is_fast_enough_to_get_through_the_thinnest_wall() {
    for speed in [200.0, 900.0, 2_000.0, 4_000.0] {
        let mut world = world(vec![across(1.0)]);
        put(&mut world, ADA, START);
        ship_mut(&mut world, ADA).state.velocity = Vec2::new(speed, speed / 7.0);
        run(&mut world, 30, &[]);
        assert!(ship(&world, ADA).unwrap().state.position.x < 1_000.0, "{speed}");
    }
}

#[test]
fn a_ship_in_a_wedge_stays_outside_of_both_walls() {
    let tip = (1_000.0, 800.0);
    let walls = vec![wall(&[(600.0, 700.0), tip, (600.0, 900.0)], 4.0)];
    let mut world = world(walls);
    put(&mut world, ADA, Vec2::new(620.0, 800.0));
    for tick in 0..300 {
        let thrust = Thrust::towards([0, 2, 30, 0, 1, 31][tick / 50]);
        let controls = Controls { thrust, boost: true, ..Controls::default() };
        run(&mut world, 1, &[Command::Steer(ADA, controls)]);
        let state = ship(&world, ADA).unwrap().state;
        let radius = world.rules.hull(state.hull).radius;
        assert!(!world.rules.walls.overlaps(state.position, radius), "tick {tick}: {state:?}");
    }
}

#[test]
fn a_shot_ends_at_a_wall_and_hurts_nobody_behind_it() {
    let mut world = world(vec![across(3.0)]);
    put(&mut world, ADA, START);
    put(&mut world, BOB, Vec2::new(1_100.0, 800.0));
    run(&mut world, 1, &[Command::Steer(ADA, fire_along_x())]);
    let shot = world.shots().values().next().unwrap().state;
    assert!(shot.ends_at_wall() && shot.ends() < shot.expires);
    let end = last_place(&shot, &world.rules, world.state.side, world.tick());
    let radius = world.rules.weapon(shot.weapon).radius;
    assert!((end.x - (1_000.0 - 3.0 - radius)).abs() < 0.2, "{end}");
    run(&mut world, 90, &[Command::Steer(ADA, Controls::default())]);
    assert_eq!(world.shots().len(), 0);
    assert!(!is_hurt(&world, BOB));
}

#[test]
fn a_ship_with_its_back_to_a_wall_is_hit_and_a_gun_against_a_wall_fires_into_it() {
    let mut world = world(vec![across(3.0)]);
    put(&mut world, ADA, START);
    let radius = world.rules.hull(HullId(0)).radius;
    put(&mut world, BOB, Vec2::new(997.0 - radius - 0.1, 800.0));
    run(&mut world, 20, &[Command::Steer(ADA, fire_along_x())]);
    assert!(is_hurt(&world, BOB));
    run(&mut world, 60, &[Command::Steer(ADA, Controls::default())]);
    // Now Bob fires through the wall, whose other side is nearer than his muzzle.
    put(&mut world, ADA, Vec2::new(1_060.0, 800.0));
    ship_mut(&mut world, BOB).state.position = Vec2::new(997.0 - radius - 0.1, 800.0);
    run(&mut world, 60, &[Command::Steer(BOB, fire_along_x())]);
    assert!(!is_hurt(&world, ADA));
}

#[test]
fn in_a_maze_nothing_is_ever_in_a_wall() {
    let (mut bumps, mut walled) = (0, 0);
    for seed in 1..=12 {
        let content = Arc::new(maze(80, 4, seed).unwrap());
        let rules = Rules::new(content, "frontier", "frontier", 30).unwrap();
        let mut script = Script::under(rules, 24);
        for _ in 0..600 {
            script.step();
            let World { rules, state, .. } = &script.world;
            let at = (seed, state.tick);
            for ship in state.ships.values() {
                let radius = rules.hull(ship.state.hull).radius;
                assert!(
                    !rules.walls.overlaps(ship.state.position, radius),
                    "{at:?}: {:?}",
                    ship.state
                );
                let near = ship.state.position;
                bumps += u32::from(rules.walls.overlaps(near, radius + 0.1));
            }
            for rock in state.asteroids.values() {
                let radius = rules.content.asteroid_size(rock.state.size).radius;
                assert!(
                    !rules.walls.overlaps(rock.state.position, radius),
                    "{at:?}: {:?}",
                    rock.state
                );
            }
            for ore in state.ores.values() {
                assert!(!rules.walls.overlaps(ore.position, 0.0), "{at:?}: {ore:?}");
            }
            walled += state.shots.values().filter(|shot| shot.state.ends_at_wall()).count();
        }
    }
    assert!(bumps > 1_000 && walled > 1_000, "{bumps} bumps, {walled} shots");
}

#[test]
fn a_wall_that_is_laid_onto_a_ship_pushes_it_out_and_shots_end_at_it() {
    let mut world = world(Vec::new());
    put(&mut world, ADA, START);
    put(&mut world, BOB, Vec2::new(1_004.0, 800.0));
    run(&mut world, 1, &[Command::Steer(ADA, fire_along_x())]);
    assert!(world.shots().values().all(|shot| !shot.state.ends_at_wall()));
    let rules = Arc::new(world.rules.next_epoch(content(vec![across(10.0)])).unwrap());
    world.begin_epoch(rules.clone());
    let bob = ship(&world, BOB).unwrap().state;
    assert!(!rules.walls.overlaps(bob.position, rules.hull(bob.hull).radius), "{bob:?}");
    assert!(bob.position.distance(Vec2::new(1_004.0, 800.0)) < 40.0, "{bob:?}");
    assert!(world.shots().values().all(|shot| shot.state.ends_at_wall()));
    run(&mut world, 30, &[Command::Steer(ADA, Controls::default())]);
    assert_eq!(world.shots().len(), 0);
    // It is taken away again.
    world.begin_epoch(Arc::new(rules.next_epoch(content(Vec::new())).unwrap()));
    run(&mut world, 60, &[Command::Steer(ADA, thrust_along_x(true))]);
    assert!(ship(&world, ADA).unwrap().state.position.x > 1_000.0);
}

proptest! {
    #[test]
    fn a_bump_into_walls_never_makes_a_ship_faster(
        seed in 0..8_u64, place in (-1_400.0..1_400.0_f32, -1_400.0..1_400.0_f32),
        velocity in (-2_500.0..2_500.0_f32, -2_500.0..2_500.0_f32),
    ) {
        let content = Arc::new(maze(60, 3, seed).unwrap());
        let rules = Rules::new(content, "frontier", "frontier", 30).unwrap();
        let radius = rules.hull(HullId(0)).radius;
        prop_assume!(!rules.walls.overlaps(place.into(), radius));
        let mut ship = ShipState {
            player: PlayerId(1),
            position: snap_position(place.into()),
            velocity: snap_velocity(velocity.into()),
            ..ShipState::default()
        };
        for _ in 0..60 {
            let before = ship.velocity.length();
            fly(&mut ship, &rules, rules.side(0));
            // The drag of one tick is far more than a rounding.
            prop_assert!(ship.velocity.length() <= before, "{:?}", ship);
            prop_assert!(!rules.walls.overlaps(ship.position, radius), "{:?}", ship);
        }
    }
}
