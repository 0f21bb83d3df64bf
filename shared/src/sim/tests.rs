//! The rules of the game, one test for each, in worlds set up by hand.

use std::sync::Arc;

use glam::Vec2;

use super::rules::Rules;
use super::state::AsteroidState;
use super::world::{Asteroid, Command, Event, Ship, World};
use crate::content::Content;
use crate::units::{Angle, Controls, OreId, PlayerId, SizeId, Thrust, ViewLag};

const ADA: PlayerId = PlayerId(0);
const BOB: PlayerId = PlayerId(1);

/// A world without asteroids of its own.
fn world(sector: &str, mode: &str) -> World {
    let mut content = Content::built_in().unwrap();
    content.sectors.iter_mut().for_each(|sector| sector.asteroids = 0);
    let rules = Rules::new(Arc::new(content), sector, mode, 30).unwrap();
    World::new(Arc::new(rules), 1)
}

/// An open field without a station, under the rules of the frontier.
fn field() -> World {
    world("proving-ground", "frontier")
}

/// Sets a pilot's ship down at rest, ready and unprotected.
fn put(world: &mut World, player: PlayerId, position: Vec2) {
    world.step(&[Command::Join(player)], &mut Vec::new());
    let ship = ship_mut(world, player);
    ship.state.position = position;
    ship.state.velocity = Vec2::ZERO;
    ship.protection_ticks = 0;
    world.step(&[], &mut Vec::new());
}

fn ship_mut(world: &mut World, player: PlayerId) -> &mut Ship {
    let key = world.pilots.get(player).unwrap().ship.unwrap();
    &mut world.ships[key]
}

fn ship(world: &World, player: PlayerId) -> Option<&Ship> {
    world.ships.get(world.pilots.get(player)?.ship?)
}

fn run(world: &mut World, ticks: u32, commands: &[Command]) -> Vec<Event> {
    let mut events = Vec::new();
    for _ in 0..ticks {
        world.step(commands, &mut events);
    }
    events
}

fn fire_along_x() -> Controls {
    Controls { fire: true, ..Controls::default() }
}

fn thrust_along_x(boost: bool) -> Controls {
    Controls { thrust: Thrust::towards(0), boost, ..Controls::default() }
}

fn add_rock(world: &mut World, size: u8, position: Vec2) {
    let size = SizeId(size);
    let hit_points = world.rules.content.asteroid_size(size).hit_points;
    let velocity = Vec2::ZERO;
    let state = AsteroidState { size, ore: OreId(0), shape: 0, position, velocity, hit_points };
    world.asteroids.insert(Asteroid { state, damaged: world.tick });
}

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
    while ship(&world, BOB).is_some() {
        run(&mut world, 1, &[Command::Steer(ADA, fire_along_x())]);
        assert!(world.tick().0 < 300, "the shot arrives");
    }
    let floating: u32 = world.ores().values().map(|ore| u32::from(ore.amount)).sum();
    assert_eq!(floating, 21, "seven tenths of thirty");
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
fn who_leaves_takes_the_ship_along_and_leaves_cargo() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    ship_mut(&mut world, ADA).hold = vec![10, 0, 0];
    run(&mut world, 1, &[Command::Leave(ADA)]);
    assert_eq!(world.ships().len(), 0);
    assert_eq!(world.pilots().count(), 0);
    assert!(!world.ores().is_empty());
}

#[test]
fn a_lost_rock_grows_anew_where_nobody_looks() {
    let content = Content::built_in().unwrap();
    let rules = Rules::new(Arc::new(content), "frontier", "frontier", 30).unwrap();
    let mut world = World::new(Arc::new(rules), 3);
    put(&mut world, ADA, Vec2::ZERO);
    let before = world.asteroids().len();
    let victim = world.asteroids().keys().next().unwrap();
    world.asteroids.remove(victim);
    let ticks = world.rules.ticks(world.rules.sector.asteroid_regrow_seconds);
    run(&mut world, ticks + 1, &[]);
    assert_eq!(world.asteroids().len(), before);
    let station = world.rules.sector.station.clone().unwrap();
    for rock in world.asteroids().values() {
        let distance = rock.state.position.distance(station.position);
        assert!(distance >= station.safe_radius, "rocks stay out of the safe zone: {distance}");
    }
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

#[test]
fn an_aim_takes_effect_in_the_tick_of_its_command() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    let aim = Angle::from_steps(1024);
    run(&mut world, 1, &[Command::Steer(ADA, Controls { aim, fire: true, ..Controls::default() })]);
    let shot = world.shots().values().next().unwrap().state;
    assert!(shot.velocity.y > 600.0 && shot.velocity.x.abs() < 1.0, "{shot:?}");
}

