//! The entity in each slot, and the entities that ended in recent ticks.

use slotmap::{Key, KeyData};

use super::tick_ring::TickRing;
use crate::snapshot::sets::{Slot, SlotSet, slot_of};
use crate::units::Tick;

/// All entities of one kind as of the last step, by slot, and those that ended in the ticks before.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    occupants: Vec<Option<Occupant>>,
    ended: TickRing<Vec<Ended>>,
    /// Slots in which an entity ended in the last tick.
    ended_now: SlotSet,
    /// Occupied slots.
    present: SlotSet,
}

#[derive(Clone, Copy, Debug)]
struct Occupant {
    key: KeyData,
    expires: Tick,
    seen: Tick,
}

/// An entity that no longer exists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Its slot.
    pub slot: Slot,
    /// The tick in which it would have ended by itself, as both ends know.
    pub expires: Tick,
}

impl Roster {
    /// Records the entities that exist in tick `now`, each with the tick in which it expires. Those that ended in the
    /// last `kept` ticks are remembered.
    pub fn record<K: Key>(
        &mut self,
        now: Tick,
        kept: u32,
        entities: impl Iterator<Item = (K, Tick)>,
    ) {
        let ended = self.ended.begin(now, kept);
        ended.clear();
        self.present.clear();
        for (key, expires) in entities {
            let slot = slot_of(key);
            self.present.insert(slot);
            if self.occupants.len() <= slot as usize {
                self.occupants.resize(slot as usize + 1, None);
            }
            let occupant = Occupant { key: key.data(), expires, seen: now };
            let before = self.occupants[slot as usize].replace(occupant);
            if let Some(before) = before.filter(|before| before.key != key.data()) {
                ended.push(Ended { slot, expires: before.expires });
            }
        }
        for (slot, occupant) in self.occupants.iter_mut().enumerate() {
            if let Some(gone) = occupant.take_if(|occupant| occupant.seen != now) {
                ended.push(Ended { slot: slot as Slot, expires: gone.expires });
            }
        }
        self.ended_now.clear();
        ended.iter().for_each(|ended| self.ended_now.insert(ended.slot));
        let ended_count = ended.len();
        debug_assert_eq!(self.ended_now.len(), ended_count, "a slot ends at most once in a tick");
    }

    /// Slots in which an entity ended in the last tick.
    pub fn ended_now(&self) -> &SlotSet {
        &self.ended_now
    }

    /// All occupied slots.
    pub fn present(&self) -> &SlotSet {
        &self.present
    }

    /// The entity in a slot, if it is occupied. `K` is the key of the roster's kind.
    pub fn key<K: Key>(&self, slot: Slot) -> Option<K> {
        self.occupants.get(slot as usize)?.as_ref().map(|occupant| occupant.key.into())
    }

    /// The entities that ended in the `ticks` up to `now`, in the order of ticks. A slot can occur more than once.
    pub fn ended_in(&self, now: Tick, ticks: u32) -> impl Iterator<Item = Ended> + '_ {
        let since = now.minus(ticks);
        (1..=ticks)
            .flat_map(move |tick| self.ended.at(since.plus(tick)).into_iter().flatten().copied())
    }
}

#[cfg(test)]
mod tests {
    use slotmap::{DefaultKey, SlotMap};

    use super::*;

    #[test]
    fn a_slot_that_is_used_again_tells_of_everyone_who_was_in_it() {
        let mut world: SlotMap<DefaultKey, Tick> = SlotMap::new();
        let mut roster = Roster::default();
        let mut record = |world: &SlotMap<DefaultKey, Tick>, now| {
            roster.record(Tick(now), 64, world.iter().map(|(key, expires)| (key, *expires)));
            roster.clone()
        };
        let first = world.insert(Tick(10));
        let slot = slot_of(first);
        assert_eq!(record(&world, 1).key(slot), Some(first));
        world.remove(first);
        let second = world.insert(Tick(20));
        assert_eq!(slot_of(second), slot);
        let roster = record(&world, 2);
        assert_eq!(roster.key(slot), Some(second));
        assert!(roster.present().iter().eq([slot]));
        world.remove(second);
        let roster = record(&world, 3);
        assert_eq!(roster.key::<DefaultKey>(slot), None);
        assert!(roster.present().is_empty());
        let ended = |now, ticks| roster.ended_in(Tick(now), ticks).collect::<Vec<_>>();
        let both = [Ended { slot, expires: Tick(10) }, Ended { slot, expires: Tick(20) }];
        assert_eq!(ended(3, 2), both);
        assert_eq!(ended(3, 1), both[1..]);
        assert_eq!(ended(2, 1), both[..1]);
    }
}
