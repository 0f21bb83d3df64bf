//! The end of a room, and what the next run finds of it.

use driftfield_shared::netcode::ClientEvent;
use driftfield_shared::protocol::{CloseReason, ServerControl};

use super::{Guest, Table, heading};
use crate::net::connection::LinkEnd;
use crate::store::tests::in_memory;

#[test]
fn draining_tells_everyone_and_ends() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    table.room.drain(table.now());
    table.run(30, &mut [&mut ada]);
    let has_notice = ada
        .events
        .iter()
        .any(|event| matches!(event, ClientEvent::Control(ServerControl::Draining { .. })));
    assert!(has_notice);
    assert_eq!(ada.end, Some(LinkEnd::Closed(CloseReason::ShuttingDown)));
    assert!(table.room.is_drained());
}

/// Lets everyone at the table go and ends the journal, as the end of a server does.
fn close(mut table: Table, guests: &mut [&mut Guest]) {
    table.room.drain(table.now());
    table.run(30, guests);
    assert!(table.room.has_dismissed_all() && table.room.end_journal());
}

#[test]
fn a_restart_keeps_the_world_and_everyones_seat() {
    let store = in_memory();
    let mut table = Table::with_store(4, Some(store.handle()));
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    ada.client.set_controls(heading(4));
    table.run(40, &mut [&mut ada, &mut bob]);
    let player = ada.client.welcome().unwrap().player;
    let (tick, place) = {
        let frame = ada.client.frame().unwrap();
        (frame.tick, frame.own_ship().unwrap().position)
    };
    close(table, &mut [&mut ada, &mut bob]);

    let mut again = Table::with_store(4, Some(store.handle()));
    // Both seats wait, though nobody is here; whoever else comes gets another one.
    assert_eq!(again.room.seat_count(), (2, 0));
    let mut cid = again.invite("Ada", None);
    let mut back = again.invite("Ada", Some(ada.token()));
    again.run(5, &mut [&mut cid, &mut back]);
    let welcome = back.client.welcome().unwrap();
    assert!(welcome.resumed);
    assert_eq!(welcome.player, player);
    assert_ne!(cid.client.welcome().unwrap().player, player);
    let frame = back.client.frame().unwrap();
    assert!(frame.tick > tick, "time goes on");
    // It drifts on for two seconds at the most, and was not put at a new place.
    assert!(frame.own_ship().unwrap().position.distance(place) < 600.0);
}

#[test]
fn after_a_panic_the_room_goes_on_from_its_journal_and_everyone_has_the_same_ship() {
    let store = in_memory();
    let mut table = Table::with_store(4, Some(store.handle()));
    let mut ada = table.invite("Ada", None);
    ada.client.set_controls(heading(4));
    table.run(100, &mut [&mut ada]);
    let frame = ada.client.frame().unwrap().clone();
    table.room.fail(table.now());

    let mut again = Table::with_store(4, Some(store.handle()));
    let mut back = again.invite("Ada", Some(ada.token()));
    again.run(1, &mut [&mut back]);
    assert!(back.client.welcome().unwrap().resumed);
    let now = back.client.frame().unwrap();
    // Not a tick is lost: the journal ends with the last one.
    assert_eq!(now.tick, frame.tick.plus(1));
    let moved = now.own_ship().unwrap().position.distance(frame.own_ship().unwrap().position);
    assert!(moved < 50.0, "{moved}");
}
