//! The signals that the views show, each a plain value.

use driftfield_shared::netcode::LinkProfile;
use leptos::prelude::*;

use super::{Hint, Toast};
use crate::input::Device;

/// The state of our ship.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vitals {
    /// Hit points left.
    pub hull: u16,
    /// Hit points of the hull when whole.
    pub hull_max: u16,
    /// Boost left, per mille.
    pub boost: u16,
    /// Units in the hold.
    pub cargo: u32,
    /// Units that it takes.
    pub hold_max: u16,
    /// Nothing can hurt us.
    pub is_protected: bool,
}

/// What we carry of one ore.
#[derive(Clone, Debug, PartialEq)]
pub struct OreLine {
    /// What players read.
    pub name: String,
    /// As CSS wants it.
    pub color: String,
    /// Units.
    pub amount: u16,
}

/// What we have made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Purse {
    /// Credits.
    pub credits: u32,
    /// Score.
    pub score: u32,
    /// The room, as players read it.
    pub room: String,
}

/// A line of the leaderboard.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// Place, from 1; unknown below the best.
    pub place: Option<usize>,
    /// Name.
    pub name: String,
    /// Score.
    pub score: u32,
    /// Ships destroyed; known of the best only.
    pub kills: Option<u32>,
    /// A program.
    pub is_bot: bool,
    /// We ourselves.
    pub is_me: bool,
}

/// A line of the kill feed.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedLine {
    /// Number of the line since the start.
    pub number: u32,
    /// Who destroyed.
    pub killer: String,
    /// Whose ship.
    pub victim: String,
    /// It was our doing.
    pub is_mine: bool,
    /// It was our ship.
    pub is_loss: bool,
    /// It is about to go.
    pub is_old: bool,
}

/// Our ship is destroyed.
#[derive(Clone, Debug, PartialEq)]
pub struct Death {
    /// By whom, if it is known.
    pub killer: Option<String>,
    /// Whole seconds until the return.
    pub seconds: u32,
}

/// What can be done about what a banner says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BannerAction {
    /// Load the page anew.
    Reload,
    /// Connect at once.
    TryNow,
    /// Back to the start screen.
    Back,
}

/// A message across the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Banner {
    /// What it says.
    pub text: String,
    /// Nothing is wrong.
    pub is_calm: bool,
    /// What the button does.
    pub action: Option<BannerAction>,
}

/// The network panel's figures, as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetFigures {
    /// Names and values, in order.
    pub lines: Vec<(&'static str, String)>,
}

/// Names of the kinds of things that snapshots tell of, with the bits per second that each takes.
pub type KindRates = Vec<(&'static str, f64)>;

/// What covers the middle of the screen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Sheet {
    /// Nothing.
    #[default]
    None,
    /// The menu.
    Menu,
    /// The keys.
    Help,
}

/// The sticks under the thumbs: centre and thumb, CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sticks {
    /// The left one.
    pub left: Option<[f32; 4]>,
    /// The right one.
    pub right: Option<[f32; 4]>,
    /// The right one fires.
    pub is_firing: bool,
}

/// All signals. Copied freely: it is a bundle of handles.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Our ship.
    pub vitals: RwSignal<Vitals>,
    /// Our hold.
    pub ores: RwSignal<Vec<OreLine>>,
    /// Our figures.
    pub purse: RwSignal<Purse>,
    /// The leaderboard.
    pub board: RwSignal<Vec<BoardRow>>,
    /// Whether all of it is shown.
    pub is_board_open: RwSignal<bool>,
    /// The kill feed, newest last.
    pub feed: RwSignal<Vec<FeedLine>>,
    /// The notices.
    pub toasts: RwSignal<Vec<Toast>>,
    /// The hint for a newcomer, and for which device.
    pub hint: RwSignal<Option<(Hint, Device)>>,
    /// Our end.
    pub death: RwSignal<Option<Death>>,
    /// The message across the top.
    pub banner: RwSignal<Option<Banner>>,
    /// Whether the network panel is open.
    pub is_net_open: RwSignal<bool>,
    /// Its figures.
    pub net: RwSignal<NetFigures>,
    /// Where the bytes go.
    pub kinds: RwSignal<KindRates>,
    /// The bad link that is on; a perfect one is none.
    pub bad_link: RwSignal<LinkProfile>,
    /// Whether the player wants input commands to go over a second socket, too.
    pub wants_second_socket: RwSignal<bool>,
    /// Whether the keyboard is to go to the bad link's controls.
    pub wants_bad_link: RwSignal<bool>,
    /// What covers the middle.
    pub sheet: RwSignal<Sheet>,
    /// The invitation was copied.
    pub is_invite_copied: RwSignal<bool>,
    /// The sticks.
    pub sticks: RwSignal<Sticks>,
}

impl Model {
    /// Signals with nothing to show.
    pub fn new() -> Self {
        Model {
            vitals: RwSignal::default(),
            ores: RwSignal::default(),
            purse: RwSignal::default(),
            board: RwSignal::default(),
            is_board_open: RwSignal::default(),
            feed: RwSignal::default(),
            toasts: RwSignal::default(),
            hint: RwSignal::default(),
            death: RwSignal::default(),
            banner: RwSignal::default(),
            is_net_open: RwSignal::default(),
            net: RwSignal::default(),
            kinds: RwSignal::default(),
            bad_link: RwSignal::default(),
            wants_second_socket: RwSignal::default(),
            wants_bad_link: RwSignal::default(),
            sheet: RwSignal::default(),
            is_invite_copied: RwSignal::default(),
            sticks: RwSignal::default(),
        }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}

/// Sets a signal if that changes anything.
pub trait SetChanged<T> {
    /// Sets it.
    fn set_changed(&self, value: T);
}

impl<T: PartialEq + Send + Sync + 'static> SetChanged<T> for RwSignal<T> {
    fn set_changed(&self, value: T) {
        if self.with_untracked(|old| *old != value) {
            self.set(value);
        }
    }
}
