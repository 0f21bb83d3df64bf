//! Positions of all entities for the interest of all clients: a coarse grid per kind, built once per tick.
//!
//! The cells of the simulation are as fine as a ship's reach. A view is twenty times that, and in so fine a grid most
//! of the time would be spent on rows of cells that hold one entity or none. Here a view is a handful of rows, and
//! the entities in them are tested without a branch, because whether an entity is in view is random and cannot be
//! predicted by a processor. In a crowd most cells are in view as a whole, and are added a word of slots at a time.

use std::ops::Range;

use glam::Vec2;
use slotmap::Key;

use crate::sim::Cells;
use crate::snapshot::sets::{Slot, SlotSet, WORD_BITS, slot_of};

/// Side of a cell in units, about half of a view. Larger cells hold too many entities that are not in view.
const CELL_SIDE: f32 = 512.0;
/// Side of a cell while there is a crowd: more of the smaller cells are in view as a whole.
const CELL_SIDE_CROWDED: f32 = 256.0;
/// Hysteresis of a crowd: entities in the fullest cell at which it begins, and, among the smaller cells, below which
/// it ends.
const CROWD: usize = 128;
const CROWD_GONE: usize = 16;
/// Entities of a cell per word of slots from which it is faster to add whole words.
const ENTRIES_PER_WORD: usize = 2;

/// Positions of all entities of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntityGrid {
    cells: Cells<Slot>,
    /// Whether there was a crowd in the last tick.
    is_crowded: bool,
    /// One more than the largest slot.
    slots_end: Slot,
    /// The crowded cells.
    crowds: Vec<Crowd>,
    /// For each cell the index of its crowd; empty if there is no crowd.
    crowd_of: Vec<Option<u16>>,
    /// The entities of all crowds, one crowd after the other.
    words: Vec<u64>,
}

/// A cell with so many entities that they are also kept as a set.
#[derive(Clone, Copy, Debug)]
struct Crowd {
    /// Corners of the rectangle that contains all of them.
    min: Vec2,
    max: Vec2,
}

/// A client's view.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ViewRect {
    pub centre: Vec2,
    /// Distances along the axes within which entities come into view.
    pub enter: Vec2,
    /// Distances along the axes beyond which they leave it; not smaller.
    pub leave: Vec2,
}

impl EntityGrid {
    /// Records the positions of all entities in a sector of `side`.
    pub fn record<K: Key>(&mut self, side: f32, located: impl Iterator<Item = (K, Vec2)>) {
        let cell_side = if self.is_crowded { CELL_SIDE_CROWDED } else { CELL_SIDE };
        let mut slots_end = 0;
        let located = located.map(|(key, place)| {
            let slot = slot_of(key);
            slots_end = slots_end.max(slot + 1);
            (slot, place)
        });
        self.cells.rebuild(side, cell_side, located);
        self.slots_end = slots_end;
        self.record_crowds();
        let cells = 0..self.cells.count();
        let fullest = cells.map(|cell| self.cells.entries_of(cell..cell + 1).len()).max();
        let crowd = if self.is_crowded { CROWD_GONE } else { CROWD };
        // Takes effect in the next tick: crowds do not form or dissolve within one.
        self.is_crowded = fullest.is_some_and(|fullest| fullest >= crowd);
    }

    fn record_crowds(&mut self) {
        self.crowds.clear();
        self.crowd_of.clear();
        self.words.clear();
        let words = self.words_per_crowd();
        for cell in 0..self.cells.count() {
            let entries = self.cells.entries_of(cell..cell + 1);
            let Ok(index) = u16::try_from(self.crowds.len()) else { return };
            if entries.is_empty() || entries.len() < ENTRIES_PER_WORD * words {
                continue;
            }
            let mut crowd = Crowd { min: Vec2::INFINITY, max: Vec2::NEG_INFINITY };
            let start = self.words.len();
            self.words.resize(start + words, 0);
            for entity in entries {
                crowd.min = crowd.min.min(entity.position);
                crowd.max = crowd.max.max(entity.position);
                let slot = entity.key as usize;
                self.words[start + slot / WORD_BITS] |= 1 << (slot % WORD_BITS);
            }
            self.crowds.push(crowd);
            self.crowd_of.resize(self.cells.count(), None);
            self.crowd_of[cell] = Some(index);
        }
    }

