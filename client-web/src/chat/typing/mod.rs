//! What a player types, and what it means.
//!
//! ```text
//! the field's text --draft--> a line for somebody, or a command --commands, moderate--> Meaning
//! Tab --complete--> the field's text <--recall-- Up, Down
//! ```

mod commands;
mod complete;
mod draft;
mod moderate;
mod recall;

pub use commands::{Command, all as commands};
pub use complete::Completion;
pub use draft::{Fault, Meaning, People, To, read, target};
pub use recall::Recall;
