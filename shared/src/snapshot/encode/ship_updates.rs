//! Writes the updates of the ships that a client holds.

use super::ClientView;
use super::late_ships::LateShips;
use crate::snapshot::budget::Plan;
use crate::snapshot::history::{Source, Span};
use crate::snapshot::sets::{bit_of, slots_of};
use crate::wire::BitWriter;

/// Input of a snapshot's ship updates.
#[derive(Clone, Copy)]
pub(crate) struct ShipUpdates<'a> {
    pub source: Source<'a>,
    /// Ticks since the client's last snapshot; 0 for a full snapshot.
    pub ticks: u32,
    /// Whether any held ship has waited: then each ship has a flag that says whether it did.
    pub has_waited: bool,
    /// The ships to update; `None`: all.
    pub plan: Option<&'a Plan>,
}

impl ClientView {
    /// Writes the updates, and notes which ships wait.
    pub(crate) fn write_ship_updates(
        &mut self,
        updates: &ShipUpdates<'_>,
        late_ships: &mut LateShips,
        out: &mut BitWriter,
    ) {
        let ShipUpdates { source, ticks, has_waited, plan } = *updates;
        let Some(baseline) = self.tick.filter(|_| ticks > 0) else { return };
        if ticks == 1 && !has_waited && plan.is_none() {
            for (first, end) in self.held.ships.stretches() {
                let (bits, start, count) = source.history.updates(first, end);
                out.copy_bits(bits, start, count);
            }
            return;
        }
        self.waiting.begin(baseline);
        for index in 0..self.held.ships.words() {
            let held = self.held.ships.word(index);
            let due = plan.map_or(held, |plan| held & plan.updates.word(index));
            if due == 0 {
                // No ship of this word is updated: the client flies all of them on, and no wait ends.
                let bits = held.count_ones() * if has_waited { 2 } else { 1 };
                out.write_zeros(bits);
            } else {
                self.write_word_of_ships(updates, (index, held, due), late_ships, out);
            }
            self.waiting.set_word(index, held & !due, baseline);
        }
    }

    /// The updates of the ships in one word.
    fn write_word_of_ships(
        &self,
        updates: &ShipUpdates<'_>,
        (index, held, due): (usize, u64, u64),
        late_ships: &mut LateShips,
        out: &mut BitWriter,
    ) {
        let ShipUpdates { source, ticks, has_waited, .. } = *updates;
        let baseline = source.world.tick().minus(ticks);
        let late = self.waiting.ships().word(index) & due;
        let quiet = if ticks == 1 { source.history.quiet().word(index) } else { 0 };
        // A ship that waits or flies as predicted takes zero bits only: a run of zeros is written in one piece, up to
        // the next ship that takes more.
        let flag_bits = u32::from(has_waited);
        let bits_of_zero = 1 + flag_bits;
        let mut rest = held;
        for slot in slots_of(index, due & (late | !quiet)) {
            let bit = bit_of(slot);
            let before = rest & (bit - 1);
            rest &= !(bit | (bit - 1));
            let is_late = late & bit != 0;
            let zeros = before.count_ones() * bits_of_zero;
            if zeros <= ZEROS_WITH_FLAG {
                out.write(u64::from(is_late) << zeros, zeros + flag_bits);
            } else {
                out.write_zeros(zeros);
                out.write(u64::from(is_late), flag_bits);
            }
            let exact_at = if is_late { self.waiting.since(slot, baseline) } else { baseline };
            late_ships.write_update(source, slot, Span { exact_at, baseline }, out);
        }
        out.write_zeros(rest.count_ones() * bits_of_zero);
    }
}

/// Zeros that are written together with the bit behind them.
const ZEROS_WITH_FLAG: u32 = 55;
