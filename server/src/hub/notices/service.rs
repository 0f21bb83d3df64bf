//! The notices of a server: takes them from all senders, publishes what is durable, and answers what was told before.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use driftfield_shared::limits::HISTORY_LINES_MAX;
use driftfield_shared::protocol::{Done, Notice, NoticeEvent, NoticeId, Outcome, RefusalReason};
use tokio::sync::Notify;
use tracing::{error, warn};

use super::machine::{Feeds, NO_NOTICES, NotTold, To, notices_topic, restored};
use crate::hub::HubTopics;
use crate::hub::chat::Moment;
use crate::hub::desk::{Ask, Asks, Requests};
use crate::hub::pace::Pace;
use crate::metrics::NoticeMetrics;
use crate::store::{
    AccountId, Batch, NoticesRead, StoreHandle, StoredNotice, Submission, unix_millis,
};

/// Where all senders leave what they tell. Clones lead to the same service.
#[derive(Clone, Debug)]
pub struct Notices(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Something was submitted.
    news: Notify,
    store: StoreHandle,
    metrics: NoticeMetrics,
    start: Instant,
}

#[derive(Debug)]
struct State {
    feeds: Feeds,
    /// Notices that are not durable yet, in the order of their submissions.
    pending: VecDeque<(Submission, To, Notice)>,
}

/// A notice in a batch that is not submitted yet.
#[must_use = "it is told when its batch is submitted"]
#[derive(Debug)]
pub struct Added {
    to: To,
    key: Option<String>,
    notice: Notice,
}

/// What a player asks for.
#[derive(Clone, Copy, Debug)]
pub enum NoticesAsk {
    /// What the account was told before this.
    Before(NoticeId),
    /// It has read up to this.
    Read(NoticeId),
}

/// The service behind [`Notices`].
#[derive(Debug)]
pub struct NoticesService {
    notices: Notices,
    topics: HubTopics,
    requests: Requests,
    pace: Pace,
}

impl Notices {
    /// The notices of a store, with what it remembers.
    pub fn new(store: StoreHandle, metrics: NoticeMetrics) -> Self {
        let told = store.newest_notices(RESTORED_NOTICES).unwrap_or_else(|error| {
            error!(%error, "what players were told before cannot be read");
            Vec::new()
        });
        let state = State { feeds: Feeds::new(told), pending: VecDeque::new() };
        let (state, news, start) = (Mutex::new(state), Notify::new(), Instant::now());
        Notices(Arc::new(Shared { state, news, store, metrics, start }))
    }

    /// Adds a notice to the batch of what it tells. `None`: the sender has told it before by this key, or the account is told
    /// too much. Once the batch is [submitted](Notices::submitted) and durable, it is told.
    pub fn add(
        &self,
        batch: &mut Batch,
        to: To,
        key: Option<&str>,
        event: NoticeEvent,
    ) -> Option<Added> {
        let Shared { metrics, start, .. } = &*self.0;
        let now = Moment { since_start: start.elapsed(), unix_ms: unix_millis() };
        let notice = match self.state().feeds.make(now, to, key, event) {
            Ok(notice) => notice,
            Err(NotTold::Before) => return None,
            Err(NotTold::TooMuch) => {
                metrics.count_dropped();
                return None;
            }
        };
        let account = match to {
            To::Account(account) => Some(account),
            To::All => None,
        };
        let key = key.map(str::to_owned);
        batch.push(StoredNotice {
            id: notice.id.0,
            account,
            at: notice.at,
            key: key.clone(),
            event: notice.event.bytes(),
        });
        Some(Added { to, key, notice })
    }

    /// The batch of a notice was submitted, or not taken: then nobody is told.
    pub fn submitted(&self, Added { to, key, notice }: Added, submission: Option<Submission>) {
        let mut state = self.state();
        match submission {
            Some(submission) => {
                // Two senders may have submitted in another order than they come here.
                let place = state.pending.partition_point(|(other, ..)| *other <= submission);
                state.pending.insert(place, (submission, to, notice));
                drop(state);
                self.0.news.notify_one();
            }
            None => {
                if let Some(key) = key {
                    state.feeds.take_back(to, &key);
                }
                self.0.metrics.count_dropped();
            }
        }
    }

    /// Tells something by itself. Returns when it is durable.
    ///
    /// # Errors
    /// When too much waits for the store, or the account is told too much. What was told before is told.
    pub fn send(
        &self,
        to: To,
        key: Option<&str>,
        event: NoticeEvent,
    ) -> Result<Option<Submission>, RefusalReason> {
        let mut batch = Batch::new();
        let Some(added) = self.add(&mut batch, to, key, event) else { return Ok(None) };
        let submission = self.0.store.submit(batch).ok();
        self.submitted(added, submission);
        submission.map(Some).ok_or(RefusalReason::Busy)
    }

