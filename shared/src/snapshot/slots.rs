//! Sets of entities by slot: what is visible, what is held, and the difference, a word at a time.
//!
//! An entity's slot is its place in the world's slot map: small, dense, and used again by a later entity. A
//! set is therefore good for one tick; `Roster` tells what became of a slot since.

use slotmap::Key;

/// Place of an entity in the world's slot map.
pub type Slot = u32;

/// The slot of an entity.
pub fn slot_of(key: impl Key) -> Slot {
    // A key as a number is its version above and its place below.
    key.data().as_ffi() as u32
}

/// A set of slots. Takes a bit for each slot up to the largest that was ever in it.
#[derive(Clone, Debug, Default)]
pub struct SlotSet {
    words: Vec<u64>,
    /// Kept beside, and counted only where words change: most do not.
    len: usize,
}

impl SlotSet {
    /// Takes everything out and keeps the memory.
    pub fn clear(&mut self) {
        // Most sets are empty most of the time.
        if self.len > 0 {
            self.words.fill(0);
            self.len = 0;
        }
    }

    /// Puts a slot in.
    #[inline]
    pub fn insert(&mut self, slot: Slot) {
        let word = slot as usize / WORD_BITS;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let bit = bit_of(slot);
        self.len += usize::from(self.words[word] & bit == 0);
        self.words[word] |= bit;
    }

    /// Makes room for all slots below `end`.
    pub fn make_room(&mut self, end: Slot) {
        let words = (end as usize).div_ceil(WORD_BITS);
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
    }

    /// Puts those in that are wanted, in as long a time as it takes to leave them out. There must be room for all.
    #[inline]
    pub fn insert_wanted(&mut self, candidates: impl Iterator<Item = (Slot, bool)>) {
        let (words, mut len) = (&mut self.words[..], self.len);
        for (slot, is_wanted) in candidates {
            let word = &mut words[slot as usize / WORD_BITS];
            let after = *word | u64::from(is_wanted) << (slot as usize % WORD_BITS);
            len += usize::from(after != *word);
            *word = after;
        }
        self.len = len;
    }

    /// Puts the slots of some words in, the first of which is the first of all. There must be room for them.
    pub(super) fn insert_words(&mut self, words: &[u64]) {
        for (word, bits) in self.words.iter_mut().zip(words) {
            self.len += count(bits & !*word);
            *word |= bits;
        }
    }

    /// Takes a slot out. Returns whether it was in.
    pub fn remove(&mut self, slot: Slot) -> bool {
        let was_in = self.contains(slot);
        if was_in {
            self.words[slot as usize / WORD_BITS] &= !bit_of(slot);
            self.len -= 1;
        }
        was_in
    }

    /// Whether a slot is in.
    #[inline]
    pub fn contains(&self, slot: Slot) -> bool {
        let word = self.words.get(slot as usize / WORD_BITS);
        word.is_some_and(|word| word >> (slot as usize % WORD_BITS) & 1 == 1)
    }

    /// How many are in.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none is in.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many are in below `slot`: its place in a list in order of slots.
    pub fn rank(&self, slot: Slot) -> usize {
        let (word, bit) = (slot as usize / WORD_BITS, slot as usize % WORD_BITS);
        let whole = &self.words[..word.min(self.words.len())];
        let below: usize = whole.iter().map(|word| count(*word)).sum();
        let last = self.words.get(word).map_or(0, |word| word & ((1 << bit) - 1));
        below + count(last)
    }

    /// The last that is in below `slot`: the one in front of it in a list in order of slots.
    pub fn last_below(&self, slot: Slot) -> Option<Slot> {
        let (word, bit) = (slot as usize / WORD_BITS, slot as usize % WORD_BITS);
        let rest = self.words.get(word).map_or(0, |word| word & ((1 << bit) - 1));
        let whole = &self.words[..word.min(self.words.len())];
        let words = std::iter::once((word, rest)).chain(whole.iter().copied().enumerate().rev());
        let (word, bits) = { words }.find(|(_, bits)| *bits != 0)?;
        Some((word * WORD_BITS) as Slot + bits.ilog2())
    }

