//! Content turned into the figures of one room: seconds become ticks, rates become steps.

use std::sync::Arc;

use glam::Vec2;
use thiserror::Error;

use crate::content::{Content, ContentError, Mode, Sector, SectorSize};
use crate::limits::{TICK_HZ_MAX, TICK_HZ_MIN};
use crate::units::{HullId, ViewLag, WeaponId};

/// Steps of boost charge that a tick of boosting takes; recharging goes in finer steps.
pub const BOOST_STEPS_PER_TICK: u16 = 64;
/// How much faster than its engines a ship may be after bumps, for the reach of searches.
const BUMP_SPEED_FACTOR: f32 = 1.5;

/// The figures that one room is simulated with. Server and clients build the same from the same content.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The tables.
    pub content: Arc<Content>,
    /// Where the room plays.
    pub sector: Sector,
    /// How the room plays.
    pub mode: Mode,
    /// Ticks per second.
    pub tick_hz: u16,
    /// Seconds per tick.
    pub tick_seconds: f32,
    /// Radius of the largest hull.
    pub hull_radius_max: f32,
    /// Radius of the largest asteroid.
    pub asteroid_radius_max: f32,
    /// Speed that no ship exceeds by its engines, units/s, with room for what a bump adds.
    pub ship_speed_max: f32,
    /// How far in the past a target may be for a shot to count.
    pub view_lag_max: ViewLag,
    hulls: Vec<HullRules>,
    weapons: Vec<WeaponRules>,
}

/// Why rules cannot be made.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RulesError {
    /// A figure is out of range.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// No file for the sector.
    #[error("there is no sector `{0}` in assets/sectors/")]
    NoSuchSector(String),
    /// No entry for the mode.
    #[error("there is no mode `{0}` in assets/modes.toml")]
    NoSuchMode(String),
    /// Beyond what cooldowns can be counted in.
    #[error("{0} ticks per second is not within {TICK_HZ_MIN} to {TICK_HZ_MAX}")]
    TickRate(u16),
}

/// A hull by the tick.
#[derive(Clone, Debug)]
pub struct HullRules {
    /// Radius of the collision circle.
    pub radius: f32,
    /// Velocity gained per tick of thrust, units/s.
    pub thrust_step: f32,
    /// The same while boosting.
    pub boosted_step: f32,
    /// Factor on the velocity per tick.
    pub drag_factor: f32,
    /// Boost steps of a full charge.
    pub boost_charge_max: u16,
    /// Boost steps that recharge per tick.
    pub boost_recharge_step: u16,
    /// Hit points when whole.
    pub hit_points: u16,
    /// Units of ore it carries.
    pub hold: u16,
    /// Its gun.
    pub weapon: WeaponId,
}

/// A weapon by the tick.
#[derive(Clone, Debug)]
pub struct WeaponRules {
    /// Hit points that a hit takes.
    pub damage: u16,
    /// Ticks between shots.
    pub interval_ticks: u8,
    /// Speed of a shot relative to its ship, units/s.
    pub speed: f32,
    /// Ticks that a shot flies.
    pub lifetime_ticks: u16,
    /// Radius of a shot.
    pub radius: f32,
}

impl Rules {
    /// The rules of a room in `sector` under `mode` at `tick_hz`.
    ///
    /// # Errors
    /// When the content is out of range, or the sector, the mode or the rate does not exist.
    pub fn new(
        content: Arc<Content>,
        sector: &str,
        mode: &str,
        tick_hz: u16,
    ) -> Result<Self, RulesError> {
        content.check()?;
        if !(TICK_HZ_MIN..=TICK_HZ_MAX).contains(&tick_hz) {
            return Err(RulesError::TickRate(tick_hz));
        }
        let sector = content.sector(sector).ok_or(RulesError::NoSuchSector(sector.to_owned()))?;
        let mode = content.mode(mode).ok_or(RulesError::NoSuchMode(mode.to_owned()))?;
        let hulls: Vec<HullRules> =
            content.hulls.iter().map(|hull| HullRules::new(hull, tick_hz)).collect();
        let lag_ticks = f64::from(mode.lag_compensation_seconds) * f64::from(tick_hz);
        let weapons = content.weapons.iter().map(|gun| WeaponRules::new(gun, tick_hz)).collect();
        Ok(Rules {
            sector: sector.clone(),
            mode: mode.clone(),
            tick_hz,
            tick_seconds: 1.0 / f32::from(tick_hz),
            hull_radius_max: largest(content.hulls.iter().map(|hull| hull.radius)),
            asteroid_radius_max: largest(content.asteroid_sizes.iter().map(|size| size.radius)),
            ship_speed_max: largest(hulls.iter().map(HullRules::speed_max)) * BUMP_SPEED_FACTOR,
            view_lag_max: ViewLag::from_ticks(lag_ticks),
            hulls,
            weapons,
            content,
        })
    }

