//! A room as seen from outside its thread: a bounded mailbox in, status out.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use driftfield_shared::protocol::RoomLine;
use driftfield_shared::sim::{NamedContent, Rules, RulesError};
use serde::Serialize;
use thiserror::Error;
use tokio::sync::oneshot;

use super::health::RoomHealth;
pub(super) use super::lifecycle::RoomEnd;
use super::lifecycle::{self, Lifecycle};
use super::{Door, Entry, RoomSettings};
use crate::hub::{Present, Wanted, Whereabouts};
use crate::net::connection::Connection;
use crate::store::AccountId;

/// Messages that may wait for a room. More connections than this in one tick are an attack or a stampede, and are
/// refused at the handshake.
const MAILBOX_MESSAGES_MAX: usize = 512;

/// The room's end of its mailbox.
pub(super) type Mailbox = lifecycle::Mailbox<RoomMessage>;

/// A message to a room.
#[derive(Debug)]
pub(super) enum RoomMessage {
    /// A connection and its purpose.
    Join(Box<Connection>, Entry),
    /// Go on under these rules of an open room soon.
    SetRules(Arc<Rules>),
    /// Let an account go: it plays elsewhere now.
    GiveUp(AccountId),
    /// Say who is there.
    ListPlayers(oneshot::Sender<Vec<Present>>),
    /// Say who of these is there, and where.
    Locate(Wanted, oneshot::Sender<Vec<Whereabouts>>),
    /// Say goodbye to all players and end.
    Drain,
}

/// Why a room refused a connection.
#[derive(Debug, Error)]
pub enum JoinError {
    /// Too many connections are waiting.
    #[error("too many connections are waiting for the room")]
    Full(Box<Connection>),
    /// The room has ended or is about to.
    #[error("the room is closed")]
    Closed(Box<Connection>),
    /// The room has failed repeatedly, and is closed for a while.
    #[error("the room has failed and starts again later")]
    Failed(Box<Connection>),
}

/// A handle to a room.
#[derive(Clone, Debug)]
pub struct RoomHandle {
    shared: Arc<Shared>,
    mailbox: SyncSender<RoomMessage>,
}

/// The current status of a room, as listed by `/api/rooms`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RoomStatus {
    /// As in `/ws?room=ID`.
    pub id: String,
    /// What is told of it everywhere.
    #[serde(flatten)]
    pub line: RoomLine,
    /// Whether it is for load tests, and not offered to people on the start page. Omitted if false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub for_load: bool,
}

/// State shared by a room's thread and its handles.
#[derive(Debug)]
pub(super) struct Shared {
    settings: RoomSettings,
    /// The newest rules, with which the room is opened again after a failure.
    rules: Mutex<Arc<Rules>>,
    players: AtomicU32,
    bots: AtomicU32,
    life: Lifecycle,
}

/// A handle, and the room's ends of its channels.
pub(super) fn pair(settings: RoomSettings) -> (RoomHandle, Arc<Shared>, Mailbox) {
    let (mailbox, messages) = sync_channel(MAILBOX_MESSAGES_MAX);
    let shared = Arc::new(Shared {
        rules: Mutex::new(settings.rules.clone()),
        settings,
        players: AtomicU32::new(0),
        bots: AtomicU32::new(0),
        life: Lifecycle::default(),
    });
    (RoomHandle { shared: shared.clone(), mailbox }, shared, Mailbox::new(messages))
}

impl RoomHandle {
    /// As in `/ws?room=ID`.
    pub fn id(&self) -> &str {
        &self.shared.settings.id
    }

    /// Who may enter.
    pub fn door(&self) -> &Door {
        &self.shared.settings.door
    }

    /// Hands a connection to the room, with its purpose.
    ///
    /// # Errors
    /// When the room cannot take it; the connection is returned.
    pub fn join(&self, connection: Connection, entry: Entry) -> Result<(), JoinError> {
        if self.shared.life.is_draining() {
            return Err(JoinError::Closed(Box::new(connection)));
        }
        if self.shared.life.pause_left(Instant::now()) > PAUSE_WAITED_FOR {
            return Err(JoinError::Failed(Box::new(connection)));
        }
        let message = RoomMessage::Join(Box::new(connection), entry);
        self.mailbox.try_send(message).map_err(|error| match error {
            TrySendError::Full(RoomMessage::Join(connection, _)) => JoinError::Full(connection),
            TrySendError::Disconnected(RoomMessage::Join(connection, _)) => {
                JoinError::Closed(connection)
            }
            _ => unreachable!("what comes back is what was sent"),
        })
    }

    /// The rules of the room under other content.
    ///
    /// # Errors
    /// When it cannot go on under that.
    pub fn rules_under(&self, content: &NamedContent) -> Result<Rules, RulesError> {
        // What must not change never has, so the rules that the room was opened with stand for its present ones.
        self.shared.settings.rules.next_epoch(content.clone())
    }

    /// Lets the room go on under these [rules](RoomHandle::rules_under) soon. Returns whether it has room for the message.
    pub fn set_rules(&self, rules: Rules) -> bool {
        let rules = Arc::new(rules);
        self.shared.set_rules(rules.clone());
        self.mailbox.try_send(RoomMessage::SetRules(rules)).is_ok()
    }

