//! Everything needed to write a bot.
//!
//! ```text
//! fly(url, name, brain)
//!     server --snapshots--> Bot --BrainView--> Brain::think --Controls--> Bot --commands--> server
//! ```
//!
//! A brain knows what a person at a screen knows, and flies by the same rules. [`toolkit`] has the parts that most
//! brains need: a helm that flies around rocks, a gunner that leads its targets, an alarm that notices attacks, and a
//! patrol that chooses where to go next. A brain that uses them fits on a page; [`crate::brains`] has examples.
//!
//! [`fly`] makes the connection. A program with its own connections drives a [`Bot`], which has no socket and reads
//! no clock.
//!
//! # Units
//!
//! Distances are in units: a ship is about 20 units long, and a screen shows about 1,600. The sector is a square
//! around (0, 0); x grows to the right and y upwards. Times are in seconds unless stated otherwise, velocities in
//! units per second. An [`Angle`] counts a full turn in steps, counter-clockwise from +x.

mod bot;
mod brain;
pub(crate) mod contents;
mod disconnect;
mod fly;
mod server_url;
mod stop;
pub mod toolkit;
mod view;

pub use bot::Bot;
pub use brain::Brain;
pub use disconnect::Disconnect;
pub use fly::{FlyError, fly, fly_until};
pub use server_url::{ConnectError, ServerUrl};
pub use stop::stop_at_signals;
pub use view::BrainView;

#[cfg(feature = "fleet")]
pub(crate) use {disconnect::websocket_config, server_url::with_greeting};

#[doc(no_inline)]
pub use driftfield_shared::content::Station;
#[doc(no_inline)]
pub use driftfield_shared::netcode::{EntityKey, Frame};
#[doc(no_inline)]
pub use driftfield_shared::protocol::{CloseReason, PlayerInfo};
#[doc(no_inline)]
pub use driftfield_shared::sim::{AsteroidState, OreState, Rng, Rules, ShipState, ShotState};
#[doc(no_inline)]
pub use driftfield_shared::units::{Angle, Controls, PlayerId, Thrust, Tick};
#[doc(no_inline)]
pub use glam::Vec2;
