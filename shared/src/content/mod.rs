//! The content of `assets/`: hulls, weapons, ores, asteroids, sectors and modes.
//!
//! All figures of the game are data. The server reads them from TOML (`files`) and checks them once (`check`). They
//! travel to clients in the welcome, so that a client computes with the figures of its server.

mod area;
mod check;
#[cfg(feature = "content-files")]
mod files;
mod gate;
mod kinds;
mod part;
mod sector;
#[cfg(feature = "content-files")]
mod sector_file;
mod wall;

pub use area::Area;
pub use check::ContentError;
#[cfg(feature = "content-files")]
pub use files::{BuiltIn, ContentFiles, sector_of};
pub use gate::Gate;
pub use kinds::{AsteroidSize, Hull, Mode, Ore, Weapon};
pub use part::{Mount, Part};
pub use sector::{Field, LoneRock, SafeZone, Sector, SectorSize, SpawnZone, Station};
pub use wall::Wall;

use serde::{Deserialize, Serialize};

use crate::units::{HullId, OreId, PartId, SizeId, WeaponId};

/// All rules that are data, with names resolved to identifiers. Create it with a checked constructor only, or
/// deserialise it and then call [`Content::check`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Content {
    /// Ships; a player starts with the first.
    pub hulls: Vec<Hull>,
    /// Guns and their shots.
    pub weapons: Vec<Weapon>,
    /// The parts of each mount, in the order of [`Mount::ALL`].
    pub parts: [Vec<Part>; Mount::COUNT],
    /// Kinds of ore.
    pub ores: Vec<Ore>,
    /// Sizes of asteroids, largest first.
    pub asteroid_sizes: Vec<AsteroidSize>,
    /// Sectors that a room can be opened in.
    pub sectors: Vec<Sector>,
    /// Modes that a room can be opened with.
    pub modes: Vec<Mode>,
}

impl Content {
    /// The hull of an identifier; it must have been checked against this content.
    pub fn hull(&self, id: HullId) -> &Hull {
        &self.hulls[id.index()]
    }

    /// The weapon of an identifier; it must have been checked against this content.
    pub fn weapon(&self, id: WeaponId) -> &Weapon {
        &self.weapons[id.index()]
    }

    /// A part of a mount; it must have been checked against this content.
    pub fn part(&self, mount: Mount, id: PartId) -> &Part {
        &self.parts[mount.index()][id.index()]
    }

    /// The ore of an identifier; it must have been checked against this content.
    pub fn ore(&self, id: OreId) -> &Ore {
        &self.ores[id.index()]
    }

    /// The asteroid size of an identifier; it must have been checked against this content.
    pub fn asteroid_size(&self, id: SizeId) -> &AsteroidSize {
        &self.asteroid_sizes[id.index()]
    }

    /// The sector named `id`.
    pub fn sector(&self, id: &str) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.id == id)
    }

    /// The mode named `id`.
    pub fn mode(&self, id: &str) -> Option<&Mode> {
        self.modes.iter().find(|mode| mode.id == id)
    }
}
