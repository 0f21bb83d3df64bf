//! A room seen from outside its thread: a bounded mailbox in, a few figures out.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use driftfield_shared::protocol::Greeting;
use serde::Serialize;
use thiserror::Error;

use super::RoomSettings;
use crate::connection::Connection;

/// Messages that may wait for a room: more connections than this in one tick is an attack or a stampede,
/// and is refused at the handshake.
const MAILBOX_MESSAGES_MAX: usize = 512;

/// What reaches a room from outside.
#[derive(Debug)]
pub(super) enum RoomMessage {
    /// A connection, and what it is for; `None`: its client speaks another version of the protocol.
    Join(Box<Connection>, Option<Greeting>),
    /// Say goodbye to everyone and end.
    Drain,
}

/// Why a room took a connection not.
#[derive(Debug, Error)]
pub enum JoinError {
    /// Too many wait already.
    #[error("too many connections are waiting for the room")]
    Full(Box<Connection>),
    /// The room has ended or is about to.
    #[error("the room is closed")]
    Closed(Box<Connection>),
}

/// A room, for everyone else.
#[derive(Clone, Debug)]
pub struct RoomHandle {
    shared: Arc<Shared>,
    mailbox: SyncSender<RoomMessage>,
}

/// A room's figures at one moment, as `/api/rooms` lists them.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RoomStatus {
    /// As in `/ws?room=ID`.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Identifier of the mode.
    pub mode: String,
    /// Identifier of the sector.
    pub sector: String,
    /// People with a seat.
    pub players: u32,
    /// Programs with a seat.
    pub bots: u32,
    /// Seats.
    pub max_players: u32,
    /// Ticks per second.
    pub tick_hz: u16,
}

/// What a room's thread and its handles have in common.
#[derive(Debug)]
pub(super) struct Shared {
    settings: RoomSettings,
    players: AtomicU32,
    bots: AtomicU32,
    is_draining: AtomicBool,
    is_closed: Mutex<bool>,
    closed: Condvar,
}

/// A handle, and the room's ends of it.
pub(super) fn pair(settings: RoomSettings) -> (RoomHandle, Arc<Shared>, Receiver<RoomMessage>) {
    let (mailbox, messages) = sync_channel(MAILBOX_MESSAGES_MAX);
    let shared = Arc::new(Shared {
        settings,
        players: AtomicU32::new(0),
        bots: AtomicU32::new(0),
        is_draining: AtomicBool::new(false),
        is_closed: Mutex::new(false),
        closed: Condvar::new(),
    });
    (RoomHandle { shared: shared.clone(), mailbox }, shared, messages)
}

impl RoomHandle {
    /// As in `/ws?room=ID`.
    pub fn id(&self) -> &str {
        &self.shared.settings.id
    }

    /// Hands a connection to the room, with its greeting; `None`: its client speaks another version of the protocol.
    ///
    /// # Errors
    /// When the room cannot take it; the connection comes back.
    pub fn join(
        &self,
        connection: Connection,
        greeting: Option<Greeting>,
    ) -> Result<(), JoinError> {
        if self.shared.is_draining.load(Ordering::Relaxed) {
            return Err(JoinError::Closed(Box::new(connection)));
        }
        let message = RoomMessage::Join(Box::new(connection), greeting);
        self.mailbox.try_send(message).map_err(|error| match error {
            TrySendError::Full(RoomMessage::Join(connection, _)) => JoinError::Full(connection),
            TrySendError::Disconnected(RoomMessage::Join(connection, _)) => {
                JoinError::Closed(connection)
            }
            _ => unreachable!("what comes back is what was sent"),
        })
    }

    /// Lets the room say goodbye to everyone and end.
    pub fn drain(&self) {
        self.shared.is_draining.store(true, Ordering::Relaxed);
        // A sleeping room has an empty mailbox; one with a full mailbox is awake and sees the flag.
        let _ = self.mailbox.try_send(RoomMessage::Drain);
    }

    /// Whether the room takes nobody any more.
    pub fn is_draining(&self) -> bool {
        self.shared.is_draining.load(Ordering::Relaxed)
    }

    /// The figures of this moment.
    pub fn status(&self) -> RoomStatus {
        let settings = &self.shared.settings;
        RoomStatus {
            id: settings.id.clone(),
            name: settings.name.clone(),
            mode: settings.rules.mode.id.clone(),
            sector: settings.rules.sector.id.clone(),
            players: self.shared.players.load(Ordering::Relaxed),
            bots: self.shared.bots.load(Ordering::Relaxed),
            max_players: settings.max_players,
            tick_hz: settings.rules.tick_hz,
        }
    }

    /// Waits until the room's thread has ended. Returns whether it has by `deadline`.
    pub fn wait_closed(&self, deadline: Instant) -> bool {
        let is_closed = self.shared.is_closed.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = deadline.saturating_duration_since(Instant::now());
        let patience = patience.min(Duration::from_secs(60));
        let waited = self.shared.closed.wait_timeout_while(is_closed, patience, |closed| !*closed);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Shared {
    /// How the room was opened.
    pub(super) fn settings(&self) -> &RoomSettings {
        &self.settings
    }

    /// Whether the room has been asked to end.
    pub(super) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    /// Publishes how many seats people and programs have.
    pub(super) fn set_seats(&self, players: u32, bots: u32) {
        self.players.store(players, Ordering::Relaxed);
        self.bots.store(bots, Ordering::Relaxed);
    }

    /// Tells everyone who waits that the room has ended.
    pub(super) fn set_closed(&self) {
        *self.is_closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.closed.notify_all();
    }
}
