//! How rooms ask the services of the hub, and how they are answered.
//!
//! ```text
//! room --Ask--> Desk (bounded, never waits) --> a service --HubReply--> room
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::sync::mpsc;

use driftfield_shared::protocol::{Done, Nonce, Outcome, RefusalReason, RequestId};
use driftfield_shared::units::PlayerId;
use driftfield_shared::wire::codec;
use tracing::error;

use super::chat::What;
use super::moderation::Plea;
use super::notices::NoticesAsk;
use super::party::PartyAsk;
use super::settings::SettingsAsk;
use crate::store::{AccountId, ExecutedRequest, StoreHandle, Submission, UnixSeconds};

/// What a room asks for in the name of a player.
#[derive(Debug)]
pub struct Ask<W> {
    /// Who asks.
    pub asker: Asker,
    /// The number with which it was asked for.
    pub nonce: Nonce,
    /// What.
    pub what: W,
    /// Who wants to know what became of it.
    pub answer: Answer,
}

/// Who asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asker {
    /// The account.
    pub account: AccountId,
    /// Its name in the room.
    pub name: String,
    /// The room from which it asks.
    pub room: Box<str>,
    /// Whether it has opened that room.
    pub is_owner: bool,
}

/// Where an answer goes.
#[derive(Clone, Debug)]
pub struct Answer {
    /// To the room.
    pub room: mpsc::Sender<HubReply>,
    /// The player who asked.
    pub player: PlayerId,
    /// Whose seat it is.
    pub account: AccountId,
    /// The number of the request.
    pub id: RequestId,
}

impl Answer {
    /// Sends it. The room may have ended: the player asks again in the next one.
    pub fn send(self, outcome: Outcome) {
        let Answer { room, player, account, id } = self;
        let _ = room.send(HubReply { player, account, id, outcome });
    }
}

/// An answer for a player of a room.
#[derive(Debug)]
pub struct HubReply {
    /// The seat that asked.
    pub player: PlayerId,
    /// Whose it was: meanwhile somebody else may have it.
    pub account: AccountId,
    /// The number of the request.
    pub id: RequestId,
    /// The answer.
    pub outcome: Outcome,
}

/// Where rooms leave what their players ask of one service. Clones lead to the same desk.
pub struct Desk<W>(tokio::sync::mpsc::Sender<Ask<W>>);

/// The end of a desk at which it is read.
pub type Asks<W> = tokio::sync::mpsc::Receiver<Ask<W>>;

impl<W> Desk<W> {
    /// A desk, and the end at which it is read.
    pub fn open() -> (Desk<W>, Asks<W>) {
        let (sender, receiver) = tokio::sync::mpsc::channel(ASKS_MAX);
        (Desk(sender), receiver)
    }

    /// Leaves a request. Never waits.
    ///
    /// # Errors
    /// When too many requests wait, or the server ends.
    pub fn leave(&self, ask: Ask<W>) -> Result<(), RefusalReason> {
        self.0.try_send(ask).map_err(|_| RefusalReason::Busy)
    }
}

impl<W> Clone for Desk<W> {
    fn clone(&self) -> Self {
        Desk(self.0.clone())
    }
}

/// A desk at which nobody reads.
impl<W> Default for Desk<W> {
    fn default() -> Self {
        Desk::open().0
    }
}

impl<W> fmt::Debug for Desk<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}

/// The desks of all services.
#[derive(Clone, Debug, Default)]
pub struct Desks {
    /// Takes what players say.
    pub chat: Desk<What>,
    /// Takes what they ask of moderation.
    pub moderation: Desk<Plea>,
    /// Takes what they want to know of what they were told.
    pub notices: Desk<NoticesAsk>,
    /// Takes what they want of their parties.
    pub parties: Desk<PartyAsk>,
    /// Takes the settings that pages keep with accounts.
    pub settings: Desk<SettingsAsk>,
}

/// What became of the last requests, so that one that is sent again over another connection has its effect once.
#[derive(Debug, Default)]
pub struct Requests {
    /// The oldest first.
    before: VecDeque<((AccountId, Nonce), Option<Outcome>)>,
    /// Those whose answer waits until something is durable, in the order of that.
    pending: VecDeque<Pending>,
}

/// A request whose answer waits.
#[derive(Debug)]
struct Pending {
    durable: Submission,
    key: (AccountId, Nonce),
    outcome: Outcome,
    answers: Vec<Answer>,
}

impl Requests {
    /// Remembers what was executed before the server was started.
    pub fn of_store(store: &StoreHandle) -> Self {
        let executed = store.executed_requests(REQUESTS_REMEMBERED as u32);
        let executed = executed.unwrap_or_else(|error| {
            error!(%error, "what players asked for before cannot be read: it may be done twice");
            Vec::new()
        });
        Requests::remembering(&executed)
    }

    fn remembering(executed: &[ExecutedRequest]) -> Self {
        let mut requests = Requests::default();
        for ExecutedRequest { account, nonce, done, .. } in executed {
            // An answer that this build does not know is one that only another build gives.
            if let Ok(done) = codec::decode(done) {
                requests.make_room();
                let key = (*account, Nonce(*nonce));
                requests.before.push_back((key, Some(Outcome::Done(done))));
            }
        }
        requests
    }

    fn make_room(&mut self) {
        if self.before.len() >= REQUESTS_REMEMBERED {
            self.before.pop_front();
        }
    }

