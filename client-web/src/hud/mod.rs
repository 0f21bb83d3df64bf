//! What is written over the world: bars, figures, lists, notices, menus.
//!
//! ```text
//! page::Game --facts, ten times a second--> Watch, Hints, Toasts (pure) --> Model (signals) --> views --> DOM
//! ```
//!
//! A signal is set only when its value is another one, so a quiet moment touches no DOM at all.

mod hints;
mod toasts;
mod watch;

#[cfg(target_arch = "wasm32")]
mod bad_link;
#[cfg(target_arch = "wasm32")]
mod graph;
#[cfg(target_arch = "wasm32")]
mod kinds;
#[cfg(target_arch = "wasm32")]
mod model;
#[cfg(target_arch = "wasm32")]
mod network;
#[cfg(target_arch = "wasm32")]
mod radar;
#[cfg(target_arch = "wasm32")]
mod second_socket;
#[cfg(target_arch = "wasm32")]
mod views;

pub use hints::{Hint, Hints, Situation};
pub use toasts::{Toast, ToastKind, Toasts};
pub use watch::{Look, Watch};

#[cfg(target_arch = "wasm32")]
pub use graph::paint as paint_graph;
#[cfg(target_arch = "wasm32")]
pub use model::{
    Banner, BannerAction, BoardRow, Death, FeedLine, KindRates, Model, NetFigures, OreLine, Purse,
    SetChanged, Sheet, Sticks, Vitals,
};
#[cfg(target_arch = "wasm32")]
pub use radar::Radar;
#[cfg(target_arch = "wasm32")]
pub use views::mount;
