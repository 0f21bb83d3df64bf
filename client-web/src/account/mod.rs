//! The player's account: a secret that the browser makes and keeps, and the words in which it can be written down.
//!
//! ```text
//! random bytes --> Secret <--> text in the browser's storage
//!                     ^ \----> POST /api/session --> ticket for the greeting
//!                     \------> twelve words, on paper or on another device
//! ```
//!
//! The server keeps only a hash of the secret. Whoever has the secret has the account, so it never goes into a URL, a log or
//! a message on the screen, except as words that the player asks for.

mod words;

pub use driftfield_shared::protocol::AccountSecret as Secret;
pub use words::{WordError, WordList};
