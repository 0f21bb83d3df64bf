//! Players fly: what they steer is what they and others see.

use driftfield_shared::netcode::Frame;
use driftfield_shared::units::{Angle, Controls, Thrust};

use super::{Guest, TICK, Table, heading};
use crate::net::connection::LinkEnd;
use crate::room::room::Room;

#[test]
fn a_guest_is_welcomed_and_flies_where_it_steers() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    let start = ada.client.frame().unwrap().own_ship().unwrap().position;
    ada.client.set_controls(heading(0));
    table.run(30, &mut [&mut ada]);
    let moved = ada.client.frame().unwrap().own_ship().unwrap().position - start;
    assert!(moved.x > 50.0 && moved.y.abs() < 1.0, "{moved}");
}

#[test]
fn the_own_ship_is_predicted_without_any_correction() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    for turn in 0..120_u16 {
        let aim = Angle::from_steps(turn * 37);
        let boost = turn % 5 == 0;
        let thrust = Thrust::towards((turn * 5 % 32) as u8);
        ada.client.set_controls(Controls { thrust, boost, fire: turn % 3 == 0, aim });
        table.run(11, &mut [&mut ada]);
    }
    assert!(ada.client.stats().predicted_ticks > 1_000);
    assert_eq!(ada.corrections(), 0);
}

#[test]
fn guests_see_each_other_move() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    table.run(5, &mut [&mut ada, &mut bob]);
    bob.client.set_controls(heading(8));
    table.run(30, &mut [&mut ada, &mut bob]);
    let bobs = bob.client.welcome().unwrap().player;
    let seen = ada.client.frame().unwrap().ships.iter().find(|(_, ship)| ship.player == bobs);
    assert_eq!(seen.map(|(_, ship)| ship), bob.client.frame().unwrap().own_ship());
}

#[test]
fn the_welcome_and_the_first_snapshot_come_in_the_tick_of_the_hello() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(1, &mut [&mut ada]);
    assert!(ada.client.welcome().is_some());
    assert!(ada.client.frame().is_some());
}

#[test]
fn a_room_that_rested_goes_on_where_it_was_for_who_comes_next() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(60, &mut [&mut ada]);
    ada.client.leave();
    table.run(3, &mut [&mut ada]);
    assert!(table.room.is_idle());
    table.room.rest();
    let mut bob = table.invite("Bob", None);
    bob.client.set_controls(heading(4));
    table.run(60, &mut [&mut bob]);
    let frame = bob.client.frame().unwrap();
    assert!(frame.own_ship().is_some() && !frame.asteroids.is_empty());
    assert_eq!(bob.end, None);
}

/// What `count` guests see after a while in which some leave and most steer.
fn seen_by_many(count: u8, table: &mut Table, mut each_tick: impl FnMut(&mut Room)) -> Vec<Frame> {
    let mut guests: Vec<Guest> = Vec::new();
    while guests.len() < usize::from(count) {
        // A few at a time: everyone hears of each.
        for _ in 0..10 {
            guests.push(table.invite(&format!("Guest {}", guests.len()), None));
        }
        table.tick(&mut guests.iter_mut().collect::<Vec<_>>());
    }
    for round in 0..8_usize {
        for (index, guest) in guests.iter_mut().enumerate() {
            let fire = index % 3 == 0;
            let thrust = Thrust::towards(((index * 7 + round * 5) % 32) as u8);
            guest.client.set_controls(Controls { thrust, fire, ..Controls::default() });
        }
        for _ in 0..5 {
            each_tick(&mut table.room);
            table.tick(&mut guests.iter_mut().collect::<Vec<_>>());
        }
        drop(guests.pop());
    }
    let ends: Vec<&LinkEnd> = guests.iter().filter_map(|guest| guest.end.as_ref()).collect();
    assert!(ends.is_empty(), "{ends:?}");
    guests.iter().map(|guest| guest.client.frame().unwrap().clone()).collect()
}

#[test]
fn a_room_with_helpers_serves_everyone_as_one_that_does_all_by_itself() {
    let (mut alone, mut helped) = (Table::new(250), Table::new(250));
    let expected = seen_by_many(200, &mut alone, |_| ());
    let mut helpers_most = 0;
    let seen = seen_by_many(200, &mut helped, |room| {
        room.note_load(TICK, TICK);
        helpers_most = helpers_most.max(room.metrics().helpers.get());
    });
    assert_eq!(alone.room.metrics().helpers.get(), 0);
    assert!(helpers_most > 1, "{helpers_most} helpers were the most");
    assert_eq!(seen, expected);
}
