//! An epoch begins: other figures apply, and what exists goes on under them.
//!
//! ```text
//! Rules --next_epoch(content)--> Rules, or the name of what cannot change while a room is open
//! state --Epoch::ship, shot, ...--> the same state, possible under the new rules
//! ```
//!
//! What is there is found again by its identifier: a ship keeps its hull if there is a hull of that name. If there is none
//! any more, the first of the table takes its place. Walls and gates may come and go: whatever a new wall stands on is pushed
//! out of it, shots end at it, and a gate that is gone leads nowhere. Figures that are too high for the new rules become the highest that
//! they allow. Server and clients map with these functions, so that both hold the same.

use std::sync::Arc;

use glam::Vec2;

use super::{NamedContent, Rules, RulesError};
use crate::content::{Content, ContentError, Mount, Sector};
use crate::sim::entities::{
    AsteroidState, AsteroidTold, Fit, Item, OreState, OreTold, OwnState, Owned, ShipState,
    ShotState, ShotTold,
};
use crate::sim::motion::{ORE_RADIUS, end_of_shot};
use crate::units::{Credits, HullId, OreId, PartId, SizeId, Tick, WeaponId, snap_position};

/// The step from one set of rules to the next.
#[derive(Clone, Debug)]
pub struct Epoch {
    /// The rules of the new epoch.
    pub rules: Arc<Rules>,
    /// The content before.
    old: Arc<Content>,
    hulls: Vec<Option<HullId>>,
    weapons: Vec<Option<WeaponId>>,
    parts: [Vec<Option<PartId>>; Mount::COUNT],
    ores: Vec<Option<OreId>>,
    sizes: Vec<SizeId>,
}

impl Rules {
    /// The rules of the same room under other content.
    ///
    /// # Errors
    /// When the content has no such room, or changes what cannot change while a room is open: the extent of the sector, and
    /// which things are placed where, except for walls and gates.
    pub fn next_epoch(&self, content: impl Into<NamedContent>) -> Result<Rules, RulesError> {
        let rules = Rules::new(content, &self.sector.id, &self.mode.id, self.tick_hz)?;
        let file = || format!("sectors/{}.toml", self.sector.id);
        match changed(&self.sector, &rules.sector) {
            None => Ok(rules),
            Some(key) => {
                let reason =
                    "cannot change while a room is open there; restart the server for a new world";
                Err(RulesError::Content(ContentError::new(file(), key, reason)))
            }
        }
    }
}

/// The first part of a sector's layout that another one has not.
fn changed(old: &Sector, new: &Sector) -> Option<&'static str> {
    let stations = |sector: &Sector| {
        let of = |s: &crate::content::Station| {
            (s.id.clone(), s.position, s.radius, s.safe_radius, s.dock_radius)
        };
        sector.stations.iter().map(of).collect::<Vec<_>>()
    };
    let fields = |sector: &Sector| {
        sector.fields.iter().map(|field| (field.id.clone(), field.area.clone())).collect::<Vec<_>>()
    };
    let rocks = |sector: &Sector| {
        sector.rocks.iter().map(|rock| (rock.id.clone(), rock.position)).collect::<Vec<_>>()
    };
    [
        (old.size == new.size, "size"),
        (old.view_half == new.view_half, "view_half"),
        (stations(old) == stations(new), "station"),
        (fields(old) == fields(new), "field"),
        (rocks(old) == rocks(new), "rock"),
        (old.spawn_zones == new.spawn_zones, "spawn_zone"),
        (old.safe_zones == new.safe_zones, "safe_zone"),
    ]
    .into_iter()
    .find_map(|(is_same, key)| (!is_same).then_some(key))
}

/// For each old identifier, the place in the new table.
fn places<'a>(
    old: impl Iterator<Item = &'a String>,
    new: impl Iterator<Item = &'a String> + Clone,
) -> Vec<Option<u8>> {
    // Tables have at most 64 entries.
    old.map(|id| new.clone().position(|other| other == id).map(|place| place as u8)).collect()
}

