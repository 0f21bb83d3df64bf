//! The kinds of thing that content describes. Lengths are world units, times seconds, angles turns.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use crate::units::WeaponId;

/// A ship's body and what it can do.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Hull {
    /// Name of the entry in `hulls.toml`.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Radius of the collision circle.
    pub radius: f32,
    /// Damage it takes to destroy it.
    pub hit_points: u16,
    /// Acceleration of the engines, units/s².
    pub acceleration: f32,
    /// Share of the velocity that is lost per second (continuous rate, 1/s). Top speed is acceleration / drag.
    pub drag: f32,
    /// Factor on the acceleration while boosting.
    pub boost_factor: f32,
    /// Seconds of boost in a full charge.
    pub boost_seconds: f32,
    /// Seconds to recharge from empty.
    pub boost_recharge_seconds: f32,
    /// Units of ore the hold takes.
    pub hold: u16,
    /// The gun it carries.
    pub weapon: WeaponId,
    /// Corners of its outline for drawing, nose along +x, in radii; counter-clockwise.
    pub outline: Vec<Vec2>,
}

/// A gun and its shot.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Weapon {
    /// Name of the entry in `weapons.toml`.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Hit points that a hit takes.
    pub damage: u16,
    /// Seconds between shots.
    pub interval_seconds: f32,
    /// Speed of a shot relative to the ship, units/s.
    pub speed: f32,
    /// Seconds a shot flies.
    pub lifetime_seconds: f32,
    /// Radius of a shot.
    pub radius: f32,
}

/// What asteroids yield and stations buy.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ore {
    /// Name of the entry in `ores.toml`.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Credits for one unit.
    pub price: u32,
    /// Share of asteroids that carry it, relative to the other ores.
    pub abundance: f32,
    /// Colour for drawing, linear 0..1.
    pub color: [f32; 3],
}

/// One size of asteroid; what it breaks into is the next smaller size.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AsteroidSize {
    /// Name of the entry in `asteroids.toml`.
    pub id: String,
    /// Radius of the collision circle.
    pub radius: f32,
    /// Damage it takes to break it.
    pub hit_points: u16,
    /// Asteroids of the next smaller size that it splits into.
    pub pieces: u8,
    /// Chunks of ore it sets free.
    pub ore_chunks: u8,
    /// Units of ore in a chunk.
    pub ore_per_chunk: u8,
    /// Share of newly grown asteroids that have this size, relative to the others.
    pub abundance: f32,
    /// Greatest drift speed, units/s.
    pub drift_speed_max: f32,
}

/// How large a sector is. Sectors are squares around the origin with edges that bounce.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum SectorSize {
    /// A fixed side.
    Fixed {
        /// Length of a side.
        side: f32,
    },
    /// A side that grows with the root of the number of ships, so that crowding stays the same.
    PerShip {
        /// Side for one ship; n ships have `side * sqrt(n)`.
        side: f32,
        /// Side below which it never falls.
        side_min: f32,
    },
}

/// A place to sell, repair and be safe.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// What players read.
    pub name: String,
    /// Centre.
    pub position: Vec2,
    /// Radius of its body, for drawing and for keeping asteroids away; ships may fly over it.
    pub radius: f32,
    /// Radius within which nobody can shoot or be hurt.
    pub safe_radius: f32,
    /// Radius within which ore is bought and hulls are repaired.
    pub dock_radius: f32,
    /// Hit points repaired per second.
    pub repair_per_second: f32,
    /// Units of ore bought per second.
    pub unload_per_second: f32,
}

/// A stretch of space to play in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Sector {
    /// Name of the file in `assets/sectors/`.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Its extent.
    pub size: SectorSize,
    /// Half extents of what a client sees around its ship; `None`: everyone sees everything.
    pub view_half: Option<Vec2>,
    /// The station, if any.
    pub station: Option<Station>,
    /// Asteroids that the sector keeps up by growing new ones.
    pub asteroids: u16,
    /// Seconds until a lost asteroid is replaced.
    pub asteroid_regrow_seconds: f32,
}

/// The rules of a room.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Name of the entry in `modes.toml`.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Seconds between death and return.
    pub respawn_seconds: f32,
    /// Seconds after a return during which a ship can neither be hurt nor shoot; ends when it fires.
    pub spawn_protection_seconds: f32,
    /// Score for a kill; credits earned count one each.
    pub kill_score: u32,
    /// Share of the hold that a destroyed ship sets free, 0..=1.
    pub cargo_drop_share: f32,
    /// Seconds that a chunk of ore floats before it fades.
    pub ore_lifetime_seconds: f32,
    /// Seconds of the past that shots are judged in, at the most: where targets were on the shooter's screen.
    pub lag_compensation_seconds: f32,
}
