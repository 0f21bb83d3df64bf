//! Logs, and how an attack is kept from filling them.
//!
//! What a stranger can cause is logged one by one at `debug`, and at `warn` as one summary a second at
//! the most.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
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

/// Counts events and lets one through in a second.
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

/// Logs what strangers did wrong: `debug` for each, a summary once a second.
#[derive(Debug, Default)]
pub struct RefusalLog {
    throttle: Throttle,
}

impl RefusalLog {
    /// Notes one refused connection or request.
    pub fn note(&self, peer: std::net::SocketAddr, reason: &str) {
        debug!(%peer, reason, "refused");
        if let Some(count) = self.throttle.note(Instant::now()) {
            warn!(count, reason, "refused since the last such line; the reason is of the latest");
        }
    }
}

const REPORT_INTERVAL: Duration = Duration::from_secs(1);

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
