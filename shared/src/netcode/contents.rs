//! The content that a client has, and the messages that wait for content that it has not.
//!
//! ```text
//! message that names content --known--> handled
//!                            \-not----> wanted() --> whoever fetches --> learn --> handled, and all behind it, in order
//! ```
//!
//! What is held back is not acknowledged, so the server stops sending long before there is too much of it.

use std::collections::VecDeque;

use crate::limits::HELD_BACK_MESSAGES_MAX;
use crate::sim::{ContentHash, NamedContent};

/// Sets of content that a client remembers: that of its room, that of the next epoch, and one of each of the rooms before.
const KNOWN_MAX: usize = 4;

/// What a client knows of content.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The newest last.
    known: Vec<NamedContent>,
    wanted: Option<ContentHash>,
    held_back: VecDeque<Vec<u8>>,
}

impl Contents {
    /// The content of this name, if it is known.
    pub fn find(&self, hash: ContentHash) -> Option<&NamedContent> {
        self.known.iter().find(|content| content.hash() == hash)
    }

    /// The content to fetch.
    pub fn wanted(&self) -> Option<ContentHash> {
        self.wanted
    }

    /// Asks for content.
    pub fn want(&mut self, hash: ContentHash) {
        self.wanted = self.find(hash).is_none().then_some(hash);
    }

    /// Remembers content.
    pub fn learn(&mut self, content: NamedContent) {
        self.wanted.take_if(|wanted| *wanted == content.hash());
        self.known.retain(|known| *known != content);
        if self.known.len() == KNOWN_MAX {
            self.known.remove(0);
        }
        self.known.push(content);
    }

    /// Whether messages wait for content.
    pub fn is_waiting(&self) -> bool {
        !self.held_back.is_empty()
    }

    /// Keeps a message until the content is there. Returns whether there is room for it.
    pub fn hold_back(&mut self, message: &[u8]) -> bool {
        let has_room = self.held_back.len() < HELD_BACK_MESSAGES_MAX;
        if has_room {
            self.held_back.push_back(message.to_vec());
        }
        has_room
    }

    /// The messages that wait no more, in order.
    pub fn release(&mut self) -> VecDeque<Vec<u8>> {
        std::mem::take(&mut self.held_back)
    }

    /// A new connection begins: what was said over the one before is void.
    pub fn restart(&mut self) {
        self.wanted = None;
        self.held_back.clear();
    }
}

#[cfg(all(test, feature = "content-files"))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::content::Content;

    fn content(hit_points: u16) -> NamedContent {
        let mut content = Content::built_in().unwrap();
        content.hulls[0].hit_points = hit_points;
        Arc::new(content).into()
    }

    #[test]
    fn the_newest_are_remembered_and_what_is_known_is_not_wanted() {
        let mut contents = Contents::default();
        for hit_points in [1, 2, 3, 4, 1, 5] {
            contents.learn(content(hit_points));
        }
        let knows = |hit_points| contents.find(content(hit_points).hash()).is_some();
        assert_eq!([1, 2, 3, 4, 5].map(knows), [true, false, true, true, true]);
        contents.want(content(5).hash());
        assert_eq!(contents.wanted(), None);
        contents.want(content(2).hash());
        contents.learn(content(7));
        assert_eq!(contents.wanted(), Some(content(2).hash()));
        contents.learn(content(2));
        assert_eq!(contents.wanted(), None);
    }

    #[test]
    fn messages_wait_in_order_up_to_a_bound() {
        let mut contents = Contents::default();
        assert!(!contents.is_waiting());
        for number in 0..HELD_BACK_MESSAGES_MAX {
            assert!(contents.hold_back(&number.to_le_bytes()));
        }
        assert!(!contents.hold_back(&[]) && contents.is_waiting());
        let released = contents.release();
        assert!(
            (0..).zip(&released).all(|(number, message)| message[..] == usize::to_le_bytes(number))
        );
        assert!(!contents.is_waiting() && released.len() == HELD_BACK_MESSAGES_MAX);
    }
}
