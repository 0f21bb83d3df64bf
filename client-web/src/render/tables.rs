//! The content's figures that drawing needs, by identifier. An unknown identifier gets those of the first entry,
//! because drawing must not fail.

use glam::Vec2;

use driftfield_shared::content::{Content, Sector, Station};
use driftfield_shared::units::{HullId, OreId, SizeId, WeaponId};

use super::palette::{self, Rgb};

/// A ship's figures.
#[derive(Clone, Copy, Debug)]
pub struct HullLook {
    /// Radius in world units.
    pub radius: f32,
    /// Hit points of an undamaged ship.
    pub hit_points: f32,
    /// Capacity of the hold, in units of ore.
    pub hold: u32,
}

/// An asteroid's figures.
#[derive(Clone, Copy, Debug)]
pub struct SizeLook {
    /// Radius in world units.
    pub radius: f32,
    /// Hit points of an undamaged asteroid.
    pub hit_points: f32,
}

/// The figures of the content and the sector that drawing needs.
#[derive(Clone, Debug)]
pub struct Tables {
    hulls: Vec<HullLook>,
    sizes: Vec<SizeLook>,
    ores: Vec<Rgb>,
    shot_radii: Vec<f32>,
    /// The stations of the sector.
    pub stations: Vec<Station>,
    /// Centre and radius of each safe zone without a station.
    pub safe_zones: Vec<(Vec2, f32)>,
}

impl Tables {
    /// The figures for a sector.
    pub fn new(content: &Content, sector: &Sector) -> Self {
        Tables {
            hulls: content
                .hulls
                .iter()
                .map(|hull| HullLook {
                    radius: hull.radius,
                    hit_points: f32::from(hull.hit_points.max(1)),
                    hold: u32::from(hull.hold),
                })
                .collect(),
            sizes: content
                .asteroid_sizes
                .iter()
                .map(|size| SizeLook {
                    radius: size.radius,
                    hit_points: f32::from(size.hit_points.max(1)),
                })
                .collect(),
            ores: content.ores.iter().map(|ore| ore.color).collect(),
            shot_radii: content.weapons.iter().map(|weapon| weapon.radius).collect(),
            stations: sector.stations.clone(),
            safe_zones: sector.safe_zones.iter().map(|zone| (zone.position, zone.radius)).collect(),
        }
    }

    /// A ship's figures.
    pub fn hull(&self, id: HullId) -> HullLook {
        let unknown = HullLook { radius: 14.0, hit_points: 100.0, hold: 0 };
        find(&self.hulls, id.index(), unknown)
    }

    /// An asteroid's figures.
    pub fn size(&self, id: SizeId) -> SizeLook {
        find(&self.sizes, id.index(), SizeLook { radius: 30.0, hit_points: 50.0 })
    }

    /// An ore's colour.
    pub fn ore(&self, id: OreId) -> Rgb {
        find(&self.ores, id.index(), palette::STONE)
    }

    /// A shot's radius.
    pub fn shot_radius(&self, id: WeaponId) -> f32 {
        find(&self.shot_radii, id.index(), 4.0)
    }
}

fn find<T: Copy>(table: &[T], index: usize, unknown: T) -> T {
    table.get(index).or(table.first()).copied().unwrap_or(unknown)
}
