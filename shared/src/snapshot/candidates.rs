//! What could be written, and the choice of the worthiest of it.
//!
//! Candidates are not sorted, which would take most of the time in a crowd: they are counted by classes of about equal
//! worth, best first, and the class in which the bits run out is served in order: arrivals, then ships. Whether a ship is
//! chosen is chance, which no processor guesses, so ships are taken a word of slots at a time and without a branch.

use super::slots::{Slot, SlotSet, WORD_BITS, bit_of, slots_of};
use super::visible::PerKind;

/// What must not wait.
pub(super) const DUE: f32 = f32::MAX;

/// Classes of worth: each is half as much again as the one below, about.
const CLASSES: usize = 128;
/// The class of what is due: before all others.
const DUE_CLASS: u8 = CLASSES as u8 - 1;
/// The least and the most worth that are told from less and from more.
const WORTHS: (f32, f32) = (1.0 / (1_u64 << 32) as f32, (1_u64 << 31) as f32);
/// Ships of a word below which each is looked at alone, and not all slots of it.
const FEW: u32 = 24;

/// Candidates for one snapshot.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    ships: Vec<ShipWord>,
    arrivals: Vec<(Arrival, Candidate)>,
    bits_by_class: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    slot: Slot,
    class: u8,
    bits: u8,
}

/// Ships of one word of slots that could be brought up to date.
#[derive(Clone, Copy, Debug)]
struct ShipWord {
    index: usize,
    ships: u64,
    classes: [u8; WORD_BITS],
    bits: [u8; WORD_BITS],
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
    class: u8,
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

    /// Ships of a word of slots that could be brought up to date, what each is worth by its place in the word, and about how
    /// many bits that takes. Returns the word's place here.
    #[inline]
    pub fn push_ships(
        &mut self,
        index: usize,
        ships: u64,
        worth: impl Fn(usize) -> f32,
        bits: impl Fn(Slot) -> usize,
    ) -> usize {
        let mut word = ShipWord { index, ships, classes: [0; WORD_BITS], bits: [0; WORD_BITS] };
        if ships.count_ones() < FEW {
            for slot in slots_of(0, ships) {
                word.classes[slot as usize] = class_of(worth(slot as usize));
            }
        } else {
            for (lane, class) in word.classes.iter_mut().enumerate() {
                *class = class_of(worth(lane));
            }
        }
        for slot in slots_of(index, ships) {
            let lane = slot as usize % WORD_BITS;
            word.bits[lane] = narrow(bits(slot));
            self.bits_by_class[usize::from(word.classes[lane])] += u32::from(word.bits[lane]);
        }
        self.ships.push(word);
        self.ships.len() - 1
    }

    /// How the ship of a slot is called that comes with the next word.
    pub fn next_ship(&self, slot: Slot) -> (usize, Slot) {
        (self.ships.len(), slot)
    }

    /// Lets a ship of a word be worth no less.
    pub fn raise(&mut self, word: usize, slot: Slot, worth: f32) {
        let (word, lane) = (&mut self.ships[word], slot as usize % WORD_BITS);
        let (class, bits) = (&mut word.classes[lane], u32::from(word.bits[lane]));
        self.bits_by_class[usize::from(*class)] -= bits;
        *class = class_of(worth).max(*class);
        self.bits_by_class[usize::from(*class)] += bits;
    }

    /// Something that comes into view.
    pub fn push_arrival(&mut self, arrival: Arrival, slot: Slot, worth: f32, bits: usize) {
        let candidate = Candidate { slot, class: class_of(worth), bits: narrow(bits) };
        self.bits_by_class[usize::from(candidate.class)] += u32::from(candidate.bits);
        self.arrivals.push((arrival, candidate));
    }

    /// Puts the worthiest in until the bits are spent; what is due and one more in any case, so that there is progress. Of
    /// arrivals no more of each kind than there is room for, in the order of `PerKind::as_array`.
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
        for word in &self.ships {
            let above = at_least(&word.classes, rest.class + 1) & word.ships;
            let here = at_least(&word.classes, rest.class) & word.ships & !above;
            let mut taken = above;
            for slot in slots_of(word.index, here) {
                let bits = word.bits[slot as usize % WORD_BITS];
                taken |= if rest.takes_one(bits) { bit_of(slot) } else { 0 };
            }
            updates.insert_word(word.index, taken);
        }
    }

    /// Where the bits run out.
    fn rest(&self, bits_max: usize) -> Rest {
        let mut left = bits_max as i64;
        for (class, bits) in self.bits_by_class.iter().enumerate().rev() {
            let bits = i64::from(*bits);
            // What is due comes whatever it takes.
            if class < usize::from(DUE_CLASS) && bits > left.max(0) {
                let above = &self.bits_by_class[class + 1..usize::from(DUE_CLASS)];
                let is_first = above.iter().all(|bits| *bits == 0);
                return Rest { class: class as u8, bits: left, is_first };
            }
            left -= bits;
        }
        Rest { class: 0, bits: i64::MAX, is_first: false }
    }
}

