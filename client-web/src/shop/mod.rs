//! What a dock offers to a pilot: rows for the sheet, without a browser.
//!
//! ```text
//! Rules, OwnState, ShipState --> offers --> rows (what it is, what it changes, what it costs, whether one can have it)
//! ```
//!
//! Of the hulls that a pilot does not own, only those are shown that can be bought next.

use driftfield_shared::content::{Mount, Part};
use driftfield_shared::sim::{Fit, Item, OwnState, Rules, ShipState};
use driftfield_shared::units::{Credits, HullId, PartId, WeaponId};

use crate::say::{self, Message};

/// Something that can be had.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What.
    pub item: Item,
    /// Under which heading.
    pub shelf: Message,
    /// Its name.
    pub name: String,
    /// What it is good for, in figures.
    pub figures: String,
    /// Whether one can have it.
    pub state: OfferState,
}

/// Whether one can have something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OfferState {
    /// It is mounted.
    Mounted,
    /// It is owned: to mount it costs nothing.
    Owned,
    /// It can be bought for this.
    Price(Credits),
    /// It costs this, which is too much.
    TooDear(Credits),
    /// The hull has no mount for it.
    NoMount,
}

impl Offer {
    /// What to ask for, and what the player was told that it costs; `None` if it cannot be had.
    pub fn order(&self) -> Option<(Item, Credits)> {
        match self.state {
            OfferState::Owned => Some((self.item, Credits(0))),
            OfferState::Price(price) => Some((self.item, price)),
            OfferState::Mounted | OfferState::TooDear(_) | OfferState::NoMount => None,
        }
    }
}

/// Everything that a dock offers, in the order in which it is shown.
pub fn offers(rules: &Rules, own: &OwnState, ship: &ShipState) -> Vec<Offer> {
    let content = &rules.content;
    // Tables have at most 64 entries.
    let places = |count: usize| 0..count as u8;
    let hulls = places(content.hulls.len()).map(HullId);
    let hulls = hulls.filter(|hull| {
        rules.has(&own.owned, Item::Hull(*hull)) || rules.leads_to(&own.owned, *hull)
    });
    let hulls = hulls.map(Item::Hull);
    let weapons = places(content.weapons.len()).map(|weapon| Item::Weapon(WeaponId(weapon)));
    let parts = Mount::ALL.into_iter().flat_map(|mount| {
        let count = content.parts[mount.index()].len();
        places(count).map(move |part| Item::Part(mount, PartId(part)))
    });
    let items = hulls.chain(weapons).chain(parts);
    items.filter_map(|item| offer(rules, own, ship, item)).collect()
}

fn offer(rules: &Rules, own: &OwnState, ship: &ShipState, item: Item) -> Option<Offer> {
    let content = &rules.content;
    let price = rules.price(item)?;
    let mounts = &content.hull(ship.hull).mounts;
    let (shelf, name, figures) = match item {
        Item::Hull(id) => {
            let hull = content.hull(id);
            let name = say::name(&format!("hull-{}", hull.id), &hull.name);
            (say::SHOP_HULLS, name, hull_figures(rules, id))
        }
        Item::Weapon(id) => {
            let weapon = content.weapon(id);
            let name = say::name(&format!("weapon-{}", weapon.id), &weapon.name);
            (say::SHOP_WEAPONS, name, weapon_figures(rules, id))
        }
        Item::Part(mount, id) => {
            let part = content.part(mount, id);
            let name = say::name(&format!("part-{}", part.id), &part.name);
            (shelf(mount), name, part_figures(part))
        }
    };
    let is_mounted = match item {
        Item::Hull(hull) => hull == ship.hull,
        Item::Weapon(weapon) => weapon == ship.fit.weapon,
        Item::Part(mount, part) => part == ship.fit.part(mount),
    };
    let has_mount = match item {
        // The basic part is always in the place of what the hull has no mount for.
        Item::Part(mount, PartId(part)) => part == 0 || mounts.contains(&mount),
        Item::Hull(_) | Item::Weapon(_) => true,
    };
    let state = if is_mounted {
        OfferState::Mounted
    } else if !has_mount {
        OfferState::NoMount
    } else if rules.has(&own.owned, item) {
        OfferState::Owned
    } else if price <= Credits(own.credits) {
        OfferState::Price(price)
    } else {
        OfferState::TooDear(price)
    };
    Some(Offer { item, shelf, name, figures, state })
}

fn shelf(mount: Mount) -> Message {
    match mount {
        Mount::Engine => say::SHOP_ENGINES,
        Mount::Shield => say::SHOP_SHIELDS,
        Mount::Hold => say::SHOP_HOLDS,
        Mount::Tool => say::SHOP_TOOLS,
    }
}

