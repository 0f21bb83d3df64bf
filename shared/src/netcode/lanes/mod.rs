//! The client's end of the lanes beside snapshots: the topics of its room, and its requests.
//!
//! ```text
//! welcome --> RoomSubscriber, Requests --> control messages to send
//! updates --> RoomSubscriber --> RoomNews         replies --> Requests --> what was asked for is answered
//! ```
//!
//! Both outlive connections: over a new one, topics go on where they were, and what has no answer is asked again.

mod requests;
mod room_subscriber;

pub use requests::{Asked, Requests};
pub use room_subscriber::{RoomNews, RoomSubscriber, RoomTopics, TopicError};
