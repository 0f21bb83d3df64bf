//! Combat: guns, protection, kills and returns.

use glam::Vec2;

use super::{ADA, BOB, field, fire_along_x, put, run, ship, ship_mut, world};
use crate::sim::world::{Command, Event};
use crate::units::{Angle, Controls};

#[test]
fn a_ship_shot_to_pieces_counts_for_the_shooter_and_comes_back() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    put(&mut world, BOB, Vec2::new(300.0, 0.0));
    let fire = [Command::Steer(ADA, fire_along_x())];
    let mut events = Vec::new();
    while events.is_empty() {
        world.step(&fire, &mut events);
        assert!(world.tick().0 < 300, "ten seconds of fire destroy a ship");
    }
    assert_eq!(events, [Event::Kill { killer: ADA, victim: BOB }]);
    assert!(ship(&world, BOB).is_none());
    let ada = world.pilot(ADA).unwrap();
    assert_eq!((ada.kills, ada.score), (1, world.rules.mode.kill_score));
    let wait = world.rules.ticks(world.rules.mode.respawn_seconds);
    // The tick of the loss is the first of the wait.
    run(&mut world, wait - 2, &[Command::Steer(ADA, Controls::default())]);
    assert!(ship(&world, BOB).is_none());
    run(&mut world, 1, &[]);
    assert!(ship(&world, BOB).unwrap().state.protected, "who returns has a moment of peace");
}

#[test]
fn a_gun_fires_no_faster_than_its_interval() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    run(&mut world, 30, &[Command::Steer(ADA, fire_along_x())]);
    // Every 0.2 s, beginning at once.
    assert_eq!(world.shots().len(), 5);
}

#[test]
fn nobody_shoots_or_is_hurt_near_the_station() {
    let mut world = world("frontier", "frontier");
    put(&mut world, ADA, Vec2::new(-300.0, 0.0));
    put(&mut world, BOB, Vec2::new(300.0, 0.0));
    run(&mut world, 60, &[Command::Steer(ADA, fire_along_x())]);
    assert_eq!(world.shots().len(), 0, "guns are silent in the safe zone");
    ship_mut(&mut world, ADA).state.position = Vec2::new(-440.0, 0.0);
    ship_mut(&mut world, BOB).state.position = Vec2::new(-380.0, 0.0);
    run(&mut world, 30, &[Command::Steer(ADA, fire_along_x())]);
    let bob = ship(&world, BOB).unwrap();
    assert_eq!(bob.state.hit_points, 100, "a shot from outside does no harm");
}

#[test]
fn the_protection_of_a_return_ends_with_the_first_shot() {
    let mut world = field();
    world.step(&[Command::Join(ADA)], &mut Vec::new());
    assert!(ship(&world, ADA).unwrap().state.protected);
    run(&mut world, 1, &[Command::Steer(ADA, fire_along_x())]);
    assert!(!ship(&world, ADA).unwrap().state.protected);
}

#[test]
fn an_aim_takes_effect_in_the_tick_of_its_command() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    let aim = Angle::from_steps(1024);
    run(&mut world, 1, &[Command::Steer(ADA, Controls { aim, fire: true, ..Controls::default() })]);
    let shot = world.shots().values().next().unwrap().state;
    assert!(shot.velocity.y > 600.0 && shot.velocity.x.abs() < 1.0, "{shot:?}");
}
