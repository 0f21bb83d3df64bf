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
mod bridge;
mod message;
mod path;
mod preset;

pub use backoff::Backoff;
pub use bridge::ClockBridge;
pub use message::{LinkState, Note, PageMessage, Parcel};
pub use path::{Arrival, Path};
pub use preset::{PRESETS, Preset};
