//! Accounts, what is said, what one is told, parties, and rooms of one's own.

mod account;
mod chat;
mod notices;
mod own_room;
mod party;
