//! Gates: a ship that flies into one comes out of its partner.

use std::sync::Arc;

use glam::Vec2;

use super::{ADA, BOB, fire_along_x, put, run, ship, ship_mut, thrust_along_x};
use crate::content::{Content, Gate, Sector};
use crate::sim::rules::Rules;
use crate::sim::world::{Command, World};
use crate::units::{Controls, Thrust, Tick};

const WEST: Vec2 = Vec2::new(-2_000.0, 1_000.0);
const EAST: Vec2 = Vec2::new(2_000.0, -1_000.0);

fn gate(id: &str, partner: &str, position: Vec2, turn: f32) -> Gate {
    let (id, name, partner) = (id.to_owned(), id.to_owned(), partner.to_owned());
    Gate { id, name, partner, position, radius: 60.0, turn, cooldown_seconds: 1.0 }
}

/// The content of an empty frontier with these gates.
fn content(gates: Vec<Gate>) -> Arc<Content> {
    let mut content = Content::built_in().unwrap();
    let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap();
    *sector = Sector {
        fields: Vec::new(),
        rocks: Vec::new(),
        spawn_zones: Vec::new(),
        safe_zones: Vec::new(),
        walls: Vec::new(),
        gates,
        ..sector.clone()
    };
    Arc::new(content)
}

fn pair(turn: f32) -> Vec<Gate> {
    vec![gate("west", "east", WEST, 0.0), gate("east", "west", EAST, turn)]
}

fn world(turn: f32) -> World {
    World::new(Arc::new(Rules::new(content(pair(turn)), "frontier", "frontier", 30).unwrap()), 1)
}

/// Ada flies into the western gate, and out. Returns the tick before which she is out.
fn fly_through(world: &mut World) -> Tick {
    put(world, ADA, WEST - Vec2::X * 120.0);
    ship_mut(world, ADA).state.velocity = Vec2::new(210.0, 0.0);
    for _ in 0..60 {
        run(world, 1, &[Command::Steer(ADA, thrust_along_x(false))]);
        if ship(world, ADA).unwrap().state.gate_ticks > 0 {
            return world.tick();
        }
    }
    panic!("she did not fly in: {:?}", ship(world, ADA));
}

#[test]
fn a_ship_comes_out_of_the_partner_with_its_velocity_turned_as_the_gates_are() {
    for (turn, out, steps) in [(0.0, Vec2::X, 0), (0.25, Vec2::Y, 8), (0.5, -Vec2::X, 16)] {
        let mut world = world(turn);
        fly_through(&mut world);
        let state = ship(&world, ADA).unwrap().state;
        let (apart, velocity) = (state.position - EAST, state.velocity);
        assert!((60.0..68.0).contains(&apart.dot(out)), "turn {turn}: {state:?}");
        assert!(velocity.dot(out) > 190.0, "turn {turn}: {state:?}");
        assert!(velocity.perp_dot(out).abs() < 1.0, "turn {turn}: {state:?}");
        let controls = Controls { thrust: Thrust::towards(steps), ..Controls::default() };
        run(&mut world, 30, &[Command::Steer(ADA, controls)]);
        let apart = ship(&world, ADA).unwrap().state.position - EAST;
        assert!(apart.dot(out) > 200.0, "turn {turn}: she flies on");
    }
}

#[test]
fn nobody_is_thrown_back_and_forth() {
    let mut world = world(0.0);
    let out = fly_through(&mut world);
    // She turns at once.
    let back = Controls { thrust: Thrust::towards(16), boost: true, ..Controls::default() };
    let mut passages = Vec::new();
    for _ in 0..150 {
        let before = ship(&world, ADA).unwrap().state;
        run(&mut world, 1, &[Command::Steer(ADA, back)]);
        if ship(&world, ADA).unwrap().state.has_passed_gate(&before, 1) {
            passages.push(world.tick());
        }
    }
    let cooldown = 30;
    assert!(passages.iter().all(|tick| tick.since(out) >= cooldown), "{passages:?} after {out:?}");
}

#[test]
fn a_ship_that_rests_in_a_gate_stays_and_one_that_is_on_its_way_to_it_is_let_through() {
    let mut world = world(0.0);
    put(&mut world, ADA, WEST + Vec2::X * 20.0);
    run(&mut world, 60, &[]);
    assert!(ship(&world, ADA).unwrap().state.position.distance(WEST) < 60.0);
    run(&mut world, 40, &[Command::Steer(ADA, thrust_along_x(false))]);
    assert!(ship(&world, ADA).unwrap().state.position.distance(WEST) > 60.0, "out the slow way");
    let back = Controls { thrust: Thrust::towards(16), ..Controls::default() };
    run(&mut world, 90, &[Command::Steer(ADA, back)]);
    assert!(ship(&world, ADA).unwrap().state.position.distance(EAST) < 400.0);
}

#[test]
fn shots_do_not_pass_and_a_ship_that_did_cannot_be_hit_between_the_gates() {
    let mut world = world(0.0);
    put(&mut world, BOB, WEST - Vec2::X * 150.0);
    run(&mut world, 20, &[Command::Steer(BOB, fire_along_x())]);
    assert!(world.shots().values().any(|shot| shot.state.position.x > WEST.x));
    assert!(world.shots().values().all(|shot| shot.state.position.distance(EAST) > 1_000.0));
    run(&mut world, 60, &[Command::Leave(BOB)]);
    fly_through(&mut world);
    let trail = &ship(&world, ADA).unwrap().trail;
    assert!(trail.places().all(|place| place.distance(EAST) < 100.0));
}

#[test]
fn a_gate_that_is_taken_away_leads_nowhere() {
    let mut world = world(0.0);
    fly_through(&mut world);
    let rules = Arc::new(world.rules.next_epoch(content(Vec::new())).unwrap());
    world.begin_epoch(rules);
    assert_eq!(ship(&world, ADA).unwrap().state.gate_ticks, 0);
    run(&mut world, 200, &[Command::Steer(ADA, thrust_along_x(false))]);
    put(&mut world, ADA, WEST - Vec2::X * 120.0);
    run(&mut world, 30, &[Command::Steer(ADA, thrust_along_x(false))]);
    assert!(ship(&world, ADA).unwrap().state.position.distance(WEST) < 300.0);
}