    /// What waits first to be durable.
    fn awaited(&self) -> Option<Submission> {
        self.state().pending.front().map(|(submission, ..)| *submission)
    }

    /// No code panics while it holds the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NoticesService {
    /// A service that publishes there, and has published what was told before.
    pub fn new(notices: Notices, topics: HubTopics) -> Self {
        let pace = Pace::new(ASKS_AT_ONCE, ASK_INTERVAL);
        let service = NoticesService { notices, topics, requests: Requests::default(), pace };
        {
            let mut state = service.notices.state();
            service.topics.publish(NO_NOTICES, state.feeds.nothing());
            for to in state.feeds.receivers() {
                service.publish(&mut state.feeds, to);
            }
        }
        service
    }

    /// Serves until no room can ask any more.
    pub async fn serve(mut self, mut asks: Asks<NoticesAsk>) {
        let notices = self.notices.clone();
        let status = notices.0.store.status().clone();
        loop {
            let told = notices.awaited();
            let durable = [told, self.requests.awaited()].into_iter().flatten().min();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.handle(ask).await,
                    None => return,
                },
                () = notices.0.news.notified() => {}
                () = status.wait(durable.unwrap_or(Submission(0))), if durable.is_some() => {
                    let durable = status.durable();
                    self.tell(durable);
                    self.requests.answer(durable);
                }
            }
        }
    }

    /// Publishes what is durable by now.
    fn tell(&self, durable: Submission) {
        let mut state = self.notices.state();
        let State { feeds, pending } = &mut *state;
        let mut changed = BTreeSet::new();
        while let Some((_, to, notice)) =
            pending.pop_front_if(|(submission, ..)| *submission <= durable)
        {
            feeds.tell(to, &notice);
            self.notices.0.metrics.count(notice.event.kind());
            changed.insert(to);
        }
        changed.into_iter().for_each(|to| self.publish(feeds, to));
        for to in feeds.take_given_up() {
            self.topics.withdraw(&notices_topic(to));
        }
    }

    fn publish(&self, feeds: &mut Feeds, to: To) {
        if let Some(feed) = feeds.feed(to) {
            self.topics.publish(&notices_topic(to), feed.clone());
        }
    }

    async fn handle(&mut self, Ask { asker, nonce, what, answer }: Ask<NoticesAsk>) {
        let Some(answer) = self.requests.begin(nonce, answer) else { return };
        let now = self.notices.0.start.elapsed();
        if let Err(reason) = self.pace.take(now, asker.account) {
            return self.requests.end(nonce, answer, Outcome::Refused(reason));
        }
        match what {
            NoticesAsk::Before(before) => {
                let outcome = self.before(asker.account, before).await;
                self.requests.end(nonce, answer, outcome);
            }
            NoticesAsk::Read(NoticeId(up_to)) => {
                // Nobody reads what was not told.
                let newest = i64::MAX as u64;
                let read = NoticesRead { account: asker.account, up_to: up_to.min(newest) };
                match self.notices.0.store.submit(Batch::of(read)) {
                    Ok(durable) => {
                        let done = Outcome::Done(Done::NoticesRead);
                        self.requests.end_when(durable, nonce, answer, done);
                    }
                    Err(_) => {
                        let refused = Outcome::Refused(RefusalReason::Busy);
                        self.requests.end(nonce, answer, refused);
                    }
                }
            }
        }
    }

    /// Reads on a thread that may wait for the disk.
    async fn before(&self, account: AccountId, before: NoticeId) -> Outcome {
        let store = self.notices.0.store.clone();
        let read = move || store.notices_before(account, before.0, HISTORY_LINES_MAX);
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok((list, read_up_to))) => {
                let is_start = list.len() < HISTORY_LINES_MAX as usize;
                let list = list.into_iter().filter_map(restored).collect();
                let read_up_to = NoticeId(read_up_to);
                Outcome::Done(Done::Notices { list, is_start, read_up_to })
            }
            Ok(Err(error)) => {
                warn!(%error, "what a player was told cannot be read");
                Outcome::Refused(RefusalReason::Busy)
            }
            // The runtime ends, or reading panicked.
            Err(_) => Outcome::Refused(RefusalReason::Busy),
        }
    }
}

/// Notices that are remembered at the start, for who comes back after a restart.
const RESTORED_NOTICES: u32 = 5_000;
/// What an account may ask for at once, and one more in each interval.
const ASKS_AT_ONCE: u32 = 10;
const ASK_INTERVAL: Duration = Duration::from_secs(1);
