//! Cache of this tick's ship updates, shared by all clients that hold a ship as of the same tick.

use crate::snapshot::history::Span;
use crate::snapshot::sets::Slot;
use crate::units::Tick;
use crate::wire::{BitWriter, Piece};

/// Updates by span and slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct UpdateCache {
    /// Bits of the long updates.
    bits: BitWriter,
    slots: usize,
    /// Ticks that are remembered.
    kept: usize,
    /// Index in `tables` of each span's table; `NONE` if no client has needed it yet.
    table_of: Vec<u16>,
    tables: Vec<Vec<Entry>>,
    tables_used: usize,
    written: usize,
    written_bits: usize,
    mean_bits: Option<f32>,
}

/// A cached update: the bits themselves, or their place if they are too long for one [`Piece`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry(Piece);

impl Entry {
    /// It has not been written.
    const UNKNOWN: Entry = Entry(Piece::mark(0, 0));

    fn long(start: usize, bits: usize) -> Self {
        Entry(Piece::mark(start as u64, bits as u64))
    }

    /// Whether it has not been written.
    pub(crate) fn is_unknown(self) -> bool {
        self == Entry::UNKNOWN
    }

    /// The bits, if they fit one piece.
    #[inline]
    pub(crate) fn piece(self) -> Option<Piece> {
        (!self.0.is_mark()).then_some(self.0)
    }
}

/// Tables that are always kept: a crowd needs about fifty.
const TABLES_KEPT: usize = 64;

impl UpdateCache {
    const NONE: u16 = u16::MAX;
    /// Assumed bits of an update before any was written.
    const BITS_AT_FIRST: usize = 60;

    /// Starts a new tick, in which ships have `slots` slots, and `kept` past ticks are remembered.
    pub(crate) fn clear(&mut self, slots: usize, kept: u32) {
        self.kept = kept as usize;
        if self.tables_used > 0 || self.table_of.is_empty() {
            self.table_of.clear();
            self.table_of.resize(self.kept * self.kept, UpdateCache::NONE);
        }
        if self.written > 0 {
            let bits = self.written_bits as f32 / self.written as f32;
            self.mean_bits = Some(self.mean_bits.map_or(bits, |mean| mean + (bits - mean) / 8.0));
        }
        (self.written, self.written_bits) = (0, 0);
        // Tables that were needed for many spans at once are freed when they are no longer needed.
        self.tables.truncate(self.tables_used.max(TABLES_KEPT) * 2);
        self.bits.clear();
        self.slots = slots;
        self.tables_used = 0;
    }

    /// Recent mean of the bits of an update over more than the last tick, with the flag for whether it waited.
    pub(crate) fn mean_bits(&self) -> usize {
        self.mean_bits.map_or(UpdateCache::BITS_AT_FIRST, |bits| bits as usize + 1)
    }

    /// Index of a span as seen from `now`: both ends are within the history.
    fn place(&self, now: Tick, span: Span) -> usize {
        let [exact, baseline] = [span.exact_at, span.baseline].map(|tick| now.since(tick) as usize);
        debug_assert!(exact.max(baseline) < self.kept, "older states are not held by any client");
        exact * self.kept + baseline
    }

    /// The cached update of a ship.
    #[inline]
    pub(crate) fn find(&self, now: Tick, span: Span, slot: Slot) -> Entry {
        let table = self.table_of.get(self.place(now, span));
        let table = table.and_then(|table| self.tables.get(*table as usize));
        table.and_then(|table| table.get(slot as usize)).copied().unwrap_or(Entry::UNKNOWN)
    }

    /// Writes a cached update into `out`, whatever its length.
    pub(crate) fn copy(&self, entry: Entry, out: &mut BitWriter) {
        let (start, bits) = entry.0.marks();
        match entry.piece() {
            Some(piece) => out.write_piece(piece),
            None => out.copy_bits(self.bits.finished(), start as usize, bits as usize),
        }
    }

    /// Writes the update of a ship into the cache.
    pub(crate) fn write(
        &mut self,
        now: Tick,
        span: Span,
        slot: Slot,
        write: impl FnOnce(&mut BitWriter),
    ) {
        let start = self.bits.len_bits();
        write(&mut self.bits);
        let end = self.bits.len_bits();
        // Padded to full bytes, because only finished bytes can be read back.
        self.bits.finish();
        let entry = match Piece::new(self.bits.finished(), start, end - start) {
            Some(piece) => {
                self.bits.truncate(start);
                Entry(piece)
            }
            None => Entry::long(start, end - start),
        };
        if span.exact_at != now.minus(1) {
            self.written += 1;
            self.written_bits += end - start;
        }
        let place = self.place(now, span);
        if self.table_of[place] == UpdateCache::NONE {
            if self.tables.len() == self.tables_used {
                self.tables.push(Vec::new());
            }
            let table = &mut self.tables[self.tables_used];
            table.clear();
            table.resize(self.slots, Entry::UNKNOWN);
            self.table_of[place] = self.tables_used as u16;
            self.tables_used += 1;
        }
        let table = &mut self.tables[self.table_of[place] as usize];
        if let Some(kept) = table.get_mut(slot as usize) {
            *kept = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_update_is_found_as_it_was_written_and_in_this_tick_only(
            updates in prop::collection::btree_map(
                (0..8_u32, 1..8_u32, 0..50_u32),
                prop::collection::vec((any::<u64>(), 0..=56_u32), 0..4),
                1..40,
            ),
        ) {
            let now = Tick(1_000);
            let mut late = UpdateCache::default();
            late.clear(50, 64);
            let span = |waited: u32, ticks: u32| {
                let baseline = now.minus(ticks);
                Span { exact_at: baseline.minus(waited), baseline }
            };
            let write = |bits: &mut BitWriter, items: &[(u64, u32)]| {
                items.iter().for_each(|&(value, bits_of)| bits.write(value & ((1 << bits_of) - 1), bits_of));
            };
            for (&(waited, ticks, slot), items) in &updates {
                let span = span(waited, ticks);
                prop_assert_eq!(late.find(now, span, slot), Entry::UNKNOWN);
                late.write(now, span, slot, |bits| write(bits, items));
            }
            for (&(waited, ticks, slot), items) in &updates {
                let (mut found, mut written) = (BitWriter::default(), BitWriter::default());
                let entry = late.find(now, span(waited, ticks), slot);
                prop_assert!(!entry.is_unknown());
                late.copy(entry, &mut found);
                write(&mut written, items);
                prop_assert_eq!(found.finish(), written.finish());
            }
            late.clear(50, 64);
            for &(waited, ticks, slot) in updates.keys() {
                prop_assert_eq!(late.find(now, span(waited, ticks), slot), Entry::UNKNOWN);
            }
        }
    }
}
