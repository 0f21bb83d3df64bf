//! What a client is told of its room beside snapshots: who is there, who is best, who destroyed whom.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits::LEADERBOARD_LINES_MAX;
use crate::protocol::{
    ClientControl, KILLS, Kill, LEADERBOARD, LeaderboardLine, PlayerInfo, ROSTER, STANDINGS,
    Standing, player_key, read_player_key,
};
use crate::topics::{EndReason, Handle, Key, News, Subscriber, TopicRequest, UpdateError};
use crate::units::PlayerId;
use crate::wire::{DecodeError, codec};

/// The topics of the room that a client subscribes to as soon as it is in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RoomTopics {
    /// Everyone in the room.
    pub roster: bool,
    /// The best players.
    pub leaderboard: bool,
    /// The own rank.
    pub standing: bool,
    /// Ships that are destroyed.
    pub kills: bool,
}

impl RoomTopics {
    /// All of them.
    pub const ALL: RoomTopics =
        RoomTopics { roster: true, leaderboard: true, standing: true, kills: true };
}

/// What a client learns of its room.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum RoomNews {
    /// A player came, or its details have changed.
    Player(PlayerInfo),
    /// A player's seat was given up.
    PlayerLeft(PlayerId),
    /// The best players, best first.
    Leaderboard(Vec<LeaderboardLine>),
    /// The own rank.
    Standing(Standing),
    /// A ship was destroyed after the client had come.
    Kill(Kill),
}

/// An update that no server of this version sends.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum TopicError {
    /// It is no update.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// A key, a value or an entry is none of this topic.
    #[error("the topic holds something else: {0}")]
    Value(#[from] DecodeError),
    /// The topic of a room is a board where it should be a feed, or the other way round, or has more lines than allowed.
    #[error("the topic is of another kind than it should be")]
    Kind,
    /// The server has ended the subscription to a topic that every room has.
    #[error("the topic of the room has ended: {0}")]
    Ended(EndReason),
}

/// A subscriber that knows the topics of a room. It outlives connections.
#[derive(Debug, Default)]
pub struct RoomSubscriber {
    wanted: RoomTopics,
    subscriber: Subscriber,
    roster: Option<Handle>,
    leaderboard: Option<Handle>,
    standing: Option<(Handle, PlayerId)>,
    kills: Option<Handle>,
    /// Whether the kills from before the client came have been read.
    are_kills_current: bool,
    /// Everyone in the room, by seat.
    players: Vec<PlayerInfo>,
}

impl RoomSubscriber {
    /// A subscriber to these topics.
    pub fn new(wanted: RoomTopics) -> Self {
        RoomSubscriber { wanted, ..RoomSubscriber::default() }
    }

    /// A connection is accepted for the seat of `player`.
    pub fn handle_welcome(&mut self, player: PlayerId) {
        let RoomSubscriber { wanted, subscriber, .. } = self;
        subscriber.connect();
        let mut subscribe = |is_wanted: bool, handle: &mut Option<Handle>, topic: &str| {
            if is_wanted && handle.is_none() {
                *handle = subscriber.subscribe(topic, None);
            }
        };
        subscribe(wanted.roster, &mut self.roster, ROSTER);
        subscribe(wanted.leaderboard, &mut self.leaderboard, LEADERBOARD);
        subscribe(wanted.kills, &mut self.kills, KILLS);
        if let Some((handle, _)) = self.standing.take_if(|(_, key)| *key != player) {
            subscriber.unsubscribe(handle);
        }
        if wanted.standing && self.standing.is_none() {
            let key = Key::try_from(player_key(player).to_vec()).ok();
            let handle = subscriber.subscribe(STANDINGS, key);
            self.standing = handle.map(|handle| (handle, player));
        }
    }

    /// The next control message to send.
    pub fn poll_transmit(&mut self) -> Option<ClientControl> {
        Some(match self.subscriber.poll_transmit()? {
            TopicRequest::Subscribe(subscribe) => ClientControl::Subscribe(subscribe),
            TopicRequest::Unsubscribe(handle) => ClientControl::Unsubscribe(handle),
        })
    }

