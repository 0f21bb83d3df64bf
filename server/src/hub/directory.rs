//! The rooms of this server by their identifiers.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::room::{RoomHandle, RoomHealth};

/// All rooms; the first is the default room, which is always there. Clones share the directory.
#[derive(Clone, Debug)]
pub struct Directory(Arc<RwLock<Rooms>>);

/// The rooms of a moment. They do not change.
pub type Rooms = Arc<[RoomHandle]>;

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
        Directory(Arc::new(RwLock::new(rooms.into())))
    }

    /// The room with this identifier; the default room if none is named.
    pub fn find(&self, id: Option<&str>) -> Option<RoomHandle> {
        let rooms = self.all();
        match id {
            None => rooms.first().cloned(),
            Some(id) => rooms.iter().find(|room| room.id() == id).cloned(),
        }
    }

    /// The rooms of this moment.
    pub fn all(&self) -> Rooms {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a room that was opened while the server runs. No room may have its identifier.
    pub fn add(&self, room: RoomHandle) {
        let mut rooms = self.0.write().unwrap_or_else(PoisonError::into_inner);
        debug_assert!(
            rooms.iter().all(|other| other.id() != room.id()),
            "identifiers are distinct"
        );
        *rooms = rooms.iter().cloned().chain([room]).collect();
    }

    /// Takes a room out: nobody finds it any more. The room itself goes on.
    pub fn remove(&self, id: &str) -> Option<RoomHandle> {
        let mut rooms = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let removed = rooms.iter().find(|room| room.id() == id).cloned();
        *rooms = rooms.iter().filter(|room| room.id() != id).cloned().collect();
        removed
    }

    /// The current health of the rooms.
    pub fn health(&self) -> Health {
        let rooms = self.all();
        let rooms = rooms.iter().map(|room| (room.id().to_owned(), room.health()));
        Health { rooms: rooms.collect() }
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
