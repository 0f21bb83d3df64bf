//! All walls of a sector, found by place: a look costs as much with hundreds of them as with a few.

use std::ops::RangeInclusive;

use glam::Vec2;

use super::piece::{Piece, SKIN, Touch};
use crate::content::{Sector, Wall};

/// Side of a cell in units: about what a ship needs for itself and its way in a tick.
const CELL_SIDE: f32 = 64.0;
/// Cells along a side, at most.
const COLUMNS_MAX: usize = 256;
/// Passes in which a circle is pushed out of several walls at once.
const PUSHES_MAX: usize = 8;
/// Rings around a place, in radii of a circle, on which room for it is looked for, and directions on each.
const RINGS: u8 = 64;
const DIRECTIONS: u8 = 16;

/// The walls of a sector.
#[derive(Clone, Debug, Default)]
pub struct Walls {
    pieces: Vec<Piece>,
    half_side: f32,
    cells_per_unit: f32,
    columns: usize,
    /// Index into `entries` of the first entry of each cell, and the end as the last element.
    starts: Vec<u32>,
    /// The pieces that reach into each cell.
    entries: Vec<u16>,
}

impl Walls {
    /// The walls of checked content.
    pub fn new(sector: &Sector) -> Self {
        let pieces = |wall: &Wall| {
            let (radius, restitution) = (wall.radius, wall.restitution);
            let piece = |(from, to)| Piece::new(from, to, radius, restitution);
            wall.pieces().map(piece).collect::<Vec<_>>()
        };
        let pieces: Vec<Piece> = sector.walls.iter().flat_map(pieces).collect();
        if pieces.is_empty() {
            return Walls::default();
        }
        let side = sector.size.side_min();
        let columns = ((side / CELL_SIDE) as usize).clamp(1, COLUMNS_MAX);
        let mut walls = Walls {
            pieces,
            half_side: side / 2.0,
            cells_per_unit: columns as f32 / side,
            columns,
            starts: Vec::with_capacity(columns * columns + 1),
            entries: Vec::new(),
        };
        walls.fill();
        walls
    }

    fn fill(&mut self) {
        let cell_side = self.cells_per_unit.recip();
        // Half of a cell's diagonal, and room for roundings.
        let half_diagonal = cell_side * std::f32::consts::FRAC_1_SQRT_2 + 1.0;
        let mut cells = vec![Vec::new(); self.columns * self.columns];
        for (index, piece) in (0_u16..).zip(&self.pieces) {
            let (min, max) = piece.bounds();
            let (rows, columns) = self.cells(min, max);
            for (row, column) in
                rows.flat_map(|row| columns.clone().map(move |column| (row, column)))
            {
                let centre =
                    (Vec2::new(column as f32, row as f32) + 0.5) * cell_side - self.half_side;
                if piece.distance(centre) <= half_diagonal {
                    cells[row * self.columns + column].push(index);
                }
            }
        }
        for cell in &cells {
            self.starts.push(self.entries.len() as u32);
            self.entries.extend_from_slice(cell);
        }
        self.starts.push(self.entries.len() as u32);
    }

    /// Whether there are no walls.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether a wall may be in the way of a circle from one place to another. It never misses one.
    pub fn is_near(&self, from: Vec2, to: Vec2, radius: f32) -> bool {
        let mut is_near = false;
        let middle = from.midpoint(to);
        // All of the path is in this circle.
        let reach = from.distance(to) / 2.0 + radius + SKIN;
        self.for_each_near(from, to, radius, |piece| is_near |= piece.is_within(middle, reach));
        is_near
    }

    /// Where a circle first touches a wall on the way from one place to another. From within a wall it touches nothing
    /// on its way out.
    pub fn first_touch(&self, from: Vec2, to: Vec2, radius: f32) -> Option<Touch> {
        let mut first: Option<Touch> = None;
        self.for_each_near(from, to, radius, |piece| {
            if let Some(touch) = piece.touch(from, to, radius)
                && first.is_none_or(|first| touch.share < first.share)
            {
                first = Some(touch);
            }
        });
        first
    }

    /// Whether a circle overlaps a wall.
    pub fn overlaps(&self, place: Vec2, radius: f32) -> bool {
        let mut overlaps = false;
        self.for_each_near(place, place, radius, |piece| overlaps |= piece.overlaps(place, radius));
        overlaps
    }

    /// Whether a wall is between two places.
    pub fn is_between(&self, from: Vec2, to: Vec2) -> bool {
        self.first_touch(from, to, 0.0).is_some()
    }

    /// How far a circle gets on the straight way to a place.
    pub fn reach_towards(&self, from: Vec2, to: Vec2, radius: f32) -> Vec2 {
        match self.first_touch(from, to, radius) {
            Some(touch) => from.lerp(to, touch.share),
            None => to,
        }
    }

    /// A circle that is too near to a wall or in one, pushed to its surface.
    pub(in crate::sim) fn settle(&self, place: Vec2, radius: f32) -> Vec2 {
        let mut settled = place;
        for _ in 0..PUSHES_MAX {
            let mut pushed = None;
            self.for_each_near(settled, settled, radius, |piece| {
                if pushed.is_none() {
                    pushed = piece.push_out(settled, radius);
                }
            });
            match pushed {
                // The skin is kept only roughly: a hair less is not worth another pass.
                Some(place) if place.distance_squared(settled) > SKIN * SKIN / 64.0 => {
                    settled = place
                }
                _ => break,
            }
        }
        settled
    }

    /// The nearest place, roughly, at which a circle within a square of `half` on each side overlaps no wall.
    pub fn push_out(&self, place: Vec2, radius: f32, half: f32) -> Vec2 {
        let room = Vec2::splat((half - radius).max(0.0));
        let is_free = |place: Vec2| !self.overlaps(place, radius) && place.abs().cmple(room).all();
        if self.is_empty() || !self.overlaps(place, radius) {
            return place;
        }
        let settled = self.settle(place, radius);
        if is_free(settled) {
            return settled;
        }
        let rings = (1..=RINGS).map(|ring| f32::from(ring) * radius.max(1.0));
        let around = rings.flat_map(|distance| {
            (0..DIRECTIONS).map(move |index| {
                let steps = u16::from(index) * (crate::units::Angle::STEPS / u16::from(DIRECTIONS));
                place + crate::units::Angle::from_steps(steps).direction() * distance
            })
        });
        around.into_iter().find(|place| is_free(*place)).unwrap_or(settled)
    }

    fn for_each_near(&self, from: Vec2, to: Vec2, radius: f32, mut visit: impl FnMut(&Piece)) {
        if self.is_empty() {
            return;
        }
        let reach = radius + SKIN;
        let (rows, columns) = self.cells(from.min(to) - reach, from.max(to) + reach);
        for row in rows {
            let first = row * self.columns;
            let (start, end) =
                (self.starts[first + columns.start()], self.starts[first + columns.end() + 1]);
            for index in &self.entries[start as usize..end as usize] {
                visit(&self.pieces[usize::from(*index)]);
            }
        }
    }

    /// The rows and columns of the cells that meet a rectangle.
    fn cells(&self, min: Vec2, max: Vec2) -> (RangeInclusive<usize>, RangeInclusive<usize>) {
        (self.row_of(min.y)..=self.row_of(max.y), self.row_of(min.x)..=self.row_of(max.x))
    }

    fn row_of(&self, coordinate: f32) -> usize {
        // `as` saturates at 0, and maps NaN to it; the edge itself belongs to the last row.
        (((coordinate + self.half_side) * self.cells_per_unit) as usize).min(self.columns - 1)
    }
}
