//! What players are told beside the game: one service for all who have to tell something.
//!
//! ```text
//! a sender --add--> its own batch --store--> submitted --durable--> the feed of the account, or of everyone --> rooms
//! room --Ask<NoticesAsk>--> NoticesService: what was told before, what was read
//! ```
//!
//! A notice is in the batch of what it tells, so both are durable together or not at all, and it is shown only then.

mod machine;
mod service;

pub use machine::{NO_NOTICES, To, notices_topic};
pub use service::{Notices, NoticesAsk, NoticesService};
