//! Checks a sector: its extent, and each thing that is placed in it.

use glam::Vec2;

use super::{ContentError, Entry};
use crate::content::Content;
use crate::content::area::Area;
use crate::content::sector::{Field, LoneRock, SafeZone, Sector, SectorSize, Station};
use crate::limits::{
    CONTENT_ENTRIES_MAX, GATES_PER_SECTOR_MAX, SECTOR_ASTEROIDS_MAX, SECTOR_SIDE_MAX,
    WALLS_PER_SECTOR_MAX,
};

pub(super) fn check_sector(sector: &Sector, content: &Content) -> Result<(), ContentError> {
    let file = format!("sectors/{}.toml", sector.id);
    let at = Entry { file: &file, id: &sector.id };
    match sector.size {
        SectorSize::Fixed { side } => at.range("size.side", side, 500.0, SECTOR_SIDE_MAX)?,
        SectorSize::PerShip { side, side_min } => {
            at.range("size.side", side, 10.0, 1_000.0)?;
            at.range("size.side_min", side_min, 500.0, SECTOR_SIDE_MAX)?;
        }
    }
    if let Some(Vec2 { x, y }) = sector.view_half {
        at.range("view_half.x", x, 100.0, SECTOR_SIDE_MAX)?;
        at.range("view_half.y", y, 100.0, SECTOR_SIDE_MAX)?;
    }
    let check = SectorCheck { file: &file, half: sector.size.side_min() / 2.0, content };
    check.identifiers(sector)?;
    sector.stations.iter().try_for_each(|station| check.station(station))?;
    sector.fields.iter().try_for_each(|field| check.field(field))?;
    sector.rocks.iter().try_for_each(|rock| check.rock(rock, sector))?;
    for zone in &sector.spawn_zones {
        check.area(&check.entry("spawn_zone", &zone.id).borrow(), &zone.area)?;
    }
    sector.safe_zones.iter().try_for_each(|zone| check.safe_zone(zone))?;
    check.walls(sector)?;
    check.gates(sector)?;
    let asteroids = sector.fields.iter().map(|field| usize::from(field.asteroids())).sum::<usize>();
    if asteroids + sector.rocks.len() > SECTOR_ASTEROIDS_MAX {
        let reason =
            format_args!("{asteroids} asteroids; at most {SECTOR_ASTEROIDS_MAX} are allowed");
        return Err(ContentError::new(file, "field", reason));
    }
    Ok(())
}

pub(super) struct SectorCheck<'a> {
    pub file: &'a str,
    /// Half of the smallest side.
    half: f32,
    pub content: &'a Content,
}

/// A placed thing, for the error.
pub(super) struct Thing<'a> {
    file: &'a str,
    key: String,
}

impl Thing<'_> {
    pub fn borrow(&self) -> Entry<'_> {
        Entry { file: self.file, id: &self.key }
    }
}

