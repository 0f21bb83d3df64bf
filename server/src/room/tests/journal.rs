//! The journal of a room with clients: it is small, and brings the room back.

use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::netcode::ClientEvent;
use driftfield_shared::protocol::ServerControl;
use driftfield_shared::sim::Rng;
use driftfield_shared::units::{Angle, Controls, Thrust, Tick};

use super::{Guest, Table};
use crate::store::tests::{Fault, Rig, in_memory};
use crate::store::{RoomHistory, Store};

const PLAYERS: u32 = 24;
const SECONDS: u32 = 8;

/// What is durable of a room once everything up to `last` is.
fn history_up_to(last: Tick, store: &Store) -> RoomHistory {
    loop {
        let history = store.handle().room_history("test").unwrap();
        if history.chunks.last().is_some_and(|chunk| chunk.last_tick == last) {
            return history;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_playing_client_takes_less_than_a_hundred_bytes_of_journal_a_second_and_comes_back_from_them() {
    let (store, mut rng) = (in_memory(), Rng::new(1));
    let mut table = Table::with_store(PLAYERS, Some(store.handle()));
    let mut guests: Vec<Guest> =
        (0..PLAYERS).map(|n| table.invite(&format!("Guest {n}"), None)).collect();
    let turns: Vec<u16> = (0..PLAYERS).map(|_| 10 + rng.below(60) as u16).collect();
    let mut thrusts = vec![Thrust::NONE; PLAYERS as usize];
    // The reference workload: a direction for a second or so, the aim keeps turning, a shot every 1.5 s.
    for tick in 0..SECONDS * 30 {
        for (n, guest) in guests.iter_mut().enumerate() {
            if rng.below(38) == 0 {
                thrusts[n] = Thrust::towards(rng.below(32) as u8);
            }
            let aim = Angle::from_steps(turns[n].wrapping_mul(tick as u16));
            let fire = (tick + n as u32).is_multiple_of(45);
            guest.client.set_controls(Controls { thrust: thrusts[n], boost: false, fire, aim });
        }
        table.tick(&mut guests.iter_mut().collect::<Vec<_>>());
    }
    let history = history_up_to(table.room.tick(), &store);
    let bytes: usize = history.chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    let bytes = bytes as f64 / f64::from(PLAYERS * SECONDS);
    eprintln!("{bytes:.1} bytes of journal per client and second");
    assert!(bytes < 100.0, "{bytes} bytes per client and second");

    let hash = table.room.state().world().state_hash();
    drop(table);
    let again = Table::with_store(PLAYERS, Some(store.handle()));
    assert_eq!(again.room.state().world().state_hash(), hash);
    assert_eq!(again.room.seat_count(), (PLAYERS, 0));
}

/// What a guest was told about saving.
fn told(guest: &Guest) -> Vec<bool> {
    let unsaved = |event: &ClientEvent| match event {
        ClientEvent::Control(ServerControl::Unsaved(is_unsaved)) => Some(*is_unsaved),
        _ => None,
    };
    guest.events.iter().filter_map(unsaved).collect()
}

#[test]
fn players_are_told_that_nothing_can_be_saved_and_when_it_can_again() {
    let rig = Rig::new("unsaved");
    let mut table = Table::with_store(4, Some(rig.handle()));
    let mut guests = [table.invite("Ada", None)];
    let play_until = |table: &mut Table, guests: &mut [Guest], expected: &[bool]| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while guests.iter().any(|guest| told(guest) != expected) {
            assert!(Instant::now() < deadline, "{expected:?}, not {:?}", told(&guests[0]));
            table.tick(&mut guests.iter_mut().collect::<Vec<_>>());
            thread::sleep(Duration::from_millis(5));
        }
    };
    table.run(10, &mut guests.iter_mut().collect::<Vec<_>>());
    assert!(told(&guests[0]).is_empty());
    rig.disk.set(Fault::Full);
    play_until(&mut table, &mut guests, &[true]);
    let [ada] = guests;
    let mut guests = [ada, table.invite("Bob", None)];
    play_until(&mut table, &mut guests, &[true]);
    rig.disk.set(Fault::None);
    play_until(&mut table, &mut guests, &[true, false]);
}
