//! What the files in `assets/` mean: hulls, weapons, ores, asteroids, sectors and modes.
//!
//! All figures of the game are data. They are read from TOML by the server (`files`), checked once
//! (`check`), and travel to clients inside the welcome, so that a client computes with the very
//! figures of its server.

mod check;
#[cfg(feature = "content-files")]
mod files;
mod kinds;

pub use check::ContentError;
pub use kinds::{AsteroidSize, Hull, Mode, Ore, Sector, SectorSize, Station, Weapon};

use serde::{Deserialize, Serialize};

use crate::units::{HullId, OreId, SizeId, WeaponId};

/// All rules that are data, with the names resolved to identifiers. Only made by a checked constructor
/// or by deserialising and then [`Content::check`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Content {
    /// Ships, the first is what a player starts with.
    pub hulls: Vec<Hull>,
    /// Guns.
    pub weapons: Vec<Weapon>,
    /// What asteroids yield.
    pub ores: Vec<Ore>,
    /// Sizes of asteroid, largest first.
    pub asteroid_sizes: Vec<AsteroidSize>,
    /// Sectors that a room can be opened in.
    pub sectors: Vec<Sector>,
    /// Rules that a room can be opened with.
    pub modes: Vec<Mode>,
}

impl Content {
    /// The hull of an identifier that was checked against this content.
    pub fn hull(&self, id: HullId) -> &Hull {
        &self.hulls[id.index()]
    }

    /// The weapon of an identifier that was checked against this content.
    pub fn weapon(&self, id: WeaponId) -> &Weapon {
        &self.weapons[id.index()]
    }

    /// The ore of an identifier that was checked against this content.
    pub fn ore(&self, id: OreId) -> &Ore {
        &self.ores[id.index()]
    }

    /// The asteroid size of an identifier that was checked against this content.
    pub fn asteroid_size(&self, id: SizeId) -> &AsteroidSize {
        &self.asteroid_sizes[id.index()]
    }

    /// The sector called `id`.
    pub fn sector(&self, id: &str) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.id == id)
    }

    /// The mode called `id`.
    pub fn mode(&self, id: &str) -> Option<&Mode> {
        self.modes.iter().find(|mode| mode.id == id)
    }
}
