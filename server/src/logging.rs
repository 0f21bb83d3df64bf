//! Logs, and how an attack is kept from filling them.
//!
//! What a stranger can cause is logged one by one at `debug`, and at `warn` as one line a second at the
//! most.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::{debug, warn};
use tracing_subscriber::EnvFilter;

/// Sends logs to standard error, filtered by `RUST_LOG` (default `info`).
pub fn init() {
    let filter = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_default();
    let (filter, error) = match EnvFilter::try_new(if filter.is_empty() { "info" } else { &filter })
    {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    if let Some(error) = error {
        warn!("RUST_LOG is ignored: {error}");
    }
}

/// Counts events and lets one through per [`REPORT_INTERVAL`].
#[derive(Debug, Default)]
pub struct Throttle {
    state: Mutex<ThrottleState>,
}

#[derive(Debug, Default)]
struct ThrottleState {
    reported: Option<Instant>,
    count: u64,
}

impl Throttle {
    /// Notes an event. Gives the number of events since the last report when it is time for another.
    pub fn note(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.count += 1;
        let is_due = state
            .reported
            .is_none_or(|reported| now.saturating_duration_since(reported) >= REPORT_INTERVAL);
        is_due.then(|| {
            state.reported = Some(now);
            std::mem::take(&mut state.count)
        })
    }
}

/// What strangers did wrong: `debug` for each, and a summary from time to time.
#[derive(Debug, Default)]
pub struct RefusalLog {
    /// By reason. Reasons are our own labels: their number is small and fixed.
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

impl RefusalLog {
    /// Notes one refused connection or request.
    pub fn note(&self, peer: SocketAddr, reason: &'static str) {
        debug!(%peer, reason, "refused");
        *self.counts().entry(reason).or_insert(0) += 1;
    }

    /// One line about all that was noted since the last call, or none. Call it every
    /// [`REPORT_INTERVAL`].
    pub fn report(&self) {
        let counts = std::mem::take(&mut *self.counts());
        if !counts.is_empty() {
            warn!(refused = ?counts, "connections were refused");
        }
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time between two lines about the same kind of trouble.
pub const REPORT_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attack_makes_one_line_a_second() {
        let throttle = Throttle::default();
        let start = Instant::now();
        let reports: Vec<u64> = (0..10_000)
            .filter_map(|n| throttle.note(start + Duration::from_micros(250 * n)))
            .collect();
        assert_eq!(reports, [1, 4_000, 4_000]);
    }
}
