//! The metrics of the store.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::labels::ReasonLabel;
use super::register;
use crate::store::{Failure, Trouble};

/// The metrics of the store.
#[derive(Clone, Debug)]
pub struct StoreMetrics {
    commit: Histogram,
    lag: Gauge<f64, AtomicU64>,
    waiting_bytes: Gauge,
    failing: Family<ReasonLabel, Gauge>,
    failures: Family<ReasonLabel, Counter>,
    full: Counter,
    impossible: Counter,
    imbalance: Gauge,
    corrected: Gauge,
}

impl StoreMetrics {
    /// Registers them, each at zero.
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = StoreMetrics {
            commit: register(
                registry,
                "store_commit_seconds",
                "Duration of a transaction of the store, from its begin to its commit",
                Histogram::new(COMMIT_BUCKETS),
            ),
            lag: register(
                registry,
                "store_lag_seconds",
                "Age of the oldest data that is not durable yet; about 0.1 is usual",
                Gauge::default(),
            ),
            waiting_bytes: register(
                registry,
                "store_waiting_bytes",
                "Data that is not durable yet, in bytes",
                Gauge::default(),
            ),
            failing: register(
                registry,
                "store_failing",
                "1 while the store cannot write, or is more than a second late, by reason: play goes on, but nothing is confirmed",
                Family::default(),
            ),
            failures: register(
                registry,
                "store_failures",
                "Attempts to write that failed, by reason",
                Family::default(),
            ),
            full: register(
                registry,
                "store_full",
                "Batches that the store did not take because too much was waiting",
                Counter::default(),
            ),
            impossible: register(
                registry,
                "store_impossible_batches",
                "Batches that the database refused for ever: a bug if above 0",
                Counter::default(),
            ),
            imbalance: register(
                registry,
                "ledger_imbalance",
                "Money and goods in the ledger that came from nowhere or are owed by nobody: a bug if not 0",
                Gauge::default(),
            ),
            corrected: register(
                registry,
                "ledger_corrected",
                "Money and goods that rooms had and the ledger did not, after a part of a journal was lost",
                Gauge::default(),
            ),
        };
        drop(metrics.failing.get_or_create(&ReasonLabel { reason: SLOW }));
        for failure in Failure::ALL {
            let label = ReasonLabel { reason: failure.label() };
            drop(metrics.failing.get_or_create(&label));
            drop(metrics.failures.get_or_create(&label));
        }
        metrics
    }

    /// Notes a commit.
    pub fn observe_commit(&self, duration: Duration) {
        self.commit.observe(duration.as_secs_f64());
    }

    /// Counts an attempt to write that failed.
    pub fn count_failure(&self, failure: Failure) {
        self.failures.get_or_create(&ReasonLabel { reason: failure.label() }).inc();
    }

    /// Counts a batch that was not taken.
    pub fn count_full(&self) {
        self.full.inc();
    }

    /// Counts a batch that cannot be written.
    pub fn count_impossible(&self) {
        self.impossible.inc();
    }

    /// Sets how much of the ledger is wrong, and how much was corrected.
    pub fn set_ledger(&self, imbalance: u64, corrected: u64) {
        self.imbalance.set(i64::try_from(imbalance).unwrap_or(i64::MAX));
        self.corrected.set(i64::try_from(corrected).unwrap_or(i64::MAX));
    }

    /// Sets what is true only at this moment.
    pub fn report(&self, lag: Duration, waiting_bytes: usize, trouble: Option<Trouble>) {
        self.lag.set(lag.as_secs_f64());
        self.waiting_bytes.set(i64::try_from(waiting_bytes).unwrap_or(i64::MAX));
        let troubles = Failure::ALL.map(|failure| (Trouble::Failing(failure), failure.label()));
        for (reason, label) in troubles.into_iter().chain([(Trouble::Slow, SLOW)]) {
            let is_reason = i64::from(trouble == Some(reason));
            self.failing.get_or_create(&ReasonLabel { reason: label }).set(is_reason);
        }
    }
}

/// The reason of a store that only lags.
const SLOW: &str = "slow";
/// In seconds. A commit on a good disk takes some milliseconds.
const COMMIT_BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.002, 0.004, 0.007, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
