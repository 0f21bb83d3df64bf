//! What one client has subscribed to, and what it is told of that.

use driftfield_shared::limits::SUBSCRIPTIONS_MAX;
use driftfield_shared::topics::{EndReason, Handle, Subscribe, Subscription, write_end};
use driftfield_shared::units::Tick;

use super::allowance::TopicAllowance;
use super::{OwnTopics, TopicMessages, TopicName, Topics};

/// The subscriptions of one client. All that they cost is a place each: there is no queue.
#[derive(Debug)]
pub struct Subscriptions {
    /// At most one for each handle.
    places: Vec<Place>,
    /// The place that is told first, so that a busy topic does not take all bytes from the others for ever.
    first: usize,
    allowance: TopicAllowance,
    own: OwnTopics,
}

#[derive(Debug)]
struct Place {
    handle: Handle,
    state: State,
    /// When the client was last told of a board: see [`Topics::period`].
    told_in: Option<u64>,
}

#[derive(Debug)]
enum State {
    Live(TopicName, Subscription),
    /// There is no such topic, and the client must still be told.
    Unknown,
    /// The client must still be told.
    Ended(EndReason),
    /// The client was told that it has ended.
    Over,
}

impl Subscriptions {
    /// None yet, for a client that joins in tick `now`.
    pub fn new(now: Tick, tick_hz: u16, bytes_per_second: u32, own: OwnTopics) -> Self {
        let allowance = TopicAllowance::new(now, tick_hz, bytes_per_second);
        Subscriptions { places: Vec::new(), first: 0, allowance, own }
    }

    /// Number of subscriptions, with those whose end must still be told.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Begins a subscription, in place of one with the same handle.
    pub fn subscribe(&mut self, Subscribe { handle, topic, since, only }: Subscribe) {
        self.places.retain(|place| place.handle != handle);
        let state = match self.own.meant(&topic) {
            Some(name) => State::Live(name, Subscription::new(since, only)),
            None => State::Unknown,
        };
        self.places.push(Place { handle, state, told_in: None });
        debug_assert!(self.places.len() <= SUBSCRIPTIONS_MAX, "one for each handle");
    }

    /// Ends a subscription, if there is one.
    pub fn unsubscribe(&mut self, handle: Handle) {
        let place = self.places.iter_mut().find(|place| place.handle == handle);
        if let Some(place) = place
            && matches!(place.state, State::Live(..))
        {
            place.state = State::Ended(EndReason::Unsubscribed);
        }
    }

    /// Writes what the client is told in tick `now`, within its allowance. `path` is the size limit that the client's path
    /// sets a snapshot, in bytes, if it sets one. All of it must reach the client, or the connection must end. Returns
    /// how many topics there were not. `messages` must be empty.
    pub fn poll(
        &mut self,
        topics: &Topics,
        now: Tick,
        path: Option<usize>,
        messages: &mut TopicMessages,
    ) -> u64 {
        if self.places.is_empty() {
            return 0;
        }
        let room = self.allowance.accrue(now, path);
        let (count, mut unknown) = (self.places.len(), 0);
        self.first %= count;
        let mut next = self.first;
        for _ in 0..count {
            let Some(left) = room.checked_sub(messages.len_bytes()).filter(|left| *left > 0) else {
                break;
            };
            let Place { handle, state, told_in } = &mut self.places[next];
            if let State::Live(name, subscription) = state {
                match topics.find(name) {
                    Some(topic) => {
                        let can_wait = topic.is_conflated() && subscription.is_current();
                        let is_told = !(can_wait && *told_in == topics.period)
                            && messages.push(*handle, |out| subscription.poll(topic, left, out));
                        if is_told {
                            *told_in = topics.period;
                            // Whoever was told waits until the others were.
                            self.first = next + 1;
                        }
                    }
                    None => *state = State::Unknown,
                }
            }
            if let State::Unknown = state {
                unknown += 1;
                *state = State::Ended(EndReason::NoSuchTopic);
            }
            if let State::Ended(reason) = *state {
                messages.push(*handle, |out| {
                    write_end(reason, out);
                    true
                });
                *state = State::Over;
            }
            next = (next + 1) % count;
        }
        self.places.retain(|place| !matches!(place.state, State::Over));
        self.allowance.spend(messages.len_bytes());
        unknown
    }
}
