//! Writes the updates of the ships that a client holds.

use super::bits::{BitWriter, Piece};
use super::encoder::ClientView;
use super::history::{History, Span};
use super::late_ships::LateShips;
use super::priority::Plan;
use super::slots::{bit_of, slots_of};
use crate::sim::World;
use crate::units::Tick;

/// What the updates of a snapshot are made from.
#[derive(Clone, Copy)]
pub(super) struct ShipUpdates<'a> {
    pub world: &'a World,
    pub history: &'a History,
    /// Ticks since the client's last snapshot, 0 if this one is a full one.
    pub ticks: u32,
    /// Whether any ship that the client holds has waited: then each says whether it did.
    pub has_waited: bool,
    /// Who is brought up to date; `None`: everyone.
    pub plan: Option<&'a Plan>,
}

impl ClientView {
    /// Writes the updates, and notes who waits.
    pub(super) fn write_ship_updates(
        &mut self,
        updates: &ShipUpdates<'_>,
        late_ships: &mut LateShips,
        out: &mut BitWriter,
    ) {
        let ShipUpdates { history, ticks, has_waited, plan, .. } = *updates;
        let Some(baseline) = self.tick.filter(|_| ticks > 0) else { return };
        if ticks == 1 && !has_waited && plan.is_none() {
            for (first, end) in self.held.ships.stretches() {
                let (bits, start, count) = history.updates(first, end);
                out.copy_bits(bits, start, count);
            }
            return;
        }
        if self.waiting.is_empty() {
            self.waiting_none_before = baseline;
        }
        for index in 0..self.held.ships.words() {
            let held = self.held.ships.word(index);
            let due = plan.map_or(held, |plan| held & plan.updates.word(index));
            let late = self.waiting.word(index) & held;
            // Who was exact and has to wait, waits from now on.
            for slot in slots_of(index, held & !due & !late) {
                if self.waiting_since.len() <= slot as usize {
                    self.waiting_since.resize(slot as usize + 1, Tick(0));
                }
                self.waiting_since[slot as usize] = baseline;
            }
            if due == 0 {
                // All of them as if they flew on as they did, and none after a wait.
                let bits = held.count_ones() * if has_waited { 2 } else { 1 };
                out.write_zeros(bits);
            } else {
                self.write_word_of_ships(updates, (index, held, due), late_ships, out);
            }
            self.waiting.set_word(index, held & !due);
        }
    }

    /// The updates of the ships of one word.
    fn write_word_of_ships(
        &self,
        updates: &ShipUpdates<'_>,
        (index, held, due): (usize, u64, u64),
        late_ships: &mut LateShips,
        out: &mut BitWriter,
    ) {
        let ShipUpdates { world, history, ticks, has_waited, .. } = *updates;
        let baseline = world.tick().minus(ticks);
        let late = self.waiting.word(index) & due;
        let quiet = if ticks == 1 { history.quiet().word(index) } else { 0 };
        // Who waits and who did what was expected of it takes zeros: those go in one piece up to the next that
        // takes more.
        let bits_of_zero = if has_waited { 2 } else { 1 };
        let mut rest = held;
        for slot in slots_of(index, due & (late | !quiet)) {
            let bit = bit_of(slot);
            let before = rest & (bit - 1);
            if before != 0 {
                out.write_zeros(before.count_ones() * bits_of_zero);
            }
            rest &= !(bit | (bit - 1));
            let is_late = late & bit != 0;
            let update = match ticks == 1 && !is_late {
                true => {
                    let (source, start, bits) = history.updates(slot, slot + 1);
                    Some(Piece::Long { source, start, bits })
                }
                false => {
                    let exact_at = self.exact_at(slot).unwrap_or(baseline);
                    late_ships.update(world, history, slot, Span { exact_at, baseline })
                }
            };
            if has_waited {
                out.write_bool(is_late);
            }
            match update {
                Some(piece) => out.write_piece(piece),
                // A ship that is held and not gone has its past: `delta_ticks` saw to that.
                None => out.write_bool(false),
            }
        }
        out.write_zeros(rest.count_ones() * bits_of_zero);
    }
}
