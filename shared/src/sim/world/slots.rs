//! The entities of one kind: a slot map whose free slots can be saved and restored in their order.
//!
//! A slot map gives a new entity the slot that became free last. It keeps the list of free slots to itself, and after
//! deserialisation the list is in the order of slots: entities that are born later would get other keys than in a world
//! that was never saved. So this table keeps its own copy of the list, and restores the slot map with it.
//!
//! ```text
//! saved form: entities with their keys, in the order of slots; last keys of the free slots, the next one to use at the end
//! ```

use std::ops::Deref;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use slotmap::{Key, SlotMap};
use thiserror::Error;

use crate::limits::SLOTS_PER_KIND_MAX;
use crate::wire::codec;

/// A slot map that knows the order of its free slots. Reading goes through `Deref`.
#[derive(Clone, Debug)]
pub(super) struct Slots<K: Key, V> {
    map: SlotMap<K, V>,
    /// The last key of each free slot; the next slot to use is at the end.
    free: Vec<K>,
}

/// Why a saved table cannot be restored: no table is saved like that.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum SlotsError {
    #[error("more than {SLOTS_PER_KIND_MAX} slots")]
    TooMany,
    #[error("a key of no slot")]
    NoSuchSlot,
    #[error("two keys of one slot")]
    SlotRepeated,
    #[error("entities out of the order of slots")]
    OutOfOrder,
    #[error("an entity that cannot be restored")]
    Entity,
}

impl<K: Key, V> Slots<K, V> {
    /// Adds an entity, in the slot that became free last.
    pub fn insert(&mut self, value: V) -> K {
        let last = self.free.pop();
        let slots = self.map.len() + self.free.len();
        debug_assert!(slots < SLOTS_PER_KIND_MAX, "a world that can be saved can be resumed");
        let key = self.map.insert(value);
        debug_assert_eq!(
            parts(key),
            last.map_or((slots as u32 + 1, 1), |last| parts_of_next(last)),
            "the slot map uses its slots in the order that is kept here"
        );
        key
    }

    /// Removes an entity.
    pub fn remove(&mut self, key: K) -> Option<V> {
        let value = self.map.remove(key)?;
        self.free.push(key);
        Some(value)
    }

    /// Removes the entities that `is_kept` refuses, in the order of slots.
    pub fn retain(&mut self, mut is_kept: impl FnMut(K, &mut V) -> bool) {
        let free = &mut self.free;
        self.map.retain(|key, value| {
            let is_kept = is_kept(key, value);
            if !is_kept {
                free.push(key);
            }
            is_kept
        });
    }

    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.map.get_mut(key)
    }

    pub fn get_disjoint_mut<const N: usize>(&mut self, keys: [K; N]) -> Option<[&mut V; N]> {
        self.map.get_disjoint_mut(keys)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (K, &mut V)> {
        self.map.iter_mut()
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.map.values_mut()
    }
}

impl<K: Key, V> Default for Slots<K, V> {
    fn default() -> Self {
        Slots { map: SlotMap::with_key(), free: Vec::new() }
    }
}

impl<K: Key, V> Deref for Slots<K, V> {
    type Target = SlotMap<K, V>;

    fn deref(&self) -> &SlotMap<K, V> {
        &self.map
    }
}

/// A slot as the slot map reads it.
#[derive(Serialize)]
struct SlotForm<V> {
    value: Option<V>,
    /// Odd while the slot has an entity; one more with each insertion and each removal.
    version: u32,
}

impl<K, V> Slots<K, V>
where
    K: Key,
    V: Clone + Default + DeserializeOwned + Serialize,
{
    /// The table that has `entities` and the free slots of `free`.
    ///
    /// The slot map is read with a placeholder in each free slot, under the last key of that slot. Then the placeholders
    /// are removed in the order in which the slots became free: this leaves the versions and the list of free slots as
    /// they were.
    fn restore(entities: Vec<(K, V)>, free: Vec<K>) -> Result<Self, SlotsError> {
        let slots = entities.len() + free.len();
        if slots > SLOTS_PER_KIND_MAX {
            return Err(SlotsError::TooMany);
        }
        if !entities.is_sorted_by_key(|(key, _)| parts(*key).0) {
            return Err(SlotsError::OutOfOrder);
        }
        // The slot map never uses its first slot.
        let mut forms: Vec<SlotForm<V>> = Vec::with_capacity(slots + 1);
        forms.resize_with(slots + 1, || SlotForm { value: None, version: 0 });
        let placeholders = free.iter().map(|key| (*key, V::default()));
        for (key, value) in entities.into_iter().chain(placeholders) {
            let (index, version) = parts(key);
            let is_slot = index > 0;
            let form = forms.get_mut(index as usize).filter(|_| is_slot);
            let form = form.ok_or(SlotsError::NoSuchSlot)?;
            if form.value.is_some() {
                return Err(SlotsError::SlotRepeated);
            }
            *form = SlotForm { value: Some(value), version };
        }
        let map: SlotMap<K, V> =
            codec::decode_file(&codec::encode_file(&forms)).map_err(|_| SlotsError::Entity)?;
        let mut table = Slots { map, free: Vec::with_capacity(free.len()) };
        for key in free {
            let placeholder = table.remove(key);
            debug_assert!(placeholder.is_some(), "each free slot has a placeholder");
        }
        if cfg!(debug_assertions) {
            table.check_free_slots();
        }
        Ok(table)
    }

    /// Checks that the slot map uses its free slots in the order that is kept here.
    fn check_free_slots(&self) {
        let mut copy = self.clone();
        while !copy.free.is_empty() {
            copy.insert(V::default());
        }
    }
}

