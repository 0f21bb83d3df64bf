//! A weapon by the tick.

use super::ticks;
use crate::content::Weapon;

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

impl WeaponRules {
    pub(super) fn new(weapon: &Weapon, tick_hz: u16) -> Self {
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