    /// Takes in an update, and tells what it says of the room. Returns what it says of any other topic.
    ///
    /// # Errors
    /// When no server of this version sends such an update.
    pub fn handle_update(
        &mut self,
        handle: Handle,
        bytes: &[u8],
        mut tell: impl FnMut(RoomNews),
    ) -> Result<Option<News>, TopicError> {
        let Some(news) = self.subscriber.handle_update(handle, bytes)? else { return Ok(None) };
        let handle = Some(handle);
        let is_standing = self.standing.is_some_and(|(standing, _)| Some(standing) == handle);
        if ![self.roster, self.leaderboard, self.kills].contains(&handle) && !is_standing {
            return Ok(Some(news));
        }
        match news {
            News::Board { changes, .. } if handle == self.roster => {
                for (key, value) in changes {
                    tell(self.change_player(&key, value.as_deref())?);
                }
            }
            News::Board { .. } if handle == self.leaderboard => {
                let lines =
                    self.leaderboard.into_iter().flat_map(|handle| self.subscriber.board(handle));
                let lines = lines.map(|(key, value)| LeaderboardLine::read(key, value));
                // Each is put into its place: that is less code in the page than to sort them.
                let mut best: Vec<LeaderboardLine> = Vec::new();
                for line in lines {
                    let line = line?;
                    let order = line.order();
                    best.insert(best.partition_point(|other| other.order() <= order), line);
                    // While a whole board comes in pieces, lines of the one before are still there.
                    best.truncate(LEADERBOARD_LINES_MAX);
                }
                tell(RoomNews::Leaderboard(best));
            }
            News::Board { changes, .. } if is_standing => {
                for value in changes.into_iter().filter_map(|(_, value)| value) {
                    tell(RoomNews::Standing(codec::decode(&value)?));
                }
            }
            News::Feed { entries, is_current, .. } if handle == self.kills => {
                for entry in entries {
                    let kill: Kill = codec::decode(&entry)?;
                    if self.are_kills_current {
                        tell(RoomNews::Kill(kill));
                    }
                }
                self.are_kills_current |= is_current;
            }
            News::Ended(reason) => return Err(TopicError::Ended(reason)),
            News::Board { .. } | News::Feed { .. } => return Err(TopicError::Kind),
        }
        Ok(None)
    }

    /// Everyone in the room, by seat; nobody without a subscription to the roster.
    pub fn players(&self) -> &[PlayerInfo] {
        &self.players
    }

    /// Subscribes to another topic. `None` if there are too many.
    pub fn subscribe(&mut self, topic: &str, only: Option<Key>) -> Option<Handle> {
        self.subscriber.subscribe(topic, only)
    }

    /// Ends such a subscription.
    pub fn unsubscribe(&mut self, handle: Handle) {
        self.subscriber.unsubscribe(handle);
    }

