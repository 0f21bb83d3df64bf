//! Between the page and the worker that owns the socket: messages, and what both must agree on.
//!
//! ```text
//! page  --PageMessage-->  worker --WebSocket--> server
//!       <--Parcel-------
//! ```
//!
//! Each message crosses as the bytes of one typed array, transferred and not copied; no object and no
//! string is built on the way.

mod backoff;
mod ban;
mod bridge;
mod last_flight;
mod message;
mod path;
mod preset;
mod seat;
mod signs;
mod stall;
mod ticket;
mod why;

pub use backoff::Backoff;
pub use ban::Ban;
pub use bridge::ClockBridge;
pub use last_flight::LastFlight;
pub use message::{ConnectionState, Note, PageMessage, Parcel};
pub use path::{Arrival, Path};
pub use preset::{PRESETS, Preset};
pub use seat::Seat;
pub use signs::{Sign, Signs, Standing};
pub use stall::StallWatch;
pub use ticket::{Credentials, Ticket};
pub use why::{Refusal, Why};
