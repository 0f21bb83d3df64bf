//! The HUD: everything that is shown over the world, such as bars, figures, lists, notices and menus.
//!
//! ```text
//! page::Game --facts, ten times a second--> Watch, Hints, Toasts (pure) --> Model (signals) --> views --> DOM
//! ```
//!
//! A signal is set only when its value changes, so the DOM is not touched while nothing happens.

mod command;
mod notices;
mod scale;

#[cfg(target_arch = "wasm32")]
mod canvas;
#[cfg(target_arch = "wasm32")]
mod chat;
#[cfg(target_arch = "wasm32")]
mod lists;
#[cfg(target_arch = "wasm32")]
mod model;
#[cfg(target_arch = "wasm32")]
mod network;
#[cfg(target_arch = "wasm32")]
mod radar;
#[cfg(target_arch = "wasm32")]
mod sheets;
#[cfg(target_arch = "wasm32")]
mod views;

pub use command::{AccountPage, Command, command, handle_commands, set_link};
pub use notices::{Hint, Hints, Look, Situation, Toast, ToastKind, Toasts, Watch};
pub use scale::Scale;

#[cfg(target_arch = "wasm32")]
pub use chat::{ChatModel, ChatNote, FIELD_ID};
#[cfg(target_arch = "wasm32")]
pub use model::{
    AccountSheet, Banner, BannerAction, BoardRow, Death, FeedLine, FollowNotice, Invite, KindRates,
    MemberLine, Model, NetFigures, NoticeLine, OreLine, OwnRoomPage, OwnRoomSheet, PartySheet,
    Purse, Rebinding, RoomWish, Sheet, ShopRow, Sticks, Vitals,
};
#[cfg(target_arch = "wasm32")]
pub use network::paint_graph;
#[cfg(target_arch = "wasm32")]
pub use radar::{CANVAS_ID as RADAR_ID, Radar};
#[cfg(target_arch = "wasm32")]
pub use sheets::NAME_ID;
#[cfg(target_arch = "wasm32")]
pub use views::mount;
