//! A bot's part in the talk of its fleet: what it says, what it hears, and how long that takes.
//!
//! ```text
//! time --> "bot 7 at 12345678" --> request --> server --> lines of the chat --> every bot: how old is it?
//!                                         \-> receipt --> its speaker: how old is it?
//! ```
//!
//! All bots of a fleet are in one process and read one clock, so a line that says when it was sent is a measurement.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

use driftfield_shared::limits::REQUESTS_OUTSTANDING_MAX;
use driftfield_shared::netcode::Asked;
use driftfield_shared::protocol::{
    CHAT, ChatLine, HubBody, Nonce, Outcome, Reply, RequestId, SayTo, Saying,
};
use driftfield_shared::topics::{Handle, News};
use driftfield_shared::units::Micros;

use crate::brains::mix;

/// Time from one line of a talker to the next: as often as the server's flood control lets anyone talk on.
pub(in crate::fleet) const LINE_INTERVAL: Micros = 2_000_000;

/// What a bot does for the talk of its fleet.
pub(in crate::fleet) struct Talk {
    index: usize,
    /// When it says something next; `None`: it only listens.
    next: Option<Micros>,
    /// The nonces of its requests follow from it. It is not the seed of the fleet: a request of another run with the same
    /// accounts and nonces would be the same request, which is answered and not executed.
    nonces: u64,
    said: u64,
    chat: Option<Handle>,
    /// Whether what was said before the bot came has been read.
    is_current: bool,
    /// Lines without a receipt, and when they were sent.
    unconfirmed: Vec<(RequestId, Micros)>,
    events: VecDeque<TalkEvent>,
}

/// What happened in the talk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::fleet) enum TalkEvent {
    /// A line was given to the socket.
    Sent,
    /// A line of another bot came so long after it was given to the socket.
    Heard(Micros),
    /// The receipt for a line came so long after it was given to the socket.
    Confirmed(Micros),
    /// A line was refused.
    Refused,
}

impl Talk {
    /// The part of a fleet's bot of this index, which says its first line at `first`, if it says anything.
    pub(in crate::fleet) fn new(index: usize, first: Option<Micros>) -> Self {
        Talk {
            index,
            next: first,
            nonces: RandomState::new().hash_one(index),
            said: 0,
            chat: None,
            is_current: false,
            unconfirmed: Vec::new(),
            events: VecDeque::new(),
        }
    }

    /// The topic to subscribe to, if that was not done yet; `subscribe` does it.
    pub(super) fn listen(&mut self, subscribe: impl FnOnce(&str) -> Option<Handle>) {
        self.chat = self.chat.or_else(|| subscribe(CHAT));
    }

    /// Says something, if it is time; `ask` makes the request. A bot that is not in its room, or has too many lines without
    /// a receipt, says it later.
    pub(super) fn say(&mut self, now: Micros, ask: impl FnOnce(Asked) -> Option<RequestId>) {
        if self.next.is_none_or(|next| now < next) {
            return;
        }
        let text = format!("bot {} at {now}", self.index);
        let body = HubBody::Say { to: SayTo::Room, saying: Saying::Text(text) };
        let asked = Asked::from((Nonce(mix(self.nonces, self.said)), body));
        if let Some(id) = ask(asked) {
            self.said += 1;
            self.unconfirmed.push((id, now));
            self.events.push_back(TalkEvent::Sent);
            debug_assert!(self.unconfirmed.len() <= REQUESTS_OUTSTANDING_MAX, "as many as asked");
        }
        self.next = Some(now + LINE_INTERVAL);
    }

    /// When it says something next.
    pub(super) fn next_time(&self) -> Option<Micros> {
        self.next
    }

    /// Hears what a topic says, if it is the chat.
    pub(super) fn hear(&mut self, now: Micros, handle: Handle, news: &News) {
        let News::Feed { entries, is_current, .. } = news else { return };
        if self.chat != Some(handle) {
            return;
        }
        if self.is_current {
            let sent = entries.iter().filter_map(|entry| sent_at(entry));
            let others = sent.filter(|(index, _)| *index != self.index);
            let heard = others.map(|(_, sent)| TalkEvent::Heard(now.saturating_sub(sent)));
            self.events.extend(heard);
        }
        self.is_current |= is_current;
    }

    /// Takes the answer to a request.
    pub(super) fn note_reply(&mut self, now: Micros, reply: &Reply) {
        let line = self.unconfirmed.iter().position(|(id, _)| *id == reply.id);
        let Some((_, sent)) = line.map(|line| self.unconfirmed.swap_remove(line)) else { return };
        self.events.push_back(match reply.outcome {
            Outcome::Done(_) => TalkEvent::Confirmed(now.saturating_sub(sent)),
            Outcome::Refused(_) => TalkEvent::Refused,
        });
    }

