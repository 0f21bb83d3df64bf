//! The client half of the netcode as sans-IO state machines: clock, input commands, prediction,
//! reconciliation, interpolation. The browser and the bots use this same code.

mod client;
mod clock;
mod dial;
mod frame;
mod hits;
mod interpolation;
mod link;
mod playback;
mod playout;
mod prediction;
mod sent;
mod stats;

pub use crate::snapshot::{EntityKey, EntityKind, Removal};
pub use client::{Client, ClientConfig, ClientError, ClientEvent};
pub use clock::{ClockSample, ClockSync};
pub use dial::Dial;
pub use frame::Frame;
pub use hits::HitOutcome;
pub use interpolation::{Interpolator, Scene};
pub use link::{Link, LinkProfile, LinkProfileError};
pub use playout::{Playout, View};
pub use prediction::{Correction, Predicted, Predictor};
pub use sent::SentCommands;
pub use stats::{ClientStats, RoundTrip};
