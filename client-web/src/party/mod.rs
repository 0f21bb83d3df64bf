//! The player's party, as the page keeps it. It knows no browser and no clock.
//!
//! ```text
//! Note::Party (the board), answers to Ask::Party, notices --> Book --members, link, invitations--> hud, marks
//!                                                                \--the leader is elsewhere--> Follow --5 s--> the other room
//! ```

mod book;

pub use book::{Book, Follow, Mate};
