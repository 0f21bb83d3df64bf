//! The state of the page, and what changes it from outside.

use std::collections::VecDeque;

use driftfield_shared::content::Content;
use driftfield_shared::netcode::ClientStats;
use driftfield_shared::protocol::{CloseReason, ServerControl, Welcome};
use driftfield_shared::units::Controls;
use leptos::prelude::{GetUntracked, Set, Update};
use wasm_bindgen::JsValue;
use web_sys::{HtmlCanvasElement, MediaQueryList};

use super::session::Session;
use super::worker::WorkerPort;
use super::{start, storage};
use crate::clock::Clock;
use crate::hud::{FeedLine, Hints, Model, SetChanged, Sheet, Toasts, Watch};
use crate::input::Held;
use crate::link::{ClockBridge, LinkState, Note, PageMessage, Parcel};
use crate::meter::{Meter, Trend};
use crate::render::Renderer;

/// Lines of the kill feed.
const FEED_LINES_MAX: usize = 5;
/// Snapshot intervals kept for the graph.
const INTERVALS_MAX: usize = 140;

/// Everything of the page.
pub struct Game {
    pub(super) clock: Clock,
    pub(super) canvas: HtmlCanvasElement,
    pub(super) reduced_motion: Option<MediaQueryList>,
    pub(super) model: Model,
    worker: WorkerPort,
    bridge: ClockBridge,
    /// How the connection stands, and since when (milliseconds).
    pub(super) link: LinkState,
    pub(super) link_since_ms: f64,
    /// The room that was asked for; empty for the default one.
    wanted_room: String,
    pub(super) session: Option<Session>,
    /// The picture, and what it was made for.
    pub(super) picture: Option<Picture>,
    /// All devices.
    pub held: Held,
    pub(super) sent_controls: Option<Controls>,
    pub(super) toasts: Toasts,
    pub(super) hints: Hints,
    pub(super) watch: Watch,
    pub(super) feed: VecDeque<(f64, FeedLine)>,
    pub(super) kills_seen: u32,
    pub(super) stats: ClientStats,
    pub(super) frames: Meter,
    pub(super) snapshots: Meter,
    pub(super) bytes: Trend,
    pub(super) intervals_ms: VecDeque<f64>,
    last_arrival_ms: Option<f64>,
    pub(super) told_ms: f64,
}

/// A renderer for one content and sector.
pub(super) struct Picture {
    pub(super) renderer: Renderer,
    content: Content,
    sector: String,
}

impl Game {
    /// The page before anybody plays.
    pub fn new(module: &JsValue, worker_url: &str) -> Result<Self, JsValue> {
        let window = web_sys::window().ok_or("no window")?;
        Ok(Game {
            clock: Clock::new()?,
            canvas: start::element("world")?,
            reduced_motion: window.match_media("(prefers-reduced-motion: reduce)").ok().flatten(),
            model: Model::new(),
            worker: WorkerPort::start(module, worker_url)?,
            bridge: ClockBridge::default(),
            link: LinkState::Idle,
            link_since_ms: 0.0,
            wanted_room: String::new(),
            session: None,
            picture: None,
            held: Held::default(),
            sent_controls: None,
            toasts: Toasts::default(),
            hints: Hints::default(),
            watch: Watch::default(),
            feed: VecDeque::new(),
            kills_seen: 0,
            stats: ClientStats::default(),
            frames: Meter::default(),
            snapshots: Meter::default(),
            bytes: Trend::default(),
            intervals_ms: VecDeque::new(),
            last_arrival_ms: None,
            told_ms: 0.0,
        })
    }

    /// The signals.
    pub fn model(&self) -> Model {
        self.model
    }

