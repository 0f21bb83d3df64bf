//! What a client has asked for and has no answer to.

use serde::{Deserialize, Serialize};

use crate::limits::{LINE_BYTES_MAX, NAME_BYTES_MAX, REQUESTS_OUTSTANDING_MAX, SETTINGS_BYTES_MAX};
use crate::protocol::{ClientControl, HubBody, HubRequest, Nonce, Request, RequestBody, RequestId};

/// The requests of one client. They outlive connections: what has no answer is asked again over a new one.
#[derive(Debug, Default)]
pub struct Requests {
    /// The newest request of the seat, made by this client or by one before; `None` before the first welcome.
    newest: Option<RequestId>,
    /// In the order of their ids.
    unanswered: Vec<(RequestId, Asked)>,
    /// All up to this one were sent over the present connection.
    sent: RequestId,
}

/// What is asked for, and of whom.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Asked {
    /// The room is asked.
    OfRoom(RequestBody),
    /// The hub is asked. The nonce is drawn at random, and used for nothing else.
    OfHub(Nonce, HubBody),
}

impl From<RequestBody> for Asked {
    fn from(body: RequestBody) -> Self {
        Asked::OfRoom(body)
    }
}

impl From<(Nonce, HubBody)> for Asked {
    fn from((nonce, body): (Nonce, HubBody)) -> Self {
        Asked::OfHub(nonce, body)
    }
}

impl Asked {
    /// Whether a server reads it: no text is longer than [`LINE_BYTES_MAX`], and with a name before it it fits a message.
    fn fits(&self) -> bool {
        match self {
            Asked::OfHub(_, HubBody::KeepSettings { text }) => text.len() <= SETTINGS_BYTES_MAX,
            Asked::OfHub(_, body) => {
                let lengths = body.texts().map(str::len);
                let (longest, all) = lengths.fold((0, 0), |(longest, all), length| {
                    (usize::max(longest, length), all + length)
                });
                longest <= LINE_BYTES_MAX && all <= LINE_BYTES_MAX + NAME_BYTES_MAX
            }
            Asked::OfRoom(_) => true,
        }
    }
}

impl Requests {
    /// Asks for something. `None` before the first welcome, while too many requests have no answer, and for what no
    /// server reads.
    pub fn ask(&mut self, asked: Asked) -> Option<RequestId> {
        let next = self.newest?.0.checked_add(1).map(RequestId)?;
        if self.unanswered.len() >= REQUESTS_OUTSTANDING_MAX || !asked.fits() {
            return None;
        }
        self.newest = Some(next);
        self.unanswered.push((next, asked));
        Some(next)
    }

    /// A connection is accepted for a seat whose newest request is this one.
    pub fn handle_welcome(&mut self, newest: RequestId) {
        self.newest = self.newest.max(Some(newest));
        self.sent = RequestId(0);
    }

    /// The next request to send.
    pub fn poll_transmit(&mut self) -> Option<ClientControl> {
        self.newest?;
        let (id, asked) = self.unanswered.iter().find(|(id, _)| *id > self.sent)?;
        let id = *id;
        self.sent = id;
        Some(match asked.clone() {
            Asked::OfRoom(body) => ClientControl::Request(Request { id, body }),
            Asked::OfHub(nonce, body) => ClientControl::HubRequest(HubRequest { id, nonce, body }),
        })
    }

    /// A request is answered. Returns whether it was asked and had no answer.
    pub fn handle_reply(&mut self, id: RequestId) -> bool {
        let before = self.unanswered.len();
        self.unanswered.retain(|(other, _)| *other != id);
        self.unanswered.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{SayTo, Saying};

    fn rename(name: &str) -> Asked {
        Asked::OfRoom(RequestBody::Rename { name: name.into() })
    }

    fn sent(requests: &mut Requests) -> Vec<u32> {
        let id = |control| match control {
            ClientControl::Request(Request { id, .. }) => id.0,
            ClientControl::HubRequest(HubRequest { id, .. }) => id.0,
            other => panic!("{other:?}"),
        };
        std::iter::from_fn(|| requests.poll_transmit()).map(id).collect()
    }

    #[test]
    fn what_has_no_answer_is_asked_again_in_order_over_a_new_connection() {
        let mut requests = Requests::default();
        assert_eq!(requests.ask(rename("Ada")), None, "there is no seat");
        requests.handle_welcome(RequestId(0));
        requests.ask(rename("Ada")).unwrap();
        let (to, saying) = (SayTo::Room, Saying::Text("hi".into()));
        requests.ask(Asked::OfHub(Nonce(7), HubBody::Say { to, saying })).unwrap();
        let (to, saying) = (SayTo::Room, Saying::Text("a".repeat(LINE_BYTES_MAX + 1)));
        assert_eq!(requests.ask(Asked::OfHub(Nonce(8), HubBody::Say { to, saying })), None);
        requests.ask(rename("Cy")).unwrap();
        assert_eq!(sent(&mut requests), [1, 2, 3]);
        assert_eq!(sent(&mut requests), []);
        assert!(requests.handle_reply(RequestId(2)));
        assert!(!requests.handle_reply(RequestId(2)), "it is answered once");
        requests.handle_welcome(RequestId(3));
        assert_eq!(sent(&mut requests), [1, 3]);
    }

    #[test]
    fn ids_go_on_above_those_of_whoever_had_the_seat_before() {
        let mut requests = Requests::default();
        requests.handle_welcome(RequestId(40));
        assert_eq!(requests.ask(rename("Ada")), Some(RequestId(41)));
        // Another seat, which has asked for less.
        requests.handle_welcome(RequestId(0));
        assert_eq!(requests.ask(rename("Bo")), Some(RequestId(42)));
    }

    #[test]
    fn no_more_wait_for_an_answer_than_a_server_remembers() {
        let mut requests = Requests::default();
        requests.handle_welcome(RequestId(0));
        let asked = (0..100).filter_map(|_| requests.ask(rename("Ada"))).count();
        assert_eq!(asked, REQUESTS_OUTSTANDING_MAX);
        assert!(requests.handle_reply(RequestId(1)));
        assert!(requests.ask(rename("Ada")).is_some());
        requests.newest = Some(RequestId(u32::MAX));
        assert!(requests.handle_reply(RequestId(2)));
        assert_eq!(requests.ask(rename("Ada")), None, "there is no id left");
    }
}
