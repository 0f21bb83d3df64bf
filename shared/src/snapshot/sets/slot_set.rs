//! Sets of entities by slot, with operations on a word of slots at a time.
//!
//! An entity's slot is its index in the world's slot map: small, dense, and reused by a later entity. A set is
//! therefore valid for one tick; `Roster` knows what became of a slot since.

use slotmap::Key;

/// Index of an entity in the world's slot map.
pub type Slot = u32;

/// The slot of an entity.
pub fn slot_of(key: impl Key) -> Slot {
    // As a number, a key has its version in the upper half and its index in the lower half.
    key.data().as_ffi() as u32
}

/// A set of slots. It takes one bit for each slot up to the largest that was ever in it.
#[derive(Clone, Debug, Default)]
pub struct SlotSet {
    words: Vec<u64>,
    /// Updated only where words change, because most do not.
    len: usize,
}

impl SlotSet {
    /// Empties the set, and keeps its memory.
    pub fn clear(&mut self) {
        // Most sets are empty most of the time.
        if self.len > 0 {
            self.words.fill(0);
            self.len = 0;
        }
    }

    /// Inserts a slot.
    #[inline]
    pub fn insert(&mut self, slot: Slot) {
        let (word, bit) = (slot as usize / WORD_BITS, bit_of(slot));
        self.grow(word + 1);
        self.len += usize::from(self.words[word] & bit == 0);
        self.words[word] |= bit;
    }

    /// Makes room for all slots below `end`.
    pub fn make_room(&mut self, end: Slot) {
        self.grow((end as usize).div_ceil(WORD_BITS));
    }

    fn grow(&mut self, words: usize) {
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
    }

    /// Inserts those slots that are wanted. Slots that are not wanted take as long. There must be room for all of
    /// them.
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

    /// Inserts the slots of some words, the first of which is the first word of the set. There must be room for them.
    pub(crate) fn insert_words(&mut self, words: &[u64]) {
        debug_assert!(words.len() <= self.words.len(), "slots beyond the room would be lost");
        for (word, bits) in self.words.iter_mut().zip(words) {
            self.len += count(bits & !*word);
            *word |= bits;
        }
    }

    /// Removes a slot. Returns whether it was in the set.
    pub fn remove(&mut self, slot: Slot) -> bool {
        let was_in = self.contains(slot);
        if was_in {
            self.words[slot as usize / WORD_BITS] &= !bit_of(slot);
            self.len -= 1;
        }
        was_in
    }

    /// Whether a slot is in the set.
    #[inline]
    pub fn contains(&self, slot: Slot) -> bool {
        self.word(slot as usize / WORD_BITS) & bit_of(slot) != 0
    }

    /// Number of slots in the set.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of slots in the set below `slot`: its index in a list in the order of slots.
    pub fn rank(&self, slot: Slot) -> usize {
        let (whole, last) = self.below(slot);
        whole.iter().map(|word| count(*word)).sum::<usize>() + count(last)
    }

    /// The last slot in the set below `slot`: the one in front of it in a list in the order of slots.
    pub fn last_below(&self, slot: Slot) -> Option<Slot> {
        let (whole, last) = self.below(slot);
        let last = (slot as usize / WORD_BITS, last);
        let words = std::iter::once(last).chain(whole.iter().copied().enumerate().rev());
        let (word, bits) = { words }.find(|(_, bits)| *bits != 0)?;
        Some((word * WORD_BITS) as Slot + bits.ilog2())
    }

    /// The slots below `slot`: whole words, and the beginning of the last word.
    fn below(&self, slot: Slot) -> (&[u64], u64) {
        let word = slot as usize / WORD_BITS;
        (&self.words[..word.min(self.words.len())], self.word(word) & (bit_of(slot) - 1))
    }