    pub(super) fn poll_event(&mut self) -> Option<TalkEvent> {
        self.events.pop_front()
    }
}

/// Which bot has said a line, and when it was sent; `None` for what no bot of a fleet says.
fn sent_at(entry: &[u8]) -> Option<(usize, Micros)> {
    let Saying::Text(text) = ChatLine::read(entry).ok()?.saying else { return None };
    let (index, at) = text.strip_prefix("bot ")?.split_once(" at ")?;
    Some((index.parse().ok()?, at.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::{AccountTag, Done, LineId, RefusalReason, Talker};

    use super::*;

    fn line(text: String) -> Vec<u8> {
        let speaker = Talker { account: AccountTag(1), name: "Ada".into() };
        let (listener, masked) = (None, Vec::new());
        let saying = Saying::Text(text);
        ChatLine { id: LineId(1), at: 5, speaker, listener, saying, masked }.entry()
    }

    fn drain(talk: &mut Talk) -> Vec<TalkEvent> {
        std::iter::from_fn(|| talk.poll_event()).collect()
    }

    /// What a talker asks for by `now`, as the entry that others read.
    fn say(talk: &mut Talk, now: Micros, id: u32) -> Option<Vec<u8>> {
        let mut said = None;
        talk.say(now, |asked| {
            let Asked::OfHub(_, HubBody::Say { saying: Saying::Text(text), .. }) = asked else {
                panic!("{asked:?}");
            };
            said = Some(line(text));
            Some(RequestId(id))
        });
        said
    }

    #[test]
    fn a_line_is_as_old_as_the_time_since_it_was_said() {
        let handle = Handle::all().next();
        let mut talkers = [0, 1].map(|index| Talk::new(index, Some(10)));
        talkers.iter_mut().for_each(|talk| talk.listen(|_| handle));
        let [ada, bo] = &mut talkers;
        assert_eq!(say(ada, 9, 1), None, "not before it is time");
        let first = say(ada, 10, 1).unwrap();
        assert_eq!(say(ada, 2_000_009, 2), None);
        let second = say(ada, 2_000_010, 2).unwrap();
        assert_eq!(drain(ada), [TalkEvent::Sent; 2]);
        let feed = |entries, is_current| News::Feed { gap: None, entries, is_current };
        let handle = handle.unwrap();
        // What was said before it came is no measurement, and neither is what somebody else says.
        bo.hear(5_000_000, handle, &feed(vec![first], true));
        bo.hear(5_000_000, handle, &feed(vec![line("bot at 9".into()), second.clone()], true));
        assert_eq!(drain(bo), [TalkEvent::Heard(2_999_990)]);
        let other = Handle::all().nth(1).unwrap();
        bo.hear(5_000_000, other, &feed(vec![second.clone()], true));
        ada.is_current = true;
        ada.hear(5_000_000, handle, &feed(vec![second], true));
        assert_eq!((drain(ada), drain(bo)), (vec![], vec![]), "nobody hears itself");
    }

    #[test]
    fn a_receipt_counts_once_and_a_refusal_is_none() {
        let mut talk = Talk::new(3, Some(0));
        say(&mut talk, 1_000, 4);
        say(&mut talk, 3_000_000, 5);
        let done = Outcome::Done(Done::Said { line: LineId(1) });
        let reply = |id, outcome| Reply { id: RequestId(id), outcome };
        talk.note_reply(31_000, &reply(4, done.clone()));
        talk.note_reply(32_000, &reply(4, done));
        let refused = Outcome::Refused(RefusalReason::TooOften { seconds: 1 });
        talk.note_reply(3_000_001, &reply(5, refused));
        let sent = [TalkEvent::Sent; 2];
        let answered = [TalkEvent::Confirmed(30_000), TalkEvent::Refused];
        assert_eq!(drain(&mut talk), [sent, answered].concat());
        assert!(talk.unconfirmed.is_empty());
    }

    #[test]
    fn who_is_not_in_its_room_says_it_at_the_next_turn() {
        let mut talk = Talk::new(0, Some(0));
        talk.say(5, |_| None);
        assert_eq!((drain(&mut talk), talk.next_time()), (vec![], Some(LINE_INTERVAL + 5)));
        let mut listener = Talk::new(0, None);
        assert_eq!(say(&mut listener, 1_000_000_000, 1), None);
    }
}
