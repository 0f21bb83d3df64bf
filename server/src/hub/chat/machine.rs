//! Who may say what, and who reads it. It knows no clock, no store and no connection.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use driftfield_shared::limits::FEED_ENTRIES_MAX;
use driftfield_shared::protocol::{
    AccountTag, ChatLine, LineId, Nonce, RefusalReason, Saying, Talker,
};
use driftfield_shared::topics::{Feed, Publisher};

use super::flood::{Flood, Verdict};
use crate::hub::desk::Asker;
use crate::limits::OWN_ROOM_PREFIX;
use crate::store::{AccountId, PartyId};
use crate::text::{Line, LineFault, WordList};

/// Where lines are read. Each place is a feed, and a history in the store.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Place {
    /// By everyone in a room.
    Room(Box<str>),
    /// By one account.
    Inbox(AccountId),
    /// By everyone in a party.
    Party(PartyId),
}

/// To whom something is said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// To everyone in the speaker's room.
    Room,
    /// To everyone in this party, the speaker's own.
    Party(PartyId),
    /// To an account, with its name where that is seen. Otherwise it must have spoken lately.
    Account(AccountId, Option<String>),
}

/// A point in time, twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moment {
    /// Since the service has started.
    pub since_start: Duration,
    /// Milliseconds since 1970.
    pub unix_ms: u64,
}

/// A line that may be said, now or a little later.
#[must_use = "it is said or forgotten"]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Admitted {
    speaker: Asker,
    nonce: Nonce,
    to: Listener,
    is_heard: bool,
    saying: Saying,
    masked: Vec<(u16, u16)>,
    /// How much later.
    pub wait: Duration,
}

impl Admitted {
    /// Whose request it was, and its number.
    pub fn request(&self) -> (AccountId, Nonce) {
        (self.speaker.account, self.nonce)
    }
}

/// Who reads a line beside its speaker.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Listener {
    /// Everyone in a place; `None`: in the speaker's room.
    All(Option<Place>),
    /// One account, of this name.
    One(AccountId, String),
}

/// What is to be kept of a line that was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Said {
    /// The line.
    pub line: ChatLine,
    /// Who said it, and the number with which that was asked for.
    pub speaker: (AccountId, Nonce),
    /// Where it is read.
    pub places: Vec<Place>,
}

/// What is known of a request that was made before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Before {
    /// The line waits to be said.
    Waiting,
    /// It was said.
    Said(LineId),
}

/// All that is being said.
#[derive(Debug)]
pub struct Chat {
    words: WordList,
    hasher: RandomState,
    /// The epoch of feeds that begin now. Another one after a feed was given up, which may begin anew.
    epoch: u32,
    /// Places whose feeds were given up, and whose topics are still published.
    given_up: Vec<Place>,
    newest: LineId,
    feeds: BTreeMap<Place, FeedOfPlace>,
    speakers: BTreeMap<AccountId, Known>,
}

#[derive(Debug)]
struct FeedOfPlace {
    feed: Publisher<Feed>,
    newest: LineId,
}

/// What is remembered of who spoke lately.
#[derive(Debug, Default)]
struct Known {
    name: String,
    flood: Flood,
    /// The newest requests, and what became of them.
    before: VecDeque<(Nonce, Before)>,
}

impl Chat {
    /// A chat in which nothing was said since `newest`.
    pub fn new(words: WordList, newest: LineId) -> Self {
        let hasher = RandomState::new();
        Chat {
            words,
            epoch: hasher.hash_one("chat") as u32 & !1,
            hasher,
            given_up: Vec::new(),
            newest,
            feeds: BTreeMap::new(),
            speakers: BTreeMap::new(),
        }
    }

    /// What became of a request, if it was made before.
    pub fn before(&self, account: AccountId, nonce: Nonce) -> Option<Before> {
        let known = self.speakers.get(&account)?;
        known.before.iter().find(|(it, _)| *it == nonce).map(|(_, before)| *before)
    }

