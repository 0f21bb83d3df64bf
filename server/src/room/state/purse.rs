//! What a player brings into a room: what the account owns, by name, because content may have changed meanwhile.

use driftfield_shared::content::Mount;
use driftfield_shared::sim::{Belongings, Fit, Item, Owned, Rules};
use driftfield_shared::units::{Credits, HullId};
use serde::{Deserialize, Serialize};

/// What an account owns, and how its ship was fitted last.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Purse {
    /// Credits.
    pub credits: Credits,
    /// What was bought, as [`Rules::name_of`] has it.
    pub items: Vec<String>,
    /// What the ship was made of last, likewise.
    pub fit: Vec<String>,
}

impl Purse {
    /// What somebody has in a room.
    pub fn of(belongings: &Belongings, rules: &Rules) -> Self {
        let Belongings { credits, owned, hull, fit } = belongings;
        let items = owned.items().filter_map(|item| rules.name_of(item)).collect();
        Purse { credits: *credits, items, fit: fit_names(rules, *hull, fit) }
    }

    /// The same under the content of a room. What this content does not have stays in the account.
    pub fn belongings(&self, rules: &Rules) -> Belongings {
        let mut owned = Owned::default();
        self.items.iter().filter_map(|name| rules.named(name)).for_each(|item| owned.add(item));
        let mut belongings = Belongings { credits: self.credits, owned, ..Belongings::default() };
        for item in self.fit.iter().filter_map(|name| rules.named(name)) {
            match item {
                Item::Hull(hull) => belongings.hull = hull,
                Item::Weapon(weapon) => belongings.fit.weapon = weapon,
                Item::Part(mount, part) => belongings.fit.parts[mount.index()] = part,
            }
        }
        belongings
    }
}

/// What a ship is made of, by name.
pub fn fit_names(rules: &Rules, hull: HullId, fit: &Fit) -> Vec<String> {
    let parts = Mount::ALL.map(|mount| Item::Part(mount, fit.part(mount)));
    let items = [Item::Hull(hull), Item::Weapon(fit.weapon)].into_iter().chain(parts);
    items.filter_map(|item| rules.name_of(item)).collect()
}
