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
use crate::content::{ContentError, Sector};
use crate::sim::entities::{
    AsteroidState, AsteroidTold, OreState, OreTold, OwnState, ShipState, ShotState, ShotTold,
};
use crate::sim::motion::{ORE_RADIUS, end_of_shot};
use crate::units::{HullId, OreId, SizeId, Tick, WeaponId, snap_position};

/// The step from one set of rules to the next.
#[derive(Clone, Debug)]
pub struct Epoch {
    /// The rules of the new epoch.
    pub rules: Arc<Rules>,
    hulls: Vec<HullId>,
    weapons: Vec<WeaponId>,
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
        let ores = places(from.ores.iter().map(|o| &o.id), to.ores.iter().map(|o| &o.id));
        let sizes = places(
            from.asteroid_sizes.iter().map(|s| &s.id),
            to.asteroid_sizes.iter().map(|s| &s.id),
        );
        Epoch {
            hulls: hulls.into_iter().map(|to| HullId(to.unwrap_or(0))).collect(),
            weapons: weapons.into_iter().map(|to| WeaponId(to.unwrap_or(0))).collect(),
            ores: ores.into_iter().map(|to| to.map(OreId)).collect(),
            sizes: sizes.into_iter().map(|to| SizeId(to.unwrap_or(0))).collect(),
            rules,
        }
    }

    /// A hull, which must be one of the old rules.
    pub fn hull(&self, hull: HullId) -> HullId {
        self.hulls[hull.index()]
    }

    /// A kind of ore, which must be one of the old rules; `None` if there is no such ore any more.
    pub fn ore(&self, ore: OreId) -> Option<OreId> {
        self.ores[ore.index()]
    }

    /// A ship, as others see it.
    pub fn ship(&self, ship: &mut ShipState) {
        ship.hull = self.hull(ship.hull);
        let hull = self.rules.hull(ship.hull);
        ship.hit_points = ship.hit_points.min(hull.hit_points);
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
    pub fn reserves(&self, ship: &ShipState, boost_charge: &mut u16, gun_cooldown: &mut u8) {
        let hull = self.rules.hull(ship.hull);
        *boost_charge = (*boost_charge).min(hull.boost_charge_max);
        *gun_cooldown = (*gun_cooldown).min(self.rules.weapon(hull.weapon).interval_ticks);
    }

    /// A shot that flies on after `now`.
    pub fn shot(&self, shot: &mut ShotState, now: Tick) {
        let weapon = self.weapons[shot.weapon.index()];
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
    pub fn hold(&self, old: &[u16], hull: HullId) -> (Vec<u16>, Vec<u16>) {
        let mut new = vec![0; if old.is_empty() { 0 } else { self.rules.content.ores.len() }];
        let mut room = self.rules.hull(hull).hold;
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
        let Some(ship) = ship else { return };
        self.reserves(ship, &mut own.boost_charge, &mut own.gun_cooldown);
        own.hold = self.hold(&own.hold, ship.hull).0;
    }
}
