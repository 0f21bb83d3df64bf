//! From Fluent files to tables and to the functions that say their messages.
//!
//! ```text
//! .ftl --read: fluent-syntax, then our checks--> Locale --Locales::new: the first one against each other--> Locales
//! Locales --code--> Rust: a function for each message     \--table--> the messages of one language, for `Words`
//!         \--pseudo--> a language that nobody speaks: longer, and with marks on each letter
//! ```

mod code;
mod fault;
mod folder;
mod locale;
mod locales;
mod pseudo;
mod read;
mod table;
#[cfg(test)]
mod tests;

pub use fault::{Fault, Faults};
pub use folder::FolderError;
pub use locale::Locale;
pub use locales::Locales;

/// Messages with this beginning are names of content. They are found by name, because a host may add content.
const CONTENT: &str = "content-";
/// Messages with this beginning are said by the page's own files alone, before the module is there. They have no function.
const PAGE: &str = "page-";