    /// All slots in the set, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.words.iter().enumerate().flat_map(|(word, bits)| Bits(*bits).map(place_in(word)))
    }

    /// The slots that are in this set and not in `other`, in ascending order.
    pub fn without<'a>(&'a self, other: &'a SlotSet) -> impl Iterator<Item = Slot> + 'a {
        let words = self.words.iter().enumerate();
        words.flat_map(|(word, bits)| Bits(bits & !other.word(word)).map(place_in(word)))
    }

    /// Whether this set and `other` have a slot in common.
    pub fn meets(&self, other: &SlotSet) -> bool {
        !self.is_empty()
            && !other.is_empty()
            && self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    /// Number of slots that are in this set and not in `other`.
    pub fn len_without(&self, other: &SlotSet) -> usize {
        if self.is_empty() {
            return 0;
        }
        let words = self.words.iter().enumerate();
        words.map(|(word, bits)| count(bits & !other.word(word))).sum()
    }

    /// Becomes a copy of `other`.
    pub fn assign(&mut self, other: &SlotSet) {
        self.words.clone_from(&other.words);
        self.len = other.len;
    }

    /// Becomes the slots that are in `all` and not in `other`.
    pub fn assign_without(&mut self, all: &SlotSet, other: &SlotSet) {
        self.words.clone_from(&all.words);
        self.words.iter_mut().zip(&other.words).for_each(|(word, bits)| *word &= !bits);
        // Usually the result is empty, and that test is faster than counting.
        let is_any = self.words.iter().fold(0, |any, word| any | word) != 0;
        self.len = if is_any { self.words.iter().map(|word| count(*word)).sum() } else { 0 };
    }

    /// Inserts all slots of `other`.
    pub fn insert_all(&mut self, other: &SlotSet) {
        if other.is_empty() {
            return;
        }
        self.grow(other.words.len());
        self.insert_words(&other.words);
    }

    /// Removes all slots of `other`.
    pub fn remove_all(&mut self, other: &SlotSet) {
        if other.is_empty() {
            return;
        }
        for (word, bits) in self.words.iter_mut().zip(&other.words) {
            self.len -= count(*word & bits);
            *word &= !bits;
        }
    }

    /// Runs of consecutive slots in the set, each as its first slot and the one after its last.
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
            // A run that reaches the end of a word may continue in the next.
            while end.is_multiple_of(WORD_BITS)
                && let Some((next, bits)) = words.next_if(|(_, bits)| bits & 1 == 1)
            {
                end += bits.trailing_ones() as usize;
                (index, rest) = (next, bits & bits.wrapping_add(1));
            }
            Some((first as Slot, end as Slot))
        })
    }

    /// Number of words, of [`WORD_BITS`] slots each.
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// The slots of a word as bits, the first slot lowest; 0 beyond the last word.
    pub(crate) fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    /// Replaces the slots of a word.
    pub(crate) fn set_word(&mut self, index: usize, bits: u64) {
        self.grow(index + 1);
        self.len = self.len - count(self.words[index]) + count(bits);
        self.words[index] = bits;
    }
}

/// Number of set bits. Most words are empty, and counting is slow where the compiler cannot rely on the processor's
/// instruction for it.
fn count(word: u64) -> usize {
    if word == 0 { 0 } else { word.count_ones() as usize }
}

/// Slots per word.
pub(crate) const WORD_BITS: usize = 64;

/// The bit of a slot in its word.
pub(crate) fn bit_of(slot: Slot) -> u64 {
    1 << (slot as usize % WORD_BITS)
}

/// The slots of a word, in ascending order.
pub(crate) fn slots_of(index: usize, bits: u64) -> impl Iterator<Item = Slot> {
    Bits(bits).map(place_in(index))
}

fn place_in(word: usize) -> impl Fn(u32) -> Slot {
    move |bit| (word * WORD_BITS) as Slot + bit
}

/// The indices of the set bits, in ascending order.
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
            both.set_word(1, 0b0110);
            prop_assert_eq!(both.word(1), 0b0110);
            prop_assert_eq!(both.len(), both.iter().count());
            let stretches: Vec<_> = fast_a.stretches().collect();
            prop_assert!(stretches.iter().flat_map(|(first, end)| *first..*end).eq(a.iter().copied()));
            prop_assert!(stretches.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
