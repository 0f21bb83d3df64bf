//! What boards and feeds have in common.

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

    /// Appends an update for a subscriber that was told everything up to version `since`, or nothing yet: what changed
    /// since then, or the start of the whole topic if that is no longer known. Returns the version up to which the
    /// subscriber has then been told everything. That is below [`Topic::version`] where not all fits `room`, which is
    /// in bytes; the first change is written however long it is, so that a subscriber with little room gets on.
    fn write_update(
        &self,
        since: Option<u64>,
        only: Option<&[u8]>,
        room: usize,
        out: &mut Vec<u8>,
    ) -> u64;
}
