//! The feeds of notices. It knows no clock, no store and no connection.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use driftfield_shared::limits::FEED_ENTRIES_MAX;
use driftfield_shared::protocol::{
    ANNOUNCEMENTS, NOTICES, Notice, NoticeEvent, NoticeId, RefusalReason,
};
use driftfield_shared::topics::{Feed, Publisher};

use crate::hub::chat::Moment;
use crate::hub::pace::Pace;
use crate::store::{AccountId, StoredNotice};

/// Who is told.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum To {
    /// One account.
    Account(AccountId),
    /// Everyone.
    All,
}

/// All feeds of notices.
#[derive(Debug)]
pub struct Feeds {
    /// As in chat: another one after a feed was given up, which may begin anew.
    epoch: u32,
    newest: NoticeId,
    feeds: BTreeMap<To, FeedOf>,
    /// Whose feeds were given up, and are still published.
    given_up: Vec<To>,
    /// Keys that senders used lately, the oldest first.
    keys: VecDeque<(To, String)>,
    known: HashSet<(To, String)>,
    pace: Pace,
}

#[derive(Debug)]
struct FeedOf {
    feed: Publisher<Feed>,
    newest: NoticeId,
}

impl Feeds {
    /// Feeds with what was told before, which comes in its order.
    pub fn new(told: Vec<StoredNotice>) -> Self {
        let mut feeds = Feeds {
            epoch: RandomState::new().hash_one(NOTICES) as u32,
            newest: NoticeId(0),
            feeds: BTreeMap::new(),
            given_up: Vec::new(),
            keys: VecDeque::new(),
            known: HashSet::new(),
            pace: Pace::new(NOTICES_AT_ONCE, NOTICE_INTERVAL),
        };
        feeds.feed_of(To::All, NoticeId(0));
        for stored in told {
            let to = stored.account.map_or(To::All, To::Account);
            feeds.newest = feeds.newest.max(NoticeId(stored.id));
            if let Some(key) = stored.key.clone() {
                feeds.remember(to, key);
            }
            if let Some(notice) = restored(stored) {
                feeds.tell(to, &notice);
            }
        }
        feeds
    }

    /// Makes a notice. It is [told](Feeds::tell) once the store has it, or [taken back](Feeds::take_back).
    ///
    /// # Errors
    /// When its key was used for the same receiver before, or an account is told too much.
    pub fn make(
        &mut self,
        now: Moment,
        to: To,
        key: Option<&str>,
        event: NoticeEvent,
    ) -> Result<Notice, NotTold> {
        if let Some(key) = key
            && self.known.contains(&(to, key.to_owned()))
        {
            return Err(NotTold::Before);
        }
        // What moderators and hosts do is rare, and must not be lost in a flood of the rest.
        if let To::Account(account) = to
            && event.kind() != "moderation"
        {
            self.pace
                .take(now.since_start, account)
                .map_err(|_: RefusalReason| NotTold::TooMuch)?;
        }
        if let Some(key) = key {
            self.remember(to, key.to_owned());
        }
        self.newest.0 += 1;
        Ok(Notice { id: self.newest, at: now.unix_ms, event })
    }

    /// Puts a notice into its feed.
    pub fn tell(&mut self, to: To, notice: &Notice) {
        let feed = self.feed_of(to, notice.id);
        // Two senders may have submitted in another order than they made their notices.
        feed.newest = feed.newest.max(notice.id);
        feed.feed.topic_mut().push(&notice.entry());
    }

    /// Forgets the key of a notice that came to nothing.
    pub fn take_back(&mut self, to: To, key: &str) {
        self.known.remove(&(to, key.to_owned()));
        self.keys.retain(|(other, used)| (*other, &used[..]) != (to, key));
    }

    /// The feed of a receiver, ready to be published; `None` if there is none.
    pub fn feed(&mut self, to: To) -> Option<&Publisher<Feed>> {
        let FeedOf { feed, .. } = self.feeds.get_mut(&to)?;
        feed.seal();
        Some(feed)
    }

    /// The feed of whoever was told nothing.
    pub fn nothing(&self) -> Feed {
        Feed::new(self.epoch)
    }

    /// Everyone who was told something.
    pub fn receivers(&self) -> Vec<To> {
        self.feeds.keys().copied().collect()
    }

    fn feed_of(&mut self, to: To, newest: NoticeId) -> &mut FeedOf {
        if !self.feeds.contains_key(&to) {
            self.make_room();
        }
        let epoch = self.epoch;
        self.feeds.entry(to).or_insert_with(|| FeedOf {
            feed: Publisher::new(
                Feed::new(epoch).with_history(HISTORY).for_newcomers(NEWCOMERS_NOTICES),
            ),
            newest,
        })
    }

    /// Where there are too many feeds, that of the account which was told nothing for the longest time goes; its notices are
    /// in the store.
    fn make_room(&mut self) {
        if self.feeds.len() < FEEDS_MAX {
            return;
        }
        let accounts = self.feeds.iter().filter(|(to, _)| **to != To::All);
        if let Some(oldest) = accounts.min_by_key(|(_, of)| of.newest).map(|(to, _)| *to) {
            self.feeds.remove(&oldest);
            self.epoch = self.epoch.wrapping_add(1);
            self.given_up.push(oldest);
        }
    }

    /// Whose feeds were given up since the last call, and not begun anew: whoever has published them withdraws them.
    pub fn take_given_up(&mut self) -> Vec<To> {
        let mut given_up = std::mem::take(&mut self.given_up);
        given_up.retain(|to| !self.feeds.contains_key(to));
        given_up
    }

