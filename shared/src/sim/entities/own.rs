//! The part of a ship's state that only its owner is sent.

use serde::{Deserialize, Serialize};

use super::fit::Owned;

/// What only the owner of a ship knows about it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct OwnState {
    /// Boost left, in steps of [`BOOST_STEPS_PER_TICK`](crate::sim::BOOST_STEPS_PER_TICK) per tick.
    pub boost_charge: u16,
    /// Ticks until the gun is ready.
    pub gun_cooldown: u8,
    /// Energy left, in steps of [`ENERGY_STEPS`](crate::sim::ENERGY_STEPS) per unit.
    pub energy: u16,
    /// Credits to spend.
    pub credits: u32,
    /// Score so far.
    pub score: u32,
    /// Units of each ore in the hold, indexed by `OreId`.
    pub hold: Vec<u16>,
    /// Ticks until the return while the ship is destroyed, 0 while it flies.
    pub respawn_ticks: u16,
    /// What its pilot owns beside what everybody has.
    pub owned: Owned,
}
