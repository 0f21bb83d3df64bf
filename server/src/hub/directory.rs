//! The rooms of this server by their identifiers.

use std::fmt;
use std::sync::Arc;

use crate::room::{RoomHandle, RoomHealth};

/// All rooms; the first is the default room. Clones share the directory.
#[derive(Clone, Debug)]
pub struct Directory(Arc<[RoomHandle]>);

impl Directory {
    /// A directory of these rooms. Their identifiers must be distinct.
    pub fn new(rooms: Vec<RoomHandle>) -> Self {
        debug_assert!(
            rooms
                .iter()
                .enumerate()
                .all(|(n, room)| { rooms[..n].iter().all(|other| other.id() != room.id()) }),
            "a room is found by its identifier"
        );
        Directory(rooms.into())
    }

    /// The room with this identifier; the default room if there is none.
    pub fn find(&self, id: Option<&str>) -> Option<&RoomHandle> {
        match id {
            None => self.0.first(),
            Some(id) => self.0.iter().find(|room| room.id() == id),
        }
    }

    /// Every room.
    pub fn iter(&self) -> std::slice::Iter<'_, RoomHandle> {
        self.0.iter()
    }

    /// The current health of the rooms.
    pub fn health(&self) -> Health {
        let rooms = self.0.iter().map(|room| (room.id().to_owned(), room.health()));
        Health { rooms: rooms.collect() }
    }
}

impl<'a> IntoIterator for &'a Directory {
    type Item = &'a RoomHandle;
    type IntoIter = std::slice::Iter<'a, RoomHandle>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::ops::Index<usize> for Directory {
    type Output = RoomHandle;

    fn index(&self, index: usize) -> &RoomHandle {
        &self.0[index]
    }
}

/// The health of a server's rooms. Its text has a line for each unhealthy room.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Health {
    rooms: Vec<(String, RoomHealth)>,
}

impl Health {
    /// Whether every room admits players.
    pub fn is_serving(&self) -> bool {
        self.rooms.iter().all(|(_, health)| health.is_serving())
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unwell = self.rooms.iter().filter(|(_, health)| *health != RoomHealth::Well);
        unwell.try_for_each(|(id, health)| writeln!(f, "room {id}: {health}"))
    }
}
