//! How the server is asked to end, and how it shuts down.
//!
//! ```text
//! first signal  -> no new players, players are told -> they are let go, rooms are saved -> all have left
//! second signal, or time is up -----------------------> rooms are saved
//! ```
//!
//! Saving waits for no player: a room is saved when it lets its players go, not when they have left.

use std::time::{Duration, Instant};

use tracing::{error, info, warn};

use crate::hub::Rooms;
use crate::limits::SAVE_TIME_MAX;
use crate::net::http::Site;

/// The signals by which a terminal, a service manager or a system shutdown asks a program to end.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    /// The terminal was closed. `None` if the host asked to ignore that (`nohup`).
    #[cfg(unix)]
    hang_up: Option<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    ctrl_c: tokio::signal::windows::CtrlC,
    #[cfg(windows)]
    ctrl_break: tokio::signal::windows::CtrlBreak,
    #[cfg(windows)]
    close: tokio::signal::windows::CtrlClose,
    #[cfg(windows)]
    log_off: tokio::signal::windows::CtrlLogoff,
    #[cfg(windows)]
    shut_down: tokio::signal::windows::CtrlShutdown,
}

impl Signals {
    /// From now on the signals do not end the process by themselves.
    ///
    /// # Errors
    /// When the system refuses.
    #[cfg(unix)]
    pub fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let ends_at_hang_up = !crate::os::signals::is_hang_up_ignored();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: ends_at_hang_up.then(|| signal(SignalKind::hangup())).transpose()?,
        })
    }

    /// From now on the console's events do not end the process by themselves.
    ///
    /// # Errors
    /// When the system refuses.
    #[cfg(windows)]
    pub fn new() -> std::io::Result<Self> {
        use tokio::signal::windows;
        Ok(Self {
            ctrl_c: windows::ctrl_c()?,
            ctrl_break: windows::ctrl_break()?,
            close: windows::ctrl_close()?,
            log_off: windows::ctrl_logoff()?,
            shut_down: windows::ctrl_shutdown()?,
        })
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        let Self { interrupt, terminate, hang_up } = self;
        let hung_up = async {
            match hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    }

    /// Waits for the next event.
    #[cfg(windows)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.ctrl_break.recv() => {}
            _ = self.close.recv() => {}
            _ = self.log_off.recv() => {}
            _ = self.shut_down.recv() => {}
        }
    }
}

/// Admits no new players, lets the rooms say goodbye until `patience` is over or a second signal comes, and waits
/// until they are saved. Returns the rooms that are not saved: that is a loss, and the process must exit with an
/// error.
pub async fn drain(site: &Site, patience: Duration, signals: &mut Signals) -> Vec<String> {
    let started = Instant::now();
    info!(seconds = patience.as_secs(), "draining: new players are refused");
    site.drain();
    let rooms = site.rooms().all();
    for room in rooms.iter() {
        room.drain();
    }
    let is_closed = tokio::select! {
        is_closed = wait_closed(&rooms, started + patience) => is_closed,
        () = signals.next() => {
            warn!("second signal: saving rooms without waiting for players");
            false
        }
    };
    if !is_closed {
        for room in rooms.iter() {
            room.end_now();
        }
        wait_closed(&rooms, Instant::now() + SAVE_TIME_MAX).await;
    }
    let lost: Vec<String> =
        rooms.iter().filter(|room| !room.is_kept()).map(|room| room.id().to_owned()).collect();
    match lost.is_empty() {
        true => info!(ms = started.elapsed().as_millis() as u64, "all rooms are closed"),
        false => error!(rooms = lost.join(", "), "rooms were lost: they could not be saved"),
    }
    lost
}

/// Waits until all rooms have ended. Returns whether they have by `deadline`.
async fn wait_closed(rooms: &Rooms, deadline: Instant) -> bool {
    let rooms = rooms.clone();
    let wait = move || rooms.iter().all(|room| room.wait_closed(deadline));
    tokio::task::spawn_blocking(wait).await.unwrap_or(false)
}
