//! The hub's topics, as rooms see them.
//!
//! ```text
//! hub: publish(name, topic) --> HubTopics (the newest state of each topic) --> HubView, one per room
//!      lead(name, other) ----/  one name for another topic, as the parties of accounts have
//! ```
//!
//! A room never waits for the hub: it looks at a number, and takes over what is new if nobody is just writing it. The hub
//! never waits for a room. What a room holds is a copy that does not change, so it may as well come from another process.

use std::collections::BTreeMap;
use std::fmt;

use driftfield_shared::topics::Topic;

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Arc, Mutex, PoisonError, TryLockError};

/// All topics of the hub, by name. They do not change.
type Published = Arc<Names>;

#[derive(Clone, Default)]
struct Names {
    topics: BTreeMap<Box<str>, Arc<dyn Topic + Send + Sync>>,
    /// Names that lead to another one.
    leads: BTreeMap<Box<str>, Box<str>>,
}

/// Where the hub publishes its topics. Clones lead to the same ones.
#[derive(Clone, Default)]
pub struct HubTopics(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Rises with each publication.
    version: AtomicU64,
    newest: Mutex<Published>,
}

impl HubTopics {
    /// Publishes the newest state of a topic.
    pub fn publish(&self, name: &str, topic: impl Topic + Send + Sync + 'static) {
        let mut newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut *newest).topics.insert(name.into(), Arc::new(topic));
        self.0.version.fetch_add(1, Ordering::Release);
    }

    /// Takes a topic out, which nobody needs any more.
    pub fn withdraw(&self, name: &str) {
        let mut newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.topics.contains_key(name) {
            Arc::make_mut(&mut *newest).topics.remove(name);
            self.0.version.fetch_add(1, Ordering::Release);
        }
    }

    /// Lets a name lead to the topic of another name, whether that is there or not; `None`: nowhere any more.
    pub fn lead(&self, name: &str, other: Option<&str>) {
        let mut newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let leads = &mut Arc::make_mut(&mut *newest).leads;
        match other {
            Some(other) => drop(leads.insert(name.into(), other.into())),
            None => drop(leads.remove(name)),
        }
        self.0.version.fetch_add(1, Ordering::Release);
    }

    /// A view of them.
    pub fn view(&self) -> HubView {
        // A number that is never reached in steps of one, so that the first refresh finds something new.
        let mut view =
            HubView { topics: self.clone(), version: u64::MAX, seen: Published::default() };
        view.refresh();
        view
    }
}

impl fmt::Debug for HubTopics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HubTopics").field(&self.0.version).finish()
    }
}

/// The hub's topics as one room last saw them.
pub struct HubView {
    topics: HubTopics,
    version: u64,
    seen: Published,
}

impl HubView {
    /// Takes over what was published since, without waiting for anybody.
    pub fn refresh(&mut self) {
        let Shared { version, newest } = &*self.topics.0;
        let version = version.load(Ordering::Acquire);
        if version == self.version {
            return;
        }
        let newest = match newest.try_lock() {
            Ok(newest) => newest,
            Err(TryLockError::Poisoned(newest)) => newest.into_inner(),
            // The next tick will do.
            Err(TryLockError::WouldBlock) => return,
        };
        self.seen = newest.clone();
        self.version = version;
    }

    /// The topic of this name, if there is one.
    pub fn find(&self, name: &str) -> Option<&dyn Topic> {
        let name = self.seen.leads.get(name).map_or(name, |other| other);
        let topic = self.seen.topics.get(name)?;
        Some(&**topic)
    }
}

impl fmt::Debug for HubView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubView").field("version", &self.version).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::topics::Board;

    use super::*;

    #[test]
    fn a_room_sees_what_was_published_last_and_waits_for_nobody() {
        let topics = HubTopics::default();
        let mut view = topics.view();
        assert!(view.find("rooms").is_none());
        let mut board = Board::new(1);
        board.set(b"a", b"1");
        topics.publish("rooms", board.clone());
        let version = |view: &HubView| view.find("rooms").map(Topic::version);
        assert_eq!(version(&view), None, "not before it looks");
        view.refresh();
        assert_eq!(version(&view), Some(1));
        board.set(b"b", b"2");
        topics.publish("rooms", board);
        assert_eq!(version(&view), Some(1), "what it has does not change");
        let writing = topics.0.newest.lock().unwrap();
        view.refresh();
        assert_eq!(version(&view), Some(1));
        drop(writing);
        view.refresh();
        assert_eq!(version(&view), Some(2));
    }

    #[test]
    fn a_name_leads_to_another_topic_until_it_leads_elsewhere() {
        let topics = HubTopics::default();
        let mut view = topics.view();
        let mut found = |topics: &HubTopics| {
            topics.publish("clock", Board::new(9));
            view.refresh();
            view.find("own").map(Topic::epoch)
        };
        topics.lead("own", Some("one"));
        assert_eq!(found(&topics), None);
        topics.publish("one", Board::new(1));
        assert_eq!(found(&topics), Some(1));
        topics.publish("two", Board::new(2));
        topics.lead("own", Some("two"));
        assert_eq!(found(&topics), Some(2));
        topics.lead("own", None);
        assert_eq!(found(&topics), None);
    }
}
