//! The parts of a snapshot except shots, each as a function for both ends: state to bits, and bits to state.
//!
//! A ship's update is the difference to what both ends predict from the baseline with the game's own step
//! (`predict_ship`). Shots, asteroids and ore move exactly as predicted, so they are written only once, when they
//! come into view.

use glam::Vec2;

use crate::limits::PLAYER_ID_BITS;
use crate::sim::{AsteroidState, AsteroidTold, Fit, OreState, OreTold, Rules, ShipState, fly_on};
use crate::units::{
    Angle, GridVec, HullId, OreId, POSITION_STEPS_PER_UNIT, PartId, PlayerId, SizeId, Thrust, Tick,
    WeaponId, position_from_grid, position_to_grid, velocity_from_grid, velocity_to_grid,
};
use crate::wire::{BitStream, BitsError};

/// Units beyond the edge of the sector at which an entity may be for one tick: pieces of a rock that broke there, or
/// a ship pushed by one.
const EDGE_SLACK: f32 = 256.0;
/// Bits of a hit-point value.
const HIT_POINT_BITS: u32 = 12;
/// Golomb orders: each is about the logarithm of the usual value.
const PLAYER_ORDER: u32 = 1;
const LOST_HIT_POINTS_ORDER: u32 = 3;
const SHIP_VELOCITY_ORDER: u32 = 10;
const ASTEROID_VELOCITY_ORDER: u32 = 9;
const ORE_VELOCITY_ORDER: u32 = 10;
const AIM_ORDER: u32 = 4;
const POSITION_RESIDUAL_ORDER: u32 = 4;
const VELOCITY_RESIDUAL_ORDER: u32 = 4;
const LIFETIME_ORDER: u32 = 6;
/// Share of its target velocity that a ship has on average, because it changes course before it reaches it.
const CRUISE_SHARE: f32 = 0.8;

/// The state that both ends predict for a ship `ticks` after `base`, given its current controls.
pub fn predict_ship(
    base: &ShipState,
    thrust: Thrust,
    boosting: bool,
    ticks: u32,
    rules: &Rules,
    side: f32,
) -> ShipState {
    let mut ship = ShipState { thrust, boosting, ..*base };
    for _ in 0..ticks {
        fly_on(&mut ship, rules, side);
    }
    ship
}

/// The difference of `now` to the prediction from `base` over `ticks`. A ship whose update had to wait did not follow
/// the prediction, so its turn per tick is written in full.
pub fn ship_update<S: BitStream>(
    stream: &mut S,
    base: &ShipState,
    now: &ShipState,
    ticks: u32,
    has_waited: bool,
    rules: &Rules,
    side: f32,
) -> Result<ShipState, BitsError> {
    let mut ship = predict_ship(base, now.thrust, now.boosting, ticks, rules, side);
    let has_steered = (now.thrust, now.boosting) != (base.thrust, base.boosting);
    if !stream.flag(has_steered || ship != *now)? {
        return Ok(ship);
    }
    if stream.flag(has_steered)? {
        let controls = (thrust(stream, now.thrust)?, stream.flag(now.boosting)?);
        if S::READS {
            ship = predict_ship(base, controls.0, controls.1, ticks, rules, side);
        }
    }
    if stream.flag((now.aim, now.aim_rate) != (ship.aim, ship.aim_rate))? {
        ship.aim = ship.aim.turned(turn(stream, now.aim.distance_from(ship.aim))?);
        ship.aim_rate = match ticks {
            // Over one tick the rate is the turn itself.
            1 if !has_waited => ship.aim.distance_from(base.aim),
            _ => turn(stream, now.aim_rate)?,
        };
    }
    if stream.flag((now.position, now.velocity) != (ship.position, ship.velocity))? {
        let (from, to) = (position_to_grid(ship.position), position_to_grid(now.position));
        ship.position = position_from_grid(sum(stream, from, to, POSITION_RESIDUAL_ORDER)?);
        let from = velocity_to_grid(ship.velocity);
        ship.velocity = velocity(stream, now.velocity, from, VELOCITY_RESIDUAL_ORDER)?;
    }
    // What does not follow from flight stays as it was; waits and a recovering shield follow from it.
    let condition_of = |ship: &ShipState| {
        let ShipState { hit_points, protected, hull, fit, shield, shield_wait, gate_ticks, .. } =
            *ship;
        (hit_points, protected, hull, fit, shield, shield_wait, gate_ticks)
    };
    let is_other = condition_of(now) != condition_of(&ship);
    if stream.flag(is_other)? {
        condition(stream, now, &mut ship, rules)?;
    }
    Ok(ship)
}

/// Golomb order of the gaps between `count` places in a list of length `held`: about the logarithm of their mean.
pub fn gap_order(held: usize, count: usize) -> u32 {
    (held / (count + 1)).checked_ilog2().unwrap_or(0)
}