    /// Takes a request. `None`: it was made before, and is answered when the first one is.
    pub fn begin(&mut self, nonce: Nonce, answer: Answer) -> Option<Answer> {
        let key = (answer.account, nonce);
        match self.before.iter().rev().find(|(before, _)| *before == key) {
            None => {
                self.make_room();
                self.before.push_back((key, None));
                Some(answer)
            }
            Some((_, Some(outcome))) => {
                answer.send(outcome.clone());
                None
            }
            Some((_, None)) => {
                if let Some(pending) = self.pending.iter_mut().find(|it| it.key == key) {
                    pending.answers.push(answer);
                }
                None
            }
        }
    }

    /// Answers a request at once. What is refused may be asked for again.
    pub fn end(&mut self, nonce: Nonce, answer: Answer, outcome: Outcome) {
        self.note((answer.account, nonce), &outcome);
        answer.send(outcome);
    }

    /// Answers a request when this is durable.
    pub fn end_when(
        &mut self,
        durable: Submission,
        nonce: Nonce,
        answer: Answer,
        outcome: Outcome,
    ) {
        debug_assert!(
            self.pending.back().is_none_or(|last| last.durable <= durable),
            "submissions are numbered in their order"
        );
        let key = (answer.account, nonce);
        self.pending.push_back(Pending { durable, key, outcome, answers: vec![answer] });
    }

    /// What must be durable for the next answer.
    pub fn awaited(&self) -> Option<Submission> {
        self.pending.front().map(|pending| pending.durable)
    }

    /// Answers whatever waited for something that is durable by now.
    pub fn answer(&mut self, durable: Submission) {
        while let Some(Pending { key, outcome, answers, .. }) =
            self.pending.pop_front_if(|pending| pending.durable <= durable)
        {
            self.note(key, &outcome);
            answers.into_iter().for_each(|answer| answer.send(outcome.clone()));
        }
    }

    fn note(&mut self, key: (AccountId, Nonce), outcome: &Outcome) {
        match outcome {
            Outcome::Done(_) => {
                if let Some((_, known)) = self.before.iter_mut().rev().find(|it| it.0 == key) {
                    *known = Some(outcome.clone());
                }
            }
            Outcome::Refused(_) => self.before.retain(|(before, _)| *before != key),
        }
    }
}

/// The record of a request that is executed, for the batch of its effect: with it, the request has that effect once, also
/// when the server stops before it has answered.
pub fn executed(account: AccountId, nonce: Nonce, at: UnixSeconds, done: &Done) -> ExecutedRequest {
    ExecutedRequest { account, nonce: nonce.0, at, done: codec::encode(done) }
}

/// Requests that may wait for a service: more than a second's talk of a full server.
const ASKS_MAX: usize = 1_024;
/// Requests that a service remembers: more than a client sends again, for hundreds of clients at once.
const REQUESTS_REMEMBERED: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_executed_before_a_restart_is_answered_and_not_done_again() {
        let (room, answers) = mpsc::channel();
        let account = AccountId(7);
        let answer =
            |id| Answer { room: room.clone(), player: PlayerId(1), account, id: RequestId(id) };
        let reported = executed(account, Nonce(1), 5, &Done::Reported);
        let of_another = ExecutedRequest { account: AccountId(8), nonce: 2, ..reported.clone() };
        let unknown = ExecutedRequest { nonce: 3, done: vec![255; 9], ..reported.clone() };
        let mut requests = Requests::remembering(&[reported, of_another, unknown]);
        assert!(requests.begin(Nonce(1), answer(4)).is_none());
        let told = answers.try_recv().expect("an answer");
        assert_eq!((told.id.0, told.outcome), (4, Outcome::Done(Done::Reported)));
        assert!(requests.begin(Nonce(2), answer(5)).is_some(), "the number of another account");
        assert!(requests.begin(Nonce(3), answer(6)).is_some(), "nothing is known of it");
    }

    #[test]
    fn a_request_has_its_effect_once_and_every_copy_is_answered() {
        let (room, answers) = mpsc::channel();
        let answer = |id| Answer {
            room: room.clone(),
            player: PlayerId(1),
            account: AccountId(7),
            id: RequestId(id),
        };
        let told =
            || answers.try_iter().map(|reply| (reply.id.0, reply.outcome)).collect::<Vec<_>>();
        let (mut requests, reported) = (Requests::default(), Outcome::Done(Done::Reported));
        let first = requests.begin(Nonce(1), answer(1)).expect("it is new");
        requests.end_when(Submission(5), Nonce(1), first, reported.clone());
        assert!(requests.begin(Nonce(1), answer(2)).is_none(), "it is the same one");
        requests.answer(Submission(4));
        assert_eq!(told(), []);
        requests.answer(Submission(5));
        assert_eq!(told(), [(1, reported.clone()), (2, reported.clone())]);
        assert!(requests.begin(Nonce(1), answer(3)).is_none());
        assert_eq!(told(), [(3, reported)]);

        let again = requests.begin(Nonce(2), answer(4)).expect("it is new");
        requests.end(Nonce(2), again, Outcome::Refused(RefusalReason::Busy));
        assert!(
            requests.begin(Nonce(2), answer(5)).is_some(),
            "what was refused may be tried again"
        );
    }
}
