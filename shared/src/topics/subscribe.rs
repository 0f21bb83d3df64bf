//! What a subscriber asks for.

use serde::{Deserialize, Serialize};

use crate::limits::{SUBSCRIPTIONS_MAX, TOPIC_KEY_BYTES_MAX};

/// The number of a subscription on its connection, chosen by the subscriber.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Handle(u8);

impl Handle {
    /// All handles.
    pub fn all() -> impl Iterator<Item = Handle> {
        (0..SUBSCRIPTIONS_MAX as u8).map(Handle)
    }

    /// The handle as an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl TryFrom<u8> for Handle {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match usize::from(number) < SUBSCRIPTIONS_MAX {
            true => Ok(Handle(number)),
            false => Err("a subscription's handle is below 64"),
        }
    }
}

impl From<Handle> for u8 {
    fn from(handle: Handle) -> u8 {
        handle.0
    }
}

/// A key of a board, of at most [`TOPIC_KEY_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Key(Vec<u8>);

impl Key {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for Key {
    type Error = &'static str;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Self::Error> {
        match bytes.len() <= TOPIC_KEY_BYTES_MAX {
            true => Ok(Key(bytes)),
            false => Err("a key of a board has at most 64 bytes"),
        }
    }
}

impl From<Key> for Vec<u8> {
    fn from(key: Key) -> Vec<u8> {
        key.0
    }
}

/// A point in the life of a topic.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Since {
    /// The life: see [`Topic::epoch`](super::Topic::epoch).
    pub epoch: u32,
    /// The version in it.
    pub version: u64,
}

/// The wish to be told of a topic from now on, until the connection ends.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Subscribe {
    /// Updates bear this number. A subscription that had it before ends without a word.
    pub handle: Handle,
    /// Name of the topic.
    pub topic: String,
    /// What the subscriber knows already; `None` if it knows nothing.
    pub since: Option<Since>,
    /// The one key of a board that matters to the subscriber; `None` for all of them. A feed has no keys.
    pub only: Option<Key>,
}
