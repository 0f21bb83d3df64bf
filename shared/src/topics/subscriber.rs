//! The subscriber's end of its topics.

use std::collections::BTreeMap;

use super::update::{Start, Update, UpdateError, UpdateHead, read_change, read_entry};
use super::{EndReason, Handle, Key, Since, Subscribe};
use crate::limits::BOARD_KEYS_MAX;

/// What a subscriber asks of the server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TopicRequest {
    /// To be told of a topic.
    Subscribe(Subscribe),
    /// To be told no more.
    Unsubscribe(Handle),
}

/// What an update says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum News {
    /// A board.
    Board {
        /// Keys with their new values, or none where the key is gone.
        changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
        /// Whether this is everything that the server knows by now.
        is_current: bool,
    },
    /// A feed.
    Feed {
        /// What is missing before the entries.
        gap: Option<Gap>,
        /// The entries, in order.
        entries: Vec<Vec<u8>>,
        /// Whether this is everything that the server knows by now.
        is_current: bool,
    },
    /// There will be no more news.
    Ended(EndReason),
}

/// Entries of a feed that the subscriber never gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gap {
    /// So many.
    Entries(u64),
    /// Nobody knows how many: the server has lost its state since.
    Unknown,
}

/// All topics of one client. It outlives connections: a new one goes on where the last one ended.
#[derive(Clone, Debug, Default)]
pub struct Subscriber {
    /// At most one for each handle.
    slots: Vec<Slot>,
}

#[derive(Clone, Debug)]
struct Slot {
    handle: Handle,
    topic: String,
    only: Option<Key>,
    state: State,
    /// What is known; `None` before the first update.
    since: Option<Since>,
    /// The keys of a board.
    held: BTreeMap<Vec<u8>, Held>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The server must still be asked.
    Wanted,
    /// The server was asked.
    Asked,
    /// No longer wanted; the server must still be told.
    Unwanted,
    /// The server was told. Updates that it sent before are still under way, so the handle is not free yet.
    Ending,
}

#[derive(Clone, Debug)]
struct Held {
    value: Vec<u8>,
    /// Whether the value was told before the present whole of the board began, and not since.
    is_stale: bool,
}

impl Subscriber {
    /// Subscribes to a topic, or to one key of a board. `None` if all handles are taken.
    pub fn subscribe(&mut self, topic: &str, only: Option<Key>) -> Option<Handle> {
        let handle = Handle::all().find(|handle| self.slot(*handle).is_none())?;
        let (topic, state) = (topic.to_owned(), State::Wanted);
        let slot = Slot { handle, topic, only, state, since: None, held: BTreeMap::new() };
        self.slots.push(slot);
        Some(handle)
    }

    /// Ends a subscription: no more news of it come.
    pub fn unsubscribe(&mut self, handle: Handle) {
        self.slots.retain(|slot| slot.handle != handle || slot.state != State::Wanted);
        if let Some(slot) = self.slot_mut(handle)
            && slot.state == State::Asked
        {
            slot.state = State::Unwanted;
        }
    }

    /// Starts again on a new connection, on which the server knows nothing of the subscriptions.
    pub fn connect(&mut self) {
        self.slots.retain(|slot| matches!(slot.state, State::Wanted | State::Asked));
        self.slots.iter_mut().for_each(|slot| slot.state = State::Wanted);
    }

    /// What must be sent to the server next.
    pub fn poll_transmit(&mut self) -> Option<TopicRequest> {
        self.slots.iter_mut().find_map(|slot| {
            let Slot { handle, topic, only, since, .. } = &*slot;
            let (state, request) = match slot.state {
                State::Wanted => {
                    let (topic, only) = (topic.clone(), only.clone());
                    let subscribe = Subscribe { handle: *handle, topic, since: *since, only };
                    (State::Asked, TopicRequest::Subscribe(subscribe))
                }
                State::Unwanted => (State::Ending, TopicRequest::Unsubscribe(*handle)),
                State::Asked | State::Ending => return None,
            };
            slot.state = state;
            Some(request)
        })
    }

    /// The value of a key of a board, as last told.
    pub fn get(&self, handle: Handle, key: &[u8]) -> Option<&[u8]> {
        Some(&self.slot(handle)?.held.get(key)?.value)
    }

