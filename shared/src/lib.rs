//! Code shared by the Driftfield server, its bots and the browser client.
//!
//! ```text
//! netsim, netcode -> protocol, snapshot -> topics, sim -> wire -> content, units
//! ```
//!
//! Nothing in this crate reads a clock, a socket, a file or the browser. The same code runs the game on the server,
//! predicts it in the browser and drives the bots, so it must compute the same bits on x86-64, aarch64 and wasm32.

pub mod content;
pub mod limits;
pub mod netcode;
pub mod netsim;
pub mod protocol;
pub mod sim;
pub mod snapshot;
pub mod topics;
pub mod units;
pub mod wire;
