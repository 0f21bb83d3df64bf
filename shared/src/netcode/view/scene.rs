//! Everything to draw at one moment: plain state for a renderer.

use glam::Vec2;

use crate::sim::{AsteroidState, OreState, OwnState, ShipState, ShotState};
use crate::snapshot::{EntityKey, Removal};
use crate::units::PlayerId;

/// Everything to draw at one moment of the client.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Side of the sector: the square from -side/2 to side/2.
    pub side: f32,
    /// Position of our ship, or its last position.
    pub camera: Vec2,
    /// Which ship is ours.
    pub player: PlayerId,
    /// The state of our ship that only we are sent.
    pub own: OwnState,
    /// Ships; ours is predicted.
    pub ships: Vec<(EntityKey, ShipState)>,
    /// Shots; ours are predicted.
    pub shots: Vec<(EntityKey, ShotState)>,
    /// Asteroids.
    pub asteroids: Vec<(EntityKey, AsteroidState)>,
    /// Ore.
    pub ores: Vec<(EntityKey, OreState)>,
    /// Entities removed since the last sample.
    pub removals: Vec<Removal>,
}
