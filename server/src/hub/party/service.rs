//! The parties of a server: takes wishes from rooms, publishes who is where, and answers when it is durable.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use driftfield_shared::protocol::{
    AccountTag, Done, NoticeEvent, Outcome, PARTY, PartyMember, PartySecret, RefusalReason, Talker,
    member_key,
};
use driftfield_shared::topics::{Board, Publisher, Topic};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::{error, warn};

use super::look::{Sight, look};
use super::machine::{Company, Fresh, Party, PartyNews};
use super::{NO_PARTY, led_to, own_party_topics, party_topic};
use crate::hub::desk::{Ask, Asker, Asks, Requests};
use crate::hub::moderation::account_name;
use crate::hub::pace::Pace;
use crate::hub::{Directory, HubTopics, Ignores, Notices, Subject, To};
use crate::limits::PARTY_MEMBERS_MAX;
use crate::metrics::PartyMetrics;
use crate::secret::random;
use crate::store::{
    AccountId, Batch, PartyChange, PartyId, StoreHandle, StoredMember, Submission, unix_seconds,
};

/// Who is in which party. Clones are the same parties.
#[derive(Clone, Debug, Default)]
pub struct Parties(Arc<Mutex<Company>>);

/// A party, as whoever has its link may know it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invited {
    /// The name of its leader.
    pub leader: String,
    /// How many members it has.
    pub members: usize,
    /// The identifier of the room that it plays in: the leader's, or else that of somebody who is on-line.
    pub room: Option<String>,
}

/// What a player asks about a party.
#[derive(Debug)]
pub enum PartyAsk {
    /// See [`PartyWish`](driftfield_shared::protocol::PartyWish).
    Look,
    /// The same.
    Open,
    /// The same.
    Invite(Subject),
    /// The same: who has invited, and whether the account joins.
    Answer(AccountId, bool),
    /// The same.
    Join(PartySecret),
    /// The same.
    Leave,
    /// The same.
    Remove(AccountId),
    /// The same.
    Renew,
}

/// The service behind [`Parties`].
#[derive(Debug)]
pub struct PartyService {
    parties: Parties,
    store: StoreHandle,
    topics: HubTopics,
    notices: Notices,
    ignores: Ignores,
    metrics: PartyMetrics,
    /// The boards of parties of whom somebody is on-line.
    boards: BTreeMap<PartyId, Publisher<Board>>,
    /// The epoch of the next board.
    epoch: u32,
    requests: Requests,
    /// How often an account may ask for anything at all.
    any: Pace,
    invitations: Pace,
    start: Instant,
}

/// What became of a wish: an answer now, or one when something is durable.
struct Ending {
    durable: Option<Submission>,
    done: Done,
}

impl Parties {
    /// What the store has.
    pub fn new(store: &StoreHandle) -> Self {
        let kept = store.parties().unwrap_or_else(|error| {
            error!(%error, "who is in which party cannot be read");
            Vec::new()
        });
        Parties(Arc::new(Mutex::new(Company::new(kept))))
    }

    /// The party of an account.
    pub fn of(&self, account: AccountId) -> Option<PartyId> {
        self.company().of(account).map(|(id, _)| id)
    }

    /// The party of a link.
    pub fn invited(&self, secret: PartySecret) -> Option<Invited> {
        let company = self.company();
        let (_, party) = company.by_secret(secret)?;
        let leader = party.member(party.leader)?;
        let rooms = std::iter::once(leader).chain(&party.members);
        let room = rooms.filter_map(|member| member.room.as_ref()).next();
        Some(Invited {
            leader: leader.name.clone(),
            members: party.members.len(),
            room: room.map(|room| room.id.clone()),
        })
    }

