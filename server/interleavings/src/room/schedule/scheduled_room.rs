//! A room that notes its ticks. When it sleeps, is awake and ends is decided as in the real one.

use std::any::Any;
use std::time::Duration;

use crate::metrics::Metrics;
use crate::room::handle::{Mailbox, RoomEnd, RoomMessage, Shared};
use crate::sync::{Arc, Instant};

/// Ticks that a room takes to say goodbye.
const GOODBYE_TICKS: u32 = 2;

pub struct ScheduledRoom {
    shared: Arc<Shared>,
    mailbox: Mailbox,
    first: Option<RoomMessage>,
    deadline: Instant,
    has_guest: bool,
    goodbye: u32,
    ticks: u32,
    is_closed: bool,
}

impl ScheduledRoom {
    pub(in crate::room) fn new(shared: Arc<Shared>, mailbox: Mailbox, _metrics: Metrics) -> Self {
        shared.settings().notes.lock().unwrap().opened += 1;
        ScheduledRoom {
            shared,
            mailbox,
            first: None,
            deadline: Instant::now(),
            has_guest: false,
            goodbye: 0,
            ticks: 0,
            is_closed: false,
        }
    }

    pub fn id(&self) -> &str {
        &self.shared.settings().id
    }

    pub fn interval(&self) -> Duration {
        Duration::from_millis(33)
    }

    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn is_asleep(&self) -> bool {
        !self.has_guest && self.first.is_none() && !self.shared.is_draining()
    }

    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub fn sleep(&mut self) {
        self.shared.wait_until_open();
        self.first = self.mailbox.wait();
        self.is_closed = self.first.is_none();
        self.deadline = self.deadline.max(Instant::now());
    }

    pub fn tick(&mut self, deadline: Instant, is_stood_in: bool) {
        if self.deadline > deadline || self.is_asleep() || self.is_closed {
            return;
        }
        let settings = self.shared.settings();
        settings.notes.lock().unwrap().ticks.push((self.deadline, is_stood_in));
        self.ticks += 1;
        let is_first_run = settings.notes.lock().unwrap().opened == 1;
        assert!(!is_first_run || settings.fails_at != Some(self.ticks), "a bug");
        while let Some(message) = self.first.take().or_else(|| self.mailbox.poll()) {
            if matches!(message, RoomMessage::Join) {
                self.has_guest = true;
                settings.notes.lock().unwrap().joined += 1;
            }
        }
        self.deadline = self.deadline + self.interval();
        self.goodbye += u32::from(self.shared.is_draining());
        if self.goodbye == GOODBYE_TICKS || self.shared.is_ending_now() {
            self.shared.set_closed(RoomEnd::Kept);
            self.is_closed = true;
        }
    }
}

impl Drop for ScheduledRoom {
    fn drop(&mut self) {
        self.shared.settings().notes.lock().unwrap().gone += 1;
    }
}

pub fn panic_message(_panic: &(dyn Any + Send)) -> &str {
    "a bug"
}