impl Epoch {
    /// The step from `old` to `rules`.
    pub fn new(old: &Rules, rules: Arc<Rules>) -> Self {
        let (from, to) = (&old.content, &rules.content);
        let hulls = places(from.hulls.iter().map(|h| &h.id), to.hulls.iter().map(|h| &h.id));
        let weapons = places(from.weapons.iter().map(|w| &w.id), to.weapons.iter().map(|w| &w.id));
        let parts = Mount::ALL.map(|mount| {
            let (from, to) = (&from.parts[mount.index()], &to.parts[mount.index()]);
            let parts = places(from.iter().map(|p| &p.id), to.iter().map(|p| &p.id));
            parts.into_iter().map(|to| to.map(PartId)).collect()
        });
        let ores = places(from.ores.iter().map(|o| &o.id), to.ores.iter().map(|o| &o.id));
        let sizes = places(
            from.asteroid_sizes.iter().map(|s| &s.id),
            to.asteroid_sizes.iter().map(|s| &s.id),
        );
        Epoch {
            old: old.content.clone(),
            hulls: hulls.into_iter().map(|to| to.map(HullId)).collect(),
            weapons: weapons.into_iter().map(|to| to.map(WeaponId)).collect(),
            parts,
            ores: ores.into_iter().map(|to| to.map(OreId)).collect(),
            sizes: sizes.into_iter().map(|to| SizeId(to.unwrap_or(0))).collect(),
            rules,
        }
    }

    /// A hull, which must be one of the old rules.
    pub fn hull(&self, hull: HullId) -> HullId {
        self.hulls[hull.index()].unwrap_or_default()
    }

    /// A fit of a hull of the new rules. The basic part or weapon takes the place of what is not there any more.
    pub fn fit(&self, hull: HullId, fit: &Fit) -> Fit {
        let weapon = self.weapons[fit.weapon.index()].unwrap_or_default();
        let part = |mount: Mount| self.parts[mount.index()][fit.part(mount).index()];
        let parts = Mount::ALL.map(|mount| part(mount).unwrap_or_default());
        self.rules.fitting(hull, Fit { weapon, parts })
    }

    /// What a pilot owns, and what is paid back: things that do not exist any more, with their prices.
    pub fn owned(&self, old: &Owned) -> (Owned, Vec<(Item, Credits)>) {
        let mut owned = Owned::default();
        let mut refunds = Vec::new();
        for item in old.items() {
            let (to, price) = match item {
                Item::Hull(hull) => {
                    let to = self.hulls[hull.index()].map(Item::Hull);
                    (to, self.old.hull(hull).price)
                }
                Item::Weapon(weapon) => {
                    let to = self.weapons[weapon.index()].map(Item::Weapon);
                    (to, self.old.weapon(weapon).price)
                }
                Item::Part(mount, part) => {
                    let to = self.parts[mount.index()][part.index()];
                    (to.map(|to| Item::Part(mount, to)), self.old.part(mount, part).price)
                }
            };
            match to {
                Some(item) => owned.add(item),
                None => refunds.push((item, Credits(price))),
            }
        }
        (owned, refunds)
    }

    /// A kind of ore, which must be one of the old rules; `None` if there is no such ore any more.
    pub fn ore(&self, ore: OreId) -> Option<OreId> {
        self.ores[ore.index()]
    }

    /// A ship, as others see it.
    pub fn ship(&self, ship: &mut ShipState) {
        ship.hull = self.hull(ship.hull);
        ship.fit = self.fit(ship.hull, &ship.fit);
        let hull = self.rules.hull(ship.hull);
        ship.hit_points = ship.hit_points.min(hull.hit_points);
        let shield = self.rules.shield(&ship.fit);
        ship.shield = ship.shield.min(shield.most);
        ship.shield_wait = match ship.shield < shield.most {
            true => ship.shield_wait.min(shield.wait_max()),
            false => 0,
        };
        ship.gate_ticks = ship.gate_ticks.min(self.rules.gates.cooldown_max());
        ship.position = self.out_of_walls(ship.position, hull.radius);
    }

