//! The list of rooms as a topic.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use driftfield_shared::limits::TOPIC_VALUE_BYTES_MAX;
use driftfield_shared::protocol::ROOMS;
use driftfield_shared::topics::{Board, Publisher, Topic};
use driftfield_shared::wire::codec;

use super::{Directory, HubTopics};
use crate::room::RoomStatus;

/// Time between two looks at the rooms.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Publishes the rooms that are offered to people.
#[derive(Debug)]
pub struct Lobby {
    board: Publisher<Board>,
    topics: HubTopics,
}

impl Lobby {
    /// A lobby that publishes there.
    pub fn new(topics: HubTopics) -> Self {
        let epoch = RandomState::new().hash_one(ROOMS) as u32;
        Lobby { board: Publisher::new(Board::new(epoch)), topics }
    }

    /// Publishes what has changed of the rooms, once a second, for ever.
    pub async fn serve(mut self, rooms: Directory) {
        let mut ticker = tokio::time::interval(LOOK_INTERVAL);
        ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticker.tick().await;
            self.look(rooms.all().iter().map(|room| room.status()));
        }
    }

    fn look(&mut self, rooms: impl Iterator<Item = RoomStatus>) {
        let before = self.board.version();
        let is_new = before == 0;
        for room in rooms.filter(|room| !room.for_load) {
            let value = codec::encode(&room.line);
            // A host's mode may have any identifier.
            if value.len() <= TOPIC_VALUE_BYTES_MAX {
                self.board.topic_mut().set(room.id.as_bytes(), &value);
            }
        }
        if is_new || self.board.version() != before {
            self.board.seal();
            self.topics.publish(ROOMS, self.board.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::RoomLine;

    use super::*;

    fn room(id: &str, players: u32, for_load: bool) -> RoomStatus {
        RoomStatus {
            id: id.into(),
            line: RoomLine {
                name: "Home".into(),
                mode: "frontier".into(),
                sector: "frontier".into(),
                players,
                bots: 2,
                max_players: 64,
                tick_hz: 30,
                owner: String::new(),
                is_locked: false,
            },
            for_load,
        }
    }

    #[test]
    fn rooms_are_told_when_they_change_and_those_for_load_tests_are_not() {
        let topics = HubTopics::default();
        let mut lobby = Lobby::new(topics.clone());
        let mut version = |players| {
            lobby.look([room("home", players, false), room("load", players, true)].into_iter());
            topics.view().find(ROOMS).map(Topic::version)
        };
        assert_eq!(version(1), Some(1));
        assert_eq!(version(1), Some(1));
        assert_eq!(version(2), Some(2));
        let value = lobby.board.topic().get(b"home").unwrap();
        let line: RoomLine = codec::decode(value).unwrap();
        assert_eq!((line.name.as_str(), line.players), ("Home", 2));
        assert_eq!(lobby.board.topic().len(), 1);
    }
}
