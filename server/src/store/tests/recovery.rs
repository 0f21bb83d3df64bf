//! What a room finds again, and what it does not when bytes are damaged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::units::Tick;
use rusqlite::Connection;

use super::{Folder, chunks};
use crate::metrics::Metrics;
use crate::store::data_dir::DataDir;
use crate::store::database::Database;
use crate::store::writer::apply;
use crate::store::{
    Batch, ChainHash, JournalChunk, RoomCheckpoint, RoomHistory, Store, StoreSettings, Stretch,
};

fn open(folder: &Folder) -> Store {
    let data_dir = Some(Arc::new(DataDir::open(folder.path()).unwrap()));
    Store::open(data_dir, StoreSettings::default(), Metrics::new().store().clone()).unwrap()
}

fn close(store: Store) {
    assert!(store.close(Instant::now() + Duration::from_secs(30)));
}

/// A room with checkpoints after ticks 0, 6, 12 and so on, and two chunks after each.
fn write_run(store: &Store, run: u32, checkpoints: usize) {
    let room: Arc<str> = Arc::from("room");
    let mut chunks = chunks("room", run);
    let mut at = (Tick(0), ChainHash::start("room", run));
    for n in 0..checkpoints {
        let (tick, chain) = at;
        let state = vec![n as u8; 10_000];
        let checkpoint = RoomCheckpoint::new(room.clone(), run, tick, chain, state);
        store.handle().submit(Batch::of(checkpoint)).unwrap();
        for chunk in chunks.by_ref().take(2) {
            at = (chunk.last_tick, chunk.chain);
            store.handle().submit(Batch::of(chunk)).unwrap();
        }
    }
}

/// A folder with one room of three checkpoints, changed by `sql`, and what the room then finds.
fn history_after(name: &str, sql: &str) -> (RoomHistory, Folder) {
    let folder = Folder::new(name);
    let store = open(&folder);
    write_run(&store, 1, 3);
    close(store);
    let connection = Connection::open(folder.path().join("driftfield.sqlite3")).unwrap();
    connection.execute_batch(sql).unwrap();
    drop(connection);
    let store = open(&folder);
    let history = store.handle().room_history("room").unwrap();
    close(store);
    (history, folder)
}

fn checkpoint_and_ticks(history: &RoomHistory) -> (Option<u32>, Vec<u32>) {
    let checkpoint = history.checkpoint.as_ref().map(|checkpoint| checkpoint.tick.0);
    (checkpoint, history.chunks.iter().map(|chunk| chunk.first_tick.0).collect())
}

#[test]
fn a_room_finds_its_last_checkpoint_and_the_chunks_after_it() {
    let (history, _folder) = history_after("found", "");
    assert_eq!(checkpoint_and_ticks(&history), (Some(12), vec![13, 16]));
    assert_eq!((history.next_run, history.damage.len()), (2, 0));
}

#[test]
fn a_room_that_is_new_finds_nothing_and_begins_with_run_1() {
    let folder = Folder::new("nothing");
    let history = open(&folder).handle().room_history("room").unwrap();
    assert_eq!((checkpoint_and_ticks(&history), history.next_run), ((None, vec![]), 1));
}

#[test]
fn two_checkpoints_are_kept_and_the_older_one_serves_when_the_newer_one_is_damaged() {
    for sql in [
        "UPDATE checkpoints SET bytes = zeroblob(10000) WHERE tick = 12",
        "UPDATE checkpoints SET bytes = substr(bytes, 1, 5000) WHERE tick = 12",
        "UPDATE checkpoints SET build = build + 1 WHERE tick = 12",
        "UPDATE checkpoints SET tick = 11 WHERE tick = 12",
        "UPDATE checkpoints SET run = 2 WHERE tick = 12",
        "UPDATE checkpoints SET run = 5000000000 WHERE tick = 12",
    ] {
        let (history, _folder) = history_after("older", sql);
        assert_eq!(checkpoint_and_ticks(&history), (Some(6), vec![7, 10, 13, 16]), "{sql}");
        assert_eq!(history.damage.len(), 1, "{sql}");
    }
    let (history, _folder) = history_after("third", "DELETE FROM checkpoints WHERE tick > 0");
    let all = vec![1, 4, 7, 10, 13, 16];
    assert_eq!(checkpoint_and_ticks(&history), (Some(0), all), "the first of a run is kept, too");
}

