//! The signals that the views show. Each holds a plain value.

use driftfield_shared::netsim::LinkProfile;
use driftfield_shared::protocol::AccountTag;
use driftfield_shared::snapshot::SnapshotPart;

use super::chat::ChatModel;
use super::command::AccountPage;
use super::{Hint, Scale, Toast};
use crate::input::{Action, Device, Keymap, Layout};
use crate::notifications::Choices;
use crate::say::{self, Message};
use crate::shop::Offer;
use crate::ui::RwSignal;

/// The state of our ship.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vitals {
    /// Hit points left.
    pub hull: u16,
    /// Hit points of an undamaged hull.
    pub hull_max: u16,
    /// Harm that the shield still takes.
    pub shield: u16,
    /// The same of a whole shield.
    pub shield_max: u16,
    /// Energy left, in thousandths.
    pub energy: u16,
    /// Boost left, in thousandths.
    pub boost: u16,
    /// Units in the hold.
    pub cargo: u32,
    /// Capacity of the hold, in units.
    pub hold_max: u16,
    /// Whether the ship cannot be damaged.
    pub is_protected: bool,
}

/// Our cargo of one kind of ore.
#[derive(Clone, Debug, PartialEq)]
pub struct OreLine {
    /// Name of the ore, as shown to players.
    pub name: String,
    /// Colour, in CSS syntax.
    pub color: String,
    /// Units.
    pub amount: u16,
}

/// Our credits and score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Purse {
    /// Credits.
    pub credits: u32,
    /// Score.
    pub score: u32,
    /// Name of the room, as shown to players.
    pub room: String,
}

/// A line of the leaderboard.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// Place, from 1; `None` until the server has sent it.
    pub place: Option<usize>,
    /// Name.
    pub name: String,
    /// Score.
    pub score: u32,
    /// Ships destroyed; `None` until the server has sent it.
    pub kills: Option<u32>,
    /// Whether it is a bot.
    pub is_bot: bool,
    /// Whether it is us.
    pub is_me: bool,
}

/// A line of the kill feed.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedLine {
    /// Number of the line since the start.
    pub number: u32,
    /// Name of the player who destroyed the ship.
    pub killer: String,
    /// Name of the player whose ship it was.
    pub victim: String,
    /// Whether we destroyed it.
    pub is_mine: bool,
    /// Whether it was our ship.
    pub is_loss: bool,
    /// Whether the line is about to disappear.
    pub is_old: bool,
}

/// The notice that our ship was destroyed.
#[derive(Clone, Debug, PartialEq)]
pub struct Death {
    /// Name of the player who destroyed it, if known.
    pub killer: Option<String>,
    /// Whole seconds until the next ship.
    pub seconds: u32,
}

/// The action of a banner's button.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BannerAction {
    /// Reload the page.
    Reload,
    /// Connect at once.
    TryNow,
    /// Take back the seat that is now flown from another window.
    FlyHere,
    /// Return to the start screen.
    Back,
}

/// Outcome of the request to copy the room's address.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Invite {
    /// There was no request.
    #[default]
    None,
    /// The address is in the clipboard.
    Copied,
    /// The browser has refused. The player can copy this address by hand.
    ByHand(String),
}

/// A message across the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Banner {
    /// Its text.
    pub text: String,
    /// Whether it is only information, not a problem.
    pub is_calm: bool,
    /// The action of its button, if it has one.
    pub action: Option<BannerAction>,
}

/// The network panel's figures, as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetFigures {
    /// Names and values, in order.
    pub lines: Vec<(String, String)>,
}

/// The parts of snapshots, with the bits per second that each takes.
pub type KindRates = Vec<(SnapshotPart, f64)>;

/// A row of the shop.
#[derive(Clone, Debug, PartialEq)]
pub struct ShopRow {
    /// Its place among all rows.
    pub key: usize,
    /// The name of the item in the content.
    pub id: String,
    /// The heading above it, if it is the first under that.
    pub heading: Option<String>,
    /// The digit that stands for it, if it can be had.
    pub digit: Option<u8>,
    /// What it is.
    pub offer: Offer,
}

