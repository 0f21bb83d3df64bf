//! The state of the page, and the operations that change it from outside.

use std::collections::VecDeque;

use driftfield_shared::netcode::ClientStats;
use driftfield_shared::netsim::LinkProfile;
use driftfield_shared::snapshot::SnapshotTally;
use driftfield_shared::units::{Angle, Controls, Micros};
use js_sys::Function;
use wasm_bindgen::JsValue;
use web_sys::{HtmlCanvasElement, MediaQueryList};

use super::account::Account;
use super::browser::{address, clipboard, history, storage};
use super::chat::Chat;
use super::notices::Notices;
use super::own_room::Entering;
use super::party::Party;
use super::screen::Picture;
use super::session::Session;
use super::start;
use super::with_game;
use super::worker::{Heard, WorkerPort};
use crate::clock::Clock;
use crate::hud::{
    AccountSheet, FeedLine, Hints, Invite, Model, OwnRoomPage, Rebinding, Scale, Sheet, Toasts,
    Watch,
};
use crate::input::{Device, Held, Key, Layout, Pads};
use crate::net::{ClockBridge, ConnectionState, PageMessage, StallWatch};
use crate::rate::{GrowthRate, SlidingRate};
use crate::settings::Settings;

/// The whole state of the page.
pub struct Game {
    pub(super) clock: Clock,
    pub(super) canvas: HtmlCanvasElement,
    pub(super) reduced_motion: Option<MediaQueryList>,
    pub(super) model: Model,
    worker: WorkerPort,
    pub(super) account: Account,
    pub(super) bridge: ClockBridge,
    /// Number of the current visit to a room, or of the time between two.
    pub(super) visit: u32,
    /// Whether the worker has sent a note on this visit.
    pub(super) is_worker_heard: bool,
    /// Whether a seat was requested that the server probably still held.
    pub(super) is_seat_expected: bool,
    /// The name to play under.
    pub(super) name: String,
    /// Whether the page itself is going back in the browser's history.
    pub(super) is_unguarding: bool,
    pub(super) stall: StallWatch,
    /// When the seat was last stored as held.
    pub(super) kept_ms: f64,
    /// State of the connection, and since when (milliseconds).
    pub(super) connection: ConnectionState,
    pub(super) connection_since_ms: f64,
    /// The requested room; empty for the default one.
    pub(super) wanted_room: String,
    pub(super) session: Option<Session>,
    pub(super) notices: Notices,
    pub(super) party: Party,
    /// The invitation that is being used.
    pub(super) entering: Entering,
    pub(super) picture: Picture,
    /// The name under which the player joins once the picture is ready.
    pub(super) waiting_name: Option<String>,
    /// The device that the layout is made for.
    pub(super) layout_device: Option<Device>,
    /// Number of pulls of the trigger.
    pub(super) trigger_pulls: u32,
    /// All devices.
    pub held: Held,
    pub(super) pads: Pads,
    layout: Layout,
    pub(super) sent_controls: Option<Controls>,
    pub(super) toasts: Toasts,
    pub(super) hints: Hints,
    pub(super) watch: Watch,
    pub(super) chat: Chat,
    pub(super) settings: Settings,
    /// The visit in which the account was asked what settings it keeps, and the number of the last question about them.
    pub(super) settings_visit: u32,
    pub(super) settings_asked: u32,
    pub(super) feed: VecDeque<(f64, FeedLine)>,
    pub(super) kills_seen: u32,
    pub(super) stats: ClientStats,
    /// Input commands go over a second socket, too.
    pub(super) has_second_socket: bool,
    /// What snapshots had taken at moments of the last seconds (milliseconds).
    pub(super) tallies: VecDeque<(f64, SnapshotTally)>,
    pub(super) frames: SlidingRate,
    /// When the last frame was drawn.
    pub(super) framed_at: Micros,
    pub(super) snapshots: SlidingRate,
    pub(super) bytes: GrowthRate,
    pub(super) intervals_ms: VecDeque<f64>,
    pub(super) last_arrival_ms: Option<f64>,
    pub(super) told_ms: f64,
    choose_language: Function,
}

fn hear(heard: Heard) {
    with_game(|game| match heard {
        Heard::Parcel(parcel) => game.take(*parcel),
        Heard::Failed => game.give_up_worker(),
    });
}

