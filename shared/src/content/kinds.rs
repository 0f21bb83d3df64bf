//! The kinds of object that content describes. Lengths are in world units, times in seconds, angles in turns.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use super::part::Mount;
use crate::units::{HullId, PartId, WeaponId};

/// A ship's hull and its abilities.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Hull {
    /// Name of the entry in `hulls.toml`.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Radius of the collision circle.
    pub radius: f32,
    /// Damage that destroys it.
    pub hit_points: u16,
    /// Acceleration of the engines, units/s².
    pub acceleration: f32,
    /// Share of the velocity lost per second (continuous rate, 1/s). Top speed is acceleration / drag.
    pub drag: f32,
    /// Factor on the acceleration during a boost.
    pub boost_factor: f32,
    /// Duration of a full boost charge, in seconds.
    pub boost_seconds: f32,
    /// Time to recharge an empty boost, in seconds.
    pub boost_recharge_seconds: f32,
    /// Capacity of the hold, in units of ore.
    pub hold: u16,
    /// Energy when full.
    pub energy: u16,
    /// Energy that comes back per second.
    pub energy_per_second: f32,
    /// What it costs, in credits; 0: everybody has it.
    pub price: u32,
    /// Hulls of which one must be owned before this one can be bought; empty: none is needed.
    pub after: Vec<HullId>,
    /// The mounts that take other parts than the basic one.
    pub mounts: Vec<Mount>,
    /// The weapon that comes with it.
    pub weapon: WeaponId,
    /// The part that comes with it for each mount, in the order of [`Mount::ALL`].
    pub parts: [PartId; Mount::COUNT],
    /// Corners of the drawn outline in radii, nose along +x, counter-clockwise.
    pub outline: Vec<Vec2>,
}

/// A gun and its shot.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Weapon {
    /// Name of the entry in `weapons.toml`.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Hit points that one hit removes.
    pub damage: u16,
    /// Seconds between shots.
    pub interval_seconds: f32,
    /// Speed of a shot relative to the ship, units/s.
    pub speed: f32,
    /// Lifetime of a shot, in seconds.
    pub lifetime_seconds: f32,
    /// Radius of a shot.
    pub radius: f32,
    /// Energy that one firing takes.
    pub energy: u16,
    /// Shots of one firing.
    pub pellets: u8,
    /// Angle between the outermost shots of one firing, in turns.
    pub spread: f32,
    /// What it costs, in credits; 0: everybody has it.
    pub price: u32,
}

/// A kind of ore: asteroids yield it and stations buy it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ore {
    /// Name of the entry in `ores.toml`.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Price of one unit, in credits.
    pub price: u32,
    /// Share of asteroids that carry it, relative to the other ores.
    pub abundance: f32,
    /// Colour for drawing: linear RGB, 0..=1.
    pub color: [f32; 3],
}

/// One size of asteroid. A broken asteroid splits into pieces of the next smaller size.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AsteroidSize {
    /// Name of the entry in `asteroids.toml`.
    pub id: String,
    /// Radius of the collision circle.
    pub radius: f32,
    /// Damage that breaks it.
    pub hit_points: u16,
    /// Number of pieces of the next smaller size.
    pub pieces: u8,
    /// Number of ore chunks set free.
    pub ore_chunks: u8,
    /// Units of ore per chunk.
    pub ore_per_chunk: u8,
    /// Share of newly grown asteroids of this size, relative to the other sizes.
    pub abundance: f32,
    /// Highest drift speed, units/s.
    pub drift_speed_max: f32,
}

/// The rules of a mode, which a room is opened with.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Name of the entry in `modes.toml`.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Time between death and respawn, in seconds.
    pub respawn_seconds: f32,
    /// Protection after a respawn, in seconds: the ship cannot be hurt. It ends when the ship fires.
    pub spawn_protection_seconds: f32,
    /// Score for a kill. Each credit earned scores one.
    pub kill_score: u32,
    /// Share of the cargo that a destroyed ship drops, 0..=1.
    pub cargo_drop_share: f32,
    /// Lifetime of a floating ore chunk, in seconds.
    pub ore_lifetime_seconds: f32,
    /// Lag compensation: shots are judged against targets as they were on the shooter's screen, at most this many
    /// seconds ago.
    pub lag_compensation_seconds: f32,
}