    fn remember(&mut self, to: To, key: String) {
        if !self.known.insert((to, key.clone())) {
            return;
        }
        self.keys.push_back((to, key));
        if self.keys.len() > KEYS_MAX
            && let Some(oldest) = self.keys.pop_front()
        {
            self.known.remove(&oldest);
        }
        debug_assert_eq!(self.keys.len(), self.known.len(), "each key has its place in the order");
    }
}

/// Why nobody is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotTold {
    /// The sender has told it before.
    Before,
    /// The account was told too much lately.
    TooMuch,
}

/// A notice that was kept; `None` if a newer build has written it.
pub fn restored(StoredNotice { id, at, event, .. }: StoredNotice) -> Option<Notice> {
    let event = NoticeEvent::read(&event).ok()?;
    Some(Notice { id: NoticeId(id), at, event })
}

/// The name under which the hub publishes what somebody is told. It is not what clients call it: each has its own.
pub fn notices_topic(to: To) -> String {
    match to {
        To::Account(account) => format!("{NOTICES}/{account}"),
        To::All => ANNOUNCEMENTS.to_owned(),
    }
}

/// The name of the feed of every account that was told nothing.
pub const NO_NOTICES: &str = "notices/";

/// What one account is told at once, and one more in each interval; what moderators do is beside that.
const NOTICES_AT_ONCE: u32 = 30;
const NOTICE_INTERVAL: Duration = Duration::from_secs(10);
/// Notices that a feed has, for who was away.
const HISTORY: usize = 100;
/// Notices that somebody gets who comes anew; the others are asked for.
const NEWCOMERS_NOTICES: usize = 20;
/// Feeds at once.
const FEEDS_MAX: usize = 4_096;
/// Keys that are remembered; the store knows those before.
const KEYS_MAX: usize = 20_000;

const _: () = assert!(HISTORY <= FEED_ENTRIES_MAX);

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: To = To::Account(AccountId(1));

    fn at(seconds: u64) -> Moment {
        Moment { since_start: Duration::from_secs(seconds), unix_ms: 1_000 * seconds }
    }

    fn job(count: u32) -> NoticeEvent {
        NoticeEvent::JobDone { what: "sparrow".into(), count }
    }

    fn told(feeds: &mut Feeds, to: To) -> Vec<u64> {
        let Some(feed) = feeds.feed(to) else { return Vec::new() };
        feed.topic().iter().map(|entry| Notice::read(entry).unwrap().id.0).collect()
    }

    #[test]
    fn a_sender_tells_the_same_thing_once_to_each() {
        let mut feeds = Feeds::new(Vec::new());
        let mut make = |to, key| {
            let notice = feeds.make(at(0), to, key, job(1))?;
            feeds.tell(to, &notice);
            Ok(notice.id.0)
        };
        assert_eq!(make(ADA, Some("job 7")), Ok(1));
        assert_eq!(make(ADA, Some("job 7")), Err(NotTold::Before));
        assert_eq!(make(To::Account(AccountId(2)), Some("job 7")), Ok(2));
        assert_eq!(make(ADA, None), Ok(3));
        assert_eq!(make(ADA, None), Ok(4));
        assert_eq!(told(&mut feeds, ADA), [1, 3, 4]);
        feeds.take_back(ADA, "job 7");
        assert!(feeds.make(at(0), ADA, Some("job 7"), job(1)).is_ok(), "it came to nothing");
    }

    #[test]
    fn what_was_told_before_a_restart_is_there_and_not_told_again() {
        let stored = |id, account, key: Option<&str>| StoredNotice {
            id,
            account,
            at: 5,
            key: key.map(str::to_owned),
            event: job(1).bytes(),
        };
        let mut feeds = Feeds::new(vec![
            stored(7, Some(AccountId(1)), Some("a")),
            StoredNotice { event: vec![250], ..stored(8, None, None) },
            stored(9, None, Some("b")),
        ]);
        assert_eq!((told(&mut feeds, ADA), told(&mut feeds, To::All)), (vec![7], vec![9]));
        assert_eq!(feeds.make(at(0), ADA, Some("a"), job(1)), Err(NotTold::Before));
        assert_eq!(feeds.make(at(0), To::All, Some("b"), job(1)), Err(NotTold::Before));
        assert_eq!(feeds.make(at(0), ADA, Some("b"), job(1)).unwrap().id, NoticeId(10));
    }

    #[test]
    fn a_flood_ends_and_moderation_is_told_all_the_same() {
        let mut feeds = Feeds::new(Vec::new());
        let made = (0..1_000).filter(|n| feeds.make(at(0), ADA, None, job(*n)).is_ok()).count();
        assert_eq!(made, NOTICES_AT_ONCE as usize);
        assert!(feeds.make(at(0), ADA, None, NoticeEvent::Unmuted).is_ok());
        assert!(feeds.make(at(0), To::Account(AccountId(2)), None, job(1)).is_ok());
        assert!(feeds.make(at(10), ADA, None, job(1)).is_ok());
    }

    #[test]
    fn feeds_and_keys_are_bounded_and_announcements_stay() {
        let mut feeds = Feeds::new(Vec::new());
        for n in 0..KEYS_MAX as u64 + 100 {
            let (to, key) = (To::Account(AccountId(n % 6_000)), format!("{n}"));
            if let Ok(notice) = feeds.make(at(n), to, Some(&key), job(1)) {
                feeds.tell(to, &notice);
            }
        }
        assert_eq!(feeds.feeds.len(), FEEDS_MAX);
        let given_up = feeds.take_given_up();
        assert!(!given_up.is_empty() && given_up.iter().all(|to| feeds.feed(*to).is_none()));
        assert_eq!(feeds.take_given_up(), []);
        assert_eq!(feeds.keys.len(), KEYS_MAX);
        assert!(feeds.feed(To::All).is_some());
    }
}
