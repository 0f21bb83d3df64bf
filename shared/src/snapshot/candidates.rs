//! What could be written, and the choice of the worthiest of it.
//!
//! Candidates are not sorted, which would take most of the time in a crowd: they are counted by classes of about equal
//! worth, best first, and the class in which the bits run out is served in order: arrivals, then ships. Whether a ship is chosen is
//! chance, which no processor guesses, so ships are chosen without a branch.

use super::slots::{Slot, SlotSet, WORD_BITS};
use super::visible::PerKind;

/// What must not wait.
pub(super) const DUE: f32 = f32::MAX;

/// Classes of worth: each is half as much again as the one below, about.
const CLASSES: usize = 128;
/// Its class comes before all others.
const DUE_CLASS: u16 = CLASSES as u16 - 1;
/// What a worth of 2^-32 has as its exponent and first bit behind the point: the lowest class.
const LOWEST: u32 = (127 - 32) << 1;

/// Candidates for one snapshot.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    ships: Vec<Candidate>,
    arrivals: Vec<(Arrival, Candidate)>,
    bits_by_class: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    slot: Slot,
    class: u16,
    bits: u16,
}

/// What comes into view.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Arrival {
    Ship,
    Shot,
    Asteroid,
    Ore,
}

/// How much is left for a class that does not come as a whole.
struct Rest {
    class: u16,
    bits: i64,
    is_first: bool,
}

impl Candidates {
    /// For a new snapshot.
    pub fn clear(&mut self) {
        self.ships.clear();
        self.arrivals.clear();
        self.bits_by_class.clear();
        self.bits_by_class.resize(CLASSES, 0);
    }

    /// A ship that could be brought up to date, its worth, and about how many bits that takes.
    #[inline]
    pub fn push_ship(&mut self, slot: Slot, worth: f32, bits: usize) {
        let candidate = self.count(slot, worth, bits);
        self.ships.push(candidate);
    }

    /// Something that comes into view.
    pub fn push_arrival(&mut self, arrival: Arrival, slot: Slot, worth: f32, bits: usize) {
        let candidate = self.count(slot, worth, bits);
        self.arrivals.push((arrival, candidate));
    }

    #[inline]
    fn count(&mut self, slot: Slot, worth: f32, bits: usize) -> Candidate {
        let candidate = Candidate { slot, class: class_of(worth), bits: bits as u16 };
        self.bits_by_class[usize::from(candidate.class)] += u32::from(candidate.bits);
        candidate
    }

    /// How many ships there are so far.
    pub fn ships(&self) -> usize {
        self.ships.len()
    }

    /// Lets a ship, by its place among them, come in any case.
    pub fn make_due(&mut self, index: usize) {
        let ship = &mut self.ships[index];
        self.bits_by_class[usize::from(ship.class)] -= u32::from(ship.bits);
        ship.class = DUE_CLASS;
        self.bits_by_class[usize::from(ship.class)] += u32::from(ship.bits);
    }

    /// Puts the worthiest in until the bits are spent; one in any case, so that there is progress. Of arrivals no more of each kind than there is
    /// room for, in the order of `PerKind::as_array`.
    pub fn choose(
        &self,
        bits_max: usize,
        room: [usize; 4],
        updates: &mut SlotSet,
        arrivals: &mut PerKind<SlotSet>,
    ) {
        let mut rest = self.rest(bits_max);
        let mut room = room;
        for (arrival, candidate) in &self.arrivals {
            let (set, kind) = match arrival {
                Arrival::Ship => (&mut arrivals.ships, 0),
                Arrival::Shot => (&mut arrivals.shots, 1),
                Arrival::Asteroid => (&mut arrivals.asteroids, 2),
                Arrival::Ore => (&mut arrivals.ores, 3),
            };
            if rest.takes(candidate) && room[kind] > 0 {
                room[kind] -= 1;
                set.insert(candidate.slot);
            }
        }
        let words = self.ships.last().map_or(0, |ship| ship.slot as usize / WORD_BITS + 1);
        updates.make_room((words * WORD_BITS) as Slot);
        updates.insert_wanted(self.ships.iter().map(|ship| (ship.slot, rest.takes(ship))));
    }

