//! A docked ship is fitted: a pilot buys a hull, a weapon or a part, or mounts what is owned already.
//!
//! It happens between two ticks, like a change of content: whoever asks is told at once what became of it.

use thiserror::Error;

use super::World;
use super::command::{Belongings, Event};
use crate::content::Mount;
use crate::sim::entities::{Fit, Item, Owned, Ship};
use crate::sim::rules::Rules;
use crate::units::{Credits, HullId, PartId, PlayerId, WeaponId};

/// Why a ship is not fitted with something. Nothing has changed then.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum OutfitError {
    /// There is no ship, or it is not docked.
    #[error("the ship is not docked")]
    NotDocked,
    /// There is no such thing, or it costs something else than the pilot was told.
    #[error("that is not sold at this price")]
    NotOffered,
    /// A hull that leads to it must be owned first.
    #[error("another hull comes before that one")]
    NotYet,
    /// The hull has no mount for it.
    #[error("the hull has no mount for it")]
    NoMount,
    /// The cargo would not fit.
    #[error("there is more in the hold than it would take")]
    HoldTooFull,
    /// The credits are too few.
    #[error("there are too few credits")]
    TooDear,
}

impl Rules {
    /// What an item costs; 0: everybody has it. `None` if there is none.
    pub fn price(&self, item: Item) -> Option<Credits> {
        let content = &self.content;
        let price = match item {
            Item::Hull(hull) => content.hulls.get(hull.index())?.price,
            Item::Weapon(weapon) => content.weapons.get(weapon.index())?.price,
            Item::Part(mount, part) => content.parts[mount.index()].get(part.index())?.price,
        };
        Some(Credits(price))
    }

    /// Whether a pilot has an item.
    pub fn has(&self, owned: &Owned, item: Item) -> bool {
        self.price(item).is_some_and(|price| price == Credits(0) || owned.has(item))
    }

    /// Whether a hull can be bought by whoever owns this.
    pub fn leads_to(&self, owned: &Owned, hull: HullId) -> bool {
        let after = &self.content.hull(hull).after;
        after.is_empty() || after.iter().any(|before| self.has(owned, Item::Hull(*before)))
    }

    /// The fit with the basic part wherever the hull has no mount.
    pub fn fitting(&self, hull: HullId, fit: Fit) -> Fit {
        let mounts = &self.content.hull(hull).mounts;
        let parts = Mount::ALL.map(|mount| match mounts.contains(&mount) {
            true => fit.part(mount),
            false => PartId(0),
        });
        Fit { parts, ..fit }
    }

    /// The name of an item, for what outlives the content: its table and its identifier, as in `hull/sparrow`. `None` if there
    /// is no such item.
    pub fn name_of(&self, item: Item) -> Option<String> {
        let content = &self.content;
        let (table, id) = match item {
            Item::Hull(hull) => (HULLS, &content.hulls.get(hull.index())?.id),
            Item::Weapon(weapon) => (WEAPONS, &content.weapons.get(weapon.index())?.id),
            Item::Part(mount, part) => {
                (mount.word(), &content.parts[mount.index()].get(part.index())?.id)
            }
        };
        Some(format!("{table}/{id}"))
    }

    /// The item of a [name](Rules::name_of); `None` if this content has none of that name.
    pub fn named(&self, name: &str) -> Option<Item> {
        let (table, wanted) = name.split_once('/')?;
        let content = &self.content;
        // Tables have at most 64 entries.
        let place = |index: usize| index as u8;
        if table == HULLS {
            let hull = content.hulls.iter().position(|hull| hull.id == wanted)?;
            return Some(Item::Hull(HullId(place(hull))));
        }
        if table == WEAPONS {
            let weapon = content.weapons.iter().position(|weapon| weapon.id == wanted)?;
            return Some(Item::Weapon(WeaponId(place(weapon))));
        }
        let mount = Mount::ALL.into_iter().find(|mount| mount.word() == table)?;
        let part = content.parts[mount.index()].iter().position(|part| part.id == wanted)?;
        Some(Item::Part(mount, PartId(place(part))))
    }

    /// The hull and the fit nearest to these that is made of what is owned.
    pub fn owned_fit(&self, owned: &Owned, hull: HullId, fit: Fit) -> (HullId, Fit) {
        let hull = if self.has(owned, Item::Hull(hull)) { hull } else { HullId(0) };
        let has_weapon = self.has(owned, Item::Weapon(fit.weapon));
        let weapon = if has_weapon { fit.weapon } else { WeaponId(0) };
        let parts = Mount::ALL.map(|mount| {
            let part = fit.part(mount);
            if self.has(owned, Item::Part(mount, part)) { part } else { PartId(0) }
        });
        (hull, self.fitting(hull, Fit { weapon, parts }))
    }

    /// Whether a ship at this place is docked.
    pub fn is_docked(&self, place: glam::Vec2) -> bool {
        self.sector.stations.iter().any(|station| {
            let reach = station.dock_radius * station.dock_radius;
            place.distance_squared(station.position) <= reach
        })
    }
}

