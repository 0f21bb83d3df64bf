//! A uniform grid over the sector: finds the entities near a point at a cost proportional to their number.
//!
//! Rebuilt each tick by a counting sort, which keeps the order of insertion within a cell, so every
//! query visits entities in the same order everywhere.

use std::ops::Range;

use glam::Vec2;

/// Cells along a side, at most: bounds the table that each rebuild clears.
const COLUMNS_MAX: usize = 128;

/// Entities of one kind, found by place.
#[derive(Clone, Debug)]
pub struct Cells<K> {
    half_side: f32,
    cells_per_unit: f32,
    columns: usize,
    /// Index into `entries` of the first entry of each cell, and the end as the last element.
    starts: Vec<u32>,
    entries: Vec<Located<K>>,
    scratch: Vec<(u32, Located<K>)>,
}

/// An entity with its place at the time of the last rebuild.
#[derive(Clone, Copy, Debug)]
pub struct Located<K> {
    /// Its key.
    pub key: K,
    /// Its centre.
    pub position: Vec2,
}

impl<K> Default for Cells<K> {
    fn default() -> Self {
        Cells {
            half_side: 0.0,
            cells_per_unit: 0.0,
            columns: 1,
            starts: vec![0, 0],
            entries: Vec::new(),
            scratch: Vec::new(),
        }
    }
}

impl<K: Copy> Cells<K> {
    /// Sorts the entities of a sector of `side` into cells. The side of a cell is `cell_side` or a little more; it should
    /// be about the reach of the commonest queries.
    pub fn rebuild(&mut self, side: f32, cell_side: f32, located: impl Iterator<Item = (K, Vec2)>) {
        self.half_side = side / 2.0;
        self.columns = ((side / cell_side) as usize).clamp(1, COLUMNS_MAX);
        self.cells_per_unit = self.columns as f32 / side;
        self.starts.clear();
        self.starts.resize(self.columns * self.columns + 1, 0);
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        for (key, position) in located {
            let cell = self.row_of(position.y) * self.columns + self.row_of(position.x);
            self.starts[cell + 1] += 1;
            scratch.push((cell as u32, Located { key, position }));
        }
        for cell in 1..self.starts.len() {
            self.starts[cell] += self.starts[cell - 1];
        }
        self.entries.clear();
        if let Some((_, filler)) = scratch.first() {
            self.entries.resize(scratch.len(), *filler);
        }
        // Filling a cell moves its start to its end; that is the start of the next, so shift back after.
        for (cell, located) in &scratch {
            let next = &mut self.starts[*cell as usize];
            self.entries[*next as usize] = *located;
            *next += 1;
        }
        self.starts.rotate_right(1);
        self.starts[0] = 0;
        self.scratch = scratch;
    }

    /// Calls `visit` with every entity whose centre lies in the rectangle, borders included.
    pub fn for_each_in(&self, min: Vec2, max: Vec2, mut visit: impl FnMut(Located<K>)) {
        for cells in self.rows(min, max) {
            for located in self.entries_of(cells) {
                let place = located.position;
                if place.cmpge(min).all() && place.cmple(max).all() {
                    visit(*located);
                }
            }
        }
    }

    /// The cells that meet the rectangle, row by row; none if there are no entities.
    pub fn rows(&self, min: Vec2, max: Vec2) -> impl Iterator<Item = Range<usize>> + use<K> {
        let (left, right) = (self.row_of(min.x), self.row_of(max.x));
        let (columns, top) = (self.columns, self.row_of(min.y));
        let end = if self.entries.is_empty() { top } else { self.row_of(max.y) + 1 };
        (top..end).map(move |row| row * columns + left..row * columns + right + 1)
    }

    /// The entities in cells that follow one another.
    pub fn entries_of(&self, cells: Range<usize>) -> &[Located<K>] {
        let (start, end) = (self.starts[cells.start], self.starts[cells.end]);
        &self.entries[start as usize..end as usize]
    }

    /// How many cells there are.
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Calls `visit` with every entity whose centre lies within `reach` along both axes.
    pub fn for_each_near(&self, centre: Vec2, reach: f32, visit: impl FnMut(Located<K>)) {
        self.for_each_in(centre - reach, centre + reach, visit);
    }

    /// All entities, in order of their cells.
    pub fn iter(&self) -> impl Iterator<Item = Located<K>> {
        self.entries.iter().copied()
    }

    fn row_of(&self, coordinate: f32) -> usize {
        let row = (coordinate + self.half_side) * self.cells_per_unit;
        // `as` saturates at 0; the edge itself belongs to the last row.
        (row as usize).min(self.columns - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_exactly_what_lies_in_the_rectangle(
            side in 500.0_f32..9000.0,
            places in prop::collection::vec((-0.6_f32..0.6, -0.6_f32..0.6), 0..80),
            corner in (-0.7_f32..0.7, -0.7_f32..0.7),
            extent in (0.0_f32..0.8, 0.0_f32..0.8),
        ) {
            let places: Vec<Vec2> =
                places.into_iter().map(|place| Vec2::from(place) * side).collect();
            let (min, extent) = (Vec2::from(corner) * side, Vec2::from(extent) * side);
            let max = min + extent;
            let mut cells = Cells::default();
            cells.rebuild(side, 128.0, places.iter().copied().enumerate());
            let mut found = Vec::new();
            cells.for_each_in(min, max, |located| found.push(located.key));
            found.sort_unstable();
            let naive: Vec<usize> = (0..places.len())
                .filter(|index| {
                    let Vec2 { x, y } = places[*index];
                    x >= min.x && x <= max.x && y >= min.y && y <= max.y
                })
                .collect();
            prop_assert_eq!(found, naive);
            prop_assert_eq!(cells.iter().count(), places.len());
        }
    }
}