    /// The canvas of the world.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        &self.canvas
    }

    /// Whether the player is in a room and nothing covers the world.
    pub fn is_flying(&self) -> bool {
        self.session.is_some() && self.model.sheet.get_untracked() == Sheet::None
    }

    /// Whether the player is in a room.
    pub fn is_playing(&self) -> bool {
        self.session.is_some()
    }

    /// Tells the worker something.
    pub fn post(&self, message: &PageMessage) {
        self.worker.post(message);
    }

    /// Enters the room that the address names.
    pub fn join(&mut self, name: String) {
        if self.session.is_some() {
            return;
        }
        self.wanted_room = start::room();
        let Ok(url) = start::socket_url(&self.wanted_room) else { return };
        let token = storage::token(&self.wanted_room);
        self.link = LinkState::Connecting;
        start::set_busy(Some("Connecting…"));
        self.post(&PageMessage::Connect { url, name, token });
    }

    /// Leaves the room for the start screen.
    pub fn leave(&mut self) {
        self.post(&PageMessage::Leave);
        storage::keep_token(&self.wanted_room, None);
        self.session = None;
        self.feed.clear();
        self.hints = Hints::default();
        self.watch = Watch::default();
        self.toasts = Toasts::default();
        self.show_sheet(Sheet::None);
        self.model.feed.set(Vec::new());
        self.model.banner.set_changed(None);
        self.model.death.set_changed(None);
        self.model.is_net_open.set_changed(false);
        start::show_world(false);
    }

    /// Opens or closes what covers the world.
    pub fn show_sheet(&mut self, sheet: Sheet) {
        self.held.release_all();
        self.model.is_invite_copied.set_changed(false);
        self.model.sheet.set_changed(sheet);
        if sheet == Sheet::None {
            let _ = self.canvas.focus();
        }
        self.send_controls(Controls { aim: self.aim(), ..Controls::default() });
    }

    /// Opens or closes the network panel.
    pub fn toggle_net(&mut self) {
        self.model.is_net_open.update(|is_open| *is_open = !*is_open);
        // At once, not at the next round.
        self.told_ms = 0.0;
    }

    /// Lets everything go, and tells the worker now: a hidden page draws no frame that would.
    pub fn release_all(&mut self) {
        self.held.release_all();
        self.model.is_board_open.set_changed(false);
        self.send_controls(Controls { aim: self.aim(), ..Controls::default() });
    }

    /// Copies the room's address for friends.
    pub fn copy_invitation(&mut self) {
        let Some(session) = &self.session else { return };
        let Ok(link) = start::invitation(&session.room) else { return };
        if let Some(window) = web_sys::window() {
            // Where it is not allowed (plain http to another host) there is no clipboard at all.
            let navigator = window.navigator();
            let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into())
                .is_ok_and(|clipboard| !clipboard.is_undefined());
            if has_clipboard {
                let _ = navigator.clipboard().write_text(&link);
                self.model.is_invite_copied.set_changed(true);
            } else {
                let _ = window.prompt_with_message_and_default("Link to this room", &link);
            }
        }
    }

    /// Tells the worker what is held, if that changed.
    pub(super) fn send_controls(&mut self, controls: Controls) {
        if self.session.is_some() && self.sent_controls != Some(controls) {
            self.sent_controls = Some(controls);
            self.post(&PageMessage::Controls(controls));
        }
    }

    fn aim(&self) -> driftfield_shared::units::Angle {
        self.sent_controls.unwrap_or_default().aim
    }

    pub(super) fn now_ms(&self) -> f64 {
        self.clock.now() as f64 / 1e3
    }

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
                    session.interpolator.push_predicted(predicted);
                    session.predicted = Some(predicted);
                }
            }
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
            let kind = crate::hud::ToastKind::Safe;
            self.toasts.show(now_ms, "seat", kind, text.to_owned(), 3_000.0);
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

    /// Follows the size of the window.
    pub fn resize(&mut self) {
        let (Some(window), Some(picture)) = (web_sys::window(), &mut self.picture) else { return };
        let (width, height) = (self.canvas.client_width(), self.canvas.client_height());
        let ratio = window.device_pixel_ratio();
        picture.renderer.resize(f64::from(width), f64::from(height), ratio);
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
