//! Ships.

use glam::Vec2;
use serde::{Deserialize, Serialize};
use slotmap::new_key_type;

use super::fit::Fit;
use super::trail::Trail;
use crate::units::{Angle, Controls, HullId, PlayerId, Thrust, ViewLag};

new_key_type! {
    /// A ship in a world.
    pub struct ShipKey;
}

/// A ship as others see it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ShipState {
    /// The seat of its pilot: told once.
    pub player: PlayerId,
    /// Its hull.
    pub hull: HullId,
    /// What is mounted in it.
    pub fit: Fit,
    /// Centre.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
    /// Where its gun points.
    pub aim: Angle,
    /// Steps that the aim turned in the last tick: the next turn is predicted to be the same.
    pub aim_rate: i16,
    /// Where its engines push.
    pub thrust: Thrust,
    /// Whether the boost burns.
    pub boosting: bool,
    /// Whether it cannot be hurt (safe zone or just returned).
    pub protected: bool,
    /// Hit points left.
    pub hit_points: u16,
    /// Harm that its shield still takes before the hull does.
    pub shield: u16,
    /// Ticks until the shield recovers; 0 while it is whole.
    pub shield_wait: u16,
    /// Ticks until it can use a gate again.
    pub gate_ticks: u8,
}

impl ShipState {
    /// Whether the ship was hurt since it was in the state of `before`.
    pub fn is_hurt_since(&self, before: &ShipState) -> bool {
        self.hit_points < before.hit_points
            || self.shield < before.shield
            || self.shield_wait > before.shield_wait
    }

    /// Whether the ship has come out of a gate since it was in the state of `before`, `ticks` ago.
    pub fn has_passed_gate(&self, before: &ShipState, ticks: u32) -> bool {
        u32::from(self.gate_ticks) > u32::from(before.gate_ticks).saturating_sub(ticks)
    }
}

/// A ship with what only the server knows of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Ship {
    /// What others may see.
    pub state: ShipState,
    /// The pilot's controls.
    pub controls: Controls,
    /// Boost left, in steps of [`BOOST_STEPS_PER_TICK`](crate::sim::BOOST_STEPS_PER_TICK) per tick.
    pub boost_charge: u16,
    /// Ticks until the gun is ready.
    pub gun_cooldown: u8,
    /// Energy left, in steps of [`ENERGY_STEPS`](crate::sim::ENERGY_STEPS) per unit.
    pub energy: u16,
    /// Ticks of protection left after the return.
    pub protection_ticks: u16,
    /// Units of each ore in the hold, indexed by `OreId`.
    pub hold: Vec<u16>,
    /// How far in the past its pilot sees others.
    pub view_lag: ViewLag,
    /// Its positions in the last ticks.
    pub trail: Trail,
}
