//! What must hold of the queue and of the promise, in every order.

use std::time::Duration;

use super::{Batch, StoreHandle, SubmitError};
use crate::sync::{Instant, begin, thread};

/// Two threads hand over, a third looks on, and the store closes when they are done.
fn hand_over(batches_max: usize, is_failing: bool) {
    begin();
    const BATCHES: usize = 3;
    let (store, writer) = StoreHandle::start(batches_max, is_failing);
    let submitters: Vec<_> = (0..2)
        .map(|_| {
            let store = store.clone();
            thread::spawn(move || {
                let mut taken = Vec::new();
                for _ in 0..BATCHES {
                    match store.submit(Batch::default()) {
                        Ok(submission) => taken.push(submission),
                        Err(SubmitError::Full(_)) => thread::sleep(Duration::from_millis(50)),
                        Err(SubmitError::Closed(_)) => panic!("nobody has closed it"),
                    }
                }
                // Nobody else wakes the writer.
                while !taken.last().is_none_or(|last| store.status().is_durable(*last)) {
                    thread::sleep(Duration::from_millis(1));
                }
                taken
            })
        })
        .collect();
    let witness = {
        let store = store.clone();
        thread::spawn(move || {
            let mut before = store.status().durable();
            for _ in 0..5 {
                let durable = store.status().durable();
                assert!(durable >= before, "{durable:?} after {before:?}");
                assert!(store.is_written(durable), "{durable:?} is told and not written");
                let (_, waiting) = store.queue.load();
                assert!(waiting <= batches_max, "{waiting} wait");
                before = durable;
                thread::yield_now();
            }
        })
    };
    let mut taken: Vec<_> =
        submitters.into_iter().flat_map(|submitter| submitter.join().unwrap()).collect();
    witness.join().unwrap();
    store.close(Instant::now() + Duration::from_secs(3600));
    writer.join().unwrap();
    taken.sort();
    let numbers: Vec<u64> = taken.iter().map(|submission| submission.0).collect();
    assert_eq!(
        numbers,
        (1..=taken.len() as u64).collect::<Vec<_>>(),
        "each has a number of its own"
    );
    assert!(taken.iter().all(|submission| store.status().is_durable(*submission)));
    assert_eq!(store.queue.load(), (0, 0), "all room is given back");
    assert_eq!(store.status().lag(), Duration::ZERO, "nothing waits");
    assert!(store.status().failure().is_none(), "and nothing fails");
    assert!(matches!(store.submit(Batch::default()), Err(SubmitError::Closed(_))));
}

/// What is taken is written before it is told durable, all of it, once, and nothing waits at the end.
pub fn what_is_taken_is_written_and_only_then_told_durable() {
    hand_over(16, false);
}

/// The same while every attempt fails at first, and the queue is often full.
pub fn a_store_that_fails_and_is_full_loses_nothing_that_it_took() {
    hand_over(3, true);
}

/// A store that is closed while its disk fails gives up at its deadline, and nobody waits for ever.
pub fn a_store_whose_disk_fails_gives_up_when_it_must() {
    begin();
    let (store, writer) = StoreHandle::start(16, true);
    let submission = store.submit(Batch::default()).unwrap();
    store.close(Instant::now());
    writer.join().unwrap();
    assert_eq!(store.status().is_durable(submission), store.is_written(submission));
}