    /// A hull of checked content.
    pub fn hull(&self, id: HullId) -> &HullRules {
        &self.hulls[id.index()]
    }

    /// A weapon of checked content.
    pub fn weapon(&self, id: WeaponId) -> &WeaponRules {
        &self.weapons[id.index()]
    }

    /// Whole ticks nearest to `seconds`, one at least.
    pub fn ticks(&self, seconds: f32) -> u32 {
        ticks(seconds, self.tick_hz)
    }

    /// Whether a place is in the safe zone of the station.
    pub fn is_safe(&self, place: Vec2) -> bool {
        self.sector.station.as_ref().is_some_and(|station| {
            place.distance_squared(station.position) < station.safe_radius * station.safe_radius
        })
    }

    /// Side of the sector with `ships` pilots in it.
    pub fn side(&self, ships: usize) -> f32 {
        match self.sector.size {
            SectorSize::Fixed { side } => side,
            // Whole units, so that the side is exact in any representation.
            SectorSize::PerShip { side, side_min } => (side * (ships as f32).sqrt())
                .max(side_min)
                .min(crate::limits::SECTOR_SIDE_MAX)
                .ceil(),
        }
    }
}

impl HullRules {
    fn new(hull: &crate::content::Hull, tick_hz: u16) -> Self {
        let tick_seconds = 1.0 / f32::from(tick_hz);
        // The range check of content bounds both to what a u16 takes.
        let charge = ticks(hull.boost_seconds, tick_hz) * u32::from(BOOST_STEPS_PER_TICK);
        let recharge = charge.div_ceil(ticks(hull.boost_recharge_seconds, tick_hz));
        HullRules {
            radius: hull.radius,
            thrust_step: hull.acceleration * tick_seconds,
            boosted_step: hull.acceleration * hull.boost_factor * tick_seconds,
            drag_factor: libm::expf(-hull.drag * tick_seconds),
            boost_charge_max: charge as u16,
            boost_recharge_step: recharge.max(1) as u16,
            hit_points: hull.hit_points,
            hold: hull.hold,
            weapon: hull.weapon,
        }
    }

    /// Speed at which drag takes all that a boost gives.
    fn speed_max(&self) -> f32 {
        self.cruise_speed(true)
    }

    /// Speed at which drag takes all that the engines give, units/s.
    pub fn cruise_speed(&self, is_boosting: bool) -> f32 {
        let step = if is_boosting { self.boosted_step } else { self.thrust_step };
        step * self.drag_factor / (1.0 - self.drag_factor).max(0.001)
    }
}

impl WeaponRules {
    fn new(weapon: &crate::content::Weapon, tick_hz: u16) -> Self {
        WeaponRules {
            damage: weapon.damage,
            // Two seconds at 120 Hz fit; the range check of content keeps it there.
            interval_ticks: ticks(weapon.interval_seconds, tick_hz) as u8,
            speed: weapon.speed,
            lifetime_ticks: ticks(weapon.lifetime_seconds, tick_hz) as u16,
            radius: weapon.radius,
        }
    }
}

fn ticks(seconds: f32, tick_hz: u16) -> u32 {
    ((seconds * f32::from(tick_hz)).round() as u32).max(1)
}

fn largest(radii: impl Iterator<Item = f32>) -> f32 {
    radii.fold(0.0, f32::max)
}
