//! What players say to each other, and what the host says to them.
//!
//! ```text
//! room --Ask--> Desk --> ChatService --Chat: who may say what, and who reads it--> feeds --> rooms
//!                                 \--lines--> store --durable--> the answer --> room --> player
//! ```
//!
//! A line is in the feeds at once, and its speaker has the answer when it can no longer be lost. What the store does not
//! take is not said.

mod flood;
mod machine;
mod record;
mod service;

pub use machine::{Moment, Place, Target};
pub use service::{ChatService, SILENCE, What, topic_name};
