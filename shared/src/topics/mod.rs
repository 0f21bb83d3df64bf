//! Topics: what is published as it happens, to everyone who subscribed to it.
//!
//! ```text
//! publisher: set, remove, push --> Board, Feed --> Publisher --> Subscription::poll --> bytes of an update
//!                                                  (one per topic)  (one per subscriber)        |
//! subscriber: News <-- Subscriber::handle_update <----------------------------------------------+
//!                      Subscriber::poll_transmit --> Subscribe{handle, topic, since, only}
//! ```
//!
//! A topic has a version that rises by one with each change. A **board** holds a value for each key; the newest value
//! wins, and a slow subscriber skips the values between. A **feed** holds entries in order; a subscriber that missed
//! some is told how many. What the publisher remembers is bounded, and it is the only copy: a subscriber costs the
//! publisher the version that it was last told, and no queue. Whoever comes back names that version and gets what
//! changed since; where the publisher no longer knows what that is, the subscriber gets the whole topic.
//!
//! Keys, values and entries are bytes here; [`protocol`](crate::protocol) says what they mean. Nothing in here knows a
//! socket or a clock: the caller decides when a subscriber can have more bytes.

mod board;
mod delta;
mod feed;
mod publisher;
mod subscribe;
mod subscriber;
mod subscription;
#[cfg(test)]
mod tests;
mod topic;
mod update;

pub use board::Board;
pub use feed::Feed;
pub use publisher::Publisher;
pub use subscribe::{Handle, Key, Since, Subscribe};
pub use subscriber::{Gap, News, Subscriber, TopicRequest};
pub use subscription::Subscription;
pub use topic::{Told, Topic};
pub use update::{EndReason, UpdateError, write_end};