#[test]
fn a_chunk_that_was_altered_ends_the_history_and_its_bytes_are_kept_beside() {
    for sql in [
        "UPDATE journal SET bytes = zeroblob(100) WHERE first_tick = 16",
        "UPDATE journal SET bytes = substr(bytes, 1, 99) WHERE first_tick = 16",
        "UPDATE journal SET last_tick = 19 WHERE first_tick = 16",
        "UPDATE journal SET chain = zeroblob(32) WHERE first_tick = 16",
        "UPDATE journal SET build = 0 WHERE first_tick = 16",
        "UPDATE journal SET first_tick = 17 WHERE first_tick = 16",
        "UPDATE journal SET bytes = (SELECT bytes FROM journal WHERE first_tick = 10) WHERE first_tick = 16",
    ] {
        let (history, folder) = history_after("altered", sql);
        assert_eq!(checkpoint_and_ticks(&history), (Some(12), vec![13]), "{sql}");
        let [damage] = &history.damage[..] else { panic!("{sql}: {:?}", history.damage) };
        let kept_as = damage.kept_as.clone().expect("a file");
        assert!(kept_as.starts_with(folder.path().join("damaged")) && kept_as.exists(), "{sql}");
        assert!(damage.to_string().contains("tick 15"), "{damage}");
    }
}

#[test]
fn a_chunk_that_is_missing_ends_the_history() {
    let (history, _folder) = history_after("gap", "DELETE FROM journal WHERE first_tick = 13");
    assert_eq!(checkpoint_and_ticks(&history), (Some(12), vec![]));
    assert_eq!(history.damage.len(), 1);
}

#[test]
fn a_page_that_is_overwritten_costs_only_what_was_in_it() {
    let folder = Folder::new("page");
    let store = open(&folder);
    write_run(&store, 1, 3);
    close(store);
    let path = folder.path().join("driftfield.sqlite3");
    let mut file = std::fs::read(&path).unwrap();
    // In the middle of the newest checkpoint's 10,000 equal bytes.
    let run = |window: &[u8]| window.iter().all(|byte| *byte == 2);
    let place = file.windows(3_000).position(run).expect("the state of the newest checkpoint");
    file[place + 1_000] ^= 1;
    std::fs::write(&path, file).unwrap();
    let history = open(&folder).handle().room_history("room").unwrap();
    assert_eq!(checkpoint_and_ticks(&history), (Some(6), vec![7, 10, 13, 16]));
}

#[test]
fn a_new_run_is_found_before_an_older_one_and_does_not_mix_with_it() {
    let folder = Folder::new("runs");
    let store = open(&folder);
    write_run(&store, 1, 3);
    write_run(&store, 2, 1);
    close(store);
    let history = open(&folder).handle().room_history("room").unwrap();
    let run = history.checkpoint.as_ref().map(|checkpoint| checkpoint.run);
    assert_eq!((run, history.next_run), (Some(2), 3));
    assert_eq!(checkpoint_and_ticks(&history), (Some(0), vec![1, 4]));
}

/// A room whose run 1 has a checkpoint every minute for an hour, and a run 2 of half an hour after it. Each checkpoint comes
/// after `60 * minute` ticks, with one chunk after it.
fn hours(folder: &Folder) {
    let database = Database::in_folder(folder.path());
    let connection = database.prepare().unwrap();
    let room: Arc<str> = Arc::from("room");
    let mut second = 1_000_000;
    for (run, minutes) in [(1, 0..60), (2, 60..90)] {
        let mut chain = ChainHash::start("room", run);
        for minute in minutes {
            let ticks = (Tick(60 * minute + 1), Tick(60 * minute + 60));
            let checkpoint =
                RoomCheckpoint::new(room.clone(), run, Tick(60 * minute), chain, vec![1; 100]);
            let chunk = JournalChunk::after(chain, room.clone(), run, ticks, vec![2; 100]);
            chain = chunk.chain;
            let mut batch = Batch::of(checkpoint);
            batch.push(chunk);
            apply(&connection, &batch, second).unwrap();
            second += 60;
        }
    }
}

#[test]
fn a_replay_can_begin_anywhere_in_the_kept_journal_within_ten_minutes_of_play() {
    let folder = Folder::new("hours");
    hours(&folder);
    let begins = |from: Option<u32>| {
        let stretch = Stretch::read(folder.path(), "room", from.map(Tick)).unwrap();
        stretch.map(|stretch| (stretch.start.run, stretch.start.tick.0 / 60, stretch.chunks.len()))
    };
    for minute in 0..90 {
        let (run, start, chunks) = begins(Some(60 * minute + 30)).unwrap();
        let (run_start, run_end) = if minute < 60 { (0, 60) } else { (60, 90) };
        assert_eq!(run, if minute < 60 { 1 } else { 2 }, "minute {minute}");
        assert!(start >= run_start && start <= minute && minute - start < 10, "minute {minute}");
        assert_eq!(chunks as u32, run_end - start, "minute {minute}");
    }
    assert_eq!(begins(None), Some((2, 88, 2)), "the last checkpoint but one");
    assert_eq!(begins(Some(90 * 60 + 1)), None, "nothing is there yet");
    let reader = Database::in_folder(folder.path()).reader().unwrap();
    let kept: u32 =
        reader.query_row("SELECT count(*) FROM checkpoints", (), |row| row.get(0)).unwrap();
    assert!(kept <= 12, "{kept} of 90");
}