    /// Judges what somebody wants to say. What is admitted is then [made a line](Chat::make_line), or
    /// [forgotten](Chat::forget). A line that is not heard is read by its speaker alone.
    ///
    /// # Errors
    /// When it may not be said.
    pub fn admit(
        &mut self,
        now: Moment,
        speaker: Asker,
        nonce: Nonce,
        target: Target,
        is_heard: bool,
        saying: Saying,
    ) -> Result<Admitted, RefusalReason> {
        let saying = tidy(saying)?;
        let to = self.named(target)?;
        let hash = self.hasher.hash_one(&saying);
        let known = self.known(now, speaker.account)?;
        let wait = match known.flood.judge(now.since_start, hash) {
            Verdict::Say(wait) => wait,
            Verdict::TooOften(wait) => {
                return Err(RefusalReason::TooOften { seconds: seconds(wait) });
            }
            Verdict::Mute(time) => return Err(RefusalReason::Mute { seconds: seconds(time) }),
        };
        known.name.clone_from(&speaker.name);
        known.before.truncate(BEFORE_MAX - 1);
        known.before.push_front((nonce, Before::Waiting));
        let masked = self.words.mask(&saying);
        Ok(Admitted { speaker, nonce, to, is_heard, saying, masked, wait })
    }

    /// Judges the wish to read a piece of history.
    ///
    /// # Errors
    /// When the account has read too many lately.
    pub fn admit_reading(&mut self, now: Moment, account: AccountId) -> Result<(), RefusalReason> {
        let reading = self.known(now, account)?.flood.judge_reading(now.since_start);
        reading.map_err(|wait| RefusalReason::TooOften { seconds: seconds(wait) })
    }

    /// Makes a line of what was admitted. It is [said](Chat::say) once the store has it, or forgotten.
    pub fn make_line(&mut self, now: Moment, admitted: Admitted) -> Said {
        let Admitted { speaker, nonce, to, is_heard, saying, masked, .. } = admitted;
        let id = self.next_line();
        let (listener, places) = match to {
            Listener::All(place) => (None, vec![place.unwrap_or(Place::Room(speaker.room))]),
            Listener::One(account, name) => {
                let mut places = vec![Place::Inbox(account), Place::Inbox(speaker.account)];
                if !is_heard {
                    places.remove(0);
                }
                // Whoever talks to himself reads it once.
                places.dedup();
                (Some(Talker { account: AccountTag(account.0), name }), places)
            }
        };
        let account = AccountTag(speaker.account.0);
        let line = ChatLine {
            id,
            at: now.unix_ms,
            speaker: Talker { account, name: speaker.name },
            listener,
            saying,
            masked,
        };
        Said { line, speaker: (speaker.account, nonce), places }
    }

    /// Says a line. It is in the feeds from now on.
    pub fn say(&mut self, said: &Said) {
        let (account, nonce) = said.speaker;
        if let Some(known) = self.speakers.get_mut(&account)
            && let Some((_, before)) = known.before.iter_mut().find(|(it, _)| *it == nonce)
        {
            *before = Before::Said(said.line.id);
        }
        said.places.iter().for_each(|place| self.push(place, &said.line));
    }

    /// Forgets a request that came to nothing, so that it may be made again.
    pub fn forget(&mut self, account: AccountId, nonce: Nonce) {
        if let Some(known) = self.speakers.get_mut(&account) {
            known.before.retain(|(it, _)| *it != nonce);
        }
    }

    /// Takes up a line that was said before this life of the chat. Lines come in their order.
    pub fn restore(
        &mut self,
        place: &Place,
        line: &ChatLine,
        (account, nonce): (AccountId, Nonce),
    ) {
        self.newest = self.newest.max(line.id);
        self.push(place, line);
        let known = self.speakers.entry(account).or_default();
        known.name.clone_from(&line.speaker.name);
        if known.before.front().is_none_or(|(newest, _)| *newest != nonce) {
            known.before.truncate(BEFORE_MAX - 1);
            known.before.push_front((nonce, Before::Said(line.id)));
        }
    }

    /// The feed of a place, ready to be published; `None` if nothing was said there.
    pub fn feed(&mut self, place: &Place) -> Option<&Publisher<Feed>> {
        let FeedOfPlace { feed, .. } = self.feeds.get_mut(place)?;
        feed.seal();
        Some(feed)
    }

    /// The feed of a place where nothing was said yet.
    pub fn silence(&self) -> Feed {
        Feed::new(self.epoch)
    }

