//! Checks content: every value in range, every table filled, every reference valid.

mod gates;
mod sector;
mod walls;

use std::fmt;

use thiserror::Error;

use self::sector::check_sector;
use super::{Content, Mount};
use crate::limits::{CONTENT_ENTRIES_MAX, PELLETS_MAX, SPEED_MAX};

/// Highest price of anything, in credits.
const PRICE_MAX: f32 = 10_000_000.0;

/// What is wrong with content: file, key and reason.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{file}: {key}: {reason}")]
pub struct ContentError {
    /// Path of the file below `assets/`.
    pub file: String,
    /// The entry and the key, as in `sparrow.radius`.
    pub key: String,
    /// The reason: what is expected.
    pub reason: String,
}

impl ContentError {
    /// A mistake in `file` at `key`. In a page, where nobody could mend it, its place and reason are left out, and with
    /// them all of their texts.
    pub fn new(file: impl fmt::Display, key: impl fmt::Display, reason: impl fmt::Display) -> Self {
        let text = |text: &dyn fmt::Display| match cfg!(target_arch = "wasm32") {
            true => String::new(),
            false => text.to_string(),
        };
        ContentError { file: text(&file), key: text(&key), reason: text(&reason) }
    }
}

impl Content {
    /// Checks every value against the range that the simulation and the wire can carry.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), ContentError> {
        table("hulls.toml", self.hulls.len())?;
        table("weapons.toml", self.weapons.len())?;
        for mount in Mount::ALL {
            table("parts.toml", self.parts[mount.index()].len())?;
        }
        table("ores.toml", self.ores.len())?;
        table("asteroids.toml", self.asteroid_sizes.len())?;
        table("sectors/", self.sectors.len())?;
        table("modes.toml", self.modes.len())?;
        self.check_hulls()?;
        self.check_weapons()?;
        self.check_parts()?;
        self.check_rocks()?;
        self.sectors.iter().try_for_each(|sector| check_sector(sector, self))?;
        self.check_modes()
    }

    fn check_hulls(&self) -> Result<(), ContentError> {
        for hull in &self.hulls {
            let at = Entry { file: "hulls.toml", id: &hull.id };
            at.range("radius", hull.radius, 1.0, 100.0)?;
            at.range("hit_points", f32::from(hull.hit_points), 1.0, 4095.0)?;
            at.range("acceleration", hull.acceleration, 1.0, 2_000.0)?;
            at.range("drag", hull.drag, 0.05, 10.0)?;
            at.range("boost_factor", hull.boost_factor, 1.0, 10.0)?;
            // At the highest tick rate the ticks of an 8 s charge fit their 16 bits.
            at.range("boost_seconds", hull.boost_seconds, 0.1, 8.0)?;
            at.range("boost_recharge_seconds", hull.boost_recharge_seconds, 0.1, 120.0)?;
            let top_speed = hull.acceleration * hull.boost_factor / hull.drag * self.push_max();
            let key = "acceleration * boost_factor / drag, with the strongest parts";
            at.range(key, top_speed, 1.0, SPEED_MAX / 2.0)?;
            at.range("hold", f32::from(hull.hold), 0.0, 1000.0)?;
            at.range("energy", f32::from(hull.energy), 1.0, 1000.0)?;
            at.range("energy_per_second", hull.energy_per_second, 0.1, 1000.0)?;
            at.range("price", hull.price as f32, 0.0, PRICE_MAX)?;
            if hull.weapon.index() >= self.weapons.len() {
                return Err(at.wrong("weapon", "no such weapon"));
            }
            if hull.after.iter().any(|before| before.index() >= self.hulls.len()) {
                return Err(at.wrong("after", "no such hull"));
            }
            for mount in Mount::ALL {
                let part = hull.parts[mount.index()];
                if part.index() >= self.parts[mount.index()].len() {
                    return Err(at.wrong("parts", "no such part"));
                }
                if part.index() > 0 && !hull.mounts.contains(&mount) {
                    let reason =
                        format!("has a part for `{}`, which is not in `mounts`", mount.word());
                    return Err(at.wrong("parts", reason));
                }
            }
            if !(3..=32).contains(&hull.outline.len()) {
                return Err(at.wrong("outline", "needs 3 to 32 corners"));
            }
            for coordinate in hull.outline.iter().flat_map(|corner| corner.to_array()) {
                at.range("outline", coordinate, -2.0, 2.0)?;
            }
        }
        Ok(())
    }

    fn check_weapons(&self) -> Result<(), ContentError> {
        for weapon in &self.weapons {
            let at = Entry { file: "weapons.toml", id: &weapon.id };
            at.range("damage", f32::from(weapon.damage), 0.0, 4095.0)?;
            at.range("interval_seconds", weapon.interval_seconds, 0.02, 2.0)?;
            at.range("speed", weapon.speed, 1.0, SPEED_MAX / 2.0)?;
            at.range("lifetime_seconds", weapon.lifetime_seconds, 0.05, 5.0)?;
            at.range("radius", weapon.radius, 0.5, 50.0)?;
            at.range("energy", f32::from(weapon.energy), 0.0, 1000.0)?;
            at.range("pellets", f32::from(weapon.pellets), 1.0, f32::from(PELLETS_MAX))?;
            at.range("spread", weapon.spread, 0.0, 0.25)?;
            at.range("price", weapon.price as f32, 0.0, PRICE_MAX)?;
        }
        self.check_start()
    }

    /// A new player can fly, and whatever is not there any more can be replaced.
    fn check_start(&self) -> Result<(), ContentError> {
        for (file, id, price) in [
            ("hulls.toml", &self.hulls[0].id, self.hulls[0].price),
            ("weapons.toml", &self.weapons[0].id, self.weapons[0].price),
        ] {
            if price > 0 {
                let at = Entry { file, id };
                return Err(at.wrong("price", "the first one costs nothing: everybody has it"));
            }
        }
        Ok(())
    }

    fn check_parts(&self) -> Result<(), ContentError> {
        for (mount, parts) in Mount::ALL.into_iter().zip(&self.parts) {
            for (index, part) in parts.iter().enumerate() {
                let id = format!("{}.{}", mount.word(), part.id);
                let at = Entry { file: "parts.toml", id: &id };
                at.range("price", part.price as f32, 0.0, PRICE_MAX)?;
                if index == 0 && part.price > 0 {
                    return Err(at.wrong("price", "the first one costs nothing: everybody has it"));
                }
                at.range("acceleration", part.acceleration, 0.25, 2.0)?;
                at.range("boost", part.boost, 0.25, 2.0)?;
                at.range("recharge", part.recharge, 0.25, 4.0)?;
                at.range("hold", f32::from(part.hold), 0.0, 1000.0)?;
                at.range("drill", part.drill, 0.1, 10.0)?;
                at.range("pick_up_reach", part.pick_up_reach, 0.0, 400.0)?;
                at.range("shield", f32::from(part.shield), 0.0, 1000.0)?;
                at.range("shield_per_second", part.shield_per_second, 0.0, 500.0)?;
                at.range("shield_delay_seconds", part.shield_delay_seconds, 0.0, 30.0)?;
            }
        }
        Ok(())
    }

    /// The largest factor that parts have on the acceleration of a boost.
    fn push_max(&self) -> f32 {
        let strongest = |parts: &Vec<super::Part>| {
            parts.iter().map(|part| part.acceleration * part.boost.max(1.0)).fold(0.0, f32::max)
        };
        self.parts.iter().map(strongest).product()
    }

    fn check_rocks(&self) -> Result<(), ContentError> {
        for ore in &self.ores {
            let at = Entry { file: "ores.toml", id: &ore.id };
            at.range("price", ore.price as f32, 0.0, 100_000.0)?;
            at.range("abundance", ore.abundance, 0.001, 1_000.0)?;
            for part in ore.color {
                at.range("color", part, 0.0, 1.0)?;
            }
        }
        for size in &self.asteroid_sizes {
            let at = Entry { file: "asteroids.toml", id: &size.id };
            at.range("radius", size.radius, 4.0, 400.0)?;
            at.range("hit_points", f32::from(size.hit_points), 1.0, 4095.0)?;
            at.range("pieces", f32::from(size.pieces), 0.0, 8.0)?;
            at.range("ore_chunks", f32::from(size.ore_chunks), 0.0, 16.0)?;
            at.range("ore_per_chunk", f32::from(size.ore_per_chunk), 1.0, 63.0)?;
            at.range("abundance", size.abundance, 0.0, 1_000.0)?;
            at.range("drift_speed_max", size.drift_speed_max, 0.0, 200.0)?;
        }
        if !self.asteroid_sizes.iter().any(|size| size.abundance > 0.0) {
            let reason = "at least one size needs an abundance above 0";
            return Err(ContentError::new("asteroids.toml", "abundance", reason));
        }
        Ok(())
    }

    fn check_modes(&self) -> Result<(), ContentError> {
        for mode in &self.modes {
            let at = Entry { file: "modes.toml", id: &mode.id };
            at.range("respawn_seconds", mode.respawn_seconds, 0.1, 60.0)?;
            at.range("spawn_protection_seconds", mode.spawn_protection_seconds, 0.0, 30.0)?;
            at.range("kill_score", mode.kill_score as f32, 0.0, 1_000_000.0)?;
            at.range("cargo_drop_share", mode.cargo_drop_share, 0.0, 1.0)?;
            at.range("ore_lifetime_seconds", mode.ore_lifetime_seconds, 1.0, 300.0)?;
            // At the highest tick rate a `ViewLag` can express a quarter of a second.
            at.range("lag_compensation_seconds", mode.lag_compensation_seconds, 0.0, 0.25)?;
        }
        Ok(())
    }
}

fn table(file: &str, entries: usize) -> Result<(), ContentError> {
    if (1..=CONTENT_ENTRIES_MAX).contains(&entries) {
        return Ok(());
    }
    let reason = format_args!("has {entries} entries; 1 to {CONTENT_ENTRIES_MAX} are allowed");
    Err(ContentError::new(file, "(all)", reason))
}

/// File and entry of a value, for the error.
pub(super) struct Entry<'a> {
    pub file: &'a str,
    pub id: &'a str,
}

impl Entry<'_> {
    pub fn wrong(&self, key: &str, reason: impl fmt::Display) -> ContentError {
        ContentError::new(self.file, format_args!("{}.{key}", self.id), reason)
    }

    pub fn range(&self, key: &str, value: f32, min: f32, max: f32) -> Result<(), ContentError> {
        // Written so that NaN is refused.
        if value >= min && value <= max {
            return Ok(());
        }
        Err(self.wrong(key, format_args!("{value} is not within {min} to {max}")))
    }
}
