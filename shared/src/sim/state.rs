//! The state of entities as it is simulated and replicated, all of it on the shared grid.
//!
//! What is only the server's business (cooldowns, holds, who hit last) stands beside it in the world.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use crate::units::{Angle, HullId, OreId, PlayerId, SizeId, Thrust, Tick, WeaponId};

/// A ship as others see it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct ShipState {
    /// Who flies it.
    pub player: PlayerId,
    /// Its hull.
    pub hull: HullId,
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
}

/// A shot in flight. It moves exactly as predicted until it expires or hits.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct ShotState {
    /// Who fired it.
    pub shooter: PlayerId,
    /// What it was fired from.
    pub weapon: WeaponId,
    /// Centre.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
    /// The tick in which it is gone.
    pub expires: Tick,
}

/// An asteroid. It drifts exactly as predicted until it breaks.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct AsteroidState {
    /// How large it is.
    pub size: SizeId,
    /// What it yields.
    pub ore: OreId,
    /// Seed of its looks.
    pub shape: u8,
    /// Centre.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
    /// Hit points left.
    pub hit_points: u16,
}

/// A chunk of ore that floats until somebody takes it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct OreState {
    /// What it is.
    pub ore: OreId,
    /// How many units.
    pub amount: u8,
    /// Centre.
    pub position: Vec2,
    /// Units/s.
    pub velocity: Vec2,
    /// The tick in which it fades.
    pub expires: Tick,
}

/// What only the owner of a ship knows about it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct OwnState {
    /// Ticks of boost left, in the unit of [`crate::sim::BOOST_STEPS_PER_TICK`].
    pub boost_charge: u16,
    /// Ticks until the gun is ready.
    pub gun_cooldown: u8,
    /// Credits to spend.
    pub credits: u32,
    /// Score so far.
    pub score: u32,
    /// Units of each ore in the hold, indexed by [`OreId`].
    pub hold: Vec<u16>,
    /// Ticks until the return while the ship is destroyed, 0 while it flies.
    pub respawn_ticks: u16,
}