    /// Asks who is there. The answer comes in the next tick; `None`: nobody is, or the room takes no more messages.
    pub fn list_players(&self) -> Option<oneshot::Receiver<Vec<Present>>> {
        let status = self.status().line;
        if status.players + status.bots == 0 {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        self.mailbox.try_send(RoomMessage::ListPlayers(sender)).ok().map(|()| receiver)
    }

    /// Asks who of these is there. The answer comes in the next tick; `None`: nobody is there.
    pub fn locate(&self, wanted: Wanted) -> Option<oneshot::Receiver<Vec<Whereabouts>>> {
        let status = self.status().line;
        if status.players + status.bots == 0 {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        // Where the room takes no more messages, the answer does not come.
        let _ = self.mailbox.try_send(RoomMessage::Locate(wanted, sender));
        Some(receiver)
    }

    /// Asks the room to let an account go, which plays elsewhere now. May be lost when the room takes no more messages.
    pub fn give_up(&self, account: AccountId) {
        let _ = self.mailbox.try_send(RoomMessage::GiveUp(account));
    }

    /// Asks the room to say goodbye to all players, be saved, and end.
    pub fn drain(&self) {
        self.shared.life.ask_to_drain();
        self.wake();
    }

    /// Asks the room to be saved and end, without waiting for players.
    pub fn end_now(&self) {
        self.shared.life.ask_to_end_now();
        self.wake();
    }

    fn wake(&self) {
        // A sleeping room has an empty mailbox; a room with a full mailbox is awake and sees that it is asked to end.
        let _ = self.mailbox.try_send(RoomMessage::Drain);
    }

    /// Whether the room admits nobody any more.
    pub fn is_draining(&self) -> bool {
        self.shared.life.is_draining()
    }

    /// The current status.
    pub fn status(&self) -> RoomStatus {
        let settings = &self.shared.settings;
        RoomStatus {
            id: settings.id.clone(),
            line: RoomLine {
                name: settings.name.clone(),
                mode: settings.rules.mode.id.clone(),
                sector: settings.rules.sector.id.clone(),
                players: self.shared.players.load(Ordering::Relaxed),
                bots: self.shared.bots.load(Ordering::Relaxed),
                max_players: settings.max_players,
                tick_hz: settings.rules.tick_hz,
                owner: settings.door.owner_name().to_owned(),
                is_locked: settings.door.is_locked(),
            },
            for_load: settings.for_load,
        }
    }

    /// Waits until the room has ended. Returns whether it has by `deadline`.
    pub fn wait_closed(&self, deadline: Instant) -> bool {
        self.shared.life.wait_closed(deadline)
    }

    /// Whether the room has ended and its state is saved or not kept.
    pub fn is_kept(&self) -> bool {
        self.shared.settings.store.is_none() || self.shared.life.end() == Some(RoomEnd::Kept)
    }

    /// The current health.
    pub fn health(&self) -> RoomHealth {
        self.shared.life.health(Instant::now())
    }
}

impl Shared {
    /// The settings with which the room was opened.
    pub(super) fn settings(&self) -> &RoomSettings {
        &self.settings
    }

    /// The settings with which to open the room now.
    pub(super) fn settings_now(&self) -> RoomSettings {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        RoomSettings { rules, ..self.settings.clone() }
    }

    fn set_rules(&self, rules: Arc<Rules>) {
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// Whether the room has been asked to end.
    pub(super) fn is_draining(&self) -> bool {
        self.life.is_draining()
    }

    /// Publishes the number of seats of people and of programs.
    pub(super) fn set_seats(&self, players: u32, bots: u32) {
        self.players.store(players, Ordering::Relaxed);
        self.bots.store(bots, Ordering::Relaxed);
    }

    /// Whether the room must end without waiting for players.
    pub(super) fn is_ending_now(&self) -> bool {
        self.life.is_ending_now()
    }

    /// Publishes that the room has ended. Only the first call counts.
    pub(super) fn set_closed(&self, end: RoomEnd) {
        self.life.set_closed(end);
    }

    /// Notes a failure. Returns when the room may be started again.
    pub(super) fn note_failure(&self, now: Instant) -> Instant {
        self.life.note_failure(now)
    }

    /// Number of recent failures.
    pub(super) fn failures(&self) -> u32 {
        self.life.failures()
    }

    /// Waits until the pause after a failure is over, or the room is asked to end.
    pub(super) fn wait_until_open(&self) {
        self.life.wait_until_open();
    }
}

/// Longest pause that a player may wait for; with a longer one the player is told to come back later.
const PAUSE_WAITED_FOR: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::super::schedule::scheduled_room::tests::settings;
    use super::*;

    #[test]
    fn nobody_waits_at_the_door_of_a_room_in_a_long_pause() {
        let (handle, shared, _mailbox) = pair(settings(30));
        let connection = || Connection::in_process().0;
        shared.note_failure(Instant::now());
        assert!(
            handle.join(connection(), Entry::WrongVersion).is_ok(),
            "a short pause is waited for"
        );
        (0..5).for_each(|_| {
            shared.note_failure(Instant::now());
        });
        let refused = handle.join(connection(), Entry::WrongVersion);
        assert!(matches!(refused, Err(JoinError::Failed(_))), "{refused:?}");
    }

    #[test]
    fn a_pause_ends_when_the_server_ends() {
        let (handle, shared, _mailbox) = pair(settings(30));
        (0..12).for_each(|_| {
            shared.note_failure(Instant::now());
        });
        handle.drain();
        let before = Instant::now();
        shared.wait_until_open();
        assert!(before.elapsed() < Duration::from_secs(30));
    }
}