/// The signals of the shop.
#[derive(Clone, Copy, Debug)]
pub struct ShopModel {
    /// What it offers, while it is shown.
    pub rows: RwSignal<Vec<ShopRow>>,
    /// Why the last wish was refused.
    pub fault: RwSignal<String>,
    /// Whether the ship is docked.
    pub is_docked: RwSignal<bool>,
    /// Whether something new can be paid for.
    pub can_buy: RwSignal<bool>,
}

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
    /// The account.
    Account,
    /// A room of one's own.
    OwnRoom,
    /// The settings.
    Settings,
    /// What the player was told.
    Notices,
    /// The party.
    Party,
    /// What the dock sells.
    Shop,
}

/// The sheet of the party.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartySheet {
    /// Whether the player is in one.
    pub is_in: bool,
    /// Whether the player leads it.
    pub is_leader: bool,
    /// Everyone in it.
    pub members: Vec<MemberLine>,
    /// Who has invited the player.
    pub asked: Vec<(AccountTag, String)>,
    /// Friends who are on-line and not in the party, each with the room.
    pub friends: Vec<(AccountTag, String, String)>,
}

/// A member of the party.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberLine {
    /// The account.
    pub account: AccountTag,
    /// The name.
    pub name: String,
    /// The colour of the ship, `0xRRGGBB`, if it is in this room.
    pub color: Option<u32>,
    /// Where it plays, in words.
    pub place: String,
    /// Whether it is in another room that is open to all.
    pub can_join: bool,
    /// Whether it is the player.
    pub is_own: bool,
    /// Whether it leads the party.
    pub is_leader: bool,
}

/// The player is about to follow the leader.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowNotice {
    /// The leader.
    pub name: String,
    /// The room.
    pub room: String,
    /// Seconds left.
    pub seconds: u32,
}

/// Something that the player was told.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeLine {
    /// Its number.
    pub id: u64,
    /// When.
    pub when: String,
    /// What.
    pub text: String,
    /// Whether the player has read it.
    pub is_read: bool,
}

/// The signals about what the player is told.
#[derive(Clone, Copy, Debug)]
pub struct NoticesModel {
    /// Everything, the newest first.
    pub lines: RwSignal<Vec<NoticeLine>>,
    /// How many are new.
    pub unread: RwSignal<u32>,
    /// How loudly the player wants to be told of what.
    pub choices: RwSignal<Choices>,
    /// Why the last choice cannot be.
    pub fault: RwSignal<Option<Message>>,
}

/// The sheet of a room of one's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnRoomSheet {
    /// What is shown.
    pub page: OwnRoomPage,
    /// Why the last wish was refused.
    pub notice: Option<String>,
    /// Whether the sheet waits for the server.
    pub is_busy: bool,
}

/// What the sheet of a room of one's own shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OwnRoomPage {
    /// The server is asked whether there is one.
    #[default]
    Asking,
    /// The host wants none.
    None,
    /// What it is to be.
    Form {
        /// Seats that the host allows.
        seats_max: u16,
    },
    /// It is open.
    Open {
        /// Its identifier.
        room: String,
        /// Its address, for friends.
        link: String,
    },
}

/// What the player wants a room to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoomWish {
    /// Its name; empty: one made of the player's.
    pub name: String,
    /// Number of seats.
    pub seats: u16,
    /// Number of bots.
    pub bots: u16,
    /// Whether it is entered by invitation only.
    pub is_locked: bool,
}

/// Which action is being given a key, and why it did not get one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Rebinding {
    /// None.
    #[default]
    None,
    /// The next key is this action's.
    Awaiting(Action),
    /// This action has the key.
    Taken(Action),
    /// Nobody should have the key.
    Unusable,
}

impl Rebinding {
    /// A sentence for the player.
    pub fn text(self) -> String {
        match self {
            Rebinding::None => String::new(),
            Rebinding::Awaiting(action) => say::settings_await_key(&action.what().text()),
            Rebinding::Taken(action) => say::settings_key_taken(&action.what().text()),
            Rebinding::Unusable => say::SETTINGS_KEY_UNUSABLE.text(),
        }
    }
}