impl Game {
    /// The page before anybody plays.
    pub fn new(
        module: &JsValue,
        worker_url: &str,
        words_url: &str,
        choose_language: Function,
    ) -> Result<Self, JsValue> {
        let window = web_sys::window().ok_or("no window")?;
        let canvas: HtmlCanvasElement = start::element("world")?;
        let (model, layout) = (Model::new(), start::layout());
        model.layout.set(layout.clone());
        model.scale.set_changed(storage::scale());
        model.notices.choices.set_changed(storage::notice_choices());
        Ok(Game {
            clock: Clock::new()?,
            canvas: canvas.clone(),
            reduced_motion: window.match_media("(prefers-reduced-motion: reduce)").ok().flatten(),
            model,
            worker: WorkerPort::start(module, worker_url, hear)?,
            account: Account::new(words_url),
            bridge: ClockBridge::default(),
            visit: 0,
            is_worker_heard: false,
            is_seat_expected: false,
            name: String::new(),
            is_unguarding: false,
            stall: StallWatch::default(),
            kept_ms: 0.0,
            connection: ConnectionState::Idle,
            connection_since_ms: 0.0,
            wanted_room: String::new(),
            session: None,
            picture: Picture::new(canvas),
            waiting_name: None,
            notices: Notices::default(),
            party: Party::default(),
            entering: Entering::default(),
            layout_device: None,
            trigger_pulls: 0,
            held: Held::default(),
            pads: Pads::default(),
            layout,
            sent_controls: None,
            toasts: Toasts::default(),
            hints: Hints::default(),
            watch: Watch::default(),
            chat: Chat::default(),
            settings: storage::settings(),
            settings_visit: 0,
            settings_asked: 0,
            feed: VecDeque::new(),
            kills_seen: 0,
            stats: ClientStats::default(),
            has_second_socket: false,
            tallies: VecDeque::new(),
            frames: SlidingRate::default(),
            framed_at: 0,
            snapshots: SlidingRate::default(),
            bytes: GrowthRate::default(),
            intervals_ms: VecDeque::new(),
            last_arrival_ms: None,
            told_ms: 0.0,
            choose_language,
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

    /// Sends the worker a message.
    pub fn post(&self, message: &PageMessage) {
        self.worker.post(message);
    }

    /// Opens or closes what covers the world.
    // Called for many commands: once is enough in the page.
    #[inline(never)]
    pub fn show_sheet(&mut self, sheet: Sheet) {
        self.close_chat();
        self.close_wheel();
        self.held.release_all();
        self.model.invite.set_changed(Invite::None);
        self.model.rebinding.set_changed(Rebinding::None);
        // Words do not stay anywhere once they are not shown any more.
        self.model.account.set_changed(AccountSheet::default());
        self.model.sheet.set_changed(sheet);
        if sheet == Sheet::None {
            self.focus_world();
            if self.session.is_some() {
                history::guard();
            }
        }
        self.send_controls(Controls { aim: self.aim(), ..Controls::default() });
    }

    /// Opens or closes the network panel.
    pub fn toggle_net(&mut self) {
        self.model.is_net_open.update(|is_open| *is_open = !*is_open);
        if !self.model.is_net_open.get_untracked() {
            self.focus_world();
        }
        // At once, not with the next update.
        self.told_ms = 0.0;
    }

    /// Opens the network panel with the keyboard at its bad link.
    pub fn open_bad_link(&mut self) {
        self.model.is_net_open.set_changed(true);
        self.model.wants_bad_link.set(true);
        self.told_ms = 0.0;
    }

    /// Simulates this link between the game and its socket, for this and all later connections.
    pub fn set_link(&mut self, profile: LinkProfile) {
        self.post(&PageMessage::Link(profile));
        self.model.bad_link.set_changed(profile);
    }

    /// Learns what is printed on a key, for the help.
    pub fn learn_layout(&mut self, key: Key<'_>) {
        if self.layout.learn(key) {
            self.model.layout.set(self.layout.clone());
        }
    }

    /// Makes the interface larger or smaller, if there is such a size; kept for the next visit.
    pub fn set_scale(&mut self, change: fn(Scale) -> Option<Scale>) {
        if let Some(scale) = change(self.model.scale.get_untracked()) {
            self.model.scale.set_changed(scale);
            storage::keep_scale(scale);
            start::show_scale(scale);
            self.picture.resize();
            self.settings_changed();
        }
    }

    /// Speaks another language, once its messages have come; kept for the next visit.
    pub fn choose_language(&mut self, tag: &str) {
        self.speak(tag);
        self.settings_changed();
    }

    pub(super) fn speak(&self, tag: &str) {
        // It does not throw.
        let _ = self.choose_language.call1(&JsValue::UNDEFINED, &tag.into());
    }

    /// Gives the keyboard focus to the canvas.
    pub fn focus_world(&self) {
        // Fails only for elements that cannot have the focus, and the canvas can.
        let _ = self.canvas.focus();
    }

    /// Releases all controls, and tells the worker now: a hidden page draws no frame that would.
    pub fn release_all(&mut self) {
        self.held.release_all();
        self.model.is_board_open.set_changed(false);
        self.send_controls(Controls { aim: self.aim(), ..Controls::default() });
    }

    /// Copies the room's address for friends, or shows it where the browser does not let the page copy.
    pub fn copy_invitation(&mut self) {
        let Some(session) = &self.session else { return };
        let Ok(link) = address::invitation(&session.room) else { return };
        self.copy_link(link);
    }

    /// Puts the link to the own room into the clipboard.
    pub fn copy_own_room(&mut self) {
        let page = self.model.own_room.with_untracked(|sheet| sheet.page.clone());
        if let OwnRoomPage::Open { link, .. } = page {
            self.copy_link(link);
        }
    }

    pub(super) fn copy_link(&mut self, link: String) {
        let invite = self.model.invite;
        let by_hand = Invite::ByHand(link.clone());
        let refused = by_hand.clone();
        let is_asked = clipboard::copy(
            &link,
            move || invite.set_changed(Invite::Copied),
            move || invite.set_changed(refused),
        );
        if !is_asked {
            invite.set_changed(by_hand);
        }
    }

    /// Sends the worker the controls, if they changed.
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
        self.picture.resize();
    }

    /// Lays the page out for the device that was used last. A gamepad leaves it as it was: there are pads for phones.
    pub(super) fn follow_device(&mut self) {
        let device = self.held.device();
        if device == Device::Pad || self.layout_device == Some(device) {
            return;
        }
        self.layout_device = Some(device);
        start::show_touch(device == Device::Touch);
    }
}