    /// All that are in, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.words.iter().enumerate().flat_map(|(word, bits)| Bits(*bits).map(place_in(word)))
    }

    /// Those that are in here and not in `other`, in ascending order.
    pub fn without<'a>(&'a self, other: &'a SlotSet) -> impl Iterator<Item = Slot> + 'a {
        let words = self.words.iter().enumerate();
        words.flat_map(|(word, bits)| Bits(bits & !other.word(word)).map(place_in(word)))
    }

    /// Whether any is in here and in `other`.
    pub fn meets(&self, other: &SlotSet) -> bool {
        !self.is_empty()
            && !other.is_empty()
            && self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    /// How many are in here and not in `other`.
    pub fn len_without(&self, other: &SlotSet) -> usize {
        if self.is_empty() {
            return 0;
        }
        let words = self.words.iter().enumerate();
        words.map(|(word, bits)| count(bits & !other.word(word))).sum()
    }

    /// Becomes what `other` is.
    pub fn assign(&mut self, other: &SlotSet) {
        self.words.clear();
        self.words.extend_from_slice(&other.words);
        self.len = other.len;
    }

    /// Becomes what is in `all` and not in `other`.
    pub fn assign_without(&mut self, all: &SlotSet, other: &SlotSet) {
        self.words.clear();
        self.words.extend_from_slice(&all.words);
        self.words.iter_mut().zip(&other.words).for_each(|(word, bits)| *word &= !bits);
        // Mostly nothing is left, and to see that is quicker than to count.
        let is_any = self.words.iter().fold(0, |any, word| any | word) != 0;
        self.len = if is_any { self.words.iter().map(|word| count(*word)).sum() } else { 0 };
    }

    /// Puts all of `other` in.
    pub fn insert_all(&mut self, other: &SlotSet) {
        if other.is_empty() {
            return;
        }
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.insert_words(&other.words);
    }

    /// Takes all of `other` out.
    pub fn remove_all(&mut self, other: &SlotSet) {
        if other.is_empty() {
            return;
        }
        for (word, bits) in self.words.iter_mut().zip(&other.words) {
            self.len -= count(*word & bits);
            *word &= !bits;
        }
    }

    /// Unbroken stretches of slots that are in, each as its first and the one after its last.
    pub fn stretches(&self) -> impl Iterator<Item = (Slot, Slot)> + '_ {
        let mut words = self.words.iter().copied().enumerate().peekable();
        let (mut index, mut rest) = (0, 0_u64);
        std::iter::from_fn(move || {
            while rest == 0 {
                (index, rest) = words.next()?;
            }
            let first = index * WORD_BITS + rest.trailing_zeros() as usize;
            let mut end = first + (rest >> (first % WORD_BITS)).trailing_ones() as usize;
            rest &= rest.wrapping_add(1 << (first % WORD_BITS));
            // A stretch that reaches the end of a word may go on in the next.
            while end.is_multiple_of(WORD_BITS)
                && let Some((next, bits)) = words.next_if(|(_, bits)| bits & 1 == 1)
            {
                end += bits.trailing_ones() as usize;
                (index, rest) = (next, bits & bits.wrapping_add(1));
            }
            Some((first as Slot, end as Slot))
        })
    }

    /// How many words of [`WORD_BITS`] slots each there are.
    pub(super) fn words(&self) -> usize {
        self.words.len()
    }

    /// The slots of a word, the first one lowest; none beyond the last word.
    pub(super) fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    /// Makes a word hold those slots and no others.
    pub(super) fn set_word(&mut self, index: usize, bits: u64) {
        if index >= self.words.len() {
            self.words.resize(index + 1, 0);
        }
        self.len = self.len - count(self.words[index]) + count(bits);
        self.words[index] = bits;
    }

    /// Puts the slots of a word in.
    pub(super) fn insert_word(&mut self, index: usize, bits: u64) {
        if index >= self.words.len() {
            self.words.resize(index + 1, 0);
        }
        self.len += count(bits & !self.words[index]);
        self.words[index] |= bits;
    }
}

