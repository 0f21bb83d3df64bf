//! The least handle around the real life of a room.

use super::RoomSettings;
pub(super) use super::lifecycle::RoomEnd;
use super::lifecycle::{self, Lifecycle};
use crate::sync::mpsc::{SyncSender, sync_channel};
use crate::sync::{Arc, Instant};

pub(super) type Mailbox = lifecycle::Mailbox<RoomMessage>;

pub enum RoomMessage {
    Join,
    Drain,
}

#[derive(Clone)]
pub struct RoomHandle {
    shared: Arc<Shared>,
    mailbox: SyncSender<RoomMessage>,
}

pub struct Shared {
    settings: RoomSettings,
    life: Lifecycle,
}

pub(super) fn pair(settings: RoomSettings) -> (RoomHandle, Arc<Shared>, Mailbox) {
    let (mailbox, messages) = sync_channel(8);
    let shared = Arc::new(Shared { settings, life: Lifecycle::default() });
    (RoomHandle { shared: shared.clone(), mailbox }, shared, Mailbox::new(messages))
}

/// As the real handle does it.
impl RoomHandle {
    pub fn id(&self) -> &str {
        &self.shared.settings.id
    }

    /// Whether the room took the guest.
    pub fn join(&self) -> bool {
        !self.shared.life.is_draining() && self.mailbox.try_send(RoomMessage::Join).is_ok()
    }

    pub fn drain(&self) {
        self.shared.life.ask_to_drain();
        let _ = self.mailbox.try_send(RoomMessage::Drain);
    }

    pub fn end_now(&self) {
        self.shared.life.ask_to_end_now();
        let _ = self.mailbox.try_send(RoomMessage::Drain);
    }

    pub fn wait_closed(&self, deadline: Instant) -> bool {
        self.shared.life.wait_closed(deadline)
    }

    pub fn is_kept(&self) -> bool {
        self.shared.life.end() == Some(RoomEnd::Kept)
    }
}

impl Shared {
    pub fn settings(&self) -> &RoomSettings {
        &self.settings
    }

    pub fn is_draining(&self) -> bool {
        self.life.is_draining()
    }

    pub fn is_ending_now(&self) -> bool {
        self.life.is_ending_now()
    }

    pub fn set_seats(&self, _players: u32, _bots: u32) {}

    pub(super) fn set_closed(&self, end: RoomEnd) {
        self.life.set_closed(end);
    }

    pub fn note_failure(&self, now: Instant) -> Instant {
        self.life.note_failure(now)
    }

    pub fn failures(&self) -> u32 {
        self.life.failures()
    }

    pub fn wait_until_open(&self) {
        self.life.wait_until_open();
    }
}