fn hull_figures(rules: &Rules, id: HullId) -> String {
    let hull = rules.content.hull(id);
    let speed = rules.cruise_speed(id, &Fit::default(), false).round() as u32;
    say::shop_hull(hull.hit_points, speed, hull.hold, hull.energy)
}

fn weapon_figures(rules: &Rules, id: WeaponId) -> String {
    let weapon = rules.content.weapon(id);
    let per_second = f32::from(weapon.damage) * f32::from(weapon.pellets) / weapon.interval_seconds;
    let range = weapon.speed * weapon.lifetime_seconds;
    let energy = f32::from(weapon.energy) / weapon.interval_seconds;
    say::shop_weapon(per_second.round() as u32, range.round() as u32, energy.round() as u32)
}

/// What a part changes; what it leaves as it is, is not said.
fn part_figures(part: &Part) -> String {
    let mut said = Vec::new();
    if part.shield > 0 {
        let per_second = part.shield_per_second.round() as u32;
        said.push(say::shop_shield(part.shield, per_second));
        said.push(say::shop_delay(part.shield_delay_seconds.round() as u32));
    }
    if part.hold > 0 {
        said.push(say::shop_hold(part.hold));
    }
    if part.pick_up_reach > 0.0 {
        said.push(say::shop_reach(part.pick_up_reach.round() as u32));
    }
    said.extend(change(part.acceleration).map(|change| say::shop_thrust(&change)));
    said.extend(change(part.boost).map(|change| say::shop_boost(&change)));
    said.extend(change(part.recharge).map(|change| say::shop_recharge(&change)));
    said.extend(change(part.drill).map(|change| say::shop_drill(&change)));
    if said.is_empty() { say::SHOP_BASIC.text() } else { said.join(", ") }
}

/// What a factor changes, in per cent with a sign; `None`: nothing.
fn change(factor: f32) -> Option<String> {
    let change = (factor * 100.0).round() as i32 - 100;
    let sign = if change > 0 { "+" } else { "−" };
    (change != 0).then(|| format!("{sign}{}", change.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use driftfield_shared::content::Content;
    use driftfield_shared::sim::Owned;

    use super::*;

    fn rules() -> Rules {
        Rules::new(Arc::new(Content::built_in().unwrap()), "frontier", "frontier", 30).unwrap()
    }

    fn state(rules: &Rules, own: &OwnState, ship: &ShipState, name: &str) -> Option<OfferState> {
        let item = rules.named(name).unwrap();
        offers(rules, own, ship).into_iter().find(|it| it.item == item).map(|it| it.state)
    }

    #[test]
    fn hulls_are_offered_two_at_a_time_on_the_way_up() {
        let rules = rules();
        let mut own = OwnState { credits: 1_000, ..OwnState::default() };
        let ship = ShipState::default();
        assert_eq!(state(&rules, &own, &ship, "hull/sparrow"), Some(OfferState::Mounted));
        assert_eq!(state(&rules, &own, &ship, "hull/mole"), Some(OfferState::Price(Credits(700))));
        assert_eq!(state(&rules, &own, &ship, "hull/ox"), None, "it comes after the mole");
        own.owned.add(rules.named("hull/mole").unwrap());
        assert_eq!(state(&rules, &own, &ship, "hull/mole"), Some(OfferState::Owned));
        assert_eq!(
            state(&rules, &own, &ship, "hull/ox"),
            Some(OfferState::TooDear(Credits(2_200)))
        );
        let offered = |own: &OwnState| {
            let is_new =
                |it: &&Offer| matches!(it.item, Item::Hull(_)) && !rules.has(&own.owned, it.item);
            offers(&rules, own, &ship).iter().filter(is_new).count()
        };
        assert_eq!(offered(&OwnState::default()), 2);
    }

    #[test]
    fn what_a_hull_has_no_mount_for_is_not_sold_for_it() {
        let rules = rules();
        let own = OwnState { credits: 10_000, owned: Owned::default(), ..OwnState::default() };
        let Some(Item::Hull(kestrel)) = rules.named("hull/kestrel") else { panic!() };
        let ship =
            ShipState { hull: kestrel, fit: rules.hull(kestrel).fit, ..ShipState::default() };
        assert_eq!(state(&rules, &own, &ship, "tool/drill"), Some(OfferState::NoMount));
        assert_eq!(
            state(&rules, &own, &ship, "engine/sprinter"),
            Some(OfferState::Price(Credits(320)))
        );
        let order = |name: &str| {
            let item = rules.named(name).unwrap();
            let all = offers(&rules, &own, &ship);
            all.into_iter().find(|it| it.item == item).and_then(|it| it.order())
        };
        assert_eq!(order("tool/drill"), None);
        assert_eq!(order("engine/sprinter").map(|(_, price)| price), Some(Credits(320)));
    }
}