    /// Where the bits run out.
    fn rest(&self, bits_max: usize) -> Rest {
        let mut left = bits_max as i64;
        for (class, bits) in self.bits_by_class.iter().enumerate().rev() {
            let bits = i64::from(*bits);
            // What is due comes whatever it takes.
            if class != usize::from(DUE_CLASS) && bits > left.max(0) {
                let is_first = left == bits_max as i64;
                return Rest { class: class as u16, bits: left, is_first };
            }
            left -= bits;
        }
        Rest { class: 0, bits: i64::MAX, is_first: false }
    }
}

impl Rest {
    #[inline]
    fn takes(&mut self, candidate: &Candidate) -> bool {
        let is_here = candidate.class == self.class;
        self.bits -= if is_here { i64::from(candidate.bits) } else { 0 };
        let has_room = (self.bits >= 0) | self.is_first;
        self.is_first &= !is_here;
        (candidate.class > self.class) | (is_here & has_room)
    }
}

/// The class of a worth that is not negative: its exponent and the first bit behind the point.
#[inline]
fn class_of(worth: f32) -> u16 {
    let class = (worth.to_bits() >> 22).saturating_sub(LOWEST);
    let highest = if worth == DUE { u32::from(DUE_CLASS) } else { u32::from(DUE_CLASS) - 1 };
    class.min(highest) as u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn choose(candidates: &Candidates, bits_max: usize) -> (SlotSet, PerKind<SlotSet>) {
        let mut chosen = (SlotSet::default(), PerKind::default());
        candidates.choose(bits_max, [usize::MAX; 4], &mut chosen.0, &mut chosen.1);
        chosen
    }

    proptest! {
        #[test]
        fn the_worthiest_come_until_the_bits_are_spent(
            ships in prop::collection::vec((prop_oneof![9 => 0.0..1e6_f32, 1 => Just(DUE)], 1..200_usize), 1..300),
            bits_max in 0..20_000_usize,
        ) {
            let mut candidates = Candidates::default();
            candidates.clear();
            for (slot, (worth, bits)) in ships.iter().enumerate() {
                candidates.push_ship(slot as Slot, *worth, *bits);
            }
            let (updates, _) = choose(&candidates, bits_max);
            let is_chosen = |slot: usize| updates.contains(slot as Slot);
            let chosen = || ships.iter().enumerate().filter(|(slot, _)| is_chosen(*slot));
            prop_assert!(ships.iter().enumerate().all(|(slot, (worth, _))| *worth != DUE || is_chosen(slot)));
            prop_assert!(!updates.is_empty(), "there is progress");
            let spent: usize = chosen().map(|(_, (_, bits))| bits).sum();
            let other = chosen().filter(|(_, (worth, _))| *worth != DUE).count();
            prop_assert!(spent <= bits_max || other == 0 || updates.len() == 1);
            // Nobody waits who is worth twice as much as somebody who comes.
            let least = chosen().map(|(_, (worth, _))| *worth).fold(f32::MAX, f32::min);
            for (slot, (worth, bits)) in ships.iter().enumerate() {
                prop_assert!(is_chosen(slot) || *worth < 2.0 * least || *worth < 1e-9, "{worth} {least}");
                prop_assert!(is_chosen(slot) || spent + bits + 200 > bits_max, "there was room for {bits}");
            }
        }
    }

    #[test]
    fn who_was_made_due_comes_and_leaves_less_for_the_others() {
        let mut candidates = Candidates::default();
        candidates.clear();
        for slot in 0..10 {
            candidates.push_ship(slot, 10.0 - slot as f32 / 10.0, 10);
        }
        candidates.make_due(9);
        let (updates, _) = choose(&candidates, 30);
        assert!(updates.iter().eq([0, 1, 9]));
    }

    #[test]
    fn no_more_arrive_than_there_is_room_for() {
        let mut candidates = Candidates::default();
        candidates.clear();
        for slot in 0..5 {
            candidates.push_arrival(Arrival::Shot, slot, 1.0, 10);
            candidates.push_arrival(Arrival::Ore, slot, 1.0, 10);
        }
        let (mut updates, mut arrivals) = (SlotSet::default(), PerKind::default());
        candidates.choose(1_000, [9, 2, 9, 9], &mut updates, &mut arrivals);
        assert_eq!((arrivals.shots.len(), arrivals.ores.len()), (2, 5));
    }
}