/// A ship that comes into view. It stands behind the ship of player `before` in the list.
pub fn ship<S: BitStream>(
    stream: &mut S,
    now: &ShipState,
    before: Option<PlayerId>,
    rules: &Rules,
    side: f32,
) -> Result<ShipState, BitsError> {
    let mut ship = ShipState::default();
    // Players who joined together have adjacent numbers.
    let next = before.map_or(0, |before| i32::from(before.0) + 1);
    let player = next.wrapping_add(stream.signed(i32::from(now.player.0) - next, PLAYER_ORDER)?);
    let player = u16::try_from(player).ok().filter(|player| player >> PLAYER_ID_BITS == 0);
    ship.player = PlayerId(player.ok_or(BitsError)?);
    condition(stream, now, &mut ship, rules)?;
    ship.thrust = thrust(stream, now.thrust)?;
    ship.boosting = stream.flag(now.boosting)?;
    ship.position = position(stream, now.position, side)?;
    let expected = cruise(&ship, rules);
    ship.velocity = velocity(stream, now.velocity, expected, SHIP_VELOCITY_ORDER)?;
    ship.aim = Angle::from_steps(stream.bits(now.aim.steps().into(), Angle::BITS)? as u16);
    ship.aim_rate = turn(stream, now.aim_rate)?;
    Ok(ship)
}

/// Estimated velocity of a ship with these controls.
fn cruise(ship: &ShipState, rules: &Rules) -> GridVec {
    let speed = rules.cruise_speed(ship.hull, &ship.fit, ship.boosting) * CRUISE_SHARE;
    velocity_to_grid(ship.thrust.direction() * speed)
}

/// An asteroid that comes into view.
pub fn asteroid<S: BitStream>(
    stream: &mut S,
    now: &AsteroidState,
    rules: &Rules,
    side: f32,
) -> Result<AsteroidState, BitsError> {
    let sizes = rules.content.asteroid_sizes.len() as u32;
    let size = SizeId(stream.below(now.size.0.into(), sizes)? as u8);
    let ore = ore_kind(stream, now.ore, rules)?;
    let shape = stream.bits(now.shape.into(), 8)? as u8;
    let position = position(stream, now.position, side)?;
    let velocity = velocity(stream, now.velocity, GridVec::default(), ASTEROID_VELOCITY_ORDER)?;
    let whole = rules.content.asteroid_size(size).hit_points;
    let hit_points = hit_points_of(stream, now.hit_points, whole)?;
    Ok(AsteroidState::new(AsteroidTold { size, ore, shape }, position, velocity, hit_points))
}

/// Ore that comes into view in tick `tick`.
pub fn ore<S: BitStream>(
    stream: &mut S,
    now: &OreState,
    tick: Tick,
    rules: &Rules,
    side: f32,
) -> Result<OreState, BitsError> {
    let ore = ore_kind(stream, now.ore, rules)?;
    let amount = stream.bits(now.amount.into(), 8)? as u8;
    let position = position(stream, now.position, side)?;
    let velocity = match stream.flag(now.velocity != Vec2::ZERO)? {
        true => velocity(stream, now.velocity, GridVec::default(), ORE_VELOCITY_ORDER)?,
        false => Vec2::ZERO,
    };
    let expires = expiry(stream, now.expires, tick)?;
    Ok(OreState::new(OreTold { ore, amount, expires }, position, velocity))
}

fn ore_kind<S: BitStream>(stream: &mut S, ore: OreId, rules: &Rules) -> Result<OreId, BitsError> {
    Ok(OreId(stream.below(ore.0.into(), rules.content.ores.len() as u32)? as u8))
}

/// The tick in which an entity expires that comes into view in tick `tick`.
pub(super) fn expiry<S: BitStream>(
    stream: &mut S,
    expires: Tick,
    tick: Tick,
) -> Result<Tick, BitsError> {
    Ok(tick.plus(stream.golomb(expires.since(tick), LIFETIME_ORDER)?))
}

/// Hit points.
pub fn hit_points<S: BitStream>(stream: &mut S, hit_points: u16) -> Result<u16, BitsError> {
    Ok(stream.bits(hit_points.into(), HIT_POINT_BITS)? as u16)
}

/// The hit points of an entity whose full value is known.
fn hit_points_of<S: BitStream>(stream: &mut S, now: u16, whole: u16) -> Result<u16, BitsError> {
    let lost = stream.signed(i32::from(whole) - i32::from(now), LOST_HIT_POINTS_ORDER)?;
    u16::try_from(i32::from(whole).saturating_sub(lost)).map_err(|_| BitsError)
}