/// Bits that are set. Most words that are asked about are empty, and counting is slow where the processor
/// cannot be relied on to do it.
fn count(word: u64) -> usize {
    if word == 0 { 0 } else { word.count_ones() as usize }
}

/// Slots in a word.
pub(super) const WORD_BITS: usize = 64;

/// The bit of a slot in its word.
pub(super) fn bit_of(slot: Slot) -> u64 {
    1 << (slot as usize % WORD_BITS)
}

/// The slots of a word, lowest first.
pub(super) fn slots_of(index: usize, bits: u64) -> impl Iterator<Item = Slot> {
    Bits(bits).map(place_in(index))
}

fn place_in(word: usize) -> impl Fn(u32) -> Slot {
    move |bit| (word * WORD_BITS) as Slot + bit
}

/// The places of the bits that are set, lowest first.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(slots: &BTreeSet<Slot>) -> SlotSet {
        let mut set = SlotSet::default();
        slots.iter().for_each(|slot| set.insert(*slot));
        set
    }

    fn slots() -> impl Strategy<Value = BTreeSet<Slot>> {
        let scattered = prop::collection::btree_set(0u32..300, 0..80);
        let blocks = (0u32..300, 0u32..200).prop_map(|(from, len)| (from..from + len).collect());
        prop_oneof![scattered, blocks]
    }

    proptest! {
        #[test]
        fn a_set_of_slots_is_like_any_set(a in slots(), b in slots(), probe in 0u32..600) {
            let (fast_a, fast_b) = (set(&a), set(&b));
            prop_assert_eq!(fast_a.iter().collect::<BTreeSet<_>>(), a.clone());
            prop_assert_eq!(fast_a.len(), a.len());
            prop_assert_eq!(fast_a.is_empty(), a.is_empty());
            prop_assert_eq!(fast_a.contains(probe), a.contains(&probe));
            prop_assert_eq!(fast_a.meets(&fast_b), a.intersection(&b).next().is_some());
            prop_assert_eq!(fast_a.rank(probe), a.range(..probe).count());
            prop_assert_eq!(fast_a.last_below(probe), a.range(..probe).next_back().copied());
            let without: Vec<Slot> = a.difference(&b).copied().collect();
            prop_assert_eq!(fast_a.len_without(&fast_b), without.len());
            prop_assert_eq!(fast_a.without(&fast_b).collect::<Vec<_>>(), without);
            let mut same = fast_b.clone();
            same.assign(&fast_a);
            prop_assert!(same.len() == a.len() && same.iter().eq(a.iter().copied()));
            let mut difference = fast_b.clone();
            difference.assign_without(&fast_a, &fast_b);
            prop_assert_eq!(difference.len(), difference.iter().count());
            prop_assert!(difference.iter().eq(a.difference(&b).copied()));
            let mut even = fast_a.clone();
            even.make_room(300 + 200);
            even.insert_wanted(b.iter().map(|slot| (*slot, slot % 2 == 0)));
            let expected: BTreeSet<Slot> =
                a.iter().chain(b.iter().filter(|slot| *slot % 2 == 0)).copied().collect();
            prop_assert_eq!(even.len(), expected.len());
            prop_assert!(even.iter().eq(expected));
            let mut both = fast_a.clone();
            both.insert_all(&fast_b);
            prop_assert!(both.iter().eq(a.union(&b).copied()));
            both.remove_all(&fast_b);
            prop_assert!(both.iter().eq(a.difference(&b).copied()));
            prop_assert_eq!(both.len(), both.iter().count());
            prop_assert_eq!(both.remove(probe), a.contains(&probe) && !b.contains(&probe));
            prop_assert!(!both.contains(probe));
            prop_assert_eq!(both.len(), both.iter().count());
            both.set_word(1, 0b1011);
            both.insert_word(1, 0b0110);
            prop_assert_eq!(both.word(1), 0b1111);
            prop_assert_eq!(both.len(), both.iter().count());
            let stretches: Vec<_> = fast_a.stretches().collect();
            prop_assert!(stretches.iter().flat_map(|(first, end)| *first..*end).eq(a.iter().copied()));
            prop_assert!(stretches.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
