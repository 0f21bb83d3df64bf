//! What players say to each other.
//!
//! ```text
//! client: Ask::Say{to, saying} --hub--> durable --> Done::Said{line}
//!                                  \--> the feed `chat` of the room, the `inbox` of both accounts, or `party-chat` --> everyone who reads it
//! ```
//!
//! A line goes to those who read it at once; its speaker has the receipt when the line can no longer be lost. A line has
//! the same id in every feed and in the history, so that nobody shows it twice.

use serde::{Deserialize, Serialize};

use crate::units::PlayerId;
use crate::wire::{DecodeError, codec};

/// Name of the feed of what is said to everyone in the room.
pub const CHAT: &str = "chat";
/// Name of the feed of what is said to the own account alone.
pub const INBOX: &str = "inbox";

/// The number of a line. Later lines have higher ones.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct LineId(pub u64);

/// A number that a client chooses at random for each thing it asks of the hub. The same number asks for the same thing, so
/// that what is asked again over another connection has its effect once.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Nonce(pub u64);

/// An account, as others may know it. It gives no right to anything.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct AccountTag(pub u64);

/// To whom something is said.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SayTo {
    /// To everyone in the room.
    Room,
    /// To a player of the room alone.
    Player(PlayerId),
    /// To an account alone, wherever it is: the answer to what it said.
    Account(AccountTag),
    /// To everyone in the own party.
    Party,
}

/// What is said.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Saying {
    /// A line, of at most [`LINE_GRAPHEMES_MAX`](crate::limits::LINE_GRAPHEMES_MAX) characters.
    Text(String),
    /// What the speaker does, as in "Ada waves".
    Action(String),
    /// A phrase that each reader has in his own language.
    Phrase(Phrase),
    /// A place of the sector to look at, in units.
    Ping {
        /// To the right.
        x: i32,
        /// Downwards.
        y: i32,
    },
}

/// A phrase of the quick-chat wheel.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Phrase {
    /// "Hello!"
    Hello,
    /// "Yes."
    Yes,
    /// "No."
    No,
    /// "Help!"
    Help,
    /// "Follow me."
    Follow,
    /// "Thank you!"
    Thanks,
    /// "Sorry!"
    Sorry,
    /// "Well played!"
    WellPlayed,
}

impl Phrase {
    /// All of them, in the order of the wheel.
    pub const ALL: [Phrase; 8] = [
        Phrase::Hello,
        Phrase::Yes,
        Phrase::Follow,
        Phrase::Thanks,
        Phrase::WellPlayed,
        Phrase::Sorry,
        Phrase::No,
        Phrase::Help,
    ];
}

/// A line as its readers get it: an entry of [`CHAT`], [`INBOX`] or [`PARTY_CHAT`](super::PARTY_CHAT), or of a history.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ChatLine {
    /// Its number.
    pub id: LineId,
    /// When it was said, in milliseconds since 1970.
    pub at: u64,
    /// Who said it.
    pub speaker: Talker,
    /// Who else reads it; `None` for a line to the room or the party.
    pub listener: Option<Talker>,
    /// What was said.
    pub saying: Saying,
    /// The parts of the text that are masked for those who want that: start and end, in bytes.
    pub masked: Vec<(u16, u16)>,
}

/// Who says a line, or hears it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Talker {
    /// The account.
    pub account: AccountTag,
    /// The name at that time.
    pub name: String,
}

impl ChatLine {
    /// The entry of a feed.
    pub fn entry(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The line of an entry.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(entry: &[u8]) -> Result<Self, DecodeError> {
        let line: ChatLine = codec::decode(entry)?;
        line.is_sound().then_some(line).ok_or(DecodeError::Form)
    }

    /// Whether its masks are parts of its text.
    fn is_sound(&self) -> bool {
        let text = match &self.saying {
            Saying::Text(text) | Saying::Action(text) => &text[..],
            Saying::Phrase(_) | Saying::Ping { .. } => "",
        };
        self.masked.iter().all(|(start, end)| {
            start <= end && text.get(usize::from(*start)..usize::from(*end)).is_some()
        }) && self.masked.is_sorted_by(|before, after| before.1 <= after.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, masked: &[(u16, u16)]) -> ChatLine {
        let speaker = Talker { account: AccountTag(7), name: "Ada".into() };
        let saying = Saying::Text(text.into());
        let (id, at, listener) = (LineId(300), 1_796_000_000_000, None);
        ChatLine { id, at, speaker, listener, saying, masked: masked.to_vec() }
    }

    #[test]
    fn a_line_has_its_golden_bytes() {
        let entry = line("gg", &[]).entry();
        let mut golden = vec![251, 44, 1]; // id 300
        golden.extend([253, 0, 40, 241, 41, 162, 1, 0, 0]); // at
        golden.extend([7, 3, 65, 100, 97]); // account 7, "Ada"
        golden.extend([0, 0, 2, 103, 103, 0]); // no listener; a text "gg"; nothing masked
        assert_eq!(entry, golden);
        assert_eq!(ChatLine::read(&entry), Ok(line("gg", &[])));
    }

    #[test]
    fn masks_beside_the_text_or_within_a_letter_are_refused() {
        for masked in [&[(0, 4)][..], &[(1, 2)], &[(4, 2)], &[(0, 99)], &[(2, 4), (0, 2)]] {
            assert_eq!(
                ChatLine::read(&line("дa", masked).entry()),
                Err(DecodeError::Form),
                "{masked:?}"
            );
        }
        assert!(ChatLine::read(&line("дa!", &[(0, 2), (3, 4)]).entry()).is_ok());
    }
}
