//! What the worker has to say, and what becomes of it.

use driftfield_shared::protocol::{CloseReason, ServerControl, Welcome};

use super::game::{Game, Picture};
use super::session::Session;
use super::{start, storage};
use crate::hud::{FeedLine, ToastKind, Watch};
use crate::link::{LinkState, Note, Parcel};
use crate::render::Renderer;

/// Lines of the kill feed.
const FEED_LINES_MAX: usize = 5;
/// Snapshot intervals kept for the graph.
const INTERVALS_MAX: usize = 140;

impl Game {
    /// Takes what the worker has to say.
    pub fn take(&mut self, parcel: Parcel) {
        self.bridge.note(parcel.sent, self.clock.now());
        match parcel.note {
            Note::Link(state) => self.take_link(state),
            Note::Welcome(welcome) => self.take_welcome(*welcome),
            Note::Frame(mut frame) => {
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
                    session.interpolator.push_frame((*frame).clone());
                    session.frame = Some(*frame);
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
            Note::Stats(stats) => {
                self.bytes.read(self.now_ms(), stats.payload_bytes_received);
                self.stats = stats;
            }
        }
    }

    fn take_link(&mut self, state: LinkState) {
        // After leaving, what is still on its way from the worker is of no interest.
        self.link = state;
        self.link_since_ms = self.now_ms();
        self.last_arrival_ms = None;
        if self.session.is_some() {
            // The views tell it, with the world still in sight.
            self.told_ms = 0.0;
            return;
        }
        match state {
            LinkState::Waiting { reason, .. } => {
                start::show_fault(&match reason {
                    Some(reason) => format!("{} Trying again…", sentence(reason)),
                    None => "The server cannot be reached. Trying again…".to_owned(),
                });
                start::set_busy(Some("Try now"));
            }
            LinkState::Closed { reason } => {
                start::show_fault(&sentence(reason));
                match needs_reload(reason) {
                    true => start::offer_reload(),
                    false => start::set_busy(None),
                }
            }
            LinkState::Idle => start::set_busy(None),
            LinkState::Connecting | LinkState::Open => {}
        }
    }

    fn take_welcome(&mut self, welcome: Welcome) {
        storage::keep_token(&self.wanted_room, Some(welcome.token));
        let is_return = self.session.is_some();
        let resumed = welcome.resumed;
        match Session::new(welcome) {
            Ok(session) => self.session = Some(session),
            Err(error) => return self.give_up(&format!("The room cannot be played: {error}.")),
        }
        if let Err(error) = self.prepare_picture() {
            return self.give_up(&error);
        }
        // The worker's client begins anew, so it must hear what is held.
        self.sent_controls = None;
        self.watch = Watch::default();
        start::show_world(true);
        if is_return || resumed {
            let text = match resumed {
                true => "Back in your ship",
                false => "Your old seat was gone: a new ship",
            };
            let now_ms = self.now_ms();
            self.toasts.show(now_ms, "seat", ToastKind::Safe, text.to_owned(), 3_000.0);
        }
    }

    fn give_up(&mut self, why: &str) {
        self.leave();
        start::show_fault(why);
    }

    /// Makes a renderer for the room, or keeps the one that will do.
    fn prepare_picture(&mut self) -> Result<(), String> {
        let Some(session) = &self.session else { return Ok(()) };
        let (content, sector) = (&*session.rules.content, &session.rules.sector);
        let is_kept = self
            .picture
            .as_ref()
            .is_some_and(|picture| picture.content == *content && picture.sector == sector.id);
        if !is_kept {
            self.picture = None;
            let renderer =
                Renderer::new(&self.canvas, content, sector).map_err(|error| error.to_string())?;
            let (content, sector) = (content.clone(), sector.id.clone());
            self.picture = Some(Picture { renderer, content, sector });
        }
        self.resize();
        Ok(())
    }

    fn take_control(&mut self, control: ServerControl) {
        let now_ms = self.now_ms();
        let Some(session) = &mut self.session else { return };
        match control {
            ServerControl::PlayerJoined(info) => {
                session.players.0.insert(info.player, info);
            }
            ServerControl::PlayerLeft(player) => {
                session.players.0.remove(&player);
            }
            ServerControl::Leaderboard(lines) => session.board = lines,
            ServerControl::Draining { .. } => {
                session.is_draining = true;
                self.told_ms = 0.0;
            }
            ServerControl::Kill { killer, victim } => {
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
            // Comes as a note of its own.
            ServerControl::Welcome(_) => {}
        }
    }
}

/// Whether only a newer page can help.
pub(super) fn needs_reload(reason: CloseReason) -> bool {
    matches!(reason, CloseReason::WrongVersion | CloseReason::WrongContent)
}

/// A reason as a sentence.
pub(super) fn sentence(reason: CloseReason) -> String {
    let text = reason.to_string();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => text,
    }
}
