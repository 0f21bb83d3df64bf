//! Entities as a client knows them: identity, kind, and going away.

use glam::Vec2;
use serde::{Deserialize, Serialize};

/// An entity over the time that this client sees it. Never used again for another one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct EntityKey(pub u32);

/// The kinds of replicated entity.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum EntityKind {
    /// A ship.
    Ship,
    /// A shot.
    Shot,
    /// An asteroid.
    Asteroid,
    /// A chunk of ore.
    Ore,
}

/// An entity that this snapshot took away.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Removal {
    /// Which one.
    pub key: EntityKey,
    /// Its kind.
    pub kind: EntityKind,
    /// Where it was last.
    pub position: Vec2,
    /// Destroyed, hit something, was taken, against: left the view or expired.
    pub destroyed: bool,
}