impl SectorCheck<'_> {
    pub fn entry(&self, kind: &str, id: &str) -> Thing<'_> {
        Thing { file: self.file, key: format!("{kind}.{id}") }
    }

    /// Each thing has an identifier of its own, and there are not too many of a kind.
    fn identifiers(&self, sector: &Sector) -> Result<(), ContentError> {
        // In order, so that a name is found in it.
        let mut all: Vec<String> = Vec::new();
        let mut kind = |kind: &str, most: usize, ids: Vec<&String>| {
            if ids.len() > most {
                let reason = format_args!("has {} entries; at most {most} are allowed", ids.len());
                return Err(ContentError::new(self.file, kind, reason));
            }
            for id in ids {
                let thing = self.entry(kind, id);
                if id.is_empty() {
                    return Err(thing.borrow().wrong("id", "is empty"));
                }
                match all.binary_search(id) {
                    Ok(_) => return Err(thing.borrow().wrong("id", "is used by another thing")),
                    Err(at) => all.insert(at, id.clone()),
                }
            }
            Ok(())
        };
        kind(
            "station",
            CONTENT_ENTRIES_MAX,
            sector.stations.iter().map(|station| &station.id).collect(),
        )?;
        kind("field", CONTENT_ENTRIES_MAX, sector.fields.iter().map(|field| &field.id).collect())?;
        kind("rock", CONTENT_ENTRIES_MAX, sector.rocks.iter().map(|rock| &rock.id).collect())?;
        kind(
            "spawn_zone",
            CONTENT_ENTRIES_MAX,
            sector.spawn_zones.iter().map(|zone| &zone.id).collect(),
        )?;
        kind(
            "safe_zone",
            CONTENT_ENTRIES_MAX,
            sector.safe_zones.iter().map(|zone| &zone.id).collect(),
        )?;
        kind("wall", WALLS_PER_SECTOR_MAX, sector.walls.iter().map(|wall| &wall.id).collect())?;
        kind("gate", GATES_PER_SECTOR_MAX, sector.gates.iter().map(|gate| &gate.id).collect())
    }

    fn station(&self, station: &Station) -> Result<(), ContentError> {
        let thing = self.entry("station", &station.id);
        let at = thing.borrow();
        at.range("radius", station.radius, 10.0, 1_000.0)?;
        at.range("safe_radius", station.safe_radius, station.radius, 5_000.0)?;
        at.range("dock_radius", station.dock_radius, 10.0, station.safe_radius)?;
        self.place(&at, "position", station.position, station.safe_radius)?;
        at.range("repair_per_second", station.repair_per_second, 0.0, 4_095.0)?;
        at.range("unload_per_second", station.unload_per_second, 0.1, 1_000.0)
    }

    fn field(&self, field: &Field) -> Result<(), ContentError> {
        let thing = self.entry("field", &field.id);
        let at = thing.borrow();
        self.area(&at, &field.area)?;
        at.range("density", field.density, 0.1, 1_000.0)?;
        at.range("asteroids", f32::from(field.asteroids()), 1.0, SECTOR_ASTEROIDS_MAX as f32)?;
        at.range("regrow_seconds", field.regrow_seconds, 0.0, 3_600.0)?;
        if field.ores.len() != self.content.ores.len() {
            return Err(at.wrong("ores", "needs a share for each ore"));
        }
        for share in &field.ores {
            at.range("ores", *share, 0.0, 1_000.0)?;
        }
        if !field.ores.iter().any(|share| *share > 0.0) {
            return Err(at.wrong("ores", "at least one ore needs a share above 0"));
        }
        Ok(())
    }

    fn rock(&self, rock: &LoneRock, sector: &Sector) -> Result<(), ContentError> {
        let thing = self.entry("rock", &rock.id);
        let at = thing.borrow();
        let Some(size) = self.content.asteroid_sizes.get(rock.size.index()) else {
            return Err(at.wrong("size", "no such size"));
        };
        if rock.ore.index() >= self.content.ores.len() {
            return Err(at.wrong("ore", "no such ore"));
        }
        self.place(&at, "position", rock.position, size.radius)?;
        let stations =
            sector.stations.iter().map(|station| (station.position, station.safe_radius));
        let mut safe =
            stations.chain(sector.safe_zones.iter().map(|zone| (zone.position, zone.radius)));
        if safe.any(|(place, radius)| place.distance(rock.position) < radius + size.radius) {
            return Err(at.wrong("position", "is in a safe zone"));
        }
        at.range("regrow_seconds", rock.regrow_seconds, 0.0, 3_600.0)
    }

    fn safe_zone(&self, zone: &SafeZone) -> Result<(), ContentError> {
        let thing = self.entry("safe_zone", &zone.id);
        let at = thing.borrow();
        at.range("radius", zone.radius, 10.0, 5_000.0)?;
        self.place(&at, "position", zone.position, zone.radius)
    }

    fn area(&self, at: &Entry<'_>, area: &Area) -> Result<(), ContentError> {
        match area {
            Area::Disc { position, radius } => {
                at.range("disc.radius", *radius, 10.0, self.half)?;
                self.place(at, "disc.position", *position, *radius)
            }
            Area::Polygon { corners } => {
                if !(3..=CONTENT_ENTRIES_MAX).contains(&corners.len()) {
                    let reason = format_args!("needs 3 to {CONTENT_ENTRIES_MAX} corners");
                    return Err(at.wrong("polygon", reason));
                }
                for corner in corners {
                    self.place(at, "polygon", *corner, 0.0)?;
                }
                // Random places are drawn in the rectangle around it.
                let (min, max) = area.bounds();
                let share = area.square_units() / (max - min).element_product();
                at.range("polygon (share of the rectangle around it)", share, 0.2, 1.0)
            }
        }
    }

    /// A place is in the sector, with everything that is within `radius` of it.
    pub fn place(
        &self,
        at: &Entry<'_>,
        key: &str,
        place: Vec2,
        radius: f32,
    ) -> Result<(), ContentError> {
        let room = self.half - radius;
        at.range(&format!("{key}.x"), place.x, -room, room)?;
        at.range(&format!("{key}.y"), place.y, -room, room)
    }
}
