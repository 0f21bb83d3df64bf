//! Where everything is, for the eyes of all clients: a coarse grid for each kind of entity, made once per tick.
//!
//! The cells of the simulation itself are as fine as a ship's reach. A view is twenty times that, and in
//! so fine a grid most of the time would go into rows of cells that hold one entity or none. Here a view is a
//! handful of rows, and what lies in them is looked at without a branch: whether an entity is in sight is
//! chance, which no processor guesses. In a crowd most cells are in sight as a whole, and are taken a word of slots
//! at a time.

use std::ops::Range;

use glam::Vec2;
use slotmap::Key;

use super::slots::{Slot, SlotSet, WORD_BITS, slot_of};
use crate::sim::Cells;

/// Side of a cell, units: about half of a view. Larger ones hold too many that are not in sight.
const CELL_SIDE: f32 = 512.0;
/// The same while there is a crowd somewhere: more of the smaller ones are in sight as a whole.
const CELL_SIDE_CROWDED: f32 = 256.0;
/// Entities in the fullest cell from which on there is a crowd, and, among the smaller ones, below which it has gone.
const CROWD: usize = 128;
const CROWD_GONE: usize = 16;
/// Entities of a cell for each word of slots from which on it is quicker to take a word at a time.
const ENTRIES_PER_WORD: usize = 2;

/// The places of all entities of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Sights {
    cells: Cells<Slot>,
    /// Whether there was a crowd in the last tick.
    is_crowded: bool,
    /// The one after the largest slot.
    slots_end: Slot,
    /// Cells that hold a crowd.
    crowds: Vec<Crowd>,
    /// For each cell the index of its crowd; empty if there are none.
    crowd_of: Vec<Option<u16>>,
    /// What crowds hold, one behind the other.
    words: Vec<u64>,
}

/// A cell that holds so many that it is worth to know them as a set.
#[derive(Clone, Copy, Debug)]
struct Crowd {
    /// The corners of the rectangle in which all of them are.
    min: Vec2,
    max: Vec2,
}

/// What a client sees from where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlook {
    pub centre: Vec2,
    /// Distances along the axes within which things come into view.
    pub enter: Vec2,
    /// The same from which on they leave it: not less.
    pub leave: Vec2,
}

impl Sights {
    /// Takes in what is where in a sector of `side`.
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
        // From the next tick on: crowds do not come and go in one.
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

    /// Puts into `visible` what is in sight of a client that holds `held`: all within the inner distances, and of
    /// those within the outer ones what it holds already.
    pub fn find(&self, outlook: &Outlook, held: &SlotSet, visible: &mut SlotSet) {
        visible.make_room(self.slots_end);
        let (min, max) = (outlook.centre - outlook.leave, outlook.centre + outlook.leave);
        for cells in self.cells.rows(min, max) {
            if self.crowds.is_empty() {
                self.look(outlook, cells, held, visible);
                continue;
            }
            for cell in cells {
                match self.crowd_in_sight(outlook, cell) {
                    Some(words) => visible.insert_words(words),
                    None => self.look(outlook, cell..cell + 1, held, visible),
                }
            }
        }
    }

    /// Looks at each entity in some cells of a row.
    fn look(&self, outlook: &Outlook, cells: Range<usize>, held: &SlotSet, visible: &mut SlotSet) {
        let Outlook { centre, enter, leave } = *outlook;
        visible.insert_wanted(self.cells.entries_of(cells).iter().map(|entity| {
            let away = (entity.position - centre).abs();
            let enters = (away.x <= enter.x) & (away.y <= enter.y);
            let lingers = (away.x <= leave.x) & (away.y <= leave.y);
            (entity.key, enters | (lingers & held.contains(entity.key)))
        }));
    }

    /// What a cell holds, if it is a crowd and all of it comes into view.
    fn crowd_in_sight(&self, outlook: &Outlook, cell: usize) -> Option<&[u64]> {
        let index = usize::from((*self.crowd_of.get(cell)?)?);
        let crowd = &self.crowds[index];
        let corners = [crowd.min, crowd.max].map(|corner| (corner - outlook.centre).abs());
        let words = self.words_per_crowd();
        corners
            .iter()
            .all(|away| away.cmple(outlook.enter).all())
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
            let outlook = Outlook { centre, enter, leave: enter + margin * side };
            let mut world: SlotMap<DefaultKey, Vec2> = SlotMap::new();
            let (mut held, mut expected) = (SlotSet::default(), BTreeSet::new());
            for (place, is_held) in places {
                let place = Vec2::from(place) * side;
                let slot = slot_of(world.insert(place));
                if is_held {
                    held.insert(slot);
                }
                let away = (place - centre).abs();
                let reach = if is_held { outlook.leave } else { outlook.enter };
                if away.x <= reach.x && away.y <= reach.y {
                    expected.insert(slot);
                }
            }
            let mut sights = Sights::default();
            for _ in 0..2 {
                sights.record(side, world.iter().map(|(key, place)| (key, *place)));
            }
            let mut visible = SlotSet::default();
            sights.find(&outlook, &held, &mut visible);
            prop_assert_eq!(visible.len(), expected.len());
            prop_assert!(visible.iter().eq(expected));
        }
    }
}
