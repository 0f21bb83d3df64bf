//! Updates of this tick, kept for all clients that hold a ship as of the same tick.

use super::bits::{BitWriter, Piece};
use super::history::Span;
use super::slots::Slot;
use crate::limits::HISTORY_TICKS;
use crate::units::Tick;

/// Updates by span and slot.
#[derive(Clone, Debug, Default)]
pub(super) struct LateUpdates {
    /// Those that are long.
    bits: BitWriter,
    slots: usize,
    /// Place in `tables` of each span's table; `NONE` if no client needed it yet.
    table_of: Vec<u16>,
    tables: Vec<Vec<Entry>>,
    tables_used: usize,
    written: usize,
    written_bits: usize,
    mean_bits: Option<f32>,
}

/// The update of a ship: a piece, or where it lies if it is too long for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry(Piece);

impl Entry {
    /// It was not written.
    const UNKNOWN: Entry = Entry(Piece::mark(0, 0));

    fn long(start: usize, bits: usize) -> Self {
        Entry(Piece::mark(start as u64, bits as u64))
    }

    /// Whether it was not written.
    pub(super) fn is_unknown(self) -> bool {
        self == Entry::UNKNOWN
    }

    /// The bits, if they are a piece.
    #[inline]
    pub(super) fn piece(self) -> Option<Piece> {
        (!self.0.is_mark()).then_some(self.0)
    }
}

/// Tables that are kept in any case: a crowd needs some fifty.
const TABLES_KEPT: usize = 64;

impl LateUpdates {
    const NONE: u16 = u16::MAX;
    /// Bits of an update before there was any.
    const BITS_AT_FIRST: usize = 60;

    /// A new tick, in which ships have `slots` slots.
    pub(super) fn clear(&mut self, slots: usize) {
        if self.tables_used > 0 || self.table_of.is_empty() {
            self.table_of.clear();
            self.table_of.resize((HISTORY_TICKS * HISTORY_TICKS) as usize, LateUpdates::NONE);
        }
        if self.written > 0 {
            let bits = self.written_bits as f32 / self.written as f32;
            self.mean_bits = Some(self.mean_bits.map_or(bits, |mean| mean + (bits - mean) / 8.0));
        }
        (self.written, self.written_bits) = (0, 0);
        // What many rhythms at once needed is given back when they are gone.
        self.tables.truncate(self.tables_used.max(TABLES_KEPT) * 2);
        self.bits.clear();
        self.slots = slots;
        self.tables_used = 0;
    }

    /// Bits that an update over more than the last tick has taken on the mean of late, its bit for whether it waited included.
    pub(super) fn mean_bits(&self) -> usize {
        self.mean_bits.map_or(LateUpdates::BITS_AT_FIRST, |bits| bits as usize + 1)
    }

    /// A span as seen from `now`: both ends are less than the history back.
    fn place(now: Tick, span: Span) -> usize {
        let back = |tick| (now.since(tick) % HISTORY_TICKS) as usize;
        back(span.exact_at) * HISTORY_TICKS as usize + back(span.baseline)
    }

    /// The update of a ship.
    #[inline]
    pub(super) fn find(&self, now: Tick, span: Span, slot: Slot) -> Entry {
        let table = self.table_of[LateUpdates::place(now, span)];
        let table = self.tables.get(table as usize);
        table.and_then(|table| table.get(slot as usize)).copied().unwrap_or(Entry::UNKNOWN)
    }

    /// Writes an update that is known into `out`, however long it is.
    pub(super) fn copy(&self, entry: Entry, out: &mut BitWriter) {
        let (start, bits) = entry.0.marks();
        match entry.piece() {
            Some(piece) => out.write_piece(piece),
            None => out.copy_bits(self.bits.finished(), start as usize, bits as usize),
        }
    }

    /// Writes the update of a ship, and keeps it.
    pub(super) fn write(
        &mut self,
        now: Tick,
        span: Span,
        slot: Slot,
        write: impl FnOnce(&mut BitWriter),
    ) {
        let start = self.bits.len_bits();
        write(&mut self.bits);
        let end = self.bits.len_bits();
        // Full bytes, so that there is nothing that only the writer knows.
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
        let place = LateUpdates::place(now, span);
        if self.table_of[place] == LateUpdates::NONE {
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
            let mut late = LateUpdates::default();
            late.clear(50);
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
            late.clear(50);
            for &(waited, ticks, slot) in updates.keys() {
                prop_assert_eq!(late.find(now, span(waited, ticks), slot), Entry::UNKNOWN);
            }
        }
    }
}
