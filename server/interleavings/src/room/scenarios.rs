//! What must hold of a room's two threads and of its life, in every order.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::handle::RoomHandle;
use super::schedule::tick_loop;
use super::{Notes, RoomSettings};
use crate::hub::Purses;
use crate::metrics::Metrics;
use crate::sync::{Instant, begin, thread};

/// Ticks that a standby ran, in all schedules together.
pub static STOOD_IN: AtomicU64 = AtomicU64::new(0);

fn open(fails_at: Option<u32>) -> (RoomHandle, Arc<Mutex<Notes>>) {
    begin();
    let notes = Arc::new(Mutex::new(Notes::default()));
    let settings =
        RoomSettings { id: "test".into(), purses: Purses, notes: notes.clone(), fails_at };
    (tick_loop::open(settings, Metrics).unwrap(), notes)
}

/// Waits until the room has ended and both its threads have let it go. One that does not is more steps than a schedule has.
fn wait_until_gone(handle: &RoomHandle, notes: &Mutex<Notes>, rooms: u32) {
    while !handle.wait_closed(Instant::now() + Duration::from_secs(1)) {}
    while notes.lock().unwrap().gone < rooms {
        thread::yield_now();
    }
    assert!(handle.is_kept(), "the room said so before it ended");
    let notes = notes.lock().unwrap();
    assert_eq!(notes.opened, rooms);
    let stood_in = notes.ticks.iter().filter(|(_, is_stood_in)| *is_stood_in).count();
    STOOD_IN.fetch_add(stood_in as u64, Ordering::Relaxed);
    let is_in_order = |pair: &[(Instant, bool)]| pair[0].0 < pair[1].0;
    assert!(notes.ticks.windows(2).all(is_in_order), "a tick was run twice: {:?}", notes.ticks);
}

/// A guest wakes a room, which is then asked to end, from another thread: every tick runs once, and nobody waits for ever.
pub fn every_tick_runs_once_and_both_threads_end_with_the_room() {
    let (handle, notes) = open(None);
    let other = handle.clone();
    let guest = thread::spawn(move || other.join());
    thread::sleep(Duration::from_millis(100));
    handle.drain();
    let is_let_in = guest.join().unwrap();
    wait_until_gone(&handle, &notes, 1);
    assert!(notes.lock().unwrap().joined <= u32::from(is_let_in));
}

/// A room that sleeps is asked to end at the same time by two, one of whom is in a hurry.
pub fn a_sleeping_room_ends_when_it_is_asked_to() {
    let (handle, notes) = open(None);
    let other = handle.clone();
    let hurry = thread::spawn(move || other.end_now());
    handle.drain();
    hurry.join().unwrap();
    wait_until_gone(&handle, &notes, 1);
}
