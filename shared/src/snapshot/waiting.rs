//! Ships of which a client was not told for some ticks: it holds them only as they would have flown on.

use super::slots::{Slot, SlotSet, WORD_BITS, slots_of};
use crate::limits::HISTORY_TICKS;
use crate::units::Tick;

/// The ships that wait, and since when.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    ships: SlotSet,
    /// By slot, for those that wait: the low bits of the tick as of which the client holds them exactly. No wait is as long
    /// as these can tell apart, and a byte for each is little to look at for each client and tick.
    since: Vec<u8>,
    /// A tick before which none of those began to wait.
    none_before: Tick,
}

impl Waiting {
    /// The ships that wait.
    pub fn ships(&self) -> &SlotSet {
        &self.ships
    }

    /// The tick as of which the client, whose last snapshot was `baseline`, holds a ship exactly that waits.
    #[inline]
    pub fn since(&self, ship: Slot, baseline: Tick) -> Tick {
        let since = self.since.get(ship as usize).copied().unwrap_or_default();
        baseline.minus(low(baseline).wrapping_sub(since).into())
    }

    /// Begins a snapshot over `baseline`.
    pub fn begin(&mut self, baseline: Tick) {
        if self.ships.is_empty() {
            self.none_before = baseline;
        }
    }

    /// Makes those ships of a word wait and no others: as of the baseline if they did not before.
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
            // It is nothing to those that do not wait, and quicker than to look who does.
            since.fill(low(baseline));
            return;
        }
        for slot in slots_of(0, new) {
            since[slot as usize] = low(baseline);
        }
    }

    /// Forgets ships that are gone.
    pub fn remove_all(&mut self, gone: &SlotSet) {
        self.ships.remove_all(gone);
    }

    /// Tells which ships began to wait so long before `now` that their past is forgotten.
    pub fn for_each_forgotten(&mut self, now: Tick, baseline: Tick, mut tell: impl FnMut(Slot)) {
        if self.ships.is_empty() || now.since(self.none_before) < HISTORY_TICKS {
            return;
        }
        self.none_before = now;
        for slot in self.ships.iter() {
            let since = self.since(slot, baseline);
            if now.since(since) < HISTORY_TICKS {
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
                waiting.for_each_forgotten(now, baseline, |slot| all_gone.insert(slot));
                model.iter().filter(|(_, since)| now.since(**since) >= HISTORY_TICKS).for_each(|(slot, _)| {
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
