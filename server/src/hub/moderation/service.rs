//! The moderation of a server: takes what rooms and the host ask for, and answers when it is durable.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use driftfield_shared::protocol::{
    AccountTag, Act, Complaint, Done, Dossier, Nonce, NoticeEvent, Outcome, RefusalReason, Role,
    Talker, VOTE,
};
use driftfield_shared::topics::{Board, Publisher};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::{error, info};

use super::acts::{Actor, Deed, term_left};
use super::finding::{Finder, account_name, present, read};
use super::kicks::Kicks;
use super::networks::Networks;
use super::players::{Person, Present, Subject, Target};
use super::powers::Rank;
use super::votes::Votes;
use super::{HostOrder, HostReply, HostWish, Ignores, NO_VOTE, Plea, Seen};
use crate::hub::chat::Moment;
use crate::hub::desk::{Ask, Asker, Asks, Requests, executed};
use crate::hub::pace::Pace;
use crate::hub::{Directory, Friends, HubTopics, Notices, To};
use crate::store::{
    AccountId, AuditLine, Batch, IgnoreChange, Ignored, Report, SanctionKind, SanctionTarget,
    StoreHandle, Submission, unix_millis, unix_seconds,
};
use crate::text::{Line, LineFault};

/// The moderation, with everything around it.
#[derive(Debug)]
pub struct ModerationService {
    pub(super) store: StoreHandle,
    pub(super) topics: HubTopics,
    pub(super) kicks: Kicks,
    pub(super) ignores: Ignores,
    pub(super) friends: Friends,
    pub(super) notices: Notices,
    networks: Networks,
    pub(super) votes: Votes,
    /// The board of each room that has voted.
    pub(super) boards: BTreeMap<Box<str>, Publisher<Board>>,
    pub(super) epoch: u32,
    requests: Requests,
    /// How often an account may ask for anything at all.
    any: Pace,
    reports: Pace,
    start: Instant,
    /// The last thing that was handed to the store.
    submitted: Submission,
}

/// What became of a request: an answer now, or one when something is durable.
pub(super) enum Ending {
    Now(Done),
    When(Submission, Done),
}

impl ModerationService {
    /// The moderation of a store.
    pub fn new(
        store: StoreHandle,
        topics: HubTopics,
        kicks: Kicks,
        ignores: Ignores,
        notices: Notices,
    ) -> Self {
        let key = store.network_key().unwrap_or_else(|error| {
            error!(%error, "the key of networks cannot be read: their short hashes change with each start");
            let mut key = [0; 32];
            let hasher = RandomState::new();
            key[..8].copy_from_slice(&hasher.hash_one("a").to_le_bytes());
            key[8..16].copy_from_slice(&hasher.hash_one("b").to_le_bytes());
            key
        });
        let requests = Requests::of_store(&store);
        let friends = store.friends().unwrap_or_else(|error| {
            error!(%error, "who is whose friend cannot be read");
            Vec::new()
        });
        let epoch = RandomState::new().hash_one(VOTE) as u32;
        topics.publish(NO_VOTE, Board::new(epoch));
        ModerationService {
            store,
            topics,
            kicks,
            ignores,
            friends: Friends::new(friends),
            notices,
            networks: Networks::new(key),
            votes: Votes::default(),
            boards: BTreeMap::new(),
            epoch,
            requests,
            any: Pace::new(ASKS_AT_ONCE, ASK_INTERVAL),
            reports: Pace::new(REPORTS_AT_ONCE, REPORT_INTERVAL),
            start: Instant::now(),
            submitted: Submission(0),
        }
    }

