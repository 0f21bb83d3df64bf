//! Second connections for input commands, at a table without a network or a clock.

use std::time::Duration;

use driftfield_shared::protocol::{
    ClientControl, CloseReason, Greeting, InputTicket, encode_client_control, is_input_command,
};
use driftfield_shared::units::{Controls, Thrust};

use super::{Guest, Table};
use crate::net::connection::{LinkEnd, LocalLink};

/// A second connection that has been asked for with this.
fn attach(table: &mut Table, greeting: Greeting) -> LocalLink {
    table.admit(greeting.into())
}

/// A table with a guest on two connections.
fn two_paths() -> (Table, Guest) {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    ada.second = Some(attach(&mut table, ada.client.attach_inputs().unwrap()));
    (table, ada)
}

/// Commands that were received, were late, and came a second time.
fn counts(table: &Table) -> [u64; 3] {
    let metrics = table.room.metrics();
    [&metrics.inputs_received, &metrics.inputs_late, &metrics.inputs_duplicate].map(|c| c.get())
}

fn end_of(link: &LocalLink) -> Option<LinkEnd> {
    link.try_receive().map(|bytes| assert_eq!(bytes, None, "nothing is sent there")).err()
}

#[test]
fn a_command_that_comes_over_two_connections_counts_once() {
    let (mut table, mut ada) = two_paths();
    let [before, ..] = counts(&table);
    for turn in 0..20 {
        ada.client.set_controls(Controls { thrust: Thrust::towards(turn), ..Controls::default() });
        table.run(5, &mut [&mut ada]);
    }
    let [received, late, copies] = counts(&table);
    assert_eq!((received - before, late), (100, 0));
    assert_eq!(copies, 100);
    assert_eq!(ada.corrections(), 0);
    assert_eq!(end_of(ada.second.as_ref().unwrap()), None);
}

#[test]
fn while_one_connection_stalls_the_other_brings_every_command_in_time() {
    for is_first_stalled in [true, false] {
        let (mut table, mut ada) = two_paths();
        table.run(10, &mut [&mut ada]);
        let second = ada.second.take().unwrap();
        let mut held = Vec::new();
        // Longer than the input buffer reaches.
        for turn in 0..150_u8 {
            let thrust = Thrust::towards(turn % 32);
            ada.client.set_controls(Controls { thrust, ..Controls::default() });
            table.act(&mut ada);
            while let Some(bytes) = ada.client.poll_transmit() {
                assert!(is_input_command(&bytes));
                let path = if is_first_stalled { &second } else { &ada.link };
                path.try_send(bytes.clone()).unwrap();
                held.push(bytes);
            }
            table.run(1, &mut [&mut ada]);
        }
        let [_, late, _] = counts(&table);
        assert_eq!(late, 0);
        for bytes in held {
            let path = if is_first_stalled { &ada.link } else { &second };
            path.try_send(bytes).unwrap();
            table.run(1, &mut []);
        }
        let [_, late, copies] = counts(&table);
        assert_eq!((late, copies > 150), (0, true), "{copies} copies");
        assert_eq!((ada.corrections(), ada.end), (0, None));
    }
}

#[test]
fn a_forged_ticket_belongs_to_no_seat() {
    let (mut table, mut ada) = two_paths();
    let forged = Greeting::AttachInputs(InputTicket([7; 16]));
    // Neither does the token of the seat open it.
    let token = Greeting::AttachInputs(InputTicket(ada.token().0));
    for greeting in [forged, token] {
        let link = attach(&mut table, greeting);
        table.run(2, &mut [&mut ada]);
        assert_eq!(end_of(&link), Some(LinkEnd::Closed(CloseReason::NoSeat)));
    }
    assert_eq!((ada.end, end_of(ada.second.as_ref().unwrap())), (None, None));
}

#[test]
fn anything_but_a_command_ends_the_second_connection_only() {
    let leave = encode_client_control(&ClientControl::Leave);
    for wrong in [leave, vec![0xff; 8], vec![]] {
        let (mut table, mut ada) = two_paths();
        table.run(3, &mut [&mut ada]);
        ada.second.as_ref().unwrap().try_send(wrong).unwrap();
        table.run(3, &mut [&mut ada]);
        let end = end_of(ada.second.as_ref().unwrap());
        assert_eq!(end, Some(LinkEnd::Closed(CloseReason::Malformed)));
        table.run(20, &mut [&mut ada]);
        assert_eq!((ada.end, ada.corrections()), (None, 0));
    }
}

#[test]
fn a_second_connection_that_is_lost_is_no_harm_and_can_come_again() {
    let (mut table, mut ada) = two_paths();
    table.run(10, &mut [&mut ada]);
    drop(ada.second.take());
    table.run(10, &mut [&mut ada]);
    ada.second = Some(attach(&mut table, ada.client.attach_inputs().unwrap()));
    table.run(10, &mut [&mut ada]);
    let [_, late, copies] = counts(&table);
    assert_eq!((late, copies), (0, 20));
    assert_eq!((ada.end, ada.corrections()), (None, 0));
}

#[test]
fn a_second_connection_ends_with_the_first_and_its_ticket_is_worth_nothing_then() {
    let (mut table, mut ada) = two_paths();
    table.run(10, &mut [&mut ada]);
    let (first, second) = (ada.client.attach_inputs().unwrap(), ada.second.take().unwrap());
    drop(ada);
    table.run(3, &mut []);
    assert_eq!(end_of(&second), Some(LinkEnd::Closed(CloseReason::NoSeat)));
    let again = attach(&mut table, first);
    table.run(3, &mut []);
    assert_eq!(end_of(&again), Some(LinkEnd::Closed(CloseReason::NoSeat)));
}

#[test]
fn who_leaves_takes_both_connections_along() {
    let (mut table, mut ada) = two_paths();
    table.run(10, &mut [&mut ada]);
    ada.client.leave();
    table.run(3, &mut [&mut ada]);
    let left = Some(LinkEnd::Closed(CloseReason::Left));
    assert_eq!((ada.end, end_of(ada.second.as_ref().unwrap())), (left, left));
}

#[test]
fn of_ten_second_connections_in_a_row_the_last_one_stays() {
    let (mut table, mut ada) = two_paths();
    let first = ada.client.attach_inputs().unwrap();
    let mut links = Vec::new();
    for _ in 0..10 {
        table.run(1, &mut [&mut ada]);
        links.push(attach(&mut table, first.clone()));
    }
    table.run(1, &mut [&mut ada]);
    let last = links.pop().unwrap();
    for link in links.iter().chain(&ada.second) {
        assert_eq!(end_of(link), Some(LinkEnd::Closed(CloseReason::TakenOver)));
    }
    assert_eq!(end_of(&last), None);
    ada.second = Some(last);
    let [.., before] = counts(&table);
    table.run(20, &mut [&mut ada]);
    assert_eq!((ada.end, ada.corrections()), (None, 0));
    let [.., copies] = counts(&table);
    assert_eq!(copies - before, 20);
}

#[test]
fn a_second_connection_that_says_nothing_is_given_up() {
    let (mut table, mut ada) = two_paths();
    let second = ada.second.take().unwrap();
    let silence = Duration::from_secs_f32(driftfield_shared::limits::SILENCE_SECONDS_MAX);
    let ticks = (silence.as_secs_f32() * 30.0) as u32;
    table.run(ticks, &mut [&mut ada]);
    assert_eq!(end_of(&second), None);
    table.run(5, &mut [&mut ada]);
    assert_eq!(end_of(&second), Some(LinkEnd::Closed(CloseReason::TimedOut)));
    assert_eq!(ada.end, None);
}