    fn change_player(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<RoomNews, DecodeError> {
        let player = read_player_key(key)?;
        let place = self.players.binary_search_by_key(&player, |info| info.player);
        let Some(value) = value else {
            place.into_iter().for_each(|index| drop(self.players.remove(index)));
            return Ok(RoomNews::PlayerLeft(player));
        };
        let info = PlayerInfo::read(key, value)?;
        match place {
            Ok(index) => self.players[index] = info.clone(),
            Err(index) => self.players.insert(index, info.clone()),
        }
        Ok(RoomNews::Player(info))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::{Board, Feed, Subscribe, Told, Topic};

    const ADA: PlayerId = PlayerId(3);
    const BO: PlayerId = PlayerId(300);

    /// The wishes that are sent now.
    fn wishes(subscriber: &mut RoomSubscriber) -> Vec<Subscribe> {
        std::iter::from_fn(|| subscriber.poll_transmit())
            .map(|control| match control {
                ClientControl::Subscribe(subscribe) => subscribe,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    /// What the client is told by an update of `topic` from `since` on.
    fn tell(
        subscriber: &mut RoomSubscriber,
        name: &str,
        wishes: &[Subscribe],
        topic: &dyn Topic,
        since: Option<u64>,
    ) -> Result<Vec<RoomNews>, TopicError> {
        let wish = wishes.iter().find(|wish| wish.topic == name).unwrap();
        let (mut bytes, mut news) = (Vec::new(), Vec::new());
        let only = wish.only.as_ref().map(Key::bytes);
        let told = since.map_or(Told::Nothing, Told::All);
        topic.write_update(told, only, usize::MAX, &mut bytes);
        let rest = subscriber.handle_update(wish.handle, &bytes, |told| news.push(told))?;
        assert_eq!(rest, None);
        Ok(news)
    }

    #[test]
    fn a_room_is_told_in_its_own_words() {
        let mut subscriber = RoomSubscriber::new(RoomTopics::ALL);
        assert_eq!(wishes(&mut subscriber), []);
        subscriber.handle_welcome(ADA);
        let wishes = wishes(&mut subscriber);
        assert_eq!(wishes.len(), 4);

        let info = |player, name: &str| PlayerInfo { player, name: name.into(), is_bot: false };
        let mut roster = Board::new(1);
        for info in [info(BO, "Bo"), info(ADA, "Ada")] {
            roster.set(&player_key(info.player), &info.value());
        }
        let news = tell(&mut subscriber, ROSTER, &wishes, &roster, None).unwrap();
        assert_eq!(news.len(), 2);
        assert_eq!(subscriber.players(), [info(ADA, "Ada"), info(BO, "Bo")]);
        roster.remove(&player_key(BO));
        let news = tell(&mut subscriber, ROSTER, &wishes, &roster, Some(2)).unwrap();
        assert_eq!(news, [RoomNews::PlayerLeft(BO)]);
        assert_eq!(subscriber.players(), [info(ADA, "Ada")]);

        let line = |player, score| LeaderboardLine { player, score, kills: 1 };
        let mut leaderboard = Board::new(1);
        for line in [line(ADA, 7), line(BO, 9)] {
            leaderboard.set(&player_key(line.player), &line.value());
        }
        let news = tell(&mut subscriber, LEADERBOARD, &wishes, &leaderboard, None).unwrap();
        assert_eq!(news, [RoomNews::Leaderboard(vec![line(BO, 9), line(ADA, 7)])]);

        let mut standings = Board::new(1);
        for (player, place) in [(ADA, 2), (BO, 1)] {
            standings.set(&player_key(player), &codec::encode(&Standing { place, kills: 1 }));
        }
        let news = tell(&mut subscriber, STANDINGS, &wishes, &standings, None).unwrap();
        assert_eq!(news, [RoomNews::Standing(Standing { place: 2, kills: 1 })]);

        let kill = |victim| codec::encode(&Kill { killer: ADA, victim });
        let mut kills = Feed::new(1);
        kills.push(&kill(BO));
        let news = tell(&mut subscriber, KILLS, &wishes, &kills, None).unwrap();
        assert_eq!(news, [], "it was before the client came");
        kills.push(&kill(ADA));
        let news = tell(&mut subscriber, KILLS, &wishes, &kills, Some(1)).unwrap();
        assert_eq!(news, [RoomNews::Kill(Kill { killer: ADA, victim: ADA })]);

        let error = tell(&mut subscriber, KILLS, &wishes, &roster, None).unwrap_err();
        assert_eq!(error, TopicError::Kind);
        kills.push(&[1]);
        let error = tell(&mut subscriber, KILLS, &wishes, &kills, Some(2)).unwrap_err();
        assert_eq!(error, TopicError::Value(DecodeError::Form));
    }

    #[test]
    fn over_a_new_connection_topics_go_on_and_the_own_rank_is_that_of_the_new_seat() {
        let mut subscriber = RoomSubscriber::new(RoomTopics::ALL);
        subscriber.handle_welcome(ADA);
        let first = wishes(&mut subscriber);
        let kills = Feed::new(1);
        assert_eq!(tell(&mut subscriber, KILLS, &first, &kills, None), Ok(vec![]));
        subscriber.handle_welcome(ADA);
        let again = wishes(&mut subscriber);
        assert_eq!(again.len(), 4);
        let since = |wishes: &[Subscribe], name: &str| {
            wishes.iter().find(|wish| wish.topic == name).unwrap().since
        };
        assert!(since(&again, KILLS).is_some() && since(&again, ROSTER).is_none());
        subscriber.handle_welcome(BO);
        let other = wishes(&mut subscriber);
        let standings: Vec<_> = other.iter().filter(|wish| wish.topic == STANDINGS).collect();
        let keys: Vec<&[u8]> =
            standings.iter().filter_map(|wish| wish.only.as_ref()).map(Key::bytes).collect();
        assert_eq!(keys, [player_key(BO)]);
    }
}
