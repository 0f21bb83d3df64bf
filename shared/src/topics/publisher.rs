//! A topic with its newest update encoded once for all who keep up.

use super::{Told, Topic};

/// A topic for many subscribers.
///
/// Most of them were told everything at the last [`seal`](Publisher::seal), so the next update of all of these is the
/// same bytes. A topic that is [conflated](Topic::is_conflated) is sealed as often as its subscribers are told of it.
#[derive(Clone, Debug)]
pub struct Publisher<T> {
    topic: T,
    /// The update from the last seal but one to the last seal.
    sealed: Sealed,
}

#[derive(Clone, Debug, Default)]
struct Sealed {
    from: u64,
    /// The version of the topic at the seal.
    version: u64,
    /// The version after the update: below `version` if not all fits one update.
    to: u64,
    bytes: Vec<u8>,
}

impl<T: Topic> Publisher<T> {
    /// A publisher of `topic`.
    pub fn new(topic: T) -> Self {
        let version = topic.version();
        let sealed = Sealed { from: version, version, to: version, bytes: Vec::new() };
        Publisher { topic, sealed }
    }

    /// The topic.
    pub fn topic(&self) -> &T {
        &self.topic
    }

    /// The topic, to be changed.
    pub fn topic_mut(&mut self) -> &mut T {
        &mut self.topic
    }

    /// Encodes what has changed since the last seal. Call it before subscribers are told.
    pub fn seal(&mut self) {
        let Sealed { from, version, to, bytes } = &mut self.sealed;
        *from = *version;
        *version = self.topic.version();
        bytes.clear();
        *to = *from;
        if from != version {
            *to = self.topic.write_update(Told::All(*from), None, usize::MAX, bytes);
        }
    }
}

impl<T: Topic> Topic for Publisher<T> {
    fn epoch(&self) -> u32 {
        self.topic.epoch()
    }

    fn version(&self) -> u64 {
        self.topic.version()
    }

    fn has_news(&self, since: u64, only: Option<&[u8]>) -> bool {
        self.topic.has_news(since, only)
    }

    fn is_conflated(&self) -> bool {
        self.topic.is_conflated()
    }

    fn write_update(&self, told: Told, only: Option<&[u8]>, room: usize, out: &mut Vec<u8>) -> u64 {
        let sealed = &self.sealed;
        let is_fresh = sealed.version == self.topic.version() && !sealed.bytes.is_empty();
        let fits = sealed.bytes.len() <= room;
        if is_fresh && fits && only.is_none() && told == Told::All(sealed.from) {
            out.extend_from_slice(&sealed.bytes);
            return sealed.to;
        }
        self.topic.write_update(told, only, room, out)
    }
}
