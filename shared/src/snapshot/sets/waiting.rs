//! Ships whose updates have waited for some ticks: the client holds only their extrapolated states.

use super::slot_set::{Slot, SlotSet, WORD_BITS, slots_of};
use crate::units::Tick;

/// The waiting ships, and since when each waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waiting {
    ships: SlotSet,
    /// For each slot that waits: the low bits of the tick as of which the client holds the ship exactly. No wait is
    /// longer than these bits can express, and one byte per slot keeps the memory traffic per client and tick low.
    since: Vec<u8>,
    /// No ship began to wait before this tick.
    none_before: Tick,
}

impl Waiting {
    /// The waiting ships.
    pub fn ships(&self) -> &SlotSet {
        &self.ships
    }

    /// The tick as of which a client whose last snapshot was `baseline` holds a waiting ship exactly.
    #[inline]
    pub fn since(&self, ship: Slot, baseline: Tick) -> Tick {
        let since = self.since.get(ship as usize).copied().unwrap_or_default();
        baseline.minus(low(baseline).wrapping_sub(since).into())
    }

    /// Begins a snapshot against `baseline`.
    pub fn begin(&mut self, baseline: Tick) {
        if self.ships.is_empty() {
            self.none_before = baseline;
        }
        debug_assert!(
            self.none_before <= baseline,
            "waits begin with a snapshot that the client got"
        );
    }

    /// Replaces the waiting ships of a word. A ship that did not wait before waits as of the baseline.
    pub fn set_word(&mut self, index: usize, ships: u64, baseline: Tick) {
        let new = ships & !self.ships.word(index);
        self.ships.set_word(index, ships);
        if new == 0 {
            return;
        }
        if self.since.len() < (index + 1) * WORD_BITS {
            self.since.resize((index + 1) * WORD_BITS, 0);
        }
        let since = &mut self.since[index * WORD_BITS..][..WORD_BITS];
        if new == ships {
            // Ships that do not wait ignore the value, and filling is faster than testing each.
            since.fill(low(baseline));
            return;
        }
        for slot in slots_of(0, new) {
            since[slot as usize] = low(baseline);
        }
    }

    /// Removes ships that are gone.
    pub fn remove_all(&mut self, gone: &SlotSet) {
        self.ships.remove_all(gone);
    }

    /// Calls `tell` for each ship that began to wait so long before `now` that its past state is forgotten, which is
    /// remembered for `kept` ticks.
    pub fn for_each_forgotten(
        &mut self,
        now: Tick,
        baseline: Tick,
        kept: u32,
        mut tell: impl FnMut(Slot),
    ) {
        if self.ships.is_empty() || now.since(self.none_before) < kept {
            return;
        }
        self.none_before = now;
        for slot in self.ships.iter() {
            let since = self.since(slot, baseline);
            debug_assert!(since <= baseline, "a ship waits from a snapshot on that the client got");
            if now.since(since) < kept {
                self.none_before = self.none_before.min(since);
            } else {
                tell(slot);
            }
        }
    }
}

fn low(tick: Tick) -> u8 {
    tick.0 as u8
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const KEPT: u32 = 64;

    proptest! {
        #[test]
        fn it_is_known_of_everyone_since_when_until_the_past_is_forgotten(
            start in any::<u32>(),
            snapshots in prop::collection::vec((1..12_u32, any::<[u64; 2]>(), any::<[u64; 2]>()), 1..60),
        ) {
            let mut baseline = Tick(start);
            let mut waiting = Waiting::default();
            let mut model: BTreeMap<Slot, Tick> = BTreeMap::new();
            for (ticks, ships, gone) in snapshots {
                let now = Tick(baseline.0.wrapping_add(ticks));
                let mut all_gone = SlotSet::default();
                gone.into_iter().enumerate().for_each(|(index, gone)| all_gone.set_word(index, gone & gone >> 1));
                waiting.for_each_forgotten(now, baseline, KEPT, |slot| all_gone.insert(slot));
                model.iter().filter(|(_, since)| now.since(**since) >= KEPT).for_each(|(slot, _)| {
                    assert!(all_gone.contains(*slot), "the past of {slot} is forgotten");
                });
                waiting.remove_all(&all_gone);
                model.retain(|slot, _| !all_gone.contains(*slot));
                waiting.begin(baseline);
                for (index, ships) in ships.into_iter().enumerate() {
                    waiting.set_word(index, ships, baseline);
                    for slot in (0..WORD_BITS).map(|place| (index * WORD_BITS + place) as Slot) {
                        match ships >> (slot as usize % WORD_BITS) & 1 {
                            0 => drop(model.remove(&slot)),
                            _ => drop(model.entry(slot).or_insert(baseline)),
                        }
                    }
                }
                baseline = now;
                let told: BTreeMap<Slot, Tick> =
                    waiting.ships().iter().map(|slot| (slot, waiting.since(slot, baseline))).collect();
                prop_assert_eq!(&told, &model);
            }
        }
    }
}
