//! What must hold of shared work, in every order.

use super::worker_pool::{Cores, WorkerPool};
use crate::sync::{begin, thread};

/// Two rooms share out work at once over cores that do not suffice for both: everything is done once, and no core is lost.
pub fn everything_is_done_once_and_no_core_is_lost() {
    begin();
    let cores = Cores::new(2);
    let rooms: Vec<_> = (0..2)
        .map(|_| {
            let cores = cores.clone();
            thread::spawn(move || {
                let mut pool = WorkerPool::new(cores.clone());
                (0..20).for_each(|_| pool.note(1.0));
                let _own = cores.occupy();
                let (mut workers, mut items) = (Vec::new(), [0_u8; 5]);
                pool.share_out(&mut workers, &mut items, 2, |done: &mut usize, items| {
                    items.iter_mut().for_each(|item| *item += 1);
                    *done += items.len();
                });
                assert_eq!(items, [1; 5]);
                assert_eq!(workers.iter().sum::<usize>(), 5);
                pool.helpers()
            })
        })
        .collect();
    rooms.into_iter().for_each(|room| {
        room.join().unwrap();
    });
    // All are there again: a room alone gets a helper for certain.
    let mut pool = WorkerPool::new(cores);
    (0..20).for_each(|_| pool.note(1.0));
    pool.share_out(&mut Vec::new(), &mut [(); 5], 2, |_: &mut (), _| ());
    assert_eq!(pool.helpers(), 1);
}
