//! Entities as a client knows them: identity, kind, and removal.

use glam::Vec2;
use serde::{Deserialize, Serialize};

/// Identity of an entity for as long as this client sees it. It is never reused for another entity.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct EntityKey(pub u32);

/// The kinds of replicated entities, in the order of the wire.
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

/// An entity that this snapshot removed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Removal {
    /// Its identity.
    pub key: EntityKey,
    /// Its kind.
    pub kind: EntityKind,
    /// Its last position.
    pub position: Vec2,
    /// `true`: it was destroyed, hit something or was picked up. `false`: it left the view or expired.
    pub destroyed: bool,
}
