//! Checks the books while the server runs.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tracing::{error, warn};

use super::faults;
use crate::metrics::StoreMetrics;
use crate::store::database::Database;

/// A thread that looks at the balances every second, and once at each booking. It stops when this is dropped.
#[derive(Debug)]
pub(in crate::store) struct Auditor {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Auditor {
    /// Starts the thread.
    pub(in crate::store) fn start(database: Database, metrics: StoreMetrics) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let audit = move || audit(&database, &metrics, &stopped);
        let thread = thread::Builder::new().name("auditor".to_owned()).spawn(audit)?;
        Ok(Auditor { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Auditor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic was reported already.
            let _ = thread.join();
        }
    }
}

fn audit(database: &Database, metrics: &StoreMetrics, stopped: &Receiver<()>) {
    // Wrong bookings stay wrong; a booking is looked at once.
    let (mut last, mut bookings, mut reported, mut connection) = (0, 0_u64, 0, None);
    let mut pause = Duration::ZERO;
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let started = Instant::now();
        let outcome = connection.take().map_or_else(|| database.reader(), Ok).and_then(|reader| {
            let outcome = faults(&reader, last)?;
            connection = Some(reader);
            Ok(outcome)
        });
        match outcome {
            Ok(faults) => {
                last = faults.last_booking;
                bookings = bookings.saturating_add(faults.bookings);
                let imbalance = faults.balances.saturating_add(bookings);
                metrics.set_ledger(imbalance, faults.corrected);
                if imbalance != reported && imbalance > 0 {
                    error!(
                        imbalance,
                        "the ledger does not balance: money or goods came from nowhere, a bug"
                    );
                }
                reported = imbalance;
            }
            // The writer tells what is wrong with the disk.
            Err(error) => warn!(%error, "the ledger cannot be read"),
        }
        pause = PAUSE_MIN.max(PAUSE_PER_WORK * started.elapsed());
    }
}

/// Time between two audits.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// An audit is followed by a pause this many times as long: with very many balances it still takes a hundredth of a core.
const PAUSE_PER_WORK: u32 = 100;
