//! What a room publishes, and what its clients are told of it.
//!
//! ```text
//! events, ranking --> Topics: roster, leaderboard, standings, kills --seal--> Subscriptions::poll --> messages
//!                     hub's topics, as the hub last published them --/            (one per client)
//! ```
//!
//! Updates go out behind the snapshot of a tick, within a byte allowance of their own. A client that gets no snapshot gets
//! no update; it is told later, and then only what is still so. Entries of feeds go out at once, changes of boards ten times
//! a second.

mod allowance;
#[cfg(all(test, target_os = "linux"))]
mod load;
mod messages;
mod ranking;
mod subscriptions;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, RandomState};

use driftfield_shared::limits::BOARD_UPDATES_PER_SECOND;
use driftfield_shared::protocol::{
    CHAT, INBOX, KILLS, Kill, LEADERBOARD, NOTICES, PARTY, PARTY_CHAT, PlayerInfo, ROSTER,
    STANDINGS, VOTE, player_key,
};
use driftfield_shared::sim::World;
use driftfield_shared::topics::{Board, Feed, Publisher, Topic};
use driftfield_shared::units::Tick;
use driftfield_shared::wire::codec;

use super::state::RoomEvent;
use crate::hub::{
    HubTopics, HubView, NO_NOTICES, NO_PARTY, NO_VOTE, Place, SILENCE, To, notices_topic,
    own_party_topics, topic_name, vote_topic,
};
use crate::store::AccountId;
pub use messages::TopicMessages;
use ranking::Ranking;
pub use subscriptions::Subscriptions;

/// The topics of a room, and those of the hub as the room sees them.
#[derive(Debug)]
pub struct Topics {
    roster: Publisher<Board>,
    leaderboard: Publisher<Board>,
    standings: Publisher<Board>,
    kills: Publisher<Feed>,
    ranking: Ranking,
    hub: HubView,
    /// Number of the time in which a subscriber is told of a board at most once.
    period: Option<u64>,
}

/// A topic of a client's choice. Those of the room are found without a search.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TopicName {
    /// See [`ROSTER`].
    Roster,
    /// See [`LEADERBOARD`].
    Leaderboard,
    /// See [`STANDINGS`].
    Standings,
    /// See [`KILLS`].
    Kills,
    /// One of the hub's, if it has one of that name.
    Hub(Box<str>),
    /// One of the hub's which is there for this client also while there is nothing in it: then it is the second one, which is
    /// empty.
    Own(Box<str>, &'static str),
}

/// What of the hub's topics is a client's own.
#[derive(Clone, Debug, Default)]
pub struct OwnTopics {
    /// What is said in its room.
    pub chat: Box<str>,
    /// What is said to its account alone; `None`: it has no account.
    pub inbox: Option<Box<str>>,
    /// What its account alone is told.
    pub notices: Option<Box<str>>,
    /// The vote of its room.
    pub vote: Box<str>,
    /// The party of its account, and what is said there. The hub lets these names lead to whichever party that is.
    pub party: Option<[Box<str>; 2]>,
}

impl OwnTopics {
    /// Those of a client with this account, if it has one.
    pub fn new(room: &str, account: Option<AccountId>) -> Self {
        let inbox = account.map(|account| topic_name(&Place::Inbox(account)).into());
        let chat = topic_name(&Place::Room(room.into())).into();
        let notices = account.map(|account| notices_topic(To::Account(account)).into());
        let party = account.map(|account| own_party_topics(account).map(Into::into));
        OwnTopics { chat, inbox, notices, vote: vote_topic(room).into(), party }
    }

    /// The topic that a client means. Other clients' own topics have no name that it could use.
    fn meant(&self, name: &str) -> Option<TopicName> {
        Some(match name {
            ROSTER => TopicName::Roster,
            LEADERBOARD => TopicName::Leaderboard,
            STANDINGS => TopicName::Standings,
            KILLS => TopicName::Kills,
            CHAT => TopicName::Own(self.chat.clone(), SILENCE),
            INBOX => TopicName::Own(self.inbox.clone()?, SILENCE),
            NOTICES => TopicName::Own(self.notices.clone()?, NO_NOTICES),
            VOTE => TopicName::Own(self.vote.clone(), NO_VOTE),
            PARTY => TopicName::Own(self.party.as_ref()?[0].clone(), NO_PARTY),
            PARTY_CHAT => TopicName::Own(self.party.as_ref()?[1].clone(), SILENCE),
            name if name.contains('/') => return None,
            name => TopicName::Hub(name.into()),
        })
    }
}

impl Topics {
    /// The topics of a room with these players, in a life of their own.
    pub fn new<'a>(players: impl Iterator<Item = &'a PlayerInfo>, hub: &HubTopics) -> Self {
        // What was told by an earlier life of the room is void.
        let epoch = RandomState::new().hash_one(KILLS) as u32;
        let mut roster = Board::new(epoch);
        players.for_each(|info| roster.set(&player_key(info.player), &info.value()));
        Topics {
            roster: Publisher::new(roster),
            leaderboard: Publisher::new(Board::new(epoch)),
            standings: Publisher::new(Board::new(epoch)),
            kills: Publisher::new(Feed::new(epoch).with_history(KILLS_KEPT)),
            ranking: Ranking::default(),
            hub: hub.view(),
            period: None,
        }
    }

    /// Publishes what has happened in the room.
    pub fn note(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::Joined(info) | RoomEvent::Renamed(info) => {
                self.roster.topic_mut().set(&player_key(info.player), &info.value());
            }
            RoomEvent::Left { player, .. } => {
                self.roster.topic_mut().remove(&player_key(*player));
                self.standings.topic_mut().remove(&player_key(*player));
            }
            RoomEvent::Kill { killer, victim } => {
                let kill = Kill { killer: *killer, victim: *victim };
                self.kills.topic_mut().push(&codec::encode(&kill));
            }
        }
    }

    /// Publishes who is best, every few seconds. Call it in each tick.
    pub fn rank(&mut self, world: &World) {
        let (leaderboard, standings) = (self.leaderboard.topic_mut(), self.standings.topic_mut());
        self.ranking.rank(world, leaderboard, standings);
    }

    /// Makes the updates of tick `now` ready. Call it before clients are told.
    pub fn seal(&mut self, now: Tick, tick_hz: u16) {
        let updates = u64::from(now.0) * u64::from(BOARD_UPDATES_PER_SECOND);
        let period = Some(updates / u64::from(tick_hz));
        if self.period != period {
            self.period = period;
            self.roster.seal();
            self.leaderboard.seal();
            self.standings.seal();
        }
        self.kills.seal();
        self.hub.refresh();
    }

    /// The topic of this name, if there is one.
    fn find(&self, name: &TopicName) -> Option<&dyn Topic> {
        match name {
            TopicName::Roster => Some(&self.roster),
            TopicName::Leaderboard => Some(&self.leaderboard),
            TopicName::Standings => Some(&self.standings),
            TopicName::Kills => Some(&self.kills),
            TopicName::Hub(name) => self.hub.find(name),
            TopicName::Own(name, empty) => self.hub.find(name).or_else(|| self.hub.find(empty)),
        }
    }
}

/// Kills that a room remembers: half a minute in a full room, for who was away for so long.
const KILLS_KEPT: usize = 128;
