//! What the player is told beside the game, as the page keeps it. It knows no browser and no clock.
//!
//! ```text
//! Note::Notices, the answer to Ask::Notices --> Book --unread, lines--> hud
//!                                         \--> Choices: toast, sound, the browser's own notification, or nothing
//! ```

mod book;
mod choices;
mod words;

pub use book::Book;
pub use choices::{Choice, Choices, Kind, Level};
pub use words::{Clock, length, words};
