//! A weapon by the tick.

use super::part::ENERGY_STEPS;
use super::ticks;
use crate::content::Weapon;
use crate::units::Angle;

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
    /// Steps of energy that one firing takes.
    pub energy: u16,
    /// Shots of one firing.
    pub pellets: u8,
    /// By how much each of them is turned from the aim.
    turns: Vec<i16>,
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
            energy: weapon.energy * ENERGY_STEPS,
            pellets: weapon.pellets,
            turns: (0..weapon.pellets).map(|pellet| turn(weapon, pellet)).collect(),
        }
    }

    /// By how many steps a shot of one firing is turned from the aim.
    pub fn turn(&self, pellet: u8) -> i16 {
        self.turns.get(usize::from(pellet)).copied().unwrap_or_default()
    }
}

/// The shots of one firing are spread evenly, the outermost at half the spread to each side.
fn turn(weapon: &Weapon, pellet: u8) -> i16 {
    let gaps = f32::from(weapon.pellets.saturating_sub(1)).max(1.0);
    let share = f32::from(pellet) / gaps - 0.5;
    // A quarter of a turn fits.
    if weapon.pellets < 2 {
        0
    } else {
        (share * weapon.spread * f32::from(Angle::STEPS)).round() as i16
    }
}