    /// No code panics while it holds the lock.
    fn company(&self) -> MutexGuard<'_, Company> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartyService {
    /// A service that publishes there.
    pub fn new(
        parties: Parties,
        store: StoreHandle,
        topics: HubTopics,
        notices: Notices,
        ignores: Ignores,
        metrics: PartyMetrics,
    ) -> Self {
        let epoch = RandomState::new().hash_one(PARTY) as u32;
        topics.publish(NO_PARTY, Board::new(epoch));
        for (id, party) in parties.company().iter() {
            party.members.iter().for_each(|member| lead(&topics, member.account, Some(id)));
        }
        PartyService {
            parties,
            store,
            topics,
            notices,
            ignores,
            metrics,
            boards: BTreeMap::new(),
            epoch: epoch.wrapping_add(1),
            requests: Requests::default(),
            any: Pace::new(ASKS_AT_ONCE, ASK_INTERVAL),
            invitations: Pace::new(INVITATIONS_AT_ONCE, INVITATION_INTERVAL),
            start: Instant::now(),
        }
    }

    /// Serves until no room can ask any more.
    pub async fn serve(mut self, mut asks: Asks<PartyAsk>, rooms: Directory) {
        let status = self.store.status().clone();
        let mut ticker = interval(LOOK_INTERVAL);
        ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The look that is under way.
        let mut sight: Option<JoinHandle<Sight>> = None;
        loop {
            let durable = self.requests.awaited();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => {
                        if self.handle(ask).await {
                            ticker.reset_immediately();
                        }
                    }
                    None => return,
                },
                () = status.wait(durable.unwrap_or(Submission(0))), if durable.is_some() => {
                    self.requests.answer(status.durable());
                }
                _ = ticker.tick(), if sight.is_none() => {
                    let wanted: HashSet<AccountId> = self.parties.company().members().collect();
                    self.metrics.set_members(wanted.len());
                    if !wanted.is_empty() {
                        sight = Some(tokio::spawn(look(rooms.clone(), Arc::new(wanted))));
                    }
                }
                seen = async { sight.as_mut().expect("it is asked first").await }, if sight.is_some() => {
                    sight = None;
                    // It panicked, or the runtime ends.
                    if let Ok(seen) = seen {
                        self.note_sight(seen);
                    }
                }
            }
        }
    }

    /// Answers a wish. Returns whether somebody is in a party, or another one, since then.
    async fn handle(&mut self, Ask { asker, nonce, what, answer }: Ask<PartyAsk>) -> bool {
        let Some(answer) = self.requests.begin(nonce, answer) else { return false };
        let ending = match self.any.take(self.start.elapsed(), asker.account) {
            Ok(()) => self.execute(&asker, what).await,
            Err(reason) => Err(reason),
        };
        match ending {
            Ok(Ending { durable: None, done }) => {
                self.requests.end(nonce, answer, Outcome::Done(done));
                false
            }
            Ok(Ending { durable: Some(durable), done }) => {
                self.requests.end_when(durable, nonce, answer, Outcome::Done(done));
                true
            }
            Err(reason) => {
                self.requests.end(nonce, answer, Outcome::Refused(reason));
                false
            }
        }
    }

    async fn execute(&mut self, asker: &Asker, what: PartyAsk) -> Result<Ending, RefusalReason> {
        let account = asker.account;
        let who = || StoredMember { account, name: asker.name.clone(), seen: unix_seconds() };
        let durable = match what {
            PartyAsk::Look => None,
            PartyAsk::Open => {
                let changes = self.parties.company().open(who(), fresh()?)?;
                self.make(changes, Vec::new())?
            }
            PartyAsk::Invite(whom) => return self.invite(asker, whom).await,
            PartyAsk::Answer(by, is_accepted) => {
                let party = self.parties.company().invited(unix_seconds(), by, account)?;
                let durable = match is_accepted {
                    true => self.join(who(), party)?,
                    false => None,
                };
                self.parties.company().forget_invitation(by, account);
                durable
            }
            PartyAsk::Join(secret) => {
                let found = self.parties.company().by_secret(secret).map(|(id, _)| id);
                self.join(who(), found.ok_or(RefusalReason::NoParty)?)?
            }
            PartyAsk::Leave => {
                let changes = self.parties.company().leave(account)?;
                let told = self.others(account, |who| NoticeEvent::PartyLeft { who });
                self.make(changes, told)?
            }
            PartyAsk::Remove(member) => {
                let changes = self.parties.company().remove(account, member, secret()?)?;
                let mut told = self.others(member, |who| NoticeEvent::PartyLeft { who });
                told.retain(|(to, _)| *to != To::Account(account));
                let who = Talker { account: AccountTag(account.0), name: asker.name.clone() };
                told.push((To::Account(member), NoticeEvent::PartyRemoved { who }));
                self.make(changes, told)?
            }
            PartyAsk::Renew => {
                let changes = self.parties.company().renew(account, secret()?)?;
                self.make(changes, Vec::new())?
            }
        };
        let link = self.parties.company().of(account).map(|(_, party)| party.secret);
        let done = Done::Party { own: AccountTag(account.0), link };
        Ok(Ending { durable, done })
    }

    fn join(
        &mut self,
        who: StoredMember,
        party: PartyId,
    ) -> Result<Option<Submission>, RefusalReason> {
        let (account, name) = (who.account, who.name.clone());
        let changes = self.parties.company().join(who, party)?;
        if changes.is_empty() {
            return Ok(None);
        }
        let members = self.parties.company().get(party).map(accounts).unwrap_or_default();
        let who = Talker { account: AccountTag(account.0), name };
        let event = NoticeEvent::PartyJoined { who };
        let told = members.into_iter().map(|to| (To::Account(to), event.clone()));
        self.make(changes, told.collect())
    }

    async fn invite(&mut self, asker: &Asker, whom: Subject) -> Result<Ending, RefusalReason> {
        let (account, name) = match whom {
            Subject::Seat { account: Some(account), name, .. } => (account, name),
            Subject::Account(account) => (account, account_name(&self.store, account).await?),
            Subject::Seat { account: None, .. } => return Err(RefusalReason::NobodyThere),
            Subject::Name(_) | Subject::Network(_) => return Err(RefusalReason::NoSuchPlayer),
        };
        if account == asker.account {
            return Err(RefusalReason::Yourself);
        }
        self.invitations.take(self.start.elapsed(), asker.account)?;
        let seen = unix_seconds();
        let who = StoredMember { account: asker.account, name: asker.name.clone(), seen };
        let changes = self.parties.company().open(who, fresh()?)?;
        let mut durable = self.make(changes, Vec::new())?;
        let is_new = self.parties.company().invite(seen, asker.account, account)?;
        // Whoever is ignored is not told, and hears nothing different.
        if is_new && !self.ignores.is_ignoring(account, asker.account) {
            let who = Talker { account: AccountTag(asker.account.0), name: asker.name.clone() };
            let event = NoticeEvent::PartyAsked { who };
            match self.make(Vec::new(), vec![(To::Account(account), event)]) {
                Ok(told) => durable = told.or(durable),
                Err(reason) => {
                    self.parties.company().forget_invitation(asker.account, account);
                    return Err(reason);
                }
            }
        }
        let whom = Talker { account: AccountTag(account.0), name };
        Ok(Ending { durable, done: Done::PartyAsked { whom } })
    }

    /// Has the store keep changes together with what is told of them, and makes them. What cannot be kept is not so.
    fn make(
        &mut self,
        changes: Vec<PartyChange>,
        told: Vec<(To, NoticeEvent)>,
    ) -> Result<Option<Submission>, RefusalReason> {
        let mut batch = Batch::new();
        changes.iter().for_each(|change| batch.push(change.clone()));
        let told = told.into_iter();
        let added: Vec<_> =
            told.filter_map(|(to, event)| self.notices.add(&mut batch, to, None, event)).collect();
        if batch.is_empty() {
            return Ok(None);
        }
        let submission = self.store.submit(batch).ok();
        added.into_iter().for_each(|added| self.notices.submitted(added, submission));
        let submission = submission.ok_or(RefusalReason::Busy)?;
        let mut news = Vec::new();
        {
            let mut company = self.parties.company();
            news.extend(changes.iter().filter_map(|change| company.apply(change)));
        }
        for news in news {
            let (party, account, joined) = match news {
                PartyNews::Joined(party, account) => (party, account, Some(party)),
                PartyNews::Left(party, account) => (party, account, None),
            };
            self.metrics.count(joined.is_some());
            lead(&self.topics, account, joined);
            self.publish(party);
        }
        if changes.iter().any(|change| matches!(change, PartyChange::Lead(..))) {
            self.publish_all();
        }
        Ok(Some(submission))
    }

    /// What all others in the party of an account are told of it.
    fn others(
        &self,
        account: AccountId,
        event: impl Fn(Talker) -> NoticeEvent,
    ) -> Vec<(To, NoticeEvent)> {
        let company = self.parties.company();
        let Some((_, party)) = company.of(account) else { return Vec::new() };
        let name = party.member(account).map(|member| member.name.clone()).unwrap_or_default();
        let who = Talker { account: AccountTag(account.0), name };
        let others = accounts(party).into_iter().filter(|other| *other != account);
        others.map(|other| (To::Account(other), event(who.clone()))).collect()
    }

    fn note_sight(&mut self, sight: Sight) {
        let changes = self.parties.company().look(unix_seconds(), sight);
        // What the store does not take now is tried again with the next look.
        if self.make(changes, Vec::new()).is_err() {
            warn!("who was in a party cannot be saved at the moment");
        }
        self.publish_all();
    }

    fn publish_all(&mut self) {
        let all: Vec<PartyId> = {
            let company = self.parties.company();
            let is_told = |(id, party): &(PartyId, &Party)| {
                party.is_present() || self.boards.contains_key(id)
            };
            company.iter().filter(is_told).map(|(id, _)| id).collect()
        };
        all.into_iter().for_each(|party| self.publish(party));
    }

    /// Publishes a party as long as somebody in it is on-line.
    fn publish(&mut self, id: PartyId) {
        let lines: Vec<PartyMember> =
            self.parties.company().get(id).into_iter().flat_map(Party::lines).collect();
        if lines.iter().all(|line| line.room.is_none()) {
            if self.boards.remove(&id).is_some() {
                self.topics.withdraw(&party_topic(id));
            }
            return;
        }
        let epoch = &mut self.epoch;
        let board = self.boards.entry(id).or_insert_with(|| {
            *epoch = epoch.wrapping_add(1);
            Publisher::new(Board::new(*epoch))
        });
        let before = board.version();
        let topic = board.topic_mut();
        let is_member = |key: &[u8]| lines.iter().any(|line| member_key(line.account) == key);
        let gone: Vec<Vec<u8>> =
            topic.iter().map(|(key, _)| key.to_vec()).filter(|key| !is_member(key)).collect();
        gone.iter().for_each(|key| topic.remove(key));
        for line in &lines {
            topic.set(&member_key(line.account), &line.value());
        }
        if board.version() != before {
            board.seal();
            self.topics.publish(&party_topic(id), board.clone());
        }
    }
}

/// Lets an account find its party, or none.
fn lead(topics: &HubTopics, account: AccountId, party: Option<PartyId>) {
    let targets = party.map(led_to);
    for (index, name) in own_party_topics(account).iter().enumerate() {
        topics.lead(name, targets.as_ref().map(|targets| targets[index].as_str()));
    }
}

fn accounts(party: &Party) -> Vec<AccountId> {
    party.members.iter().map(|member| member.account).collect()
}

fn fresh() -> Result<Fresh, RefusalReason> {
    let id = random().ok_or(RefusalReason::Busy)?;
    Ok(Fresh { id: PartyId(u64::from_le_bytes(id)), secret: secret()? })
}

fn secret() -> Result<PartySecret, RefusalReason> {
    random().map(PartySecret).ok_or(RefusalReason::Busy)
}

/// Time between two looks at the rooms.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// What an account may ask for at once, and one more in each interval.
const ASKS_AT_ONCE: u32 = 20;
const ASK_INTERVAL: Duration = Duration::from_secs(1);
/// Invitations of an account at once, and one more in each interval: a whole party.
const INVITATIONS_AT_ONCE: u32 = PARTY_MEMBERS_MAX as u32;
const INVITATION_INTERVAL: Duration = Duration::from_secs(10);
