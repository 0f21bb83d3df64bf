//! Lag compensation: shots are judged against what their shooter saw.

use glam::Vec2;

use super::{ADA, BOB, add_rock, field, is_hurt, put, run, ship, ship_mut};
use crate::sim::world::Command;
use crate::units::{Angle, Controls, SizeId, ViewLag};

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
        is_hurt(&world, BOB)
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
            world.destroy_ship(bob, ADA, &mut Vec::new());
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
        world.state.asteroids.values_mut().for_each(|rock| rock.state.hit_points = whole);
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