    /// The keys of a board and their values, as last told.
    pub fn board(&self, handle: Handle) -> impl Iterator<Item = (&[u8], &[u8])> {
        let held = self.slot(handle).into_iter().flat_map(|slot| &slot.held);
        held.map(|(key, held)| (key.as_slice(), held.value.as_slice()))
    }

    fn slot(&self, handle: Handle) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.handle == handle)
    }

    fn slot_mut(&mut self, handle: Handle) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.handle == handle)
    }

    /// Takes in an update. `None` if it is of a subscription that is no longer wanted.
    ///
    /// # Errors
    /// When no server of this version sends such an update.
    pub fn handle_update(
        &mut self,
        handle: Handle,
        bytes: &[u8],
    ) -> Result<Option<News>, UpdateError> {
        let slot = self.slot_mut(handle).filter(|slot| slot.state != State::Wanted);
        let slot = slot.ok_or(UpdateError::NotSubscribed)?;
        match Update::read(bytes)? {
            Update::Ended(reason) => {
                let was_wanted = slot.state == State::Asked;
                self.slots.retain(|slot| slot.handle != handle);
                Ok(was_wanted.then_some(News::Ended(reason)))
            }
            Update::News(..) if slot.state != State::Asked => Ok(None),
            Update::News(head, body) if head.is_feed => slot.handle_feed(head, body).map(Some),
            Update::News(head, body) => slot.handle_board(head, body).map(Some),
        }
    }
}

impl Slot {
    fn handle_board(&mut self, head: UpdateHead, mut body: &[u8]) -> Result<News, UpdateError> {
        let since = self.after(head)?;
        if matches!(head.start, Start::Whole { .. }) {
            // They stay until the whole board has come: what is still there is not taken away for a moment.
            self.held.values_mut().for_each(|held| held.is_stale = true);
        }
        let mut changes = Vec::new();
        while !body.is_empty() {
            let held = |key: &[u8]| {
                let held = self.held.get(key).filter(|held| !held.is_stale)?;
                Some(held.value.as_slice())
            };
            let (key, value) = read_change(&mut body, held)?;
            let before = match &value {
                Some(value) => {
                    self.held.insert(key.to_vec(), Held { value: value.clone(), is_stale: false })
                }
                None => self.held.remove(key),
            };
            if before.map(|before| before.value) != value {
                changes.push((key.to_vec(), value));
            }
        }
        // As many again may be stale.
        if self.held.len() > 2 * BOARD_KEYS_MAX {
            return Err(UpdateError::TooManyKeys);
        }
        if head.is_current {
            changes.extend(
                self.held.extract_if(.., |_, held| held.is_stale).map(|(key, _)| (key, None)),
            );
        }
        self.since = Some(since);
        Ok(News::Board { changes, is_current: head.is_current })
    }

    fn handle_feed(&mut self, head: UpdateHead, mut body: &[u8]) -> Result<News, UpdateError> {
        let since = self.after(head)?;
        let mut entries = Vec::new();
        while !body.is_empty() {
            entries.push(read_entry(&mut body)?.to_vec());
        }
        let count = entries.len() as u64;
        let room = match head.start {
            Start::Whole { version, .. } => version,
            Start::Rise(rise) => rise,
        };
        let missed = room.checked_sub(count).ok_or(UpdateError::TooManyEntries(count))?;
        let gap = match head.start {
            Start::Whole { .. } => self.since.map(|_| Gap::Unknown),
            Start::Rise(_) => (missed > 0).then_some(Gap::Entries(missed)),
        };
        self.since = Some(since);
        Ok(News::Feed { gap, entries, is_current: head.is_current })
    }

    /// What is known after an update.
    fn after(&self, head: UpdateHead) -> Result<Since, UpdateError> {
        match (head.start, self.since) {
            (Start::Whole { epoch, version }, _) => Ok(Since { epoch, version }),
            (Start::Rise(_), None) => Err(UpdateError::NothingToChange),
            (Start::Rise(rise), Some(Since { epoch, version })) => {
                let version = version.checked_add(rise).ok_or(UpdateError::VersionTooHigh)?;
                Ok(Since { epoch, version })
            }
        }
    }
}
