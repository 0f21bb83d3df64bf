//! The content's figures that drawing needs, by identifier. An unknown identifier gets those of the first entry,
//! because drawing must not fail.

use glam::Vec2;

use driftfield_shared::content::{Content, Gate, Sector, Station};
use driftfield_shared::units::{HullId, OreId, SizeId, WeaponId};

use super::palette::{self, Rgb};

/// A ship's figures.
#[derive(Clone, Copy, Debug)]
pub struct HullLook {
    /// Radius in world units.
    pub radius: f32,
    /// Hit points of an undamaged ship.
    pub hit_points: f32,
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
    /// The straight pieces of all walls.
    pub wall_pieces: Vec<WallPiece>,
    /// The gates of the sector.
    pub gates: Vec<Gate>,
}

/// A straight piece of a wall.
#[derive(Clone, Copy, Debug)]
pub struct WallPiece {
    /// Its ends.
    pub ends: [Vec2; 2],
    /// Half of its thickness.
    pub radius: f32,
    /// A number of its wall, 0..1.
    pub seed: f32,
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
            wall_pieces: wall_pieces(sector),
            gates: sector.gates.clone(),
        }
    }

    /// A ship's figures.
    pub fn hull(&self, id: HullId) -> HullLook {
        let unknown = HullLook { radius: 14.0, hit_points: 100.0 };
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

fn wall_pieces(sector: &Sector) -> Vec<WallPiece> {
    let walls = (0_u16..).zip(&sector.walls);
    let pieces = walls.flat_map(|(index, wall)| {
        let seed = (f32::from(index) * 0.618_034).fract();
        let radius = wall.radius;
        wall.pieces().map(move |(from, to)| WallPiece { ends: [from, to], radius, seed })
    });
    pieces.collect()
}

fn find<T: Copy>(table: &[T], index: usize, unknown: T) -> T {
    table.get(index).or(table.first()).copied().unwrap_or(unknown)
}
