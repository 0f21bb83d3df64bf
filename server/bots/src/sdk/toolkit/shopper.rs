//! Buys what is on a list, in its order, as a person would who saves up for the next thing.

use driftfield_shared::content::Mount;
use driftfield_shared::sim::{Item, Rules};
use driftfield_shared::units::{Credits, HullId, PartId, WeaponId};

use crate::sdk::BrainView;

/// A list of things to buy, by their identifiers in the content. Things that the server's content does not have are passed
/// over.
#[derive(Clone, Copy, Debug)]
pub struct Shopper(pub &'static [&'static str]);

impl Shopper {
    /// The next thing on the list that is not owned, and what it costs: as soon as the ship can have it.
    pub fn wish(&self, view: &BrainView<'_>) -> Option<(Item, Credits)> {
        let (rules, owned) = (view.rules, &view.frame.own.owned);
        let wanted = self.0.iter().filter_map(|id| item(rules, id));
        let wanted = wanted.into_iter().find(|item| !rules.has(owned, *item))?;
        let price = rules.price(wanted)?;
        let can_have = match wanted {
            Item::Hull(hull) => rules.leads_to(owned, hull),
            Item::Weapon(_) => true,
            Item::Part(mount, _) => rules.content.hull(view.ship.hull).mounts.contains(&mount),
        };
        (can_have && price <= Credits(view.frame.own.credits)).then_some((wanted, price))
    }
}

fn item(rules: &Rules, id: &str) -> Option<Item> {
    let content = &rules.content;
    // Tables have at most 64 entries.
    let hull = content.hulls.iter().position(|hull| hull.id == id);
    let weapon = || content.weapons.iter().position(|weapon| weapon.id == id);
    let part = || {
        Mount::ALL.into_iter().find_map(|mount| {
            let place = content.parts[mount.index()].iter().position(|part| part.id == id)?;
            Some(Item::Part(mount, PartId(place as u8)))
        })
    };
    hull.map(|place| Item::Hull(HullId(place as u8)))
        .or_else(|| weapon().map(|place| Item::Weapon(WeaponId(place as u8))))
        .or_else(part)
}
