//! What the browser keeps outside the page: its address and history, stored texts, the clipboard.

pub mod address;
pub mod clipboard;
pub mod graphemes;
pub mod history;
pub mod outside;
pub mod random;
pub mod storage;
pub mod tone;