    /// Places with a feed.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.feeds.keys()
    }

    /// Who reads a line, one alone by name.
    fn named(&self, target: Target) -> Result<Listener, RefusalReason> {
        Ok(match target {
            Target::Room => Listener::All(None),
            Target::Party(party) => Listener::All(Some(Place::Party(party))),
            Target::Account(account, Some(name)) => Listener::One(account, name),
            Target::Account(account, None) => {
                let known = self.speakers.get(&account).ok_or(RefusalReason::NobodyThere)?;
                Listener::One(account, known.name.clone())
            }
        })
    }

    fn next_line(&mut self) -> LineId {
        self.newest.0 += 1;
        self.newest
    }

    /// What is remembered of an account.
    fn known(&mut self, now: Moment, account: AccountId) -> Result<&mut Known, RefusalReason> {
        if self.speakers.len() >= SPEAKERS_MAX && !self.speakers.contains_key(&account) {
            self.speakers.retain(|_, known| !known.flood.is_over(now.since_start));
            if self.speakers.len() >= SPEAKERS_MAX {
                return Err(RefusalReason::Busy);
            }
        }
        Ok(self.speakers.entry(account).or_default())
    }

    fn push(&mut self, place: &Place, line: &ChatLine) {
        if !self.feeds.contains_key(place) {
            self.make_room();
            let feed = Feed::new(self.epoch_of(place)).with_history(history(place));
            let feed = Publisher::new(feed.for_newcomers(NEWCOMERS_LINES));
            self.feeds.insert(place.clone(), FeedOfPlace { feed, newest: line.id });
        }
        if let Some(of_place) = self.feeds.get_mut(place) {
            debug_assert!(of_place.newest <= line.id, "lines come in their order");
            of_place.feed.topic_mut().push(&line.entry());
            of_place.newest = line.id;
        }
    }

    /// The epoch of a feed that begins now. Whoever goes from one party to another finds another feed by the same name, so
    /// each party has an epoch of its own, and none has that of silence.
    fn epoch_of(&self, place: &Place) -> u32 {
        match place {
            Place::Room(_) | Place::Inbox(_) => self.epoch,
            Place::Party(_) => self.hasher.hash_one((place, self.epoch)) as u32 | 1,
        }
    }

    /// Where there are too many feeds, one of those goes to which nothing was said for the longest time: an inbox, a party's, or
    /// the feed of a player's own room, which may have ended. Its lines are in the store.
    fn make_room(&mut self) {
        if self.feeds.len() < FEEDS_MAX {
            return;
        }
        let may_go = |place: &Place| match place {
            Place::Inbox(_) | Place::Party(_) => true,
            Place::Room(room) => room.starts_with(OWN_ROOM_PREFIX),
        };
        let candidates = self.feeds.iter().filter(|(place, _)| may_go(place));
        let oldest = candidates.min_by_key(|(_, of_place)| of_place.newest);
        if let Some(place) = oldest.map(|(place, _)| place.clone()) {
            self.feeds.remove(&place);
            self.epoch = self.epoch.wrapping_add(2);
            self.given_up.push(place);
        }
    }

    /// Places whose feeds were given up since the last call, and not begun anew: whoever has published them withdraws them.
    pub fn take_given_up(&mut self) -> Vec<Place> {
        let mut given_up = std::mem::take(&mut self.given_up);
        given_up.retain(|place| !self.feeds.contains_key(place));
        given_up
    }
}

/// What is said, made fit to be shown.
fn tidy(saying: Saying) -> Result<Saying, RefusalReason> {
    let line = |text: &str| match Line::new(text) {
        Ok(line) => Ok(line.text().to_owned()),
        Err(LineFault::Empty) => Err(RefusalReason::NothingToSay),
        Err(LineFault::TooLong) => Err(RefusalReason::LineTooLong),
    };
    Ok(match saying {
        Saying::Text(text) => Saying::Text(line(&text)?),
        Saying::Action(text) => Saying::Action(line(&text)?),
        saying @ (Saying::Phrase(_) | Saying::Ping { .. }) => saying,
    })
}

/// Lines that the feed of a place remembers, for who joins or comes back.
fn history(place: &Place) -> usize {
    match place {
        Place::Room(_) => FEED_ENTRIES_MAX,
        Place::Inbox(_) | Place::Party(_) => INBOX_LINES,
    }
}

/// Whole seconds, rounded up, at least one.
fn seconds<T: TryFrom<u64> + From<u16>>(time: Duration) -> T {
    let whole = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    T::try_from(whole.max(1)).unwrap_or_else(|_| u16::MAX.into())
}

/// Requests that are remembered of each account: those that a client may send again, and some more.
const BEFORE_MAX: usize = 32;
/// Accounts of which is remembered what they said lately.
const SPEAKERS_MAX: usize = 10_000;
/// Feeds at once, rooms among them.
const FEEDS_MAX: usize = 4_096;
const INBOX_LINES: usize = 50;
/// Lines that somebody reads who comes anew. The feed has more, for who was away.
const NEWCOMERS_LINES: usize = 50;
