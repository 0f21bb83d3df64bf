//! What boards and feeds have in common.

/// What a subscriber was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// Nothing yet.
    Nothing,
    /// What was not changed again after this version. Of a key that was, the subscriber may hold any value.
    UpTo(u64),
    /// Exactly what the topic was at this version.
    All(u64),
}

impl Told {
    /// The version up to which the subscriber was told.
    pub fn version(self) -> Option<u64> {
        match self {
            Told::Nothing => None,
            Told::UpTo(version) | Told::All(version) => Some(version),
        }
    }
}

/// A topic as its subscribers see it.
pub trait Topic {
    /// Names this life of the topic. It differs after the publisher has lost its state: versions of another life say
    /// nothing.
    fn epoch(&self) -> u32;

    /// The version: how often the topic has changed.
    fn version(&self) -> u64;

    /// Whether a subscriber that was told everything up to version `since`, or everything about the key `only`, has
    /// something to be told.
    fn has_news(&self, since: u64, only: Option<&[u8]>) -> bool;

    /// Whether only the newest value of each key counts, so that subscribers need not be told of each change at once.
    fn is_conflated(&self) -> bool;

    /// Appends an update for a subscriber that was `told` so much: what changed since then, or the start of the whole topic
    /// if that is no longer known. Returns the version up to which the subscriber has then been told. That is below
    /// [`Topic::version`] where not all fits `room`, which is in bytes; the first change is written however long it is, so
    /// that a subscriber with little room gets on.
    fn write_update(&self, told: Told, only: Option<&[u8]>, room: usize, out: &mut Vec<u8>) -> u64;
}
