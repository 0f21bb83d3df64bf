//! A hull by the tick.

use super::part::ENERGY_STEPS;
use super::ticks;
use crate::content::Hull;
use crate::sim::entities::Fit;

/// Steps of boost charge that a tick of boosting takes; recharging goes in finer steps.
pub const BOOST_STEPS_PER_TICK: u16 = 64;

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
    /// Units of ore it carries, without parts that add to it.
    pub hold: u16,
    /// Energy when full, in steps.
    pub energy: u16,
    /// Energy that comes back per tick, in steps, without parts that change it.
    pub energy_step: f32,
    /// What comes with it.
    pub fit: Fit,
}

impl HullRules {
    pub(super) fn new(hull: &Hull, tick_hz: u16) -> Self {
        let tick_seconds = 1.0 / f32::from(tick_hz);
        // The range check of content keeps both within a u16.
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
            energy: hull.energy * ENERGY_STEPS,
            energy_step: hull.energy_per_second * f32::from(ENERGY_STEPS) * tick_seconds,
            fit: Fit { weapon: hull.weapon, parts: hull.parts },
        }
    }

    /// Speed at which drag balances a boost without parts, units/s.
    pub(super) fn speed_max(&self) -> f32 {
        self.boosted_step * self.drag_factor / (1.0 - self.drag_factor).max(0.001)
    }
}