impl World {
    /// Fits a docked ship with an item. Whoever does not have it buys it for `price`, which must be what it costs; to mount what
    /// is owned costs nothing. Appends to `events`.
    ///
    /// # Errors
    /// Names why not.
    pub fn outfit(
        &mut self,
        player: PlayerId,
        item: Item,
        price: Credits,
        events: &mut Vec<Event>,
    ) -> Result<(), OutfitError> {
        let rules = self.rules.clone();
        let pilot = self.state.pilots.get_mut(player).ok_or(OutfitError::NotDocked)?;
        let ship = pilot.ship.and_then(|key| self.state.ships.get_mut(key));
        let ship = ship.filter(|ship| rules.is_docked(ship.state.position));
        let ship = ship.ok_or(OutfitError::NotDocked)?;
        let asked = rules.price(item).ok_or(OutfitError::NotOffered)?;
        let is_owned = rules.has(&pilot.owned, item);
        if price != if is_owned { Credits(0) } else { asked } {
            return Err(OutfitError::NotOffered);
        }
        let (hull, fit) = fitted(&rules, pilot.hull, ship.state.fit, item, is_owned);
        if let Item::Hull(hull) = item
            && !is_owned
            && !rules.leads_to(&pilot.owned, hull)
        {
            return Err(OutfitError::NotYet);
        }
        if rules.fitting(hull, fit) != fit {
            return Err(OutfitError::NoMount);
        }
        if ship.hold.iter().sum::<u16>() > rules.hold(hull, &fit) {
            return Err(OutfitError::HoldTooFull);
        }
        let left = Credits(pilot.credits).minus(price).ok_or(OutfitError::TooDear)?;
        pilot.credits = left.0;
        // The whole price stands at the item itself, which comes first.
        let mut left_to_book = price;
        if !is_owned {
            for item in with_parts(&rules, item) {
                if !rules.has(&pilot.owned, item) {
                    let credits = std::mem::take(&mut left_to_book);
                    events.push(Event::Bought { player, item, credits });
                    pilot.owned.add(item);
                }
            }
        }
        (pilot.hull, pilot.fit) = (hull, fit);
        refit(ship, hull, fit, &rules);
        events.push(Event::Fitted { player, hull, fit });
        debug_assert_eq!(self.state.check(&self.rules), Ok(()), "a fitted ship is a sound one");
        Ok(())
    }
}

impl World {
    /// A player who has just taken a seat brings what is owned: the new ship is fitted with it, and whole.
    pub(super) fn bring(&mut self, player: PlayerId, belongings: &Belongings) {
        let rules = self.rules.clone();
        let Some(pilot) = self.state.pilots.get_mut(player) else { return };
        let Belongings { credits, owned, hull, fit } = *belongings;
        pilot.credits = credits.0;
        pilot.owned = owned;
        (pilot.hull, pilot.fit) = rules.owned_fit(&owned, hull, fit);
        let (hull, fit) = (pilot.hull, pilot.fit);
        let Some(ship) = pilot.ship.and_then(|key| self.state.ships.get_mut(key)) else { return };
        refit(ship, hull, fit, &rules);
        ship.gun_cooldown = 0;
        ship.boost_charge = rules.hull(hull).boost_charge_max;
        ship.energy = rules.energy(hull, &fit).most;
        (ship.state.shield, ship.state.shield_wait) = (rules.shield(&fit).most, 0);
    }
}

/// The words for two tables; those for the parts are the mounts'.
const HULLS: &str = "hull";
const WEAPONS: &str = "weapon";

/// The hull and the fit of a ship with the item.
fn fitted(rules: &Rules, hull: HullId, fit: Fit, item: Item, is_owned: bool) -> (HullId, Fit) {
    match item {
        // A hull that is taken out again keeps what is mounted, as far as it has mounts for it.
        Item::Hull(hull) if is_owned => (hull, rules.fitting(hull, fit)),
        Item::Hull(hull) => (hull, rules.hull(hull).fit),
        Item::Weapon(weapon) => (hull, Fit { weapon, ..fit }),
        Item::Part(mount, part) => {
            let mut parts = fit.parts;
            parts[mount.index()] = part;
            (hull, Fit { parts, ..fit })
        }
    }
}

/// An item, and for a hull all that comes with it.
fn with_parts(rules: &Rules, item: Item) -> impl Iterator<Item = Item> + use<> {
    let fit = match item {
        Item::Hull(hull) => Some(rules.hull(hull).fit),
        Item::Weapon(_) | Item::Part(..) => None,
    };
    let parts = fit.into_iter().flat_map(|Fit { weapon, parts }| {
        let parts = Mount::ALL.into_iter().zip(parts).map(|(mount, part)| Item::Part(mount, part));
        [Item::Weapon(weapon)].into_iter().chain(parts)
    });
    [item].into_iter().chain(parts)
}

/// Puts a ship into another hull or gives it another fit. Its damage is the same share of the whole as before.
fn refit(ship: &mut Ship, hull: HullId, fit: Fit, rules: &Rules) {
    let state = &mut ship.state;
    let (old, new) = (rules.hull(state.hull), rules.hull(hull));
    if hull != state.hull {
        let points = u32::from(state.hit_points) * u32::from(new.hit_points);
        // At most the new hull's.
        state.hit_points = points.div_ceil(u32::from(old.hit_points)).max(1) as u16;
    }
    if fit.part(Mount::Shield) != state.fit.part(Mount::Shield) {
        // A new shield is empty: whoever changes it in a fight gains nothing.
        state.shield = 0;
        state.shield_wait = rules.shield(&fit).delay_ticks;
    }
    let WeaponId(before) = state.fit.weapon;
    if fit.weapon.0 != before {
        ship.gun_cooldown = rules.weapon(fit.weapon).interval_ticks;
    }
    (state.hull, state.fit) = (hull, fit);
    ship.boost_charge = ship.boost_charge.min(new.boost_charge_max);
    ship.energy = ship.energy.min(rules.energy(hull, &fit).most);
    let shield = rules.shield(&fit);
    if state.shield >= shield.most {
        state.shield_wait = 0;
    }
}
