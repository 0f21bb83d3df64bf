//! Logs late ticks.

use std::time::{Duration, Instant};

use tracing::warn;

/// Seconds between two lines.
const INTERVAL: Duration = Duration::from_secs(1);

/// Logs late ticks, at most once per second.
#[derive(Debug, Default)]
pub struct LateLog {
    late: u32,
    skipped: u32,
    worst: Duration,
    said: Option<Instant>,
}

impl LateLog {
    /// Notes that `due` ticks were due at once because the first was so late, and that `steps` of them were run.
    pub fn note(&mut self, room: &str, due: u32, steps: u32, lateness: Duration) {
        if due <= 1 {
            return;
        }
        self.late += due - 1;
        self.skipped += due - steps;
        self.worst = self.worst.max(lateness);
        if self.said.is_some_and(|at| at.elapsed() < INTERVAL) {
            return;
        }
        let worst_ms = self.worst.as_millis() as u64;
        warn!(room, late = self.late, skipped = self.skipped, worst_ms, "ticks were late");
        *self = LateLog { said: Some(Instant::now()), ..LateLog::default() };
    }
}
