//! The client half of the netcode as sans-IO state machines: clock, input commands, prediction, reconciliation,
//! interpolation. The browser and the bots use this same code.

mod client;
mod config;
mod contents;
mod event;
mod lanes;
mod predict;
mod session;
mod sync;
mod view;

pub use crate::snapshot::{EntityKey, EntityKind, Removal};
pub use client::Client;
pub use config::ClientConfig;
pub use contents::Contents;
pub use event::{ClientError, ClientEvent};
pub use lanes::{Asked, Requests, RoomNews, RoomSubscriber, RoomTopics, TopicError};
pub use predict::hits::HitOutcome;
pub use predict::prediction::{Correction, Predicted, Predictor};
pub use session::NewRules;
pub use sync::playout::{Playout, View};
pub use sync::stats::ClientStats;
pub use sync::tick_sync::{SyncNews, TickSync};
pub use view::frame::Frame;
pub use view::interpolation::Interpolator;
pub use view::scene::Scene;
