//! What a publisher keeps of one subscriber.

use super::{Key, Since, Told, Topic};

/// One subscriber of one topic. All that it costs is what the subscriber was last told.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Everything up to here was told; `None`: nothing was.
    since: Option<Since>,
    only: Option<Box<Key>>,
    is_answered: bool,
    /// Whether it was told everything that there was, last time. Of what a subscriber says it knows, nobody knows that.
    is_current: bool,
    /// The version of the topic when there was last nothing to tell. As long as it is the same, nobody need look again.
    quiet_at: Option<u64>,
}

impl Subscription {
    /// A subscriber that knows everything up to `since`, or everything about the key `only`.
    pub fn new(since: Option<Since>, only: Option<Key>) -> Self {
        let only = only.map(Box::new);
        Subscription { since, only, is_answered: false, is_current: false, quiet_at: None }
    }

    /// Whether the subscriber was last told everything that there was, so that what is new can wait a little.
    pub fn is_current(&self) -> bool {
        self.is_current
    }

    /// Appends the next update for this subscriber, of about `room` bytes at most, if there is something to tell. The
    /// first one says where the subscriber stands, even if nothing has changed. The bytes must reach the subscriber, or
    /// the connection must end.
    pub fn poll(&mut self, topic: &(impl Topic + ?Sized), room: usize, out: &mut Vec<u8>) -> bool {
        let since = self.since.filter(|since| since.epoch == topic.epoch());
        let since = since.map(|since| since.version);
        let only = self.only.as_deref().map(Key::bytes);
        let is_known = self.is_answered && since.is_some();
        if is_known && self.quiet_at == Some(topic.version()) {
            return false;
        }
        if is_known && since.is_some_and(|since| !topic.has_news(since, only)) {
            self.quiet_at = Some(topic.version());
            return false;
        }
        self.quiet_at = None;
        let told = match since {
            None => Told::Nothing,
            Some(since) if self.is_current => Told::All(since),
            Some(since) => Told::UpTo(since),
        };
        let version = topic.write_update(told, only, room, out);
        debug_assert!(version <= topic.version(), "nobody is told of what is to come");
        self.since = Some(Since { epoch: topic.epoch(), version });
        (self.is_answered, self.is_current) = (true, version == topic.version());
        true
    }
}
