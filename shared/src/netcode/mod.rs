//! The client half of the netcode as sans-IO state machines: clock, input commands, prediction,
//! reconciliation, interpolation. The browser and the bots use this same code.

mod client;
mod clock;
mod frame;
mod interpolation;
mod link;
mod prediction;
mod stats;

pub use crate::snapshot::{EntityKey, EntityKind, Removal};
pub use client::{Client, ClientConfig, ClientError, ClientEvent};
pub use clock::ClockSync;
pub use frame::Frame;
pub use interpolation::{Interpolator, Scene};
pub use link::{Link, LinkProfile, LinkProfileError};
pub use prediction::{Authority, Correction, Predicted, Predictor};
pub use stats::{ClientStats, RoundTrip};
