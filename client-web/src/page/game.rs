//! The state of the page, and what changes it from outside.

use std::collections::VecDeque;

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{ClientStats, LinkProfile};
use driftfield_shared::snapshot::SnapshotTally;
use driftfield_shared::units::{Angle, Controls};
use leptos::prelude::{GetUntracked, Set, Update};
use wasm_bindgen::JsValue;
use web_sys::{HtmlCanvasElement, MediaQueryList};

use super::session::Session;
use super::worker::WorkerPort;
use super::{start, storage};
use crate::clock::Clock;
use crate::hud::{FeedLine, Hints, Model, SetChanged, Sheet, Toasts, Watch};
use crate::input::Held;
use crate::link::{ClockBridge, LinkState, PageMessage};
use crate::meter::{Meter, Trend};
use crate::render::Renderer;

/// Everything of the page.
pub struct Game {
    pub(super) clock: Clock,
    pub(super) canvas: HtmlCanvasElement,
    pub(super) reduced_motion: Option<MediaQueryList>,
    pub(super) model: Model,
    worker: WorkerPort,
    pub(super) bridge: ClockBridge,
    /// How the connection stands, and since when (milliseconds).
    pub(super) link: LinkState,
    pub(super) link_since_ms: f64,
    /// The room that was asked for; empty for the default one.
    pub(super) wanted_room: String,
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
    /// Input commands go over a second socket, too.
    pub(super) has_second_socket: bool,
    /// What snapshots had taken at moments of the last seconds (milliseconds).
    pub(super) tallies: VecDeque<(f64, SnapshotTally)>,
    pub(super) frames: Meter,
    pub(super) snapshots: Meter,
    pub(super) bytes: Trend,
    pub(super) intervals_ms: VecDeque<f64>,
    pub(super) last_arrival_ms: Option<f64>,
    pub(super) told_ms: f64,
}

/// A renderer for one content and sector.
pub(super) struct Picture {
    pub(super) renderer: Renderer,
    pub(super) content: Content,
    pub(super) sector: String,
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
            has_second_socket: false,
            tallies: VecDeque::new(),
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
        if storage::wants_second_socket() {
            self.set_second_socket(true);
        }
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
            self.focus_world();
        }
        self.send_controls(Controls { aim: self.aim(), ..Controls::default() });
    }

    /// Opens or closes the network panel.
    pub fn toggle_net(&mut self) {
        self.model.is_net_open.update(|is_open| *is_open = !*is_open);
        if !self.model.is_net_open.get_untracked() {
            self.focus_world();
        }
        // At once, not at the next round.
        self.told_ms = 0.0;
    }

    /// Opens the network panel with the keyboard at its bad link.
    pub fn open_bad_link(&mut self) {
        self.model.is_net_open.set_changed(true);
        self.model.wants_bad_link.set(true);
        self.told_ms = 0.0;
    }

    /// Puts so bad a link between the game and its socket, for this connection and those that follow.
    pub fn set_link(&mut self, profile: LinkProfile) {
        self.post(&PageMessage::Link(profile));
        self.model.bad_link.set_changed(profile);
    }

    /// Sends input commands over a second socket, too, or no longer; kept for the next visit.
    pub fn set_second_socket(&mut self, is_wanted: bool) {
        self.post(&PageMessage::SecondSocket(is_wanted));
        self.model.wants_second_socket.set_changed(is_wanted);
        storage::keep_second_socket(is_wanted);
    }

    /// Gives the keyboard to the ship.
    pub fn focus_world(&self) {
        // Fails only for what cannot have it, and the canvas can.
        let _ = self.canvas.focus();
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

    fn aim(&self) -> Angle {
        self.sent_controls.unwrap_or_default().aim
    }

    pub(super) fn now_ms(&self) -> f64 {
        self.clock.now() as f64 / 1e3
    }

    /// Follows the size of the window.
    pub fn resize(&mut self) {
        let (Some(window), Some(picture)) = (web_sys::window(), &mut self.picture) else { return };
        let (width, height) = (self.canvas.client_width(), self.canvas.client_height());
        let ratio = window.device_pixel_ratio();
        picture.renderer.resize(f64::from(width), f64::from(height), ratio);
    }
}
