//! Content turned into the figures of one room: seconds become ticks, rates become steps.

mod deposit;
mod epoch;
mod hull;
mod named_content;
mod part;
mod weapon;

pub use deposit::{Deposit, Site};
pub use epoch::Epoch;
pub use hull::{BOOST_STEPS_PER_TICK, HullRules};
pub use named_content::{ContentBytesError, ContentHash, NamedContent};
pub use part::{ENERGY_STEPS, EnergyRules, PartRules, Push, ShieldRules};
pub use weapon::WeaponRules;

use std::sync::Arc;

use glam::Vec2;
use thiserror::Error;

use crate::content::{Content, ContentError, Mode, Mount, Sector, SectorSize};
use crate::limits::{TICK_HZ_MAX, TICK_HZ_MIN};
use crate::sim::barriers::{Gates, Walls};
use crate::units::{DepositId, HullId, ViewLag, WeaponId};

/// How much faster than its engines a ship may be after bumps, for the reach of searches.
const BUMP_SPEED_FACTOR: f32 = 1.5;

/// The figures that one room is simulated with. Server and clients build the same from the same content.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The tables.
    pub content: Arc<Content>,
    /// Their name.
    pub content_hash: ContentHash,
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
    /// Speed that no ship exceeds by its engines, units/s, with room for the speed that a bump adds.
    pub ship_speed_max: f32,
    /// How far in the past a target may be for a shot to count.
    pub view_lag_max: ViewLag,
    /// Where asteroids grow.
    pub deposits: Vec<Deposit>,
    /// The walls.
    pub walls: Walls,
    /// The gates.
    pub gates: Gates,
    /// The longest way beyond its hull from which a part takes ore.
    pub pick_up_reach_max: f32,
    hulls: Vec<HullRules>,
    weapons: Vec<WeaponRules>,
    parts: [Vec<PartRules>; Mount::COUNT],
    /// Centre and radius of each safe zone, those of the stations included.
    safe_zones: Vec<(Vec2, f32)>,
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
    /// A rate at which cooldowns cannot be counted.
    #[error("{0} ticks per second is not within {TICK_HZ_MIN} to {TICK_HZ_MAX}")]
    TickRate(u16),
}

impl Rules {
    /// The rules of a room in `sector` under `mode` at `tick_hz`.
    ///
    /// # Errors
    /// When the content is out of range, or the sector, the mode or the rate does not exist.
    pub fn new(
        content: impl Into<NamedContent>,
        sector: &str,
        mode: &str,
        tick_hz: u16,
    ) -> Result<Self, RulesError> {
        let named = content.into();
        let (content_hash, content) = (named.hash(), named.content().clone());
        content.check()?;
        if !(TICK_HZ_MIN..=TICK_HZ_MAX).contains(&tick_hz) {
            return Err(RulesError::TickRate(tick_hz));
        }
        let sector = content.sector(sector).ok_or(RulesError::NoSuchSector(sector.to_owned()))?;
        let mode = content.mode(mode).ok_or(RulesError::NoSuchMode(mode.to_owned()))?;
        let hulls: Vec<HullRules> =
            content.hulls.iter().map(|hull| HullRules::new(hull, tick_hz)).collect();
        let lag_ticks = f64::from(mode.lag_compensation_seconds) * f64::from(tick_hz);
        let parts = content.parts.each_ref().map(|parts| {
            parts.iter().map(|part| PartRules::new(part, tick_hz)).collect::<Vec<_>>()
        });
        let weapons = content.weapons.iter().map(|gun| WeaponRules::new(gun, tick_hz)).collect();
        let stations =
            sector.stations.iter().map(|station| (station.position, station.safe_radius));
        let zones = sector.safe_zones.iter().map(|zone| (zone.position, zone.radius));
        let safe_zones = stations.chain(zones).collect();
        Ok(Rules {
            deposits: Deposit::all(sector, tick_hz),
            safe_zones,
            walls: Walls::new(sector),
            gates: Gates::new(sector, tick_hz),
            sector: sector.clone(),
            mode: mode.clone(),
            tick_hz,
            tick_seconds: 1.0 / f32::from(tick_hz),
            hull_radius_max: largest(content.hulls.iter().map(|hull| hull.radius)),
            asteroid_radius_max: largest(content.asteroid_sizes.iter().map(|size| size.radius)),
            ship_speed_max: largest(hulls.iter().map(HullRules::speed_max))
                * Rules::strongest_push(&parts)
                * BUMP_SPEED_FACTOR,
            pick_up_reach_max: Rules::longest_reach(&parts),
            view_lag_max: ViewLag::from_ticks(lag_ticks),
            hulls,
            weapons,
            parts,
            content,
            content_hash,
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

    /// Whether a place is in a safe zone.
    pub fn is_safe(&self, place: Vec2) -> bool {
        self.is_near_safe_zone(place, 0.0)
    }

    /// Whether a place is in a safe zone, or nearer to one than `distance`.
    pub fn is_near_safe_zone(&self, place: Vec2, distance: f32) -> bool {
        self.safe_zones.iter().any(|(position, radius)| {
            let reach = radius + distance;
            place.distance_squared(*position) < reach * reach
        })
    }

    /// Centre and radius of each safe zone.
    pub fn safe_zones(&self) -> &[(Vec2, f32)] {
        &self.safe_zones
    }

    /// A deposit of the sector.
    pub fn deposit(&self, id: DepositId) -> &Deposit {
        &self.deposits[id.index()]
    }

    /// The identifiers of all deposits.
    pub fn deposit_ids(&self) -> impl Iterator<Item = DepositId> + use<> {
        // No more than two tables of content.
        (0..self.deposits.len() as u8).map(DepositId)
    }

    /// Whether a place is in a field of asteroids.
    pub fn is_in_field(&self, place: Vec2) -> bool {
        self.deposits.iter().any(|deposit| deposit.contains(place))
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

fn ticks(seconds: f32, tick_hz: u16) -> u32 {
    ((seconds * f32::from(tick_hz)).round() as u32).max(1)
}

fn largest(radii: impl Iterator<Item = f32>) -> f32 {
    radii.fold(0.0, f32::max)
}
