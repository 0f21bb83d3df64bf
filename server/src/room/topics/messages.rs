//! The messages of one client in one tick, in memory that is reused from client to client.

use driftfield_shared::protocol::topic_lane;
use driftfield_shared::topics::Handle;

/// Messages with updates of topics.
#[derive(Debug, Default)]
pub struct TopicMessages {
    bytes: Vec<u8>,
    /// The end of each message in the bytes.
    ends: Vec<usize>,
}

impl TopicMessages {
    /// Starts anew.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds a message for a subscription, if `write` writes an update.
    pub fn push(&mut self, handle: Handle, write: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
        let start = self.bytes.len();
        self.bytes.push(topic_lane(handle));
        if !write(&mut self.bytes) {
            self.bytes.truncate(start);
            return false;
        }
        debug_assert!(self.bytes.len() > start + 1, "an update has bytes");
        self.ends.push(self.bytes.len());
        true
    }

    /// Bytes of all messages.
    pub fn len_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The messages, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }
}