    /// Serves until no room can ask any more.
    pub async fn serve(
        mut self,
        mut asks: Asks<Plea>,
        mut orders: mpsc::Receiver<HostOrder>,
        rooms: Directory,
    ) {
        let status = self.store.status().clone();
        loop {
            let vote_due = self.votes.due().map(|due| self.start + due);
            let durable = self.requests.awaited();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.handle(ask, &rooms).await,
                    None => return,
                },
                Some(order) = orders.recv() => self.handle_order(order, &rooms).await,
                () = tokio::time::sleep_until(vote_due.unwrap_or_else(Instant::now)), if vote_due.is_some() => {
                    let events = self.votes.poll(self.start.elapsed());
                    self.note_votes(events);
                }
                () = status.wait(durable.unwrap_or(Submission(0))), if durable.is_some() => {
                    self.requests.answer(self.store.status().durable());
                }
            }
        }
    }

    async fn handle(&mut self, Ask { asker, nonce, what, answer }: Ask<Plea>, rooms: &Directory) {
        let Some(answer) = self.requests.begin(nonce, answer) else { return };
        let ending = match self.any.take(self.start.elapsed(), asker.account) {
            Ok(()) => self.execute(asker, nonce, what, rooms).await,
            Err(reason) => Err(reason),
        };
        match ending {
            Ok(Ending::Now(done)) => self.requests.end(nonce, answer, Outcome::Done(done)),
            Ok(Ending::When(durable, done)) => {
                self.requests.end_when(durable, nonce, answer, Outcome::Done(done));
            }
            Err(reason) => self.requests.end(nonce, answer, Outcome::Refused(reason)),
        }
    }

    async fn execute(
        &mut self,
        asker: Asker,
        nonce: Nonce,
        what: Plea,
        rooms: &Directory,
    ) -> Result<Ending, RefusalReason> {
        let role = self.store.roles().of(asker.account);
        match what {
            Plea::Ignore(whom, true) => self.ignore(&asker, whom).await,
            Plea::Ignore(whom, false) => self.ignore_no_more(&asker, whom),
            Plea::Ignored => {
                let list = self.ignores.of(asker.account).into_iter().map(talker).collect();
                Ok(Ending::Now(Done::Ignored { list }))
            }
            Plea::Befriend(whom, is_wanted) => self.befriend(&asker, whom, is_wanted).await,
            Plea::Friends => Ok(Ending::Now(self.list_friends(&asker, rooms).await)),
            Plea::Report(whom, complaint, note) => {
                self.report(&asker, nonce, whom, (complaint, &note)).await
            }
            Plea::Moderate(whom, act, note) => {
                let actor = Actor { nonce: Some(nonce), ..Actor::asking(&asker, role) };
                // Before anybody is looked for, so that this costs nothing.
                actor.rank.judge(act, Role::Player)?;
                if actor.only_in.is_some() && !matches!(whom, Subject::Seat { .. }) {
                    return Err(RefusalReason::NoSuchPlayer);
                }
                let target = self.finder(rooms).find(whom, Some(&asker.room)).await?;
                let (durable, name) = self.moderate(&actor, &target, act, &note).await?;
                Ok(Ending::When(durable, Done::Moderated { name }))
            }
            Plea::LookUp(whom) => {
                if !Rank::Of(role).may_look_up() {
                    return Err(RefusalReason::NotAllowed);
                }
                let target = self.finder(rooms).find(whom, Some(&asker.room)).await?;
                Ok(Ending::Now(Done::Found(self.dossier(target).await?)))
            }
            Plea::Announce(text) => {
                let actor = Actor::of(asker.account, &asker.name, role);
                let actor = Actor { nonce: Some(nonce), ..actor };
                Ok(Ending::When(self.announce(&actor, &text)?, Done::Announced))
            }
            Plea::StartVote(whom, note) => self.start_vote(asker, whom, &note, rooms).await,
            Plea::Vote(vote, yes) => {
                let events = self.votes.vote(self.now(), &asker.room, asker.account, vote, yes)?;
                self.note_votes(events);
                Ok(Ending::Now(Done::Voted { vote }))
            }
        }
    }

    async fn handle_order(&mut self, HostOrder { what, reply }: HostOrder, rooms: &Directory) {
        match what {
            HostWish::Players => {
                let present = present(rooms, None).await;
                let seen = present.into_iter().map(|present| self.seen(present)).collect();
                let _ = reply.send(Ok(HostReply::Players(seen)));
            }
            HostWish::Moderate(whom, act, note) => {
                let found = self.finder(rooms).find_for_host(whom).await;
                let done = match found {
                    Ok(target) => self.moderate(&Actor::host(), &target, act, &note).await,
                    Err(reason) => Err(reason),
                };
                match done {
                    Ok((durable, name)) => self.confirm(durable, name, reply),
                    Err(reason) => drop(reply.send(Err(reason))),
                }
            }
            HostWish::Announce(text) => match self.announce(&Actor::host(), &text) {
                Ok(durable) => self.confirm(durable, String::new(), reply),
                Err(reason) => drop(reply.send(Err(reason))),
            },
        }
    }

    /// Says something to everyone.
    fn announce(&mut self, actor: &Actor, text: &str) -> Result<Submission, RefusalReason> {
        if !actor.rank.may_announce() {
            return Err(RefusalReason::NotAllowed);
        }
        let text = match tidy(text)? {
            text if text.is_empty() => return Err(RefusalReason::NothingToSay),
            text => text,
        };
        let audit = AuditLine {
            at: unix_seconds(),
            actor: actor.in_words.clone(),
            action: "announce".to_owned(),
            subject: "everyone".to_owned(),
            detail: text.clone(),
        };
        let mut batch = Batch::new();
        actor.note_executed(&mut batch, audit.at, Done::Announced);
        batch.push(audit);
        self.submit_and_tell(batch, Some((To::All, NoticeEvent::Announced { text })), None)
    }

    /// Tells the host when it is durable, beside everything else.
    fn confirm(
        &self,
        durable: Submission,
        name: String,
        reply: oneshot::Sender<Result<HostReply, RefusalReason>>,
    ) {
        let status = self.store.status().clone();
        tokio::spawn(async move {
            let _ = reply.send(match status.wait_within(durable, DURABLE_TIME_MAX).await {
                true => Ok(HostReply::Done(name)),
                false => Err(RefusalReason::Busy),
            });
        });
    }

    fn finder<'a>(&'a mut self, rooms: &'a Directory) -> Finder<'a> {
        Finder { rooms, store: &self.store, networks: &mut self.networks }
    }

    /// Does something to somebody. Returns when it is durable, and to whom it was done.
    async fn moderate(
        &mut self,
        actor: &Actor,
        target: &Target,
        act: Act,
        note: &str,
    ) -> Result<(Submission, String), RefusalReason> {
        let (role, name) = match target {
            Target::Person(person) => (
                person.account.map(|account| self.store.roles().of(account)).unwrap_or_default(),
                person.name.clone(),
            ),
            Target::Network(tag, _) => (Role::Player, tag.to_string()),
        };
        if matches!(act, Act::SetRole(role) if role > Role::Player)
            && self.store.roles().count() >= ROLES_MAX
        {
            return Err(RefusalReason::ListFull);
        }
        let in_force = match act {
            Act::Unmute | Act::Unban => {
                // What was done just before is in the list only when it is durable.
                if !self.store.status().wait_within(self.submitted, DURABLE_TIME_MAX).await {
                    return Err(RefusalReason::Busy);
                }
                read(&self.store, StoreHandle::sanctions_in_force).await?
            }
            _ => Vec::new(),
        };
        let deed = Deed { act, note: tidy(note)?, at: unix_seconds() };
        let mut effects = deed.effects(actor, target, role, &in_force)?;
        actor.note_executed(&mut effects.batch, deed.at, Done::Moderated { name: name.clone() });
        let told = effects.told.map(|(account, event)| (To::Account(account), event));
        let durable = self.submit_and_tell(effects.batch, told, None)?;
        for kick in effects.kicks {
            self.kicks.kick(kick, deed.at);
        }
        info!(actor = actor.in_words, ?act, name, "moderation");
        Ok((durable, name))
    }

    async fn dossier(&self, target: Target) -> Result<Dossier, RefusalReason> {
        let in_force = read(&self.store, StoreHandle::sanctions_in_force).await?;
        let now = unix_seconds();
        let left = |kind, target: Option<SanctionTarget>| {
            let same = in_force
                .iter()
                .filter(|(_, it)| it.kind == kind && Some(&it.target) == target.as_ref());
            let ends = same.map(|(_, it)| it.ends);
            let longest = ends.max_by_key(|ends| ends.unwrap_or(i64::MAX))?;
            Some(term_left(longest, now))
        };
        Ok(match target {
            Target::Person(Person { name, account, seats }) => {
                let sanctioned = || account.map(SanctionTarget::Account);
                let address = seats.iter().find_map(|seat| seat.address);
                Dossier {
                    name,
                    account: account.map(|id| AccountTag(id.0)),
                    role: account.map(|id| self.store.roles().of(id)).unwrap_or_default(),
                    network: address.and_then(|address| match SanctionTarget::address(address) {
                        SanctionTarget::Network(network) => Some(self.networks.tag(network)),
                        SanctionTarget::Account(_) => None,
                    }),
                    mute: left(SanctionKind::Mute, sanctioned()),
                    ban: left(SanctionKind::Ban, sanctioned()),
                }
            }
            Target::Network(tag, network) => Dossier {
                name: tag.to_string(),
                account: None,
                role: Role::Player,
                network: Some(tag),
                mute: None,
                ban: left(SanctionKind::Ban, Some(SanctionTarget::Network(network))),
            },
        })
    }

    fn seen(&mut self, present: Present) -> Seen {
        let role = present.account.map(|id| self.store.roles().of(id)).unwrap_or_default();
        let network = present.address.and_then(|address| self.networks.note(address));
        Seen { present, role, network: network.map(|(tag, _)| tag.to_string()) }
    }

    async fn ignore(&mut self, asker: &Asker, whom: Subject) -> Result<Ending, RefusalReason> {
        let (account, name) = self.known(whom).await?;
        if account == asker.account {
            return Err(RefusalReason::Yourself);
        }
        let whom = Ignored { account, name };
        self.ignores.add(asker.account, whom.clone())?;
        self.change_ignored(asker.account, whom, true)
    }

    fn ignore_no_more(&mut self, asker: &Asker, whom: Subject) -> Result<Ending, RefusalReason> {
        let list = self.ignores.of(asker.account);
        let is_it = |it: &&Ignored| match &whom {
            Subject::Seat { account, .. } => *account == Some(it.account),
            Subject::Account(account) => *account == it.account,
            Subject::Name(name) => name.to_lowercase() == it.name.to_lowercase(),
            Subject::Network(_) => false,
        };
        let found = list.iter().find(is_it).ok_or(RefusalReason::NotInForce)?;
        let whom = self.ignores.remove(asker.account, found.account);
        self.change_ignored(asker.account, whom.ok_or(RefusalReason::NotInForce)?, false)
    }

    fn change_ignored(
        &mut self,
        account: AccountId,
        whom: Ignored,
        is_ignored: bool,
    ) -> Result<Ending, RefusalReason> {
        let since = is_ignored.then(unix_seconds);
        let change = IgnoreChange { account, whom: whom.clone(), since };
        let submitted = self.submit(Batch::of(change));
        if submitted.is_err() {
            // What cannot be kept is not so.
            match is_ignored {
                true => drop(self.ignores.remove(account, whom.account)),
                false => drop(self.ignores.add(account, whom.clone())),
            }
        }
        Ok(Ending::When(submitted?, Done::Ignoring { whom: talker(whom), is_ignored }))
    }

    async fn report(
        &mut self,
        asker: &Asker,
        nonce: Nonce,
        whom: Subject,
        (complaint, note): (Complaint, &str),
    ) -> Result<Ending, RefusalReason> {
        let note = tidy(note)?;
        let reported = match whom {
            Subject::Seat { account: None, name, .. } => (None, name),
            whom => {
                let (account, name) = self.known(whom).await?;
                (Some(account), name)
            }
        };
        if reported.0 == Some(asker.account) {
            return Err(RefusalReason::Yourself);
        }
        self.reports.take(self.start.elapsed(), asker.account)?;
        let lines = match reported.0 {
            None => String::new(),
            Some(account) => {
                let reader = asker.account;
                let read =
                    read(&self.store, move |store| store.lines_of(account, reader, REPORTED_LINES));
                let lines = read.await?;
                lines.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
            }
        };
        let report = Report {
            at: unix_seconds(),
            room: asker.room.clone(),
            reporter: (asker.account, asker.name.clone()),
            reported,
            complaint: complaint.word(),
            note,
            lines,
        };
        let mut batch = Batch::of(executed(asker.account, nonce, report.at, &Done::Reported));
        batch.push(report);
        Ok(Ending::When(self.submit(batch)?, Done::Reported))
    }

    /// The account that a player means, with its name. Other rooms are not searched for players without a role.
    pub(super) async fn known(&self, whom: Subject) -> Result<(AccountId, String), RefusalReason> {
        match whom {
            Subject::Seat { account: Some(account), name, .. } => Ok((account, name)),
            Subject::Account(account) => Ok((account, account_name(&self.store, account).await?)),
            Subject::Seat { account: None, .. } | Subject::Name(_) | Subject::Network(_) => {
                Err(RefusalReason::NoSuchPlayer)
            }
        }
    }

    /// Submits what was done together with what somebody is told of it.
    pub(super) fn submit_and_tell(
        &mut self,
        mut batch: Batch,
        told: Option<(To, NoticeEvent)>,
        key: Option<&str>,
    ) -> Result<Submission, RefusalReason> {
        let added = told.and_then(|(to, event)| self.notices.add(&mut batch, to, key, event));
        let submitted = self.submit(batch);
        if let Some(added) = added {
            self.notices.submitted(added, submitted.as_ref().ok().copied());
        }
        submitted
    }

    pub(super) fn submit(&mut self, batch: Batch) -> Result<Submission, RefusalReason> {
        let submission = self.store.submit(batch).map_err(|_| RefusalReason::Busy)?;
        self.submitted = submission;
        Ok(submission)
    }

    pub(super) fn now(&self) -> Moment {
        Moment { since_start: self.start.elapsed(), unix_ms: unix_millis() }
    }
}

/// A note, made fit to be shown; it may be empty.
pub(super) fn tidy(note: &str) -> Result<String, RefusalReason> {
    match Line::new(note) {
        Ok(line) => Ok(line.text().to_owned()),
        Err(LineFault::Empty) => Ok(String::new()),
        Err(LineFault::TooLong) => Err(RefusalReason::LineTooLong),
    }
}

fn talker(Ignored { account, name }: Ignored) -> Talker {
    Talker { account: AccountTag(account.0), name }
}

/// What an account may ask for at once, and one more in each interval: more than a moderator at work needs.
const ASKS_AT_ONCE: u32 = 20;
const ASK_INTERVAL: Duration = Duration::from_secs(1);
/// Reports of an account at once, and one more in each interval.
const REPORTS_AT_ONCE: u32 = 3;
const REPORT_INTERVAL: Duration = Duration::from_secs(120);
/// Lines of the reported that are kept with a report.
const REPORTED_LINES: u32 = 20;
/// Accounts with a role: those of a very large community.
const ROLES_MAX: usize = 1_000;
/// How long the host waits for something to be durable.
const DURABLE_TIME_MAX: Duration = Duration::from_secs(5);
