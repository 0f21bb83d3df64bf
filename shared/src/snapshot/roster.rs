//! Who is in which slot, and what became of those who were.

use slotmap::Key;

use super::slots::{Slot, SlotSet, slot_of};
use super::tick_ring::TickRing;
use crate::units::Tick;

/// All entities of one kind as of the last step, by slot, and those that ended in the ticks before.
#[derive(Clone, Debug)]
pub struct Roster<K> {
    occupants: Vec<Option<Occupant<K>>>,
    ended: TickRing<Vec<Ended>>,
    /// Slots in which something ended in the last tick.
    ended_now: SlotSet,
    /// Slots in which something is.
    present: SlotSet,
}

#[derive(Clone, Copy, Debug)]
struct Occupant<K> {
    key: K,
    expires: Tick,
    seen: Tick,
}

/// An entity that is no more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ended {
    /// The slot that it had.
    pub slot: Slot,
    /// When its time would have been over, if it had one.
    pub expires: Tick,
}

impl<K> Default for Roster<K> {
    fn default() -> Self {
        Roster {
            occupants: Vec::new(),
            ended: TickRing::default(),
            ended_now: SlotSet::default(),
            present: SlotSet::default(),
        }
    }
}

impl<K: Key> Roster<K> {
    /// Takes in who is there in tick `now`, each with the tick in which its time is over.
    pub fn record(&mut self, now: Tick, entities: impl Iterator<Item = (K, Tick)>) {
        let ended = self.ended.begin(now);
        ended.clear();
        self.present.clear();
        for (key, expires) in entities {
            let slot = slot_of(key);
            self.present.insert(slot);
            if self.occupants.len() <= slot as usize {
                self.occupants.resize(slot as usize + 1, None);
            }
            let occupant = Occupant { key, expires, seen: now };
            let before = self.occupants[slot as usize].replace(occupant);
            if let Some(before) = before.filter(|before| before.key != key) {
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
    }

    /// The slots of what ended in the last tick.
    pub fn ended_now(&self) -> &SlotSet {
        &self.ended_now
    }

    /// The slots of all that are there.
    pub fn present(&self) -> &SlotSet {
        &self.present
    }

    /// The entity in a slot.
    pub fn key(&self, slot: Slot) -> Option<K> {
        self.occupants.get(slot as usize)?.as_ref().map(|occupant| occupant.key)
    }

    /// What ended in the `ticks` up to `now`, in order of ticks. A slot can be in it more than once.
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
            roster.record(Tick(now), world.iter().map(|(key, expires)| (key, *expires)));
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
        assert_eq!(roster.key(slot), None);
        assert!(roster.present().is_empty());
        let ended = |now, ticks| roster.ended_in(Tick(now), ticks).collect::<Vec<_>>();
        let both = [Ended { slot, expires: Tick(10) }, Ended { slot, expires: Tick(20) }];
        assert_eq!(ended(3, 2), both);
        assert_eq!(ended(3, 1), both[1..]);
        assert_eq!(ended(2, 1), both[..1]);
    }
}
