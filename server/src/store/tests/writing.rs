//! What is confirmed stays, whatever the disk does.

use std::time::{Duration, Instant};

use super::faults::Fault;
use super::rig::{Rig, first_ticks, wait_until};
use crate::metrics::Metrics;
use crate::store::database::Database;
use crate::store::{
    Batch, Failure, QueueLimits, Store, StoreSettings, Submission, SubmitError, Trouble,
};

/// First ticks of the first chunks of a room.
fn ticks(count: usize) -> Vec<u32> {
    (0..count as u32).map(|n| 3 * n + 1).collect()
}

#[test]
fn what_is_durable_is_in_the_file() {
    let mut rig = Rig::new("durable");
    let last = rig.write(20);
    assert_eq!(last, Submission(20));
    rig.wait_durable(last);
    assert_eq!(rig.first_ticks(), ticks(20));
    assert_eq!(
        (rig.handle().status().lag(), rig.handle().status().failure()),
        (Duration::ZERO, None)
    );
}

#[test]
fn a_disk_that_fails_confirms_nothing_and_loses_nothing_and_everything_is_written_once_when_it_is_well()
 {
    for (name, fault, failure) in [
        ("full", Fault::Full, Failure::DiskFull),
        ("write", Fault::Write, Failure::Io),
        ("sync", Fault::Sync, Failure::Io),
        ("read-only", Fault::ReadOnly, Failure::ReadOnly),
    ] {
        let mut rig = Rig::new(name);
        let before = rig.write(5);
        rig.wait_durable(before);
        rig.disk.set(fault);
        let after = rig.write(5);
        rig.wait_failure(failure);
        let more = rig.write(5);
        assert_eq!(rig.handle().status().durable(), before, "{name}");
        assert!(rig.handle().status().lag() > Duration::ZERO, "{name}");
        wait_until("it is told", || rig.tells(failure.label(), 1));
        assert_eq!(rig.handle().status().trouble(), Some(Trouble::Failing(failure)), "{name}");
        rig.disk.set(Fault::None);
        rig.wait_durable(more);
        assert!(after < more && rig.handle().status().failure().is_none(), "{name}");
        assert_eq!(rig.first_ticks(), ticks(15), "{name}");
        wait_until("it is over", || rig.tells(failure.label(), 0));
        assert_eq!(rig.handle().status().trouble(), None, "{name}");
    }
}

#[test]
fn faults_that_come_and_go_lose_nothing_and_double_nothing() {
    let mut rig = Rig::new("flicker");
    let mut random = fastrand::Rng::with_seed(7);
    let faults = [Fault::None, Fault::Full, Fault::Write, Fault::Sync, Fault::ReadOnly];
    let mut told = Submission(0);
    for _ in 0..60 {
        rig.disk.set(faults[random.usize(..faults.len())]);
        rig.write(1 + random.usize(..3));
        std::thread::sleep(Duration::from_millis(random.u64(..40)));
        let durable = rig.handle().status().durable();
        assert!(durable >= told);
        told = durable;
    }
    rig.disk.set(Fault::None);
    let last = rig.write(1);
    rig.wait_durable(last);
    assert_eq!(rig.first_ticks(), ticks(last.0 as usize));
}

#[test]
fn while_a_commit_takes_long_batches_are_taken_and_not_confirmed() {
    let mut rig = Rig::new("slow");
    let first = rig.write(1);
    rig.wait_durable(first);
    rig.disk.set(Fault::Slow(Duration::from_millis(500)));
    let slow = rig.write(1);
    let begun = Instant::now();
    let last = rig.write(1_000);
    assert!(begun.elapsed() < Duration::from_millis(400), "no batch waits for the disk");
    assert!(!rig.handle().status().is_durable(slow));
    wait_until("it lags", || rig.handle().status().lag() > Duration::from_millis(300));
    rig.disk.set(Fault::None);
    rig.wait_durable(last);
    assert_eq!(rig.first_ticks(), ticks(1_002));
}

#[test]
fn a_commit_that_takes_more_than_a_second_is_told_while_it_lasts() {
    let mut rig = Rig::new("late");
    rig.disk.set(Fault::Slow(Duration::from_millis(1_500)));
    let late = rig.write(1);
    wait_until("it is told", || rig.tells("slow", 1));
    assert!(!rig.handle().status().is_durable(late));
    rig.disk.set(Fault::None);
    rig.wait_durable(late);
    wait_until("it is over", || rig.tells("slow", 0));
}

#[test]
fn a_full_queue_gives_the_batch_back_and_takes_it_when_the_disk_is_well() {
    let mut rig = Rig::with_queue("queue", QueueLimits { bytes: 1 << 20, batches: 8 });
    rig.disk.set(Fault::Full);
    rig.write(7);
    let refused = rig.handle().submit(Batch::of(rig.next_chunk()));
    let Err(SubmitError::Full(batch)) = refused else { panic!("{refused:?}") };
    rig.disk.set(Fault::None);
    rig.wait_durable(Submission(7));
    let last = rig.handle().submit(batch).unwrap();
    rig.wait_durable(last);
    assert_eq!(rig.first_ticks(), ticks(8));
    assert!(rig.metrics.exposition().contains("driftfield_store_full_total 1"));
}

#[test]
fn a_batch_that_is_impossible_is_left_out_whole_and_told_and_holds_up_no_other() {
    let mut rig = Rig::new("impossible");
    let chunk = rig.next_chunk();
    let handle = rig.handle();
    handle.submit(Batch::of(chunk.clone())).unwrap();
    let mut batch = Batch::of(rig.next_chunk());
    batch.push(chunk);
    let impossible = handle.submit(batch).unwrap();
    let last = rig.write(1);
    rig.wait_durable(last);
    assert_eq!(handle.status().refused(), Some(impossible));
    assert_eq!(rig.first_ticks(), [1, 7], "of the impossible batch, not even its good part");
}

#[test]
fn a_server_that_ends_while_the_disk_fails_does_not_wait_for_ever_and_says_so() {
    let mut rig = Rig::new("end");
    rig.disk.set(Fault::Full);
    rig.write(3);
    rig.wait_failure(Failure::DiskFull);
    let handle = rig.handle();
    assert!(!rig.store.close(Instant::now() + Duration::from_millis(50)));
    assert_eq!(handle.status().durable(), Submission(0));
    assert!(matches!(handle.submit(Batch::new()), Err(SubmitError::Closed(_))));
}

#[test]
fn a_store_in_memory_keeps_what_it_is_given_while_it_is_open() {
    let metrics = Metrics::new();
    let database = Database::in_memory().unwrap();
    let settings = StoreSettings::default();
    let store = Store::start(database.clone(), None, settings, metrics.store().clone()).unwrap();
    for chunk in super::chunks("room", 1).take(4) {
        store.handle().submit(Batch::of(chunk)).unwrap();
    }
    assert!(store.close(Instant::now() + Duration::from_secs(30)));
    assert_eq!(first_ticks(&database), ticks(4));
}
