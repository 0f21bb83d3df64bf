//! People over real sockets: their accounts, what they say, their rooms, and who keeps order.
//!
//! One program for all of them: each that is linked costs time and disk.

mod accounts;
#[cfg(unix)]
mod chat;
#[cfg(unix)]
mod moderation;
mod own_rooms;
mod party;
#[cfg(unix)]
mod settings;
#[path = "../support/mod.rs"]
mod support;