impl Rest {
    fn takes(&mut self, candidate: &Candidate) -> bool {
        match candidate.class == self.class {
            true => self.takes_one(candidate.bits),
            false => candidate.class > self.class,
        }
    }

    /// Whether there is room for another of the class, which takes so many bits.
    fn takes_one(&mut self, bits: u8) -> bool {
        self.bits -= i64::from(bits);
        std::mem::take(&mut self.is_first) || self.bits >= 0
    }
}

/// The class of a worth that is not negative: its exponent and the first bit behind the point.
#[inline]
fn class_of(worth: f32) -> u8 {
    let (least, most) = WORTHS;
    // Without what numbers that are none would need: this is done for whole words at once.
    let told = if worth > least { worth } else { least };
    let told = if told < most { told } else { most };
    ((told.to_bits() >> 22) - (least.to_bits() >> 22)) as u8 + u8::from(worth == DUE)
}

/// About how many bits something takes: nothing takes more, by much.
fn narrow(bits: usize) -> u8 {
    bits.min(usize::from(u8::MAX)) as u8
}

/// The places in a word whose classes are `least` or more, eight at a time: with a class below 128 in each byte, the top bit
/// of a byte tells whether a subtraction from 128 more than it came out at 128 or more.
fn at_least(classes: &[u8; WORD_BITS], least: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    // Brings the lowest bit of each byte together in the top byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let least = ONES * u64::from(least);
    classes.as_chunks().0.iter().enumerate().fold(0, |places, (index, classes)| {
        let tops = ((u64::from_le_bytes(*classes) | TOPS) - least) & TOPS;
        places | ((tops >> 7).wrapping_mul(GATHER) >> 56) << (8 * index)
    })
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
        fn places_are_told_by_their_classes(classes in prop::array::uniform32(0..=127_u8), least in 0..=128_u8) {
            let classes: [u8; WORD_BITS] = std::array::from_fn(|lane| classes[lane % 32].rotate_left(lane as u32 / 32) & 127);
            let places = at_least(&classes, least);
            for (lane, class) in classes.iter().enumerate() {
                prop_assert_eq!(places >> lane & 1 == 1, *class >= least, "{}", lane);
            }
        }

        #[test]
        fn the_worthiest_come_until_the_bits_are_spent(
            ships in prop::collection::vec((prop_oneof![9 => 0.0..1e6_f32, 1 => Just(DUE)], 1..200_usize), 1..300),
            bits_max in 0..20_000_usize,
        ) {
            let mut candidates = Candidates::default();
            candidates.clear();
            for (index, ships) in ships.chunks(WORD_BITS).enumerate() {
                let all = u64::MAX >> (WORD_BITS - ships.len());
                let worth = |lane: usize| ships.get(lane).map_or(0.0, |(worth, _)| *worth);
                candidates.push_ships(index, all, worth, |slot| ships[slot as usize % WORD_BITS].1);
            }
            let (updates, _) = choose(&candidates, bits_max);
            let is_chosen = |slot: usize| updates.contains(slot as Slot);
            let chosen = || ships.iter().enumerate().filter(|(slot, _)| is_chosen(*slot));
            prop_assert!(ships.iter().enumerate().all(|(slot, (worth, _))| *worth != DUE || is_chosen(slot)));
            let spent: usize = chosen().map(|(_, (_, bits))| bits).sum();
            let other = chosen().filter(|(_, (worth, _))| *worth != DUE).count();
            prop_assert!(spent <= bits_max || other <= 1);
            prop_assert!(other > 0 || ships.iter().all(|(worth, _)| *worth == DUE), "there is progress");
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
        let (word, slot) = candidates.next_ship(9);
        candidates.push_ships(0, 0x3ff, |lane| 100.0 / (1 << lane) as f32, |_| 10);
        candidates.raise(word, slot, DUE);
        let (updates, _) = choose(&candidates, 30);
        assert!(updates.iter().eq([0, 1, 9]));
    }

    #[test]
    fn however_much_is_due_something_else_comes_too() {
        let mut candidates = Candidates::default();
        candidates.clear();
        let word = candidates.push_ships(0, 1, |_| 1.0, |_| 100);
        candidates.raise(word, 0, DUE);
        candidates.push_arrival(Arrival::Ship, 7, 5.0, 100);
        candidates.push_arrival(Arrival::Ship, 8, 5.0, 100);
        let (updates, arrivals) = choose(&candidates, 50);
        assert!(updates.iter().eq([0]) && arrivals.ships.iter().eq([7]));
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
