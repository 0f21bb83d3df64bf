//! The chat of a server: takes requests from rooms, publishes what is said, and answers when it is durable.
//!
//! ```text
//! room --Ask<What>--> Desk --> admit --wait, where too much is said--> say --> feeds of the hub
//!                                                                      \--> store --durable--> Answer --> room
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use driftfield_shared::limits::HISTORY_LINES_MAX;
use driftfield_shared::protocol::{
    CHAT, ChatLine, Done, INBOX, LineId, Nonce, Outcome, PARTY_CHAT, RefusalReason, Saying,
};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::{error, warn};

use super::machine::{Admitted, Before, Chat, Moment, Place, Target};
use super::record::{records, restored};
use crate::hub::desk::{Answer, Ask, Asker, Asks};
use crate::hub::moderation::Ignores;
use crate::hub::{HubTopics, Parties};
use crate::limits::{HISTORY_READERS, HISTORY_READINGS_MAX};
use crate::metrics::ChatMetrics;
use crate::store::{AccountId, Batch, StoreHandle, Submission, unix_millis, unix_seconds};
use crate::text::WordList;

/// What can be asked for.
#[derive(Debug)]
pub enum What {
    /// To say something.
    Say(Target, Saying),
    /// Lines of a place before a line, the newest of them.
    History(Place, LineId),
    /// To say something to the own party.
    SayInParty(Saying),
    /// The same as [`What::History`] of the own party.
    PartyHistory(LineId),
}

/// The chat, with everything around it.
#[derive(Debug)]
pub struct ChatService {
    chat: Chat,
    words: WordList,
    store: StoreHandle,
    topics: HubTopics,
    ignores: Ignores,
    parties: Parties,
    metrics: ChatMetrics,
    start: Instant,
    /// Lines that are said a little later, because their speakers say too much.
    waiting: BTreeMap<(Instant, u64), (Admitted, Vec<Answer>)>,
    /// Permits to read what was said before: for those who read or wait to, and for those who read.
    readings: Arc<Semaphore>,
    readers: Arc<Semaphore>,
    admitted: u64,
    /// Lines that were said and are not durable yet, in their order.
    pending: VecDeque<Pending>,
}

/// A line that was said and is not durable yet.
#[derive(Debug)]
struct Pending {
    submission: Submission,
    line: LineId,
    answers: Vec<Answer>,
}

impl ChatService {
    /// A chat that remembers what the store has.
    pub fn new(
        words: WordList,
        store: StoreHandle,
        topics: HubTopics,
        ignores: Ignores,
        parties: Parties,
        metrics: ChatMetrics,
    ) -> Self {
        let lines = store.newest_lines(RESTORED_LINES).unwrap_or_else(|error| {
            error!(%error, "what was said before cannot be read");
            Vec::new()
        });
        let newest = LineId(lines.last().map_or(0, |line| line.id));
        let mut chat = Chat::new(words.clone(), newest);
        for (place, line, speaker) in lines.into_iter().filter_map(|line| restored(line, &words)) {
            chat.restore(&place, &line, speaker);
        }
        let mut service = ChatService {
            chat,
            words,
            store,
            topics,
            ignores,
            parties,
            metrics,
            start: Instant::now(),
            waiting: BTreeMap::new(),
            readings: Arc::new(Semaphore::new(HISTORY_READINGS_MAX)),
            readers: Arc::new(Semaphore::new(HISTORY_READERS)),
            admitted: 0,
            pending: VecDeque::new(),
        };
        service.topics.publish(SILENCE, service.chat.silence());
        let places: Vec<Place> = service.chat.places().cloned().collect();
        service.publish(&places);
        service
    }

