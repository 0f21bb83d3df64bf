//! WebSocket frames over a transport. Only this folder knows what a frame's header looks like.
//!
//! ```text
//! transport --bytes--> Inbox --whole plain frames--------------------> messages, where they lie in the inbox
//!                            \-the rest--> scanner (counts frames) --> tungstenite --> messages of their own
//! messages --> Outbox (adds the header) --> transport
//! tungstenite's pongs and close frames --> Outbox
//! ```

#[cfg(test)]
mod differential_tests;
mod frame;
mod inbox;
mod link;
mod outbox;
mod scanner;

pub use inbox::{Inbox, Message};
pub(super) use link::WebSocketLink;
