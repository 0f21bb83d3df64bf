//! Logging, and how an attack is kept from filling the logs.
//!
//! What a stranger can cause is logged one by one at `debug`, and at `warn` as at most one line per second. Nothing
//! in here can fail: a line that cannot be written is lost, and the server continues.

mod writer;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::{Level, debug, warn};
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use writer::LogWriter;
pub use writer::flush;

/// Sends logs and panic messages to standard error, filtered by `RUST_LOG`: a level, or levels by module, such as
/// `info,driftfield_server::net=debug` (default `info`).
pub fn init() {
    let wanted = std::env::var("RUST_LOG").unwrap_or_default();
    let (filter, error) = match filter(&wanted) {
        Ok(filter) => (filter, None),
        Err(error) => (Targets::new().with_default(Level::INFO), Some(error)),
    };
    let writer = writer::to_standard_error();
    let panics = writer.clone();
    panic::set_hook(Box::new(move |info| log_panic(&panics, info)));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(writer)
        // The library would panic when its own error messages cannot be written.
        .log_internal_errors(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
    if let Some(error) = error {
        warn!("RUST_LOG is ignored: {error}");
    }
}

/// The filter that a text describes.
fn filter(wanted: &str) -> Result<Targets, ParseError> {
    if wanted.is_empty() { "info".parse() } else { wanted.parse() }
}

/// Writes a line for the host to standard error. It does not matter whether anybody can read it.
pub fn tell(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Writes the standard library's panic message, but never waits for the reader of standard error.
fn log_panic(writer: &LogWriter, info: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("without a name");
    let mut text = format!("thread '{name}': {info}\n");
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        text.push_str(&format!("{backtrace}\n"));
    }
    writer.line(text.as_bytes());
}

/// Counts events, and reports once per [`REPORT_INTERVAL`].
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
    /// Notes an event. Returns the number of events since the last report when a report is due.
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

/// Strangers' mistakes: `debug` for each, and a periodic summary.
#[derive(Debug, Default)]
pub struct RefusalLog {
    /// Counts by reason. Reasons are our own labels, so their number is small and fixed.
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

impl RefusalLog {
    /// Notes one refused connection or request.
    pub fn note(&self, peer: SocketAddr, reason: &'static str) {
        debug!(%peer, reason, "refused");
        *self.counts().entry(reason).or_insert(0) += 1;
    }

    /// Logs one line about everything noted since the last call, if anything. Call it every [`REPORT_INTERVAL`].
    pub fn report(&self) {
        let counts = std::mem::take(&mut *self.counts());
        if !counts.is_empty() {
            warn!(refused = ?counts, "refused connections");
        }
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time between two lines about the same kind of problem.
pub const REPORT_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_level_or_levels_by_module() {
        let is_on = |wanted: &str, module: &str, level| {
            filter(wanted).is_ok_and(|filter| filter.would_enable(module, &level))
        };
        for (wanted, module, level, expected) in [
            ("", "driftfield_server::room", Level::INFO, true),
            ("", "driftfield_server::room", Level::DEBUG, false),
            ("warn", "driftfield_server", Level::INFO, false),
            (
                "info,driftfield_server::net=debug",
                "driftfield_server::net::http",
                Level::DEBUG,
                true,
            ),
            ("info,driftfield_server::net=debug", "driftfield_server::room", Level::DEBUG, false),
            ("info,hyper=off", "hyper::proto", Level::ERROR, false),
        ] {
            assert_eq!(is_on(wanted, module, level), expected, "{wanted:?} for {module}");
        }
        assert!(filter("driftfield_server=loud").is_err());
    }

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
