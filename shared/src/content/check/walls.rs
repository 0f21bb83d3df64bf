//! Checks the walls of a sector.

use super::ContentError;
use super::sector::SectorCheck;
use crate::content::{Sector, SectorSize, Wall};
use crate::limits::{WALL_CORNERS_MAX, WALL_PIECE_UNITS_MAX, WALL_PIECES_PER_SECTOR_MAX};

/// Shortest piece of a wall, units.
const PIECE_UNITS_MIN: f32 = 1.0;

impl SectorCheck<'_> {
    pub(super) fn walls(&self, sector: &Sector) -> Result<(), ContentError> {
        if !sector.walls.is_empty() && !matches!(sector.size, SectorSize::Fixed { .. }) {
            // Shots are told to end at walls when they are fired, so the edges must stay where they are.
            let reason = "needs a sector with a fixed `side`";
            return Err(ContentError::new(self.file, "wall", reason));
        }
        let pieces: usize = sector.walls.iter().map(|wall| wall.pieces().count()).sum();
        if pieces > WALL_PIECES_PER_SECTOR_MAX {
            let reason = format_args!(
                "all walls have {pieces} pieces; at most {WALL_PIECES_PER_SECTOR_MAX} are allowed"
            );
            return Err(ContentError::new(self.file, "wall", reason));
        }
        sector.walls.iter().try_for_each(|wall| self.wall(wall, sector))
    }

    fn wall(&self, wall: &Wall, sector: &Sector) -> Result<(), ContentError> {
        let thing = self.entry("wall", &wall.id);
        let at = thing.borrow();
        let least = if wall.closed { 3 } else { 2 };
        if !(least..=WALL_CORNERS_MAX).contains(&wall.line.len()) {
            let reason = format_args!("needs {least} to {WALL_CORNERS_MAX} corners");
            return Err(at.wrong("line", reason));
        }
        at.range("radius", wall.radius, 1.0, 500.0)?;
        at.range("restitution", wall.restitution, 0.0, 1.0)?;
        for corner in &wall.line {
            self.place(&at, "line", *corner, wall.radius)?;
        }
        for (from, to) in wall.pieces() {
            let length = from.distance(to);
            if !(PIECE_UNITS_MIN..=WALL_PIECE_UNITS_MAX).contains(&length) {
                let reason = format_args!(
                    "the piece from ({}, {}) to ({}, {}) is {length} units long; \
                     {PIECE_UNITS_MIN} to {WALL_PIECE_UNITS_MAX} are allowed",
                    from.x, from.y, to.x, to.y
                );
                return Err(at.wrong("line", reason));
            }
        }
        for station in &sector.stations {
            if wall.distance(station.position) < station.radius {
                return Err(at.wrong("line", format_args!("runs through station `{}`", station.id)));
            }
        }
        for rock in &sector.rocks {
            // Its size was checked before.
            let radius = self.content.asteroid_size(rock.size).radius;
            if wall.distance(rock.position) < radius {
                return Err(at.wrong("line", format_args!("runs through rock `{}`", rock.id)));
            }
        }
        Ok(())
    }
}
