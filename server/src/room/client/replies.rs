//! The replies that a client waits for.

use driftfield_shared::limits::REPLIES_KEPT;
use driftfield_shared::protocol::{Outcome, Reply, RequestId};
use driftfield_shared::units::Tick;

/// The replies of one client that are on their way: a reply leaves once the tick that it confirms is durable.
#[derive(Debug, Default)]
pub struct Replies {
    /// Requests that were read and have no reply here yet.
    expected: Vec<RequestId>,
    /// In the order of their coming.
    waiting: Vec<(Tick, Reply)>,
}

impl Replies {
    /// Notes that a request was read. Returns whether it may be executed: otherwise too many have no answer.
    pub fn expect(&mut self, id: RequestId) -> bool {
        let may = self.expected.len() + self.waiting.len() < REPLIES_KEPT;
        self.expected.extend(may.then_some(id));
        may
    }

    /// Adds the reply to a request, which may leave once `tick` is durable. One that is not expected is ignored: the
    /// hub may answer a request that was asked over an earlier connection and again over this one.
    pub fn push(&mut self, tick: Tick, id: RequestId, outcome: Outcome) {
        if self.give_up(id) {
            self.waiting.push((tick, Reply { id, outcome }));
        }
    }

    /// Notes that a request gets no reply, because the player has no seat any more. Returns whether it was expected.
    pub fn give_up(&mut self, id: RequestId) -> bool {
        let place = self.expected.iter().position(|expected| *expected == id);
        place.map(|place| self.expected.swap_remove(place)).is_some()
    }

    /// The next reply that may leave, if all up to `durable` is durable.
    pub fn poll(&mut self, durable: Tick) -> Option<Reply> {
        let place = self.waiting.iter().position(|(tick, _)| *tick <= durable)?;
        Some(self.waiting.remove(place).1)
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::RefusalReason;

    use super::*;

    #[test]
    fn a_reply_leaves_once_when_it_is_durable_and_holds_up_no_other() {
        let mut replies = Replies::default();
        let no = Outcome::Refused(RefusalReason::Busy);
        assert!(replies.expect(RequestId(1)) && replies.expect(RequestId(2)));
        replies.push(Tick(9), RequestId(1), no.clone());
        replies.push(Tick(0), RequestId(2), no.clone());
        replies.push(Tick(0), RequestId(2), no.clone());
        replies.push(Tick(0), RequestId(3), no);
        let mut ids = |durable| {
            let reply = std::iter::from_fn(|| replies.poll(Tick(durable)));
            reply.map(|reply| reply.id.0).collect::<Vec<_>>()
        };
        assert_eq!(ids(8), [2]);
        assert_eq!(ids(9), [1]);
        assert_eq!(ids(99), [0; 0]);
    }

    #[test]
    fn so_many_may_wait_and_no_more() {
        let mut replies = Replies::default();
        let taken = (0..100).filter(|id| replies.expect(RequestId(*id))).count();
        assert_eq!(taken, REPLIES_KEPT);
        assert!(replies.give_up(RequestId(0)) && replies.expect(RequestId(100)));
    }
}