impl<K: Key + Serialize, V: Serialize> Serialize for Slots<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (Entities(&self.map), &self.free).serialize(serializer)
    }
}

/// The entities with their keys, written without being collected first.
struct Entities<'a, K: Key, V>(&'a SlotMap<K, V>);

impl<K: Key + Serialize, V: Serialize> Serialize for Entities<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

impl<'de, K, V> Deserialize<'de> for Slots<K, V>
where
    K: Deserialize<'de> + Key,
    V: Clone + Default + DeserializeOwned + Serialize,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (entities, free) = <(Vec<(K, V)>, Vec<K>)>::deserialize(deserializer)?;
        Slots::restore(entities, free).map_err(D::Error::custom)
    }
}

/// The slot and the version of a key.
fn parts<K: Key>(key: K) -> (u32, u32) {
    let number = key.data().as_ffi();
    (number as u32, (number >> 32) as u32)
}

/// The parts of the key that the slot of a removed key is used under next. Versions wrap: removal adds one, and insertion
/// sets the lowest bit.
fn parts_of_next<K: Key>(removed: K) -> (u32, u32) {
    let (index, version) = parts(removed);
    (index, version.wrapping_add(1) | 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use slotmap::{DefaultKey, KeyData};

    use super::*;

    type Table = Slots<DefaultKey, u8>;

    fn restored(table: &Table) -> Table {
        codec::decode_file(&codec::encode_file(table)).unwrap()
    }

    fn key(index: u32, version: u32) -> DefaultKey {
        KeyData::from_ffi(u64::from(version) << 32 | u64::from(index)).into()
    }

    /// Applies one of four changes; returns the key of a new entity.
    fn change(table: &mut Table, byte: u8) -> Option<DefaultKey> {
        let nth = |table: &Table| table.keys().nth(usize::from(byte) / 4 % table.len().max(1));
        match byte % 4 {
            0 | 1 => return Some(table.insert(byte)),
            2 => drop(nth(table).map(|key| table.remove(key))),
            _ => table.retain(|_, value| *value % 5 != byte / 4 % 5),
        }
        None
    }

    proptest! {
        #[test]
        fn a_restored_table_gives_the_same_keys_as_the_one_that_was_never_saved(
            before in prop::collection::vec(any::<u8>(), 0..200),
            after in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut table = Table::default();
            for byte in before {
                change(&mut table, byte);
            }
            let mut other = restored(&table);
            for byte in after {
                prop_assert_eq!(change(&mut other, byte), change(&mut table, byte));
                prop_assert_eq!(codec::encode_file(&other), codec::encode_file(&table));
                if byte % 16 == 0 {
                    other = restored(&other);
                }
            }
        }
    }

    #[test]
    fn a_slot_at_its_last_version_starts_again_after_a_save_as_without_one() {
        let free = vec![key(1, u32::MAX), key(2, 5)];
        let mut table = Table::restore(vec![(key(3, u32::MAX), 9)], free).unwrap();
        table.remove(key(3, u32::MAX));
        let mut table = restored(&table);
        assert_eq!(table.insert(0), key(3, 1), "version 0 is free, 1 is the next with an entity");
        assert_eq!(table.insert(0), key(2, 7));
        assert_eq!(table.insert(0), key(1, 1));
        assert_eq!(table.insert(0), key(4, 1), "a new slot");
    }

    #[test]
    fn tables_that_no_world_saves_are_refused_by_name() {
        let refusal = |entities: &[(u32, u32)], free: &[(u32, u32)]| {
            let entities = entities.iter().map(|(index, version)| (key(*index, *version), 0));
            let free = free.iter().map(|(index, version)| key(*index, *version));
            Table::restore(entities.collect(), free.collect()).unwrap_err()
        };
        assert_eq!(refusal(&[(2, 1), (1, 1)], &[]), SlotsError::OutOfOrder);
        assert_eq!(refusal(&[(1, 1), (3, 1)], &[]), SlotsError::NoSuchSlot);
        assert_eq!(refusal(&[(0, 1)], &[]), SlotsError::NoSuchSlot);
        assert_eq!(refusal(&[(1, 1)], &[(u32::MAX, 1)]), SlotsError::NoSuchSlot);
        assert_eq!(refusal(&[(1, 1)], &[(1, 3)]), SlotsError::SlotRepeated);
        assert_eq!(refusal(&[], &[(1, 1), (1, 3)]), SlotsError::SlotRepeated);
        let many: Vec<_> = (0..=SLOTS_PER_KIND_MAX as u32).map(|index| (index + 1, 1)).collect();
        assert_eq!(refusal(&[], &many), SlotsError::TooMany);
    }
}
