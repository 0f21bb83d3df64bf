//! The requests of one seat: each is executed once, and its reply is remembered.

use std::collections::VecDeque;

use driftfield_shared::limits::REPLIES_KEPT;
use driftfield_shared::protocol::{Outcome, RefusalReason, Reply, Request, RequestBody, RequestId};
use driftfield_shared::sim::Fnv;
use driftfield_shared::units::Tick;
use driftfield_shared::wire::codec;
use serde::{Deserialize, Serialize};

/// What a seat has asked for so far.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct SeatRequests {
    newest: RequestId,
    /// The newest replies, in ascending order of their requests.
    answered: VecDeque<Answered>,
    /// For each kind, the tick from which the seat would have all of its [`Rate::at_once`] again.
    rested_at: [u32; RATES.len()],
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Answered {
    reply: Reply,
    /// The hash of what was asked: another client of the same account may have given the same number to something else.
    asked: u64,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// It must be executed.
    New,
    /// It was executed before.
    Answered(Reply),
    /// It is not executed.
    Refused(RefusalReason),
}

/// How often a kind of request is executed for one seat.
#[derive(Clone, Copy, Debug)]
struct Rate {
    at_once: u32,
    seconds: u32,
}

/// The rate of each kind, by [`kind`].
const RATES: [Rate; 2] = [
    // A new name is told to everyone.
    Rate { at_once: 3, seconds: 10 },
    // Who tries on everything in a shop presses a key several times a second.
    Rate { at_once: 12, seconds: 1 },
];

fn kind(body: &RequestBody) -> usize {
    match body {
        RequestBody::Rename { .. } => 0,
        RequestBody::Outfit { .. } => 1,
    }
}

impl SeatRequests {
    /// The newest request.
    pub fn newest(&self) -> RequestId {
        self.newest
    }

    /// What becomes of a request that comes in tick `now`.
    pub fn judge(&self, request: &Request, now: Tick, tick_hz: u16) -> Judgement {
        if request.id <= self.newest {
            let known = self.answered.iter().find(|answered| answered.reply.id == request.id);
            let known = known.filter(|answered| answered.asked == hash(&request.body));
            return known.map_or(Judgement::Refused(RefusalReason::OutOfOrder), |answered| {
                Judgement::Answered(answered.reply.clone())
            });
        }
        let kind = kind(&request.body);
        let Rate { at_once, seconds } = RATES[kind];
        let saved = (at_once - 1) * seconds * u32::from(tick_hz);
        let wait = self.rested_at[kind].saturating_sub(now.0.saturating_add(saved));
        if wait > 0 {
            let seconds = wait.div_ceil(tick_hz.into()).min(u16::MAX.into()) as u16;
            return Judgement::Refused(RefusalReason::TooOften { seconds });
        }
        Judgement::New
    }

    /// Notes what became of a request that was new in tick `now`.
    pub fn note(&mut self, request: &Request, outcome: Outcome, now: Tick, tick_hz: u16) {
        debug_assert!(request.id > self.newest, "a request is executed once");
        self.newest = request.id;
        if self.answered.len() >= REPLIES_KEPT {
            self.answered.pop_front();
        }
        let reply = Reply { id: request.id, outcome };
        self.answered.push_back(Answered { reply, asked: hash(&request.body) });
        let kind = kind(&request.body);
        let rested_at = &mut self.rested_at[kind];
        *rested_at =
            (*rested_at).max(now.0).saturating_add(RATES[kind].seconds * u32::from(tick_hz));
    }
}

fn hash(body: &RequestBody) -> u64 {
    Fnv::new().bytes(&codec::encode(body)).finish()
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::Done;

    use super::*;

    const HZ: u16 = 30;

    fn rename(id: u32, name: &str) -> Request {
        Request { id: RequestId(id), body: RequestBody::Rename { name: name.into() } }
    }

    fn renamed(name: &str) -> Outcome {
        Outcome::Done(Done::Renamed { name: name.into() })
    }

    /// Asks in tick `now`.
    fn ask(requests: &mut SeatRequests, request: &Request, now: u32) -> Judgement {
        let judgement = requests.judge(request, Tick(now), HZ);
        if judgement == Judgement::New {
            let RequestBody::Rename { name } = &request.body else { unreachable!() };
            requests.note(request, renamed(name), Tick(now), HZ);
        }
        judgement
    }

    #[test]
    fn a_request_is_executed_once_and_its_reply_stays_the_same() {
        let mut requests = SeatRequests::default();
        let ada = rename(7, "Ada");
        assert_eq!(ask(&mut requests, &ada, 0), Judgement::New);
        let reply = Reply { id: ada.id, outcome: renamed("Ada") };
        assert_eq!(ask(&mut requests, &ada, 5), Judgement::Answered(reply));
        let out_of_order = Judgement::Refused(RefusalReason::OutOfOrder);
        assert_eq!(ask(&mut requests, &rename(7, "Bo"), 5), out_of_order, "another one's number");
        assert_eq!(ask(&mut requests, &rename(6, "Ada"), 5), out_of_order);
        assert_eq!(requests.newest(), RequestId(7));
    }

    #[test]
    fn the_newest_replies_are_kept_and_no_more() {
        let mut requests = SeatRequests::default();
        let count = REPLIES_KEPT as u32 + 5;
        for id in 1..=count {
            assert_eq!(ask(&mut requests, &rename(id, "Ada"), id * 300), Judgement::New);
        }
        let is_known = |id: &u32| {
            matches!(requests.judge(&rename(*id, "Ada"), Tick(0), HZ), Judgement::Answered(_))
        };
        assert_eq!((1..=count).filter(is_known).count(), REPLIES_KEPT);
        assert!(is_known(&count) && !is_known(&5));
    }

    #[test]
    fn a_kind_that_is_asked_for_too_often_is_refused_with_the_time_to_wait() {
        let mut requests = SeatRequests::default();
        let refused = |seconds| Judgement::Refused(RefusalReason::TooOften { seconds });
        for id in 1..=3 {
            assert_eq!(ask(&mut requests, &rename(id, "Ada"), 1_000), Judgement::New);
        }
        let fourth = rename(4, "Ada");
        assert_eq!(ask(&mut requests, &fourth, 1_000), refused(10));
        assert_eq!(ask(&mut requests, &fourth, 1_299), refused(1));
        assert_eq!(
            ask(&mut requests, &fourth, 1_300),
            Judgement::New,
            "what was refused may come again"
        );
        assert_eq!(ask(&mut requests, &rename(5, "Ada"), 1_300), refused(10));
    }
}
