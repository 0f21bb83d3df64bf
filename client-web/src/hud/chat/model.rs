//! The signals of the chat.

use crate::chat::{Fault, ShownLine, Wheel};
use crate::say;
use crate::ui::RwSignal;

/// A word about what is being typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ChatNote {
    /// None.
    #[default]
    None,
    /// Only this player reads it.
    To(String),
    /// Only the party reads it.
    ToParty,
    /// It is nearly as long as it may be: so many characters are left.
    Left(u32),
    /// It is so many characters too long.
    TooLong(u32),
    /// Too many lines are on their way.
    Full,
    /// It is no command that can be done.
    Fault(Fault),
}

impl ChatNote {
    /// A sentence for the player.
    pub fn text(&self) -> String {
        match self {
            ChatNote::None => String::new(),
            ChatNote::To(name) => say::chat_to_one(name),
            ChatNote::ToParty => say::CHAT_TO_PARTY.text(),
            ChatNote::Left(count) => say::chat_left(*count),
            ChatNote::TooLong(count) => say::chat_too_long(*count),
            ChatNote::Full => say::CHAT_FULL.text(),
            ChatNote::Fault(fault) => fault.text(),
        }
    }

    /// Whether it keeps the line from being said.
    pub fn is_fault(&self) -> bool {
        matches!(self, ChatNote::TooLong(_) | ChatNote::Full | ChatNote::Fault(_))
    }
}

/// The signals. It holds only handles.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChatModel {
    /// Whether the player reads and writes.
    pub is_open: RwSignal<bool>,
    /// The lines that are shown.
    pub lines: RwSignal<Vec<ShownLine>>,
    /// Whether there may be older ones.
    pub has_older: RwSignal<bool>,
    /// The newest line, for those who do not see it.
    pub spoken: RwSignal<String>,
    /// A word about what is being typed.
    pub note: RwSignal<ChatNote>,
    /// Whether words of the host's list are masked.
    pub is_masked: RwSignal<bool>,
    /// The wheel of phrases, while it is open.
    pub wheel: RwSignal<Option<Wheel>>,
}
