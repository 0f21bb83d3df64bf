//! Handles the worker's notes.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::netcode::RoomNews;
use driftfield_shared::protocol::{Kill, ServerControl, Welcome};

use crate::hud::{FeedLine, ToastKind, Watch};
use crate::net::{ConnectionState, Note, Parcel};
use crate::page::browser::{address, history, storage};
use crate::page::session::Session;
use crate::page::{Game, start};
use crate::say;

/// Lines of the kill feed.
const FEED_LINES_MAX: usize = 5;
/// Snapshot intervals kept for the graph.
const INTERVALS_MAX: usize = 140;
/// Milliseconds after which the seat is stored again as held.
const KEEP_SEAT_MS: f64 = 5_000.0;

impl Game {
    /// Handles a note of the worker.
    pub fn take(&mut self, parcel: Parcel) {
        if parcel.visit != self.visit {
            // A note of a visit that the player has ended.
            return;
        }
        self.is_worker_heard = true;
        self.bridge.note(parcel.sent, self.clock.now());
        match parcel.note {
            Note::Connection(state) => self.take_connection(state),
            Note::Welcome(welcome, content) => self.take_welcome(*welcome, content),
            Note::Epoch(content) => self.take_epoch(content),
            Note::Frame(frame) => {
                // Read from bytes just now: nobody else holds it.
                let mut frame = Arc::unwrap_or_clone(frame);
                frame.arrived = self.bridge.to_page(frame.arrived);
                let at_ms = frame.arrived as f64 / 1e3;
                self.snapshots.add(at_ms, 1.0);
                if let Some(last) = self.last_arrival_ms.replace(at_ms) {
                    self.intervals_ms.push_back(at_ms - last);
                    if self.intervals_ms.len() > INTERVALS_MAX {
                        self.intervals_ms.pop_front();
                    }
                }
                if let Some(session) = &mut self.session {
                    session.credits_at_start.get_or_insert(frame.own.credits);
                    session.interpolator.push_frame(frame.clone());
                    session.frame = Some(frame);
                }
            }
            Note::Predicted(mut predicted) => {
                predicted.at = self.bridge.to_page(predicted.at);
                if let Some(session) = &mut self.session {
                    session.interpolator.push_predicted(predicted.clone());
                    session.predicted = Some(predicted);
                }
            }
            Note::SecondSocket(is_attached) => self.has_second_socket = is_attached,
            Note::Control(control) => self.take_control(control),
            Note::News(news) => self.take_news(news),
            Note::Lines { of, lines, has_gap, is_live } => {
                self.take_lines(of, lines, has_gap, is_live);
            }
            Note::Notices { notices, is_live } => self.take_notices(notices, is_live),
            Note::Vote(vote) => self.take_vote(vote),
            Note::Party(members) => self.take_party(members),
            Note::Answer { number, outcome } => self.take_answer(number, outcome),
            Note::Stats(stats) => {
                self.bytes.read(self.now_ms(), stats.payload_bytes_received);
                self.stats = stats;
                if self.now_ms() - self.kept_ms >= KEEP_SEAT_MS {
                    self.keep_seat(true);
                }
            }
        }
    }

    fn take_connection(&mut self, state: ConnectionState) {
        self.connection = state;
        self.connection_since_ms = self.now_ms();
        self.last_arrival_ms = None;
        if let ConnectionState::Closed { .. } = state {
            // Whatever the reason is, the next visit hears of it first.
            self.account.ask_again();
        }
        if self.session.is_some() {
            // The views tell it, with the world still in sight.
            self.told_ms = 0.0;
            return;
        }
        match state {
            ConnectionState::Waiting { why, .. } => {
                let room = self.wanted_room.clone();
                start::show_fault(move || say::why_again(&why.sentence(&room)));
                start::set_busy(|| say::TRY_NOW.text());
            }
            ConnectionState::Closed { why } => {
                let room = self.wanted_room.clone();
                start::show_fault(move || why.sentence(&room));
                match why.needs_reload() {
                    true => start::offer_reload(),
                    false => start::set_free(),
                }
            }
            ConnectionState::Idle => start::set_free(),
            ConnectionState::Connecting | ConnectionState::Open => {}
        }
    }