    fn words_per_crowd(&self) -> usize {
        (self.slots_end as usize).div_ceil(WORD_BITS)
    }

    /// Puts into `visible` what a client that holds `held` sees: every entity within the inner distances, and those
    /// held entities that are within the outer ones.
    pub fn find(&self, view_rect: &ViewRect, held: &SlotSet, visible: &mut SlotSet) {
        visible.make_room(self.slots_end);
        let (min, max) = (view_rect.centre - view_rect.leave, view_rect.centre + view_rect.leave);
        for cells in self.cells.rows(min, max) {
            if self.crowds.is_empty() {
                self.look(view_rect, cells, held, visible);
                continue;
            }
            for cell in cells {
                match self.crowd_in_sight(view_rect, cell) {
                    Some(words) => visible.insert_words(words),
                    None => self.look(view_rect, cell..cell + 1, held, visible),
                }
            }
        }
    }

    /// Tests each entity in some cells of a row.
    fn look(
        &self,
        view_rect: &ViewRect,
        cells: Range<usize>,
        held: &SlotSet,
        visible: &mut SlotSet,
    ) {
        let ViewRect { centre, enter, leave } = *view_rect;
        visible.insert_wanted(self.cells.entries_of(cells).iter().map(|entity| {
            let away = (entity.position - centre).abs();
            let enters = (away.x <= enter.x) & (away.y <= enter.y);
            let lingers = (away.x <= leave.x) & (away.y <= leave.y);
            (entity.key, enters | (lingers & held.contains(entity.key)))
        }));
    }

    /// The entities of a cell as a set, if it is a crowd that comes into view as a whole.
    fn crowd_in_sight(&self, view_rect: &ViewRect, cell: usize) -> Option<&[u64]> {
        let index = usize::from((*self.crowd_of.get(cell)?)?);
        let crowd = &self.crowds[index];
        let corners = [crowd.min, crowd.max].map(|corner| (corner - view_rect.centre).abs());
        let words = self.words_per_crowd();
        corners
            .iter()
            .all(|away| away.cmple(view_rect.enter).all())
            .then(|| &self.words[index * words..][..words])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use slotmap::{DefaultKey, SlotMap};

    use super::*;

    proptest! {
        #[test]
        fn in_sight_is_what_is_near_and_what_was_held_and_is_not_far(
            side in 500.0_f32..20_000.0,
            places in prop::collection::vec(((-0.6_f32..0.6, -0.6_f32..0.6), any::<bool>()), 0..1_000),
            centre in (-0.5_f32..0.5, -0.5_f32..0.5),
            enter in (0.0_f32..0.5, 0.0_f32..0.5),
            margin in 0.0_f32..0.2,
        ) {
            let (centre, enter) = (Vec2::from(centre) * side, Vec2::from(enter) * side);
            let view_rect = ViewRect { centre, enter, leave: enter + margin * side };
            let mut world: SlotMap<DefaultKey, Vec2> = SlotMap::new();
            let (mut held, mut expected) = (SlotSet::default(), BTreeSet::new());
            for (place, is_held) in places {
                let place = Vec2::from(place) * side;
                let slot = slot_of(world.insert(place));
                if is_held {
                    held.insert(slot);
                }
                let away = (place - centre).abs();
                let reach = if is_held { view_rect.leave } else { view_rect.enter };
                if away.x <= reach.x && away.y <= reach.y {
                    expected.insert(slot);
                }
            }
            let mut grids = EntityGrid::default();
            for _ in 0..2 {
                grids.record(side, world.iter().map(|(key, place)| (key, *place)));
            }
            let mut visible = SlotSet::default();
            grids.find(&view_rect, &held, &mut visible);
            prop_assert_eq!(visible.len(), expected.len());
            prop_assert!(visible.iter().eq(expected));
        }
    }
}
