//! Copies of a database that is in use, and what the check finds in one that is damaged.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use driftfield_shared::units::{Credits, Tick};
use rusqlite::Connection;

use super::rig::{Rig, first_ticks};
use super::{Folder, chunks};
use crate::store::database::Database;
use crate::store::{
    AccountId, BackupError, Batch, Booking, ChainHash, Party, RoomCheckpoint, StoreError, backup,
    check,
};

/// A store with a room of two checkpoints and some chunks, and a booking.
fn filled(name: &str) -> Rig {
    let rig = Rig::new(name);
    let handle = rig.handle();
    let room: Arc<str> = Arc::from("room");
    let mut chain = ChainHash::start("room", 1);
    let mut chunks = chunks("room", 1);
    for tick in [0, 12] {
        let state = vec![tick as u8; 9_000];
        let checkpoint = RoomCheckpoint::new(room.clone(), 1, Tick(tick), chain, state);
        handle.submit(Batch::of(checkpoint)).unwrap();
        for chunk in chunks.by_ref().take(4) {
            chain = chunk.chain;
            handle.submit(Batch::of(chunk)).unwrap();
        }
    }
    let mut sold = Booking::new(room, Tick(9), "sold");
    sold.pay(Party::Source("station"), Party::Player(AccountId(7)), Credits(30));
    rig.wait_durable(handle.submit(Batch::of(sold)).unwrap());
    rig
}

#[test]
fn a_copy_of_a_store_that_is_written_to_is_whole_and_the_writer_does_not_notice() {
    let mut rig = Rig::new("copied");
    let before = rig.write(2_000);
    rig.wait_durable(before);
    let source = rig.folder.path().to_owned();
    let is_done = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let is_done = is_done.clone();
        move || {
            while !is_done.load(Ordering::Relaxed) {
                rig.write(20);
                std::thread::sleep(Duration::from_millis(10));
            }
            let last = rig.write(1);
            rig.wait_durable(last);
            (rig, last)
        }
    });
    let restored = Folder::new("restored");
    let copy = restored.path().join("driftfield.sqlite3");
    let bytes = backup(&source, &copy).unwrap();
    is_done.store(true, Ordering::Relaxed);
    let (rig, last) = writer.join().unwrap();
    assert_eq!(bytes, fs::metadata(&copy).unwrap().len());
    assert_eq!(fs::read_dir(restored.path()).unwrap().count(), 1, "one file");
    let report = check(restored.path()).unwrap();
    assert!(report.faults.is_empty(), "{report}");
    let (copied, all) = (first_ticks(&Database::in_folder(restored.path())), rig.first_ticks());
    assert!(copied.len() >= 2_000 && all.starts_with(&copied));
    assert_eq!(all.len() as u64, last.0);
    assert!(matches!(backup(rig.folder.path(), &copy), Err(BackupError::Exists(_))));
    let nothing = Folder::new("nothing-to-copy");
    let refused = backup(nothing.path(), &nothing.path().join("copy"));
    assert!(matches!(refused, Err(BackupError::NoDatabase(_))));
}

#[test]
fn a_sound_store_passes_its_check_also_while_it_is_open() {
    let rig = filled("sound");
    let report = check(rig.folder.path()).unwrap();
    assert!(report.faults.is_empty(), "{report}");
    assert_eq!((report.checkpoints, report.chunks, report.bookings), (2, 8, 1));
}

#[test]
fn the_check_names_what_is_damaged() {
    for (sql, names) in [
        (
            "UPDATE checkpoints SET bytes = zeroblob(9000) WHERE tick = 12",
            "checkpoint of room room, run 1, tick 12",
        ),
        (
            "UPDATE checkpoints SET build = build + 1 WHERE tick = 0",
            "checkpoint of room room, run 1, tick 0",
        ),
        ("UPDATE journal SET bytes = zeroblob(99) WHERE first_tick = 1", "ticks 1 to 3"),
        ("UPDATE journal SET bytes = zeroblob(99) WHERE first_tick = 22", "ticks 22 to 24"),
        ("UPDATE journal SET chain = zeroblob(32) WHERE first_tick = 4", "ticks 4 to 6"),
        ("UPDATE journal SET run = 5000000000 WHERE first_tick = 4", "run 5000000000"),
        (
            "UPDATE balances SET amount = 31 WHERE amount = 30",
            "do not sum to zero (asset, rest):  credits 1",
        ),
        ("UPDATE balances SET amount = 31 WHERE amount = 30", "not the sum of its entries"),
        ("UPDATE entries SET amount = 29 WHERE amount = 30", "a booking does not sum to zero"),
    ] {
        let rig = filled("named");
        let forger = Connection::open(rig.folder.path().join("driftfield.sqlite3")).unwrap();
        forger.busy_timeout(Duration::from_secs(5)).unwrap();
        forger.execute_batch(sql).unwrap();
        let report = check(rig.folder.path()).unwrap().to_string();
        assert!(report.contains(names), "{sql}: {report}");
    }
}

#[test]
fn a_page_of_garbage_fails_the_check_and_is_not_copied() {
    let rig = filled("garbage");
    let (folder, store) = (rig.folder, rig.store);
    assert!(store.close(std::time::Instant::now() + Duration::from_secs(30)));
    let path = folder.path().join("driftfield.sqlite3");
    let mut bytes = fs::read(&path).unwrap();
    let pages = bytes.len() / 4_096;
    for page in 3..pages {
        bytes[page * 4_096..page * 4_096 + 64].fill(0xff);
    }
    fs::write(&path, bytes).unwrap();
    match check(folder.path()) {
        Ok(report) => assert!(!report.faults.is_empty()),
        Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{error}"),
    }
    let copy = folder.path().join("copy");
    assert!(backup(folder.path(), &copy).is_err());
    assert!(!copy.exists() && !folder.path().join("copy.partial").exists());
}
