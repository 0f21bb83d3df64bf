//! Sectors and the things that are placed in them. Each thing has an identifier of its own in its sector.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use super::area::Area;
use super::gate::Gate;
use super::wall::Wall;
use crate::units::{OreId, SizeId};

/// Extent of a sector. Sectors are squares around the origin; their edges bounce.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum SectorSize {
    /// A fixed side.
    Fixed {
        /// Length of a side.
        side: f32,
    },
    /// A side that grows with the square root of the number of ships, so that their density stays the same.
    PerShip {
        /// Side for one ship; with n ships it is `side * sqrt(n)`.
        side: f32,
        /// Smallest side.
        side_min: f32,
    },
}

impl SectorSize {
    /// The smallest side that the sector can have.
    pub fn side_min(&self) -> f32 {
        match self {
            SectorSize::Fixed { side } => *side,
            SectorSize::PerShip { side_min, .. } => *side_min,
        }
    }
}

/// A sector: a region of space to play in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Sector {
    /// Name of the file in `assets/sectors/`.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Its extent.
    pub size: SectorSize,
    /// Half extents of the view around a client's ship; `None`: everyone sees everything.
    pub view_half: Option<Vec2>,
    /// Its stations.
    pub stations: Vec<Station>,
    /// Its fields of asteroids.
    pub fields: Vec<Field>,
    /// Its lone rocks.
    pub rocks: Vec<LoneRock>,
    /// Where ships appear. Without any, they appear at a station; without a station, anywhere.
    pub spawn_zones: Vec<SpawnZone>,
    /// Safe zones in addition to those of the stations.
    pub safe_zones: Vec<SafeZone>,
    /// Its walls.
    pub walls: Vec<Wall>,
    /// Its gates, in pairs that lead to each other.
    pub gates: Vec<Gate>,
}

impl Sector {
    /// Whether there is anything to mine.
    pub fn has_asteroids(&self) -> bool {
        !self.fields.is_empty() || !self.rocks.is_empty()
    }

    /// The station that is nearest to a place; `None` if there are no stations.
    pub fn nearest_station(&self, place: Vec2) -> Option<&Station> {
        self.stations.iter().min_by(|a, b| {
            let distance = |station: &Station| station.position.distance_squared(place);
            distance(a).total_cmp(&distance(b))
        })
    }
}

/// A station: a place to sell ore, to repair and to be safe.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Its identifier in the sector.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Position of its centre.
    pub position: Vec2,
    /// Radius of its body, for drawing and for keeping asteroids away. Ships may fly over it.
    pub radius: f32,
    /// Radius of the safe zone: nobody can shoot or be hurt in it.
    pub safe_radius: f32,
    /// Radius within which the station buys ore and repairs hulls.
    pub dock_radius: f32,
    /// Hit points repaired per second.
    pub repair_per_second: f32,
    /// Units of ore bought per second.
    pub unload_per_second: f32,
}

/// A field of asteroids. It grows new ones to keep their number; they turn back at its border.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Field {
    /// Its identifier in the sector.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Where it is.
    pub area: Area,
    /// Asteroids per million square units.
    pub density: f32,
    /// Share of its asteroids that carry each ore, relative to the other ores; indexed by `OreId`.
    pub ores: Vec<f32>,
    /// Time until a lost asteroid is replaced, in seconds.
    pub regrow_seconds: f32,
}

impl Field {
    /// Number of asteroids that the field keeps.
    pub fn asteroids(&self) -> u16 {
        // `as` saturates, far above the number that the check allows.
        (self.area.square_units() * self.density / 1e6).round() as u16
    }
}

/// A single asteroid that stands in its place, and grows there again after it was mined.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LoneRock {
    /// Its identifier in the sector.
    pub id: String,
    /// Position of its centre.
    pub position: Vec2,
    /// Its size.
    pub size: SizeId,
    /// The ore that it carries.
    pub ore: OreId,
    /// Time until it is replaced after it and its pieces are gone, in seconds.
    pub regrow_seconds: f32,
}

/// A zone in which ships appear.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SpawnZone {
    /// Its identifier in the sector.
    pub id: String,
    /// Where it is.
    pub area: Area,
}

/// A zone in which nobody can shoot or be hurt. Asteroids turn back at its border.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SafeZone {
    /// Its identifier in the sector.
    pub id: String,
    /// Position of its centre.
    pub position: Vec2,
    /// Its radius.
    pub radius: f32,
}
