//! Quantities as types: time, identifiers, directions and the world grid.

mod amounts;
mod angle;
mod controls;
mod grid;
mod ids;
mod tick;

pub use amounts::{Credits, Units};
pub use angle::Angle;
pub use controls::{Controls, Thrust};
pub use grid::{
    GridVec, POSITION_STEPS_PER_UNIT, VELOCITY_STEPS_PER_UNIT, position_from_grid,
    position_to_grid, snap_position, snap_velocity, velocity_from_grid, velocity_to_grid,
};
pub use ids::{DepositId, HullId, OreId, PartId, PlayerId, SizeId, WeaponId};
pub use tick::{Micros, Tick, ViewLag};
