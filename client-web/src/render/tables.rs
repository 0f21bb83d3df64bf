//! What drawing needs of the content, by identifier. An unknown identifier gets the looks of the first entry:
//! a picture is no place to fail.

use glam::Vec2;

use driftfield_shared::content::{Content, Sector, Station};
use driftfield_shared::units::{HullId, OreId, SizeId, WeaponId};

use super::palette::{self, Rgb};

/// A ship's looks.
#[derive(Clone, Copy, Debug)]
pub struct HullLook {
    /// World units.
    pub radius: f32,
    /// Hit points of a whole one.
    pub hit_points: f32,
    /// Units of ore it takes.
    pub hold: u32,
}

/// An asteroid's looks.
#[derive(Clone, Copy, Debug)]
pub struct SizeLook {
    /// World units.
    pub radius: f32,
    /// Hit points of a whole one.
    pub hit_points: f32,
}

/// The figures of the content and the sector that drawing needs.
#[derive(Clone, Debug)]
pub struct Tables {
    hulls: Vec<HullLook>,
    sizes: Vec<SizeLook>,
    ores: Vec<Rgb>,
    shot_radii: Vec<f32>,
    /// The station, if the sector has one.
    pub station: Option<Station>,
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
            station: sector.station.clone(),
        }
    }

    /// A ship's looks.
    pub fn hull(&self, id: HullId) -> HullLook {
        let unknown = HullLook { radius: 14.0, hit_points: 100.0, hold: 0 };
        find(&self.hulls, id.index(), unknown)
    }

    /// An asteroid's looks.
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

    /// Whether the station offers safety at a place.
    pub fn is_docked(&self, position: Vec2) -> bool {
        self.station
            .as_ref()
            .is_some_and(|station| station.position.distance(position) < station.dock_radius)
    }
}

fn find<T: Copy>(table: &[T], index: usize, unknown: T) -> T {
    table.get(index).or(table.first()).copied().unwrap_or(unknown)
}
