//! Everything between a socket and a room: accepting, admission, HTTP, and the clients' connections.
//!
//! ```text
//! port -> listener -> admission -> http -> connection -> the room's thread
//!                                    \-> proxies: the client behind a proxied request
//! ```

pub mod admission;
mod budget;
pub mod connection;
pub mod http;
pub mod links;
pub mod listener;
pub mod port;
pub mod proxies;
