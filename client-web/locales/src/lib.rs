//! What the page says, in each language.
//!
//! ```text
//! build:  assets/locales/*.ftl --compile--> a function for each message (Rust), a table for each language (a file of the page),
//!                                           and the texts of the page's HTML
//! page:   table --Words::read--> Words --say(number of a message, values, language)--> text
//! ```
//!
//! The files are [Fluent](https://projectfluent.org). They are read and checked when the page is built, so that the page carries
//! neither a parser nor another language's messages: Fluent's own library would be 55 kB of it, compressed. Which plural form
//! a number takes and how it is written is the browser's knowledge ([`Language`]), which has it for every language.
//!
//! What a message may have of Fluent: text, variables, `NUMBER($x)`, selections by a number or by a text, terms, and
//! references to other messages. Two beginnings of names mean something: `page-` is for messages of the page's HTML and of the
//! script that starts it, `content-` for names of content. What it may not have is refused by name when the page is built: attributes, and
//! terms or functions with arguments.

#[cfg(feature = "compile")]
mod compile;
mod words;

#[cfg(feature = "compile")]
pub use compile::{Fault, Faults, FolderError, Locale, Locales};
pub use words::{Category, Language, TableError, Value, Words};

/// Marks of a table, which no message may contain. A table has a line for each message.
mod mark {
    /// A line break within a message.
    pub const BREAK: char = '\u{1}';
    /// A text follows: the digit of its value.
    pub const TEXT: char = '\u{2}';
    /// A number follows: the digit of its value.
    pub const NUMBER: char = '\u{3}';
    /// A selection follows: the digit of its value, cases, the default, [`END`].
    pub const CHOICE: char = '\u{4}';
    /// Ends a case's key; its message follows.
    pub const KEY: char = '\u{5}';
    /// Ends a case.
    pub const CASE: char = '\u{6}';
    /// Ends a selection.
    pub const END: char = '\u{7}';
}
