//! The progress of a running fleet: counters that its threads share, and a bar on a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use driftfield_shared::netcode::ClientEvent;
use indicatif::{ProgressBar, ProgressStyle};

use super::bot::LightEvent;

/// Counters of a running fleet, and the request to stop it.
#[derive(Debug, Default)]
pub struct Progress {
    connected: AtomicU64,
    /// Connections that were lost after a bot was admitted. One that comes back is connected once more.
    lost: AtomicU64,
    /// Bots that were never admitted.
    refused: AtomicU64,
    snapshots: AtomicU64,
    is_stopped: Arc<AtomicBool>,
}

impl Progress {
    /// Ends the run early, with a report of the results so far.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// The flag by which a signal stops the fleet.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        self.is_stopped.clone()
    }

    /// Whether the fleet should end.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    pub(super) fn note(&self, event: &ClientEvent) {
        match event {
            ClientEvent::Welcome(_) => self.add_connected(),
            ClientEvent::Frame(_) => self.add_snapshot(),
            _ => {}
        }
    }

    pub(super) fn note_light(&self, event: &LightEvent) {
        match event {
            LightEvent::Welcome { .. } => self.add_connected(),
            LightEvent::Snapshot => self.add_snapshot(),
            LightEvent::InputEffect(_) | LightEvent::Topic(..) | LightEvent::Reply(_) => {}
        }
    }

    fn add_connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    fn add_snapshot(&self) {
        self.snapshots.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_lost(&self, is_welcomed: bool) {
        let counter = if is_welcomed { &self.lost } else { &self.refused };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// A progress bar if standard error is a terminal, otherwise nothing.
pub(super) struct Bar {
    bar: ProgressBar,
    count: usize,
    snapshots: u64,
    at: Duration,
}

impl Bar {
    /// A bar for `count` bots over `length`.
    pub(super) fn new(count: usize, length: Duration) -> Self {
        let bar = ProgressBar::new(length.as_millis() as u64);
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar, count, snapshots: 0, at: Duration::ZERO }
    }

    /// Shows the counters as of `at`.
    pub(super) fn show(&mut self, progress: &Progress, at: Duration) {
        let snapshots = progress.snapshots.load(Ordering::Relaxed);
        let seconds = at.saturating_sub(self.at).as_secs_f64().max(1e-3);
        let rate = (snapshots - self.snapshots) as f64 / seconds;
        (self.snapshots, self.at) = (snapshots, at);
        let lost = progress.lost.load(Ordering::Relaxed);
        let refused = progress.refused.load(Ordering::Relaxed);
        let flying = progress.connected.load(Ordering::Relaxed).saturating_sub(lost);
        self.bar.set_position(at.as_millis() as u64);
        self.bar.set_message(format!(
            "{flying} of {} flying, {lost} lost, {refused} refused, {rate:.0} snapshots/s",
            self.count,
        ));
    }

    /// Removes the bar, to make room for the table.
    pub(super) fn clear(self) {
        self.bar.finish_and_clear();
    }
}