/// Bob flies past Ada at a steady speed, and she aims at where she sees him, which is `shown` ticks ago, with
/// the right lead for that picture; she says that it is `claimed`. Returns how many of 20 shots hit.
fn hits(shown: usize, claimed: u32) -> usize {
    let view_lag = ViewLag((claimed * ViewLag::STEPS_PER_TICK) as u8);
    let passes = (0..20).map(|pass| {
        let mut world = field();
        put(&mut world, ADA, Vec2::ZERO);
        put(&mut world, BOB, Vec2::new(250.0, -250.0));
        let mut seen = vec![ship(&world, BOB).unwrap().state.position; 16];
        for tick in 0..60 {
            ship_mut(&mut world, BOB).state.velocity = Vec2::new(0.0, 300.0);
            seen.push(ship(&world, BOB).unwrap().state.position);
            let newest = seen.len() - 1 - shown;
            let (place, step) = (seen[newest], seen[newest] - seen[newest - 1]);
            // Ticks until the shot is there: fired at the end of this one, and going straight.
            let mut ticks = 1.0;
            for _ in 0..8 {
                ticks = 1.0 + (place + step * ticks).length() / (700.0 / 30.0);
            }
            let aim = Angle::from_direction(place + step * ticks);
            let fire = tick == 5 + pass;
            let commands = [
                Command::Steer(ADA, Controls { aim, fire, ..Controls::default() }),
                Command::See(ADA, view_lag),
            ];
            world.step(&commands, &mut Vec::new());
        }
        let bob = &ship(&world, BOB).unwrap().state;
        bob.hit_points < world.rules.hull(bob.hull).hit_points
    });
    passes.filter(|has_hit| *has_hit).count()
}

#[test]
fn what_is_seen_to_hit_does_hit_within_the_cap() {
    for lag in 0..=6 {
        let hits = hits(lag as usize, lag);
        assert!(hits >= 18, "a lag of {lag} ticks: {hits} of 20");
    }
}

#[test]
fn a_shot_that_is_seen_to_hit_a_ship_ends_there_although_another_one_has_destroyed_it() {
    // Ada, who sees others `lag` ticks ago, has just shot at Bob, who stands still.
    let duel = |lag: u32| {
        let mut world = field();
        put(&mut world, ADA, Vec2::ZERO);
        put(&mut world, BOB, Vec2::new(250.0, 0.0));
        let see = Command::See(ADA, ViewLag((lag * ViewLag::STEPS_PER_TICK) as u8));
        run(&mut world, 8, &[see]);
        run(&mut world, 1, &[Command::Steer(ADA, Controls { fire: true, ..Controls::default() })]);
        run(&mut world, 1, &[Command::Steer(ADA, Controls::default())]);
        world
    };
    let mut whole = duel(0);
    let touch = (1..).find(|_| {
        run(&mut whole, 1, &[]);
        whole.shots().is_empty()
    });
    let touch = touch.unwrap();
    for lag in 0..=6 {
        for ago in 1..=8 {
            let mut world = duel(lag);
            run(&mut world, touch - ago, &[]);
            let bob = world.pilot(BOB).unwrap().ship.unwrap();
            world.destroy_ship(bob, ADA);
            run(&mut world, ago, &[]);
            let is_seen = ago < lag;
            assert_eq!(world.shots().is_empty(), is_seen, "destroyed {ago} ago, seen {lag} ago");
        }
    }
}

#[test]
fn beyond_the_cap_the_past_is_past() {
    // The cap is six ticks at 30 Hz: a claim of twelve counts as six.
    assert_eq!(hits(6, 12), hits(6, 6));
    assert_eq!(hits(12, 12), 0);
}

#[test]
fn a_forged_view_time_gains_nothing() {
    // Less than half a ship off is still the ship; beyond that, the claim misses what is aimed at.
    for claimed in [6, 12, 31] {
        assert_eq!(hits(2, claimed), 0, "{claimed} ticks claimed");
    }
}

#[test]
fn a_ship_that_has_been_behind_cover_for_longer_than_the_cap_is_safe() {
    let mut world = field();
    put(&mut world, ADA, Vec2::new(0.0, 0.0));
    put(&mut world, BOB, Vec2::new(400.0, -300.0));
    let rock = Vec2::new(250.0, 0.0);
    add_rock(&mut world, 0, rock);
    let cap = u32::from(world.rules.view_lag_max.0) / ViewLag::STEPS_PER_TICK;
    let mut ticks_covered = 0;
    for _ in 0..90 {
        let bob = ship_mut(&mut world, BOB);
        let before = bob.state.hit_points;
        // He slides behind the rock and stays there.
        let target = if bob.state.position.y < 0.0 { 300.0 } else { 0.0 };
        bob.state.velocity = Vec2::new(0.0, target);
        let aim = Angle::from_direction(bob.state.position);
        // The rock is whole again each tick.
        let whole = world.rules.content.asteroid_size(SizeId(0)).hit_points;
        world.asteroids.values_mut().for_each(|rock| rock.state.hit_points = whole);
        let commands = [
            Command::Steer(ADA, Controls { aim, fire: true, ..Controls::default() }),
            Command::See(ADA, ViewLag(u8::MAX)),
        ];
        world.step(&commands, &mut Vec::new());
        let bob = &ship(&world, BOB).unwrap().state;
        // Covered: the straight line to him goes through the rock.
        let along = bob.position.normalize() * rock.dot(bob.position.normalize());
        let reach = world.rules.content.asteroid_size(SizeId(0)).radius;
        let is_covered = along.distance(rock) < reach - 20.0;
        ticks_covered = if is_covered { ticks_covered + 1 } else { 0 };
        if ticks_covered > cap {
            assert_eq!(bob.hit_points, before, "covered for {ticks_covered} ticks");
        }
    }
    assert!(ticks_covered > 2 * cap, "he did get behind it");
}
