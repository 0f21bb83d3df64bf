//! A visit to a room: how it begins, where else it leads, and how it ends.
//!
//! ```text
//! join --Connect(visit)--> worker --notes of this visit--> Game::take
//!   \-- leave, follow_address, give_up_worker --> show_start: what still comes of the visit is ignored
//! ```

use driftfield_shared::netcode::ClientStats;

use super::browser::{address, history, storage};
use super::{Game, start, with_game};
use crate::hud::{Hints, Sheet, Toasts, Watch};
use crate::net::{ConnectionState, PageMessage, Sign, StallWatch};
use crate::say;

/// Longest time until the worker's first note, also on a slow phone, in milliseconds.
const WORKER_MS: i32 = 10_000;

impl Game {
    /// Enters the room that the address names.
    pub fn join(&mut self, name: String) {
        if self.session.is_some() {
            return;
        }
        self.note_party_link();
        // Both are asked, so that the ticket is on its way while the picture is prepared.
        let is_signed_in = self.is_signed_in();
        // The account of an invited guest must be there first.
        let is_let_in = is_signed_in && self.is_let_in();
        if !self.picture.is_ready() || !is_let_in {
            // A ship that is not yet visible to its player would fly uncontrolled.
            self.waiting_name = Some(name);
            start::set_busy(|| say::CONNECTING.text());
            return;
        }
        self.wanted_room = start::wanted_room();
        self.name = name;
        start::hide_fault();
        start::set_busy(|| say::CONNECTING.text());
        self.connect();
    }

    /// Connects to the wanted room, with the newest seat that this browser has there.
    pub fn connect(&mut self) {
        let Ok(url) = address::socket_url(&self.wanted_room) else { return };
        let seat = storage::seat(&self.wanted_room);
        self.is_seat_expected = seat.is_some_and(|seat| seat.is_live(js_sys::Date::now()));
        self.visit += 1;
        self.is_worker_heard = false;
        self.connection = ConnectionState::Connecting;
        let token = seat.map(|seat| seat.token);
        let (visit, name, credentials) = (self.visit, self.name.clone(), self.credentials());
        self.post(&PageMessage::Connect { visit, url, name, token, credentials });
        start::after(WORKER_MS, move || {
            with_game(|game| game.check_worker(visit));
        });
    }

    /// Goes where the address leads now, if that is elsewhere. The seat in the room so far is kept, as after a lost
    /// connection.
    pub fn follow_address(&mut self) {
        let wanted = address::room();
        if self.session.is_some() {
            self.note_party_link();
        }
        let is_here = match &self.session {
            Some(session) => wanted.is_empty() || wanted == session.room,
            None => wanted == self.wanted_room || self.connection == ConnectionState::Idle,
        };
        if is_here {
            if let Some(session) = &self.session {
                history::name_room(&address::hash_of(&session.room));
                self.use_party_link();
            }
            return;
        }
        match self.session.is_some() || !matches!(self.connection, ConnectionState::Closed { .. }) {
            true => {
                let name = self.name.clone();
                self.show_start();
                self.join(name);
            }
            // Not here: what was said of another room is over.
            false => {
                start::hide_fault();
                start::set_free();
            }
        }
    }

    /// The player has pressed Back.
    pub fn go_back(&mut self) {
        if std::mem::take(&mut self.is_unguarding)
            || self.session.is_none()
            || history::is_guarded()
        {
            return;
        }
        let is_here = {
            let wanted = address::room();
            self.session.as_ref().is_some_and(|session| wanted == session.room)
        };
        // Elsewhere: the address has changed, and that is told by itself.
        if is_here && self.model.sheet.get_untracked() == Sheet::None {
            self.show_sheet(Sheet::Menu);
        }
    }

    /// Leaves the room for good, and gives the seat up.
    pub fn leave(&mut self) {
        self.post(&PageMessage::Leave);
        if let Some(session) = &self.session {
            storage::forget_seat(&session.room);
        }
        self.show_start();
    }

    /// Shows the start screen. Further notes of this visit are ignored.
    pub(super) fn show_start(&mut self) {
        self.visit += 1;
        self.connection = ConnectionState::Idle;
        // First: closing what covers the world guards the Back button of a player who flies.
        self.session = None;
        // The next visit counts anew.
        self.stats = ClientStats::default();
        self.feed.clear();
        self.hints = Hints::default();
        self.watch = Watch::default();
        self.toasts = Toasts::default();
        self.stall = StallWatch::default();
        self.show_sheet(Sheet::None);
        self.model.feed.set(Vec::new());
        self.model.banner.set_changed(None);
        self.model.death.set_changed(None);
        self.model.stall.set_changed(None);
        self.model.follow.set_changed(None);
        self.model.is_net_open.set_changed(false);
        start::show_world(false);
        if history::is_guarded() {
            self.is_unguarding = true;
            history::unguard();
        }
    }

    /// Nothing can come from the worker any more, or nothing has come for long.
    pub fn give_up_worker(&mut self) {
        self.show_start();
        start::show_fault(|| say::NO_WORKER.text());
        start::offer_reload();
    }

    /// So long after joining the worker must have said something.
    pub fn check_worker(&mut self, visit: u32) {
        if visit == self.visit && !self.is_worker_heard {
            self.give_up_worker();
        }
    }

    /// Tells the worker that the network may be back, if a connection is awaited.
    pub fn note_sign(&self, sign: Sign) {
        if !matches!(self.connection, ConnectionState::Idle | ConnectionState::Closed { .. }) {
            self.post(&PageMessage::Sign(sign));
        }
    }

    /// Whether a connection is awaited.
    pub fn is_waiting(&self) -> bool {
        matches!(self.connection, ConnectionState::Waiting { .. })
    }

    /// The page is being closed or reloaded: the seat is held until now.
    pub fn note_page_end(&mut self) {
        if self.connection == ConnectionState::Open {
            self.keep_seat(false);
        }
    }

    /// Keeps the seat as one that is held now; `is_open` is false when the tab is being closed.
    pub(super) fn keep_seat(&mut self, is_open: bool) {
        if let Some(session) = &self.session {
            self.kept_ms = self.now_ms();
            // Until the new token outlives a crash of the server, the one before it is the safe one.
            let before = storage::seat(&session.room).filter(|_| !session.is_seat_kept);
            let token = before.map_or(session.token, |seat| seat.token);
            storage::keep_seat(&session.room, token, is_open);
        }
    }
}
