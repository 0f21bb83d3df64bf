//! What is mounted in a ship: its weapon, and a part for each mount.

use serde::{Deserialize, Serialize};

use crate::content::Mount;
use crate::units::{HullId, PartId, WeaponId};

/// What is mounted in a hull. The default is what everybody has.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Fit {
    /// The weapon.
    pub weapon: WeaponId,
    /// The parts, in the order of [`Mount::ALL`].
    pub parts: [PartId; Mount::COUNT],
}

impl Fit {
    /// The part in a mount.
    pub fn part(&self, mount: Mount) -> PartId {
        self.parts[mount.index()]
    }
}

/// Something that a dock sells and mounts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Item {
    /// A hull, with what comes with it.
    Hull(HullId),
    /// A weapon.
    Weapon(WeaponId),
    /// A part.
    Part(Mount, PartId),
}

/// Tables that items come from.
const TABLES: usize = 2 + Mount::COUNT;

/// What somebody owns, beside what everybody has: a bit for each entry of each table.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Owned([u64; TABLES]);

impl Owned {
    /// Whether an item is among it.
    pub fn has(&self, item: Item) -> bool {
        let (table, bit) = place(item);
        self.0[table] & bit != 0
    }

    /// Adds an item.
    pub fn add(&mut self, item: Item) {
        let (table, bit) = place(item);
        self.0[table] |= bit;
    }

    /// The bits of each table: hulls, weapons, then the parts of each mount.
    pub fn tables(&self) -> &[u64; TABLES] {
        &self.0
    }

    /// Owned things by the bits of each table.
    pub fn from_tables(tables: [u64; TABLES]) -> Self {
        Owned(tables)
    }

    /// All items, by table.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        let tables = self.0;
        (0..TABLES).flat_map(move |table| {
            let bits = tables[table];
            (0..64_u8).filter(move |index| bits >> index & 1 == 1).map(move |index| match table {
                0 => Item::Hull(HullId(index)),
                1 => Item::Weapon(WeaponId(index)),
                _ => Item::Part(Mount::ALL[table - 2], PartId(index)),
            })
        })
    }
}

fn place(item: Item) -> (usize, u64) {
    let (table, index) = match item {
        Item::Hull(hull) => (0, hull.0),
        Item::Weapon(weapon) => (1, weapon.0),
        Item::Part(mount, part) => (2 + mount.index(), part.0),
    };
    // Tables have at most 64 entries; what is beyond them is owned by nobody.
    (table, 1_u64.checked_shl(index.into()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_owned_and_nothing_else() {
        let all = [
            Item::Hull(HullId(0)),
            Item::Hull(HullId(63)),
            Item::Weapon(WeaponId(3)),
            Item::Part(Mount::Engine, PartId(2)),
            Item::Part(Mount::Tool, PartId(2)),
        ];
        for (count, item) in all.iter().enumerate() {
            let mut owned = Owned::default();
            all[..count].iter().for_each(|item| owned.add(*item));
            assert!(!owned.has(*item), "{item:?}");
            owned.add(*item);
            owned.add(*item);
            assert_eq!(owned.items().collect::<Vec<_>>(), all[..=count]);
            assert_eq!(Owned::from_tables(*owned.tables()), owned);
        }
        let mut owned = Owned::default();
        owned.add(Item::Hull(HullId(64)));
        assert_eq!(owned, Owned::default(), "no table has so many");
    }
}
