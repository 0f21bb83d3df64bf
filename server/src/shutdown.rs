//! When the server is asked to end.
//!
//! The first signal drains: players are told, and the process ends with status 0. A second one means
//! that somebody has no patience left.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{info, warn};

use crate::http::Site;
use crate::room::RoomHandle;

/// Ctrl-C, and on Unix SIGTERM: what a terminal and a service manager send.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on the signals do not end the process by themselves.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn new() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals there is no other end than the process's own.
            std::future::pending::<()>().await;
        }
    }
}

/// Lets nobody in any more, and lets the rooms say goodbye. Ends when all have, or after `patience`.
pub async fn drain(site: Arc<Site>, patience: Duration) {
    let started = Instant::now();
    info!(seconds = patience.as_secs(), "draining: nobody is let in any more");
    site.drain();
    for room in site.rooms() {
        room.drain();
    }
    let deadline = started + patience;
    let waited = tokio::task::spawn_blocking(move || {
        site.rooms()
            .iter()
            .filter(|room| !room.wait_closed(deadline))
            .map(RoomHandle::id)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    match waited.await {
        Ok(open) if open.is_empty() => {
            info!(ms = started.elapsed().as_millis() as u64, "all rooms are closed");
        }
        Ok(open) => warn!(rooms = open.join(", "), "rooms are cut off: they took too long"),
        Err(error) => warn!(%error, "the rooms could not be waited for"),
    }
}