    /// Serves until no room can ask any more.
    pub async fn serve(mut self, mut asks: Asks<What>) {
        loop {
            let due = self.waiting.first_key_value().map(|((due, _), _)| *due);
            let durable = self.pending.front().map(|pending| pending.submission);
            let status = self.store.status().clone();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.handle(ask),
                    None => return,
                },
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.say_due();
                }
                () = status.wait(durable.unwrap_or(Submission(0))), if durable.is_some() => {
                    self.answer_durable();
                }
            }
        }
    }

    fn handle(&mut self, Ask { asker, nonce, what, answer }: Ask<What>) {
        match what {
            What::Say(target, saying) => self.handle_say(asker, nonce, target, saying, answer),
            What::History(place, before) => self.handle_reading(&asker, place, before, answer),
            What::SayInParty(saying) => match self.parties.of(asker.account) {
                Some(party) => {
                    self.handle_say(asker, nonce, Target::Party(party), saying, answer);
                }
                // What was said before the account left its party is known all the same.
                None if !self.answer_before(asker.account, nonce, &answer) => {
                    answer.send(Outcome::Refused(RefusalReason::NoParty));
                }
                None => {}
            },
            What::PartyHistory(before) => match self.parties.of(asker.account) {
                Some(party) => self.handle_reading(&asker, Place::Party(party), before, answer),
                None => answer.send(Outcome::Refused(RefusalReason::NoParty)),
            },
        }
    }

    fn handle_reading(&mut self, asker: &Asker, place: Place, before: LineId, answer: Answer) {
        match self.chat.admit_reading(self.now(), asker.account) {
            Ok(()) => self.read_history(place, before, answer),
            Err(reason) => answer.send(Outcome::Refused(reason)),
        }
    }

    fn handle_say(
        &mut self,
        asker: Asker,
        nonce: Nonce,
        target: Target,
        saying: Saying,
        answer: Answer,
    ) {
        let account = asker.account;
        if self.answer_before(account, nonce, &answer) {
            return;
        }
        if let Some(mute) = self.store.sanctions().mute(account) {
            let left =
                mute.ends.map(|ends| u32::try_from(ends - unix_seconds()).unwrap_or(0).max(1));
            let reason = RefusalReason::Mute { seconds: left.unwrap_or(0) };
            return answer.send(Outcome::Refused(reason));
        }
        // Whoever is ignored is not told: the line goes to the speaker's own inbox alone.
        let is_heard = match &target {
            Target::Room | Target::Party(_) => true,
            Target::Account(listener, _) => !self.ignores.is_ignoring(*listener, account),
        };
        match self.chat.admit(self.now(), asker, nonce, target, is_heard, saying) {
            Ok(admitted) if admitted.wait.is_zero() => {
                self.say(admitted, vec![answer]);
            }
            Ok(admitted) => {
                self.metrics.count_slowed();
                self.admitted += 1;
                let key = (Instant::now() + admitted.wait, self.admitted);
                self.waiting.insert(key, (admitted, vec![answer]));
            }
            Err(reason) => answer.send(Outcome::Refused(reason)),
        }
    }

    /// Answers a request that was made before, now or when its line is durable. Returns whether it was.
    fn answer_before(&mut self, account: AccountId, nonce: Nonce, answer: &Answer) -> bool {
        match self.chat.before(account, nonce) {
            Some(Before::Waiting) => {
                let mut all = self.waiting.values_mut();
                let same = all.find(|(admitted, _)| admitted.request() == (account, nonce));
                if let Some((_, answers)) = same {
                    answers.push(answer.clone());
                }
                true
            }
            Some(Before::Said(line)) => {
                match self.pending.iter_mut().find(|pending| pending.line == line) {
                    Some(pending) => pending.answers.push(answer.clone()),
                    None => answer.clone().send(Outcome::Done(Done::Said { line })),
                }
                true
            }
            None => false,
        }
    }

    fn say_due(&mut self) {
        let now = Instant::now();
        while let Some(entry) = self.waiting.first_entry()
            && entry.key().0 <= now
        {
            let (admitted, answers) = entry.remove();
            self.say(admitted, answers);
        }
    }

    /// Says a line, if the store takes it: what could not be kept is not said.
    fn say(&mut self, admitted: Admitted, answers: Vec<Answer>) {
        let (account, nonce) = admitted.request();
        let said = self.chat.make_line(self.now(), admitted);
        let mut batch = Batch::new();
        records(&said).into_iter().for_each(|line| batch.push(line));
        match self.store.submit(batch) {
            Ok(submission) => {
                self.metrics.count_said();
                self.chat.say(&said);
                self.publish(&said.places);
                let line = said.line.id;
                self.pending.push_back(Pending { submission, line, answers });
            }
            Err(_) => {
                self.chat.forget(account, nonce);
                for answer in answers {
                    answer.send(Outcome::Refused(RefusalReason::Busy));
                }
            }
        }
    }

    fn answer_durable(&mut self) {
        let durable = self.store.status().durable();
        while let Some(Pending { line, answers, .. }) =
            self.pending.pop_front_if(|pending| pending.submission <= durable)
        {
            for answer in answers {
                answer.send(Outcome::Done(Done::Said { line }));
            }
        }
    }

    /// Reads on a thread that may wait for the disk. A few do at a time, so that the processors stay free for ticks, and of
    /// the others no more wait than can be answered soon.
    fn read_history(&self, place: Place, before: LineId, answer: Answer) {
        let Ok(waiting) = self.readings.clone().try_acquire_owned() else {
            return answer.send(Outcome::Refused(RefusalReason::Busy));
        };
        let readers = self.readers.clone();
        let (store, words) = (self.store.clone(), self.words.clone());
        tokio::spawn(async move {
            let _waiting = waiting;
            // It fails only for a semaphore that is closed, and nobody closes this one.
            let Ok(_reader) = readers.acquire_owned().await else { return };
            let read = tokio::task::spawn_blocking(move || {
                answer.send(history(&store, &words, &place, before));
            });
            if let Err(error) = read.await {
                error!(%error, "a reading of what was said before has failed: a bug");
            }
        });
    }

    fn publish(&mut self, places: &[Place]) {
        for place in places {
            if let Some(feed) = self.chat.feed(place) {
                self.topics.publish(&topic_name(place), feed.clone());
            }
        }
        for place in self.chat.take_given_up() {
            self.topics.withdraw(&topic_name(&place));
        }
    }

    fn now(&self) -> Moment {
        Moment { since_start: self.start.elapsed(), unix_ms: unix_millis() }
    }
}

/// What was said in a place before a line.
fn history(store: &StoreHandle, words: &WordList, place: &Place, before: LineId) -> Outcome {
    match store.lines_before(&place.key(), before.0, HISTORY_LINES_MAX) {
        Ok(lines) => {
            let is_start = lines.len() < HISTORY_LINES_MAX as usize;
            let lines = lines.into_iter().filter_map(|line| restored(line, words));
            let lines: Vec<ChatLine> = lines.map(|(_, line, _)| line).collect();
            Outcome::Done(Done::History { lines, is_start })
        }
        Err(error) => {
            warn!(%error, "what was said before cannot be read");
            Outcome::Refused(RefusalReason::Busy)
        }
    }
}

/// The name under which the hub publishes the feed of a place. It is not what clients call it: each has its own room and inbox.
pub fn topic_name(place: &Place) -> String {
    match place {
        Place::Room(room) => format!("{CHAT}/{room}"),
        Place::Inbox(account) => format!("{INBOX}/{:016x}", account.0),
        Place::Party(party) => format!("{PARTY_CHAT}/{:016x}", party.0),
    }
}

/// The name of the feed of every place where nothing was said yet.
pub const SILENCE: &str = "chat/";

/// Lines that are remembered at the start: those of the last minutes, for who comes back after a restart.
const RESTORED_LINES: u32 = 5_000;