    fn take_welcome(&mut self, welcome: Welcome, content: Arc<Content>) {
        if self.wanted_room.is_empty() {
            storage::keep_default_room(&welcome.room);
        }
        let is_return = self.session.is_some();
        let resumed = welcome.resumed;
        match Session::new(welcome, content, self.visit) {
            Ok(mut session) => {
                if let Some(before) = self.session.take() {
                    session.go_on_from(before);
                }
                self.session = Some(session);
            }
            Err(error) => {
                web_sys::console::error_1(&error.to_string().into());
                return self.give_up(|| say::BROKEN_RULES.text());
            }
        }
        if let Some(session) = &self.session {
            let (content, sector) = (&session.rules.content, &session.rules.sector);
            if let Err(error) = self.picture.set_world(content, sector) {
                return self.give_up_picture(error);
            }
        }
        // The worker's client has started again, so it must be told the controls.
        self.sent_controls = None;
        self.watch = Watch::default();
        self.keep_seat(true);
        self.welcome_chat();
        self.welcome_notices();
        self.welcome_party();
        self.welcome_settings();
        if let Some(session) = &self.session {
            self.wanted_room.clone_from(&session.room);
            history::name_room(&address::hash_of(&session.room));
        }
        if !is_return && start::is_touch() {
            self.held.note_touch();
        }
        self.layout_device = Some(self.held.device());
        if !is_return {
            history::guard();
            start::show_world(true);
        }
        if is_return || resumed || std::mem::take(&mut self.is_seat_expected) {
            let text = match resumed {
                true => say::TOAST_SEAT_KEPT,
                false => say::TOAST_SEAT_LOST,
            };
            let now_ms = self.now_ms();
            self.toasts.show(now_ms, "seat", ToastKind::Safe, move || text.text(), 3_000.0);
        }
    }

    fn take_epoch(&mut self, content: Arc<Content>) {
        let Some(session) = &mut self.session else { return };
        if let Err(error) = session.begin_epoch(content) {
            web_sys::console::error_1(&error.to_string().into());
            return self.give_up(|| say::BROKEN_RULES.text());
        }
        let (content, sector) = (&session.rules.content, &session.rules.sector);
        if let Err(error) = self.picture.set_world(content, sector) {
            self.give_up_picture(error);
        }
    }

    pub(in crate::page) fn give_up(&mut self, why: impl Fn() -> String + 'static) {
        self.leave();
        start::show_fault(why);
    }

    fn take_control(&mut self, control: ServerControl) {
        let now_ms = self.now_ms();
        let Some(session) = &mut self.session else { return };
        match control {
            ServerControl::SeatWanted { seconds } => {
                let text = move || say::toast_seat_wanted(seconds);
                self.toasts.show(
                    now_ms,
                    "seat-wanted",
                    ToastKind::Warn,
                    text,
                    f64::from(seconds) * 1_000.0,
                );
            }
            ServerControl::Draining { .. } => {
                session.is_draining = true;
                self.told_ms = 0.0;
            }
            ServerControl::Unsaved(is_unsaved) => {
                session.is_unsaved = is_unsaved;
                self.told_ms = 0.0;
            }
            // Comes as a note of its own.
            ServerControl::Welcome(_) => {}
            ServerControl::SeatKept => {
                session.is_seat_kept = true;
                self.keep_seat(true);
            }
            // The client's netcode keeps these to itself.
            ServerControl::StateCheck { .. }
            | ServerControl::Held(_)
            | ServerControl::Reply(_)
            | ServerControl::Epoch { .. } => {}
        }
    }

    fn take_news(&mut self, news: RoomNews) {
        let Some(session) = &mut self.session else { return };
        match news {
            RoomNews::Player(info) => session.players.insert(info),
            RoomNews::PlayerLeft(player) => session.players.remove(player),
            RoomNews::Leaderboard(lines) => session.board = lines,
            RoomNews::Standing(standing) => session.standing = Some(standing),
            RoomNews::Kill(kill) => self.take_kill(kill),
        }
    }

    fn take_kill(&mut self, Kill { killer, victim }: Kill) {
        let now_ms = self.now_ms();
        let Some(session) = &mut self.session else { return };
        self.kills_seen += 1;
        if victim == session.player {
            session.killer = Some(killer);
        }
        let line = FeedLine {
            number: self.kills_seen,
            killer: session.name(killer),
            victim: session.name(victim),
            is_mine: killer == session.player,
            is_loss: victim == session.player,
            is_old: false,
        };
        self.feed.push_back((now_ms, line));
        if self.feed.len() > FEED_LINES_MAX {
            self.feed.pop_front();
        }
        self.tell_feed(now_ms);
    }
}