    /// Whoever is where a wall stands now, or is larger now, is pushed out. Walls need a sector with one side.
    fn out_of_walls(&self, place: Vec2, radius: f32) -> Vec2 {
        let walls = &self.rules.walls;
        if walls.overlaps(place, radius) {
            snap_position(walls.push_out(place, radius, self.rules.side(0) / 2.0))
        } else {
            place
        }
    }

    /// What only the pilot knows of a ship, beside its hold.
    pub fn reserves(
        &self,
        ship: &ShipState,
        boost_charge: &mut u16,
        gun_cooldown: &mut u8,
        energy: &mut u16,
    ) {
        let hull = self.rules.hull(ship.hull);
        *boost_charge = (*boost_charge).min(hull.boost_charge_max);
        *gun_cooldown = (*gun_cooldown).min(self.rules.weapon(ship.fit.weapon).interval_ticks);
        *energy = (*energy).min(self.rules.energy(ship.hull, &ship.fit).most);
    }

    /// A shot that flies on after `now`.
    pub fn shot(&self, shot: &mut ShotState, now: Tick) {
        let weapon = self.weapons[shot.weapon.index()].unwrap_or_default();
        let lifetime = self.rules.weapon(weapon).lifetime_ticks;
        let expires = shot.expires.min(now.plus(lifetime.into()));
        // What was told once is told again in an epoch: of this shot there is a new one.
        let told = ShotTold { weapon, expires, ..**shot };
        let told = ShotState::new(told, shot.position, shot.velocity);
        *shot = end_of_shot(told, &self.rules, now);
    }

    /// An asteroid.
    pub fn asteroid(&self, asteroid: &mut AsteroidState) {
        let size = self.sizes[asteroid.size.index()];
        let ore = self.ore(asteroid.ore).unwrap_or_default();
        let hit_points = asteroid.hit_points.min(self.rules.content.asteroid_size(size).hit_points);
        let told = AsteroidTold { size, ore, ..**asteroid };
        let radius = self.rules.content.asteroid_size(size).radius;
        let place = self.out_of_walls(asteroid.position, radius);
        *asteroid = AsteroidState::new(told, place, asteroid.velocity, hit_points);
    }

    /// A chunk of ore that floats on after `now`.
    pub fn floating(&self, chunk: &mut OreState, now: Tick) {
        let lifetime = self.rules.ticks(self.rules.mode.ore_lifetime_seconds);
        let expires = chunk.expires.min(now.plus(lifetime));
        let told = OreTold { ore: self.ore(chunk.ore).unwrap_or_default(), expires, ..**chunk };
        let place = self.out_of_walls(chunk.position, ORE_RADIUS);
        *chunk = OreState::new(told, place, chunk.velocity);
    }

    /// A hold, under a hull of the new rules. Returns it, and the units of each old kind that are lost: there is no such
    /// ore any more, or no room for it.
    pub fn hold(&self, old: &[u16], hull: HullId, fit: &Fit) -> (Vec<u16>, Vec<u16>) {
        let mut new = vec![0; if old.is_empty() { 0 } else { self.rules.content.ores.len() }];
        let mut room = self.rules.hold(hull, fit);
        let lost = old.iter().zip(&self.ores).map(|(units, to)| {
            let kept = to.map_or(0, |_| (*units).min(room));
            if let Some(to) = to {
                new[to.index()] += kept;
            }
            room -= kept;
            units - kept
        });
        let lost = lost.collect();
        (new, lost)
    }

    /// The own state of a client.
    pub fn own(&self, own: &mut OwnState, ship: Option<&ShipState>) {
        let (owned, refunds) = self.owned(&own.owned);
        own.owned = owned;
        for (_, Credits(price)) in refunds {
            own.credits = own.credits.saturating_add(price);
        }
        let Some(ship) = ship else { return };
        let OwnState { boost_charge, gun_cooldown, energy, .. } = own;
        self.reserves(ship, boost_charge, gun_cooldown, energy);
        own.hold = self.hold(&own.hold, ship.hull, &ship.fit).0;
    }
}