fn condition<S: BitStream>(
    stream: &mut S,
    now: &ShipState,
    ship: &mut ShipState,
    rules: &Rules,
) -> Result<(), BitsError> {
    if stream.flag((now.hull, now.fit) != (ship.hull, ship.fit))? {
        let hulls = rules.content.hulls.len() as u32;
        ship.hull = HullId(stream.below(now.hull.0.into(), hulls)? as u8);
        ship.fit = fit(stream, &now.fit, ship.hull, rules)?;
    }
    ship.hit_points = hit_points_of(stream, now.hit_points, rules.hull(ship.hull).hit_points)?;
    ship.protected = stream.flag(now.protected)?;
    shield(stream, now, ship, rules)?;
    if !rules.gates.is_empty() && stream.flag(now.gate_ticks != ship.gate_ticks)? {
        ship.gate_ticks = stream.bits(now.gate_ticks.into(), 8)? as u8;
    }
    Ok(())
}

/// A fit, which is mostly what the hull comes with.
fn fit<S: BitStream>(
    stream: &mut S,
    now: &Fit,
    hull: HullId,
    rules: &Rules,
) -> Result<Fit, BitsError> {
    let usual = rules.hull(hull).fit;
    if !stream.flag(*now != usual)? {
        return Ok(usual);
    }
    let weapons = rules.content.weapons.len() as u32;
    let weapon = WeaponId(stream.below(now.weapon.0.into(), weapons)? as u8);
    let mut parts = now.parts;
    for (part, table) in parts.iter_mut().zip(&rules.content.parts) {
        *part = PartId(stream.below(part.0.into(), table.len() as u32)? as u8);
    }
    let fit = Fit { weapon, parts };
    if rules.fitting(hull, fit) == fit { Ok(fit) } else { Err(BitsError) }
}

/// A shield: mostly it is whole, or was hit in this tick.
fn shield<S: BitStream>(
    stream: &mut S,
    now: &ShipState,
    ship: &mut ShipState,
    rules: &Rules,
) -> Result<(), BitsError> {
    let shield = rules.shield(&ship.fit);
    (ship.shield, ship.shield_wait) = (shield.most, 0);
    if shield.most == 0 || !stream.flag((now.shield, now.shield_wait) != (shield.most, 0))? {
        return Ok(());
    }
    ship.shield = stream.below(now.shield.into(), u32::from(shield.most) + 1)? as u16;
    ship.shield_wait = shield.delay_ticks;
    if stream.flag(now.shield_wait != shield.delay_ticks)? {
        let waits = u32::from(shield.wait_max()) + 1;
        ship.shield_wait = stream.below(now.shield_wait.into(), waits)? as u16;
    }
    Ok(())
}

pub(super) fn position<S: BitStream>(
    stream: &mut S,
    now: Vec2,
    side: f32,
) -> Result<Vec2, BitsError> {
    // Bits of a coordinate, and the offset that makes it positive.
    let offset = ((side / 2.0 + EDGE_SLACK) * POSITION_STEPS_PER_UNIT).ceil() as i64;
    let bits = (2 * offset).ilog2() + 1;
    let mut coordinate = |coordinate: i32| {
        // Nothing is ever further out than the slack; if it were, the nearest position inside it would be written.
        let shifted = (i64::from(coordinate) + offset).clamp(0, (1 << bits) - 1);
        Ok((stream.bits(shifted as u64, bits)? as i64 - offset) as i32)
    };
    let GridVec { x, y } = position_to_grid(now);
    Ok(position_from_grid(GridVec { x: coordinate(x)?, y: coordinate(y)? }))
}

pub(super) fn velocity<S: BitStream>(
    stream: &mut S,
    now: Vec2,
    expected: GridVec,
    order: u32,
) -> Result<Vec2, BitsError> {
    Ok(velocity_from_grid(sum(stream, expected, velocity_to_grid(now), order)?))
}

/// A place on a grid, as the difference to another one.
pub(super) fn sum<S: BitStream>(
    stream: &mut S,
    from: GridVec,
    to: GridVec,
    order: u32,
) -> Result<GridVec, BitsError> {
    let x = from.x.wrapping_add(stream.signed(to.x.wrapping_sub(from.x), order)?);
    let y = from.y.wrapping_add(stream.signed(to.y.wrapping_sub(from.y), order)?);
    Ok(GridVec { x, y })
}

fn thrust<S: BitStream>(stream: &mut S, thrust: Thrust) -> Result<Thrust, BitsError> {
    Thrust::from_code(stream.bits(thrust.code().into(), Thrust::BITS)? as u8).ok_or(BitsError)
}

fn turn<S: BitStream>(stream: &mut S, turn: i16) -> Result<i16, BitsError> {
    i16::try_from(stream.signed(turn.into(), AIM_ORDER)?).map_err(|_| BitsError)
}
