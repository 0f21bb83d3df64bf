//! A hull by the tick.

use super::ticks;
use crate::content::Hull;
use crate::units::WeaponId;

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
    /// Units of ore it carries.
    pub hold: u16,
    /// Its gun.
    pub weapon: WeaponId,
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
            weapon: hull.weapon,
        }
    }

    /// Speed at which drag balances a boost, units/s.
    pub(super) fn speed_max(&self) -> f32 {
        self.cruise_speed(true)
    }

    /// Speed at which drag balances the engines, units/s.
    pub fn cruise_speed(&self, is_boosting: bool) -> f32 {
        let step = if is_boosting { self.boosted_step } else { self.thrust_step };
        step * self.drag_factor / (1.0 - self.drag_factor).max(0.001)
    }
}
