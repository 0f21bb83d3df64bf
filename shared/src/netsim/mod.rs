//! A simulated, seeded network between two state machines, used by tests, bots and the page's simulated bad link.

mod dial;
mod link;

pub use dial::Dial;
pub use link::{Link, LinkProfile, LinkProfileError};