/// The state of the account sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountSheet {
    /// The page that is shown.
    pub page: AccountPage,
    /// The twelve words, while they are shown.
    pub words: Vec<String>,
    /// A sentence about what was last done.
    pub notice: Option<String>,
    /// Whether the sheet waits for the server.
    pub is_busy: bool,
}

/// The sticks under the thumbs: centre and thumb, CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sticks {
    /// The left one.
    pub left: Option<[f32; 4]>,
    /// The right one.
    pub right: Option<[f32; 4]>,
    /// Whether the right one fires.
    pub is_firing: bool,
}

/// All signals. It holds only handles, so it can be copied freely.
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
    /// The notice that our ship was destroyed.
    pub death: RwSignal<Option<Death>>,
    /// The message across the top.
    pub banner: RwSignal<Option<Banner>>,
    /// Whether the network panel is open.
    pub is_net_open: RwSignal<bool>,
    /// Figures of the network panel.
    pub net: RwSignal<NetFigures>,
    /// Bits per second by part of the snapshots.
    pub kinds: RwSignal<KindRates>,
    /// The simulated link; a perfect one is none.
    pub bad_link: RwSignal<LinkProfile>,
    /// Whether the keyboard focus should go to the controls of the bad link.
    pub wants_bad_link: RwSignal<bool>,
    /// What covers the middle.
    pub sheet: RwSignal<Sheet>,
    /// The account sheet.
    pub account: RwSignal<AccountSheet>,
    /// Words that the player has entered, in one text.
    pub entered_words: RwSignal<String>,
    /// What the player is told.
    pub notices: NoticesModel,
    /// The sheet of the party.
    pub party: RwSignal<PartySheet>,
    /// Whom the player is about to follow.
    pub follow: RwSignal<Option<FollowNotice>>,
    /// The shop.
    pub shop: ShopModel,
    /// The sheet of a room of one's own.
    pub own_room: RwSignal<OwnRoomSheet>,
    /// What the player wants such a room to be.
    pub room_wish: RwSignal<RoomWish>,
    /// The size of the interface.
    pub scale: RwSignal<Scale>,
    /// Outcome of the request to copy the invitation.
    pub invite: RwSignal<Invite>,
    /// Tenths of a second for which the server has been silent, while that must be shown.
    pub stall: RwSignal<Option<u32>>,
    /// The sticks.
    pub sticks: RwSignal<Sticks>,
    /// What is printed on the keys for flying.
    pub layout: RwSignal<Layout>,
    /// The keys of the player's choice.
    pub keymap: RwSignal<Keymap>,
    /// Which action is being given a key.
    pub rebinding: RwSignal<Rebinding>,
    /// The player's name.
    pub name: RwSignal<String>,
    /// A sentence about the last change of the name.
    pub renamed: RwSignal<String>,
    /// Whether motion is reduced.
    pub is_still: RwSignal<bool>,
    /// The chat.
    pub chat: ChatModel,
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
            wants_bad_link: RwSignal::default(),
            sheet: RwSignal::default(),
            account: RwSignal::default(),
            entered_words: RwSignal::default(),
            notices: NoticesModel {
                lines: RwSignal::default(),
                unread: RwSignal::default(),
                choices: RwSignal::default(),
                fault: RwSignal::default(),
            },
            party: RwSignal::default(),
            follow: RwSignal::default(),
            shop: ShopModel {
                rows: RwSignal::default(),
                fault: RwSignal::default(),
                is_docked: RwSignal::default(),
                can_buy: RwSignal::default(),
            },
            own_room: RwSignal::default(),
            room_wish: RwSignal::default(),
            scale: RwSignal::default(),
            invite: RwSignal::default(),
            stall: RwSignal::default(),
            sticks: RwSignal::default(),
            layout: RwSignal::default(),
            keymap: RwSignal::default(),
            rebinding: RwSignal::default(),
            name: RwSignal::default(),
            renamed: RwSignal::default(),
            is_still: RwSignal::default(),
            chat: ChatModel::default(),
        }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}
