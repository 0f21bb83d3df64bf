//! Writes the updates of the ships that a client holds.

use super::bits::BitWriter;
use super::encoder::ClientView;
use super::history::{History, Span};
use super::late_ships::LateShips;
use super::priority::Plan;
use super::slots::{bit_of, slots_of};
use crate::sim::World;

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
        self.waiting.begin(baseline);
        for index in 0..self.held.ships.words() {
            let held = self.held.ships.word(index);
            let due = plan.map_or(held, |plan| held & plan.updates.word(index));
            if due == 0 {
                // All of them as if they flew on as they did, and none after a wait.
                let bits = held.count_ones() * if has_waited { 2 } else { 1 };
                out.write_zeros(bits);
            } else {
                self.write_word_of_ships(updates, (index, held, due), late_ships, out);
            }
            self.waiting.set_word(index, held & !due, baseline);
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
        let late = self.waiting.ships().word(index) & due;
        let quiet = if ticks == 1 { history.quiet().word(index) } else { 0 };
        // Who waits and who did what was expected of it takes zeros: those go in one piece up to the next that
        // takes more.
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
            late_ships.write_update(world, history, slot, Span { exact_at, baseline }, out);
        }
        out.write_zeros(rest.count_ones() * bits_of_zero);
    }
}

/// Zeros that are written together with the bit behind them.
const ZEROS_WITH_FLAG: u32 = 55;
