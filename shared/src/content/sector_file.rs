//! The form of a sector's TOML file: one table for each placed thing, with the names of ores and sizes.

use std::collections::BTreeMap;

use glam::Vec2;
use serde::Deserialize;

use super::area::Area;
use super::gate::Gate;
use super::sector::{Field, LoneRock, SafeZone, Sector, SectorSize, SpawnZone, Station};
use super::wall::Wall;
use super::{AsteroidSize, ContentError, Ore};
use crate::units::{OreId, SizeId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectorFile {
    name: String,
    #[serde(default)]
    side: Option<f32>,
    #[serde(default)]
    side_per_ship: Option<f32>,
    #[serde(default)]
    side_min: f32,
    #[serde(default)]
    view_half: Option<Vec2>,
    #[serde(default, rename = "station")]
    stations: Vec<Station>,
    #[serde(default, rename = "field")]
    fields: Vec<FieldEntry>,
    #[serde(default, rename = "rock")]
    rocks: Vec<RockEntry>,
    #[serde(default, rename = "spawn_zone")]
    spawn_zones: Vec<SpawnZoneEntry>,
    #[serde(default, rename = "safe_zone")]
    safe_zones: Vec<SafeZone>,
    #[serde(default, rename = "wall")]
    walls: Vec<Wall>,
    #[serde(default, rename = "gate")]
    gates: Vec<Gate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    id: String,
    name: String,
    disc: Option<Disc>,
    polygon: Option<Vec<Vec2>>,
    density: f32,
    ores: BTreeMap<String, f32>,
    regrow_seconds: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RockEntry {
    id: String,
    position: Vec2,
    size: String,
    ore: String,
    regrow_seconds: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpawnZoneEntry {
    id: String,
    disc: Option<Disc>,
    polygon: Option<Vec<Vec2>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disc {
    position: Vec2,
    radius: f32,
}

impl SectorFile {
    /// The sector, with names resolved.
    ///
    /// # Errors
    /// When a name is not in its table, or an area has not exactly one form.
    pub fn resolve(
        self,
        id: &str,
        ores: &[Ore],
        sizes: &[AsteroidSize],
    ) -> Result<Sector, ContentError> {
        let file = format!("sectors/{id}.toml");
        let size = match self.side_per_ship {
            Some(side) => SectorSize::PerShip { side, side_min: self.side_min },
            // A missing side becomes a value out of range, which the check refuses by the key's name.
            None => SectorSize::Fixed { side: self.side.unwrap_or(0.0) },
        };
        let fields = self.fields.into_iter().map(|entry| entry.resolve(&file, ores));
        let rocks = self.rocks.into_iter().map(|entry| entry.resolve(&file, ores, sizes));
        let spawn_zones = self.spawn_zones.into_iter().map(|entry| {
            let area = area(&file, &format!("spawn_zone.{}", entry.id), entry.disc, entry.polygon)?;
            Ok(SpawnZone { id: entry.id, area })
        });
        Ok(Sector {
            id: id.to_owned(),
            name: self.name,
            size,
            view_half: self.view_half,
            stations: self.stations,
            fields: fields.collect::<Result<_, ContentError>>()?,
            rocks: rocks.collect::<Result<_, ContentError>>()?,
            spawn_zones: spawn_zones.collect::<Result<_, ContentError>>()?,
            safe_zones: self.safe_zones,
            walls: self.walls,
            gates: self.gates,
        })
    }
}

impl FieldEntry {
    fn resolve(self, file: &str, ores: &[Ore]) -> Result<Field, ContentError> {
        let key = format!("field.{}", self.id);
        let area = area(file, &key, self.disc, self.polygon)?;
        let mut shares = vec![0.0; ores.len()];
        for (ore, share) in &self.ores {
            shares[find_ore(file, &format!("{key}.ores"), ores, ore)?] = *share;
        }
        Ok(Field {
            id: self.id,
            name: self.name,
            area,
            density: self.density,
            ores: shares,
            regrow_seconds: self.regrow_seconds,
        })
    }
}

impl RockEntry {
    fn resolve(
        self,
        file: &str,
        ores: &[Ore],
        sizes: &[AsteroidSize],
    ) -> Result<LoneRock, ContentError> {
        let key = format!("rock.{}", self.id);
        let ore = find_ore(file, &format!("{key}.ore"), ores, &self.ore)?;
        let Some(size) = sizes.iter().position(|size| size.id == self.size) else {
            let reason = format!("no size `{}` in asteroids.toml", self.size);
            return Err(ContentError::new(file, format!("{key}.size"), reason));
        };
        Ok(LoneRock {
            id: self.id,
            position: self.position,
            // Both saturate far above the number of entries that the check allows.
            size: SizeId(u8::try_from(size).unwrap_or(u8::MAX)),
            ore: OreId(u8::try_from(ore).unwrap_or(u8::MAX)),
            regrow_seconds: self.regrow_seconds,
        })
    }
}

fn find_ore(file: &str, key: &str, ores: &[Ore], id: &str) -> Result<usize, ContentError> {
    let reason = || format!("no ore `{id}` in ores.toml");
    ores.iter().position(|ore| ore.id == id).ok_or_else(|| ContentError::new(file, key, reason()))
}

fn area(
    file: &str,
    key: &str,
    disc: Option<Disc>,
    polygon: Option<Vec<Vec2>>,
) -> Result<Area, ContentError> {
    match (disc, polygon) {
        (Some(Disc { position, radius }), None) => Ok(Area::Disc { position, radius }),
        (None, Some(corners)) => Ok(Area::Polygon { corners }),
        _ => Err(ContentError::new(file, key, "needs either a `disc` or a `polygon`")),
    }
}
