//! Parts by the tick, and what a ship can do with them.

use super::{HullRules, Rules, ticks};
use crate::content::{Mount, Part};
use crate::sim::entities::{Fit, ShipState};
use crate::units::{HullId, PartId};

/// Steps of a unit of energy: recharging goes in finer steps than firing.
pub const ENERGY_STEPS: u16 = 16;
/// Times per second that a shield recovers.
const SHIELD_PULSES_PER_SECOND: f32 = 5.0;

/// A part by the tick.
#[derive(Clone, Debug)]
pub struct PartRules {
    /// Factors on the push of the engines, and on that of a boost beside it.
    acceleration: f32,
    boost: f32,
    recharge: f32,
    hold: u16,
    drill: f32,
    pick_up_reach: f32,
    shield: ShieldRules,
}

/// A shield by the tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ShieldRules {
    /// Harm that it takes.
    pub most: u16,
    /// Ticks without harm until it recovers.
    pub delay_ticks: u16,
    /// Ticks from one time that it recovers to the next.
    pub pulse_ticks: u16,
    /// What it recovers each time.
    pub pulse: u16,
}

/// How the engines of a ship push.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Push {
    /// Velocity gained per tick of thrust, units/s.
    pub step: f32,
    /// Factor on the velocity per tick.
    pub drag_factor: f32,
}

/// The energy of a ship, in steps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EnergyRules {
    /// When full.
    pub most: u16,
    /// What comes back per tick.
    pub step: u16,
}

impl PartRules {
    pub(super) fn new(part: &Part, tick_hz: u16) -> Self {
        let shield = ShieldRules {
            most: part.shield,
            delay_ticks: ticks(part.shield_delay_seconds, tick_hz) as u16,
            pulse_ticks: ticks(1.0 / SHIELD_PULSES_PER_SECOND, tick_hz) as u16,
            pulse: (part.shield_per_second / SHIELD_PULSES_PER_SECOND).round() as u16,
        };
        PartRules {
            acceleration: part.acceleration,
            boost: part.boost,
            recharge: part.recharge,
            hold: part.hold,
            drill: part.drill,
            pick_up_reach: part.pick_up_reach,
            shield,
        }
    }
}

impl ShieldRules {
    /// A shield goes without harm for a tick. `wait` are the ticks until it recovers.
    pub fn rest(&self, shield: &mut u16, wait: &mut u16) {
        *wait = wait.saturating_sub(1);
        if *shield < self.most && *wait == 0 {
            *shield = shield.saturating_add(self.pulse).min(self.most);
            *wait = self.pulse_ticks;
        }
        if *shield >= self.most {
            *wait = 0;
        }
    }

    /// The longest wait.
    pub fn wait_max(&self) -> u16 {
        self.delay_ticks.max(self.pulse_ticks)
    }
}

impl Rules {
    fn parts_of(&self, fit: &Fit) -> [&PartRules; Mount::COUNT] {
        Mount::ALL.map(|mount| &self.parts[mount.index()][fit.part(mount).index()])
    }

    /// How the engines of a ship push.
    pub fn push(&self, ship: &ShipState) -> Push {
        self.push_of(self.hull(ship.hull), &ship.fit, ship.boosting)
    }

    fn push_of(&self, hull: &HullRules, fit: &Fit, is_boosting: bool) -> Push {
        let mut step = if is_boosting { hull.boosted_step } else { hull.thrust_step };
        for part in self.parts_of(fit) {
            step *= part.acceleration;
            if is_boosting {
                step *= part.boost;
            }
        }
        Push { step, drag_factor: hull.drag_factor }
    }

    /// Speed at which drag balances the engines of a ship, units/s.
    pub fn cruise_speed(&self, hull: HullId, fit: &Fit, is_boosting: bool) -> f32 {
        let Push { step, drag_factor } = self.push_of(self.hull(hull), fit, is_boosting);
        step * drag_factor / (1.0 - drag_factor).max(0.001)
    }

    /// Units of ore that a ship carries.
    pub fn hold(&self, hull: HullId, fit: &Fit) -> u16 {
        // The check of content keeps each of them below 1,000.
        self.hull(hull).hold + self.parts_of(fit).iter().map(|part| part.hold).sum::<u16>()
    }

    /// The energy of a ship.
    pub fn energy(&self, hull: HullId, fit: &Fit) -> EnergyRules {
        let hull = self.hull(hull);
        let recharge = self.parts_of(fit).iter().fold(1.0, |all, part| all * part.recharge);
        EnergyRules { most: hull.energy, step: ((hull.energy_step * recharge) as u16).max(1) }
    }

    /// The shield of a ship.
    pub fn shield(&self, fit: &Fit) -> &ShieldRules {
        let PartId(shield) = fit.part(Mount::Shield);
        &self.parts[Mount::Shield.index()][usize::from(shield)].shield
    }

    /// The harm that a ship does to an asteroid with a shot that does this much to a ship.
    pub fn drilled(&self, damage: u16, fit: &Fit) -> u16 {
        let drill = self.parts_of(fit).iter().fold(1.0, |all, part| all * part.drill);
        (f32::from(damage) * drill).round() as u16
    }

    /// Units beyond the hull from which a ship takes ore, in addition.
    pub fn pick_up_reach(&self, fit: &Fit) -> f32 {
        self.parts_of(fit).iter().map(|part| part.pick_up_reach).sum()
    }

    /// The longest reach that any fit has, in addition.
    pub(super) fn longest_reach(parts: &[Vec<PartRules>; Mount::COUNT]) -> f32 {
        let longest = |parts: &Vec<PartRules>| {
            parts.iter().map(|part| part.pick_up_reach).fold(0.0, f32::max)
        };
        parts.iter().map(longest).sum()
    }

    /// The largest factor that any fit has on the push of a boost.
    pub(super) fn strongest_push(parts: &[Vec<PartRules>; Mount::COUNT]) -> f32 {
        let strongest = |parts: &Vec<PartRules>| {
            parts.iter().map(|part| part.acceleration * part.boost.max(1.0)).fold(0.0, f32::max)
        };
        parts.iter().map(strongest).product()
    }
}
