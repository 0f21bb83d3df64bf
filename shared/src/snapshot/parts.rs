//! The parts of a snapshot, each as a pair of functions: state to bits and bits to state.
//!
//! A ship's update is the difference to what both ends predict from the baseline with the game's own
//! step (`predict_ship`). Shots, asteroids and ore move exactly as predicted, so they are written once,
//! when they come into view.

use glam::Vec2;

use super::bits::{BitReader, BitWriter, BitsError};
use crate::limits::{CONTENT_ID_BITS, PLAYER_ID_BITS};
use crate::sim::{AsteroidState, OreState, Rules, ShipState, ShotState, fly_on};
use crate::units::{
    Angle, GridVec, HullId, OreId, POSITION_STEPS_PER_UNIT, PlayerId, SizeId, Thrust, Tick,
    WeaponId, position_from_grid, position_to_grid, velocity_from_grid, velocity_to_grid,
};

/// Units beyond the edge of the sector at which something may be for a tick: pieces of a rock that
/// broke there, a ship pushed by one.
const EDGE_SLACK: f32 = 256.0;
/// Bits of hit points.
const HIT_POINT_BITS: u32 = 12;
/// Golomb orders, each about the logarithm of the usual value.
const VELOCITY_ORDER: u32 = 10;
const AIM_ORDER: u32 = 4;
const POSITION_RESIDUAL_ORDER: u32 = 4;
const VELOCITY_RESIDUAL_ORDER: u32 = 4;
const LIFETIME_ORDER: u32 = 6;

/// What both ends expect of a ship `ticks` after `base`, given its present controls.
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

/// Writes how `now` differs from what `base` leads to in `ticks`. A ship that had to wait for this update is
/// not where its true course led, and needs its turn per tick in full.
pub fn write_ship_update(
    out: &mut BitWriter,
    base: &ShipState,
    now: &ShipState,
    ticks: u32,
    has_waited: bool,
    rules: &Rules,
    side: f32,
) {
    let expected = predict_ship(base, now.thrust, now.boosting, ticks, rules, side);
    let has_steered = (now.thrust, now.boosting) != (base.thrust, base.boosting);
    let has_turned = (now.aim, now.aim_rate) != (expected.aim, expected.aim_rate);
    let has_strayed = (now.position, now.velocity) != (expected.position, expected.velocity);
    let condition = |ship: &ShipState| (ship.hit_points, ship.protected, ship.hull);
    let has_changed = condition(now) != condition(base);
    let is_new = has_steered || has_turned || has_strayed || has_changed;
    out.write_bool(is_new);
    if !is_new {
        return;
    }
    out.write_bool(has_steered);
    if has_steered {
        out.write(u64::from(now.thrust.code()), Thrust::BITS);
        out.write_bool(now.boosting);
    }
    out.write_bool(has_turned);
    if has_turned {
        out.write_signed(i32::from(now.aim.distance_from(expected.aim)), AIM_ORDER);
        if ticks > 1 || has_waited {
            // Over one tick the rate is the turn itself.
            out.write_signed(i32::from(now.aim_rate), AIM_ORDER);
        }
    }
    out.write_bool(has_strayed);
    if has_strayed {
        let (to, from) = (position_to_grid(now.position), position_to_grid(expected.position));
        out.write_signed(to.x.wrapping_sub(from.x), POSITION_RESIDUAL_ORDER);
        out.write_signed(to.y.wrapping_sub(from.y), POSITION_RESIDUAL_ORDER);
        let (to, from) = (velocity_to_grid(now.velocity), velocity_to_grid(expected.velocity));
        out.write_signed(to.x.wrapping_sub(from.x), VELOCITY_RESIDUAL_ORDER);
        out.write_signed(to.y.wrapping_sub(from.y), VELOCITY_RESIDUAL_ORDER);
    }
    out.write_bool(has_changed);
    if has_changed {
        write_condition(out, now);
    }
}

/// Reads what [`write_ship_update`] wrote, into the baseline.
///
/// # Errors
/// When the bits end early or name something that does not exist.
pub fn read_ship_update(
    input: &mut BitReader<'_>,
    ship: &mut ShipState,
    ticks: u32,
    has_waited: bool,
    rules: &Rules,
    side: f32,
) -> Result<(), BitsError> {
    let is_new = input.read_bool()?;
    let base = *ship;
    let (mut thrust, mut boosting) = (base.thrust, base.boosting);
    if is_new && input.read_bool()? {
        thrust = read_thrust(input)?;
        boosting = input.read_bool()?;
    }
    *ship = predict_ship(&base, thrust, boosting, ticks, rules, side);
    if !is_new {
        return Ok(());
    }
    if input.read_bool()? {
        ship.aim = ship.aim.turned(read_turn(input)?);
        ship.aim_rate = match ticks {
            1 if !has_waited => ship.aim.distance_from(base.aim),
            _ => read_turn(input)?,
        };
    }
    if input.read_bool()? {
        let from = position_to_grid(ship.position);
        let x = from.x.wrapping_add(input.read_signed(POSITION_RESIDUAL_ORDER)?);
        let y = from.y.wrapping_add(input.read_signed(POSITION_RESIDUAL_ORDER)?);
        ship.position = position_from_grid(GridVec { x, y });
        let from = velocity_to_grid(ship.velocity);
        let x = from.x.wrapping_add(input.read_signed(VELOCITY_RESIDUAL_ORDER)?);
        let y = from.y.wrapping_add(input.read_signed(VELOCITY_RESIDUAL_ORDER)?);
        ship.velocity = velocity_from_grid(GridVec { x, y });
    }
    if input.read_bool()? {
        read_condition(input, ship, rules)?;
    }
    Ok(())
}

/// Golomb order of the gaps between `count` places in a list of `held`: about their mean.
pub fn gap_order(held: usize, count: usize) -> u32 {
    (held / (count + 1)).checked_ilog2().unwrap_or(0)
}

/// Writes a ship that comes into view.
pub fn write_ship(out: &mut BitWriter, ship: &ShipState, side: f32) {
    out.write(u64::from(ship.player.0), PLAYER_ID_BITS);
    write_condition(out, ship);
    write_place(out, ship.position, ship.velocity, side);
    out.write(u64::from(ship.aim.steps()), Angle::BITS);
    out.write_signed(i32::from(ship.aim_rate), AIM_ORDER);
    out.write(u64::from(ship.thrust.code()), Thrust::BITS);
    out.write_bool(ship.boosting);
}

/// Reads a ship that comes into view.
///
/// # Errors
/// When the bits end early or name something that does not exist.
pub fn read_ship(
    input: &mut BitReader<'_>,
    rules: &Rules,
    side: f32,
) -> Result<ShipState, BitsError> {
    let player = PlayerId(input.read(PLAYER_ID_BITS)? as u16);
    let mut ship = ShipState {
        player,
        hull: HullId(0),
        position: Vec2::ZERO,
        velocity: Vec2::ZERO,
        aim: Angle::default(),
        aim_rate: 0,
        thrust: Thrust::NONE,
        boosting: false,
        protected: false,
        hit_points: 0,
    };
    read_condition(input, &mut ship, rules)?;
    (ship.position, ship.velocity) = read_place(input, side)?;
    ship.aim = Angle::from_steps(input.read(Angle::BITS)? as u16);
    ship.aim_rate = read_turn(input)?;
    ship.thrust = read_thrust(input)?;
    ship.boosting = input.read_bool()?;
    Ok(ship)
}

/// Writes a shot that comes into view, or was fired by a ship that is not in view.
pub fn write_shot(out: &mut BitWriter, shot: &ShotState, now: Tick, side: f32) {
    out.write(u64::from(shot.shooter.0), PLAYER_ID_BITS);
    out.write(u64::from(shot.weapon.0), CONTENT_ID_BITS);
    write_place(out, shot.position, shot.velocity, side);
    out.write_golomb(shot.expires.since(now), LIFETIME_ORDER);
}

/// Reads a shot that comes into view.
///
/// # Errors
/// When the bits end early or name something that does not exist.
pub fn read_shot(
    input: &mut BitReader<'_>,
    now: Tick,
    rules: &Rules,
    side: f32,
) -> Result<ShotState, BitsError> {
    let shooter = PlayerId(input.read(PLAYER_ID_BITS)? as u16);
    let weapon = WeaponId(read_id(input, rules.content.weapons.len())?);
    let (position, velocity) = read_place(input, side)?;
    let expires = now.plus(input.read_golomb(LIFETIME_ORDER)?);
    Ok(ShotState { shooter, weapon, position, velocity, expires })
}

/// Writes an asteroid that comes into view.
pub fn write_asteroid(out: &mut BitWriter, asteroid: &AsteroidState, side: f32) {
    out.write(u64::from(asteroid.size.0), CONTENT_ID_BITS);
    out.write(u64::from(asteroid.ore.0), CONTENT_ID_BITS);
    out.write(u64::from(asteroid.shape), 8);
    write_place(out, asteroid.position, asteroid.velocity, side);
    write_hit_points(out, asteroid.hit_points);
}

/// Reads an asteroid that comes into view.
///
/// # Errors
/// When the bits end early or name something that does not exist.
pub fn read_asteroid(
    input: &mut BitReader<'_>,
    rules: &Rules,
    side: f32,
) -> Result<AsteroidState, BitsError> {
    let size = SizeId(read_id(input, rules.content.asteroid_sizes.len())?);
    let ore = OreId(read_id(input, rules.content.ores.len())?);
    let shape = input.read(8)? as u8;
    let (position, velocity) = read_place(input, side)?;
    let hit_points = read_hit_points(input)?;
    Ok(AsteroidState { size, ore, shape, position, velocity, hit_points })
}

/// Writes ore that comes into view.
pub fn write_ore(out: &mut BitWriter, ore: &OreState, now: Tick, side: f32) {
    out.write(u64::from(ore.ore.0), CONTENT_ID_BITS);
    out.write(u64::from(ore.amount), 8);
    write_place(out, ore.position, ore.velocity, side);
    out.write_golomb(ore.expires.since(now), LIFETIME_ORDER);
}

/// Reads ore that comes into view.
///
/// # Errors
/// When the bits end early or name something that does not exist.
pub fn read_ore(
    input: &mut BitReader<'_>,
    now: Tick,
    rules: &Rules,
    side: f32,
) -> Result<OreState, BitsError> {
    let ore = OreId(read_id(input, rules.content.ores.len())?);
    let amount = input.read(8)? as u8;
    let (position, velocity) = read_place(input, side)?;
    let expires = now.plus(input.read_golomb(LIFETIME_ORDER)?);
    Ok(OreState { ore, amount, position, velocity, expires })
}

/// Writes hit points.
pub fn write_hit_points(out: &mut BitWriter, hit_points: u16) {
    out.write(u64::from(hit_points), HIT_POINT_BITS);
}

/// Reads hit points.
///
/// # Errors
/// When the bits end early.
pub fn read_hit_points(input: &mut BitReader<'_>) -> Result<u16, BitsError> {
    Ok(input.read(HIT_POINT_BITS)? as u16)
}

fn write_condition(out: &mut BitWriter, ship: &ShipState) {
    write_hit_points(out, ship.hit_points);
    out.write_bool(ship.protected);
    out.write(u64::from(ship.hull.0), CONTENT_ID_BITS);
}

fn read_condition(
    input: &mut BitReader<'_>,
    ship: &mut ShipState,
    rules: &Rules,
) -> Result<(), BitsError> {
    ship.hit_points = read_hit_points(input)?;
    ship.protected = input.read_bool()?;
    ship.hull = HullId(read_id(input, rules.content.hulls.len())?);
    Ok(())
}

fn write_place(out: &mut BitWriter, position: Vec2, velocity: Vec2, side: f32) {
    let (bits, offset) = place_bits(side);
    for coordinate in [position_to_grid(position).x, position_to_grid(position).y] {
        // Nothing is ever further out than the slack; were it, the edge is the nearest there is.
        let shifted = (i64::from(coordinate) + offset).clamp(0, (1 << bits) - 1);
        out.write(shifted as u64, bits);
    }
    let velocity = velocity_to_grid(velocity);
    out.write_signed(velocity.x, VELOCITY_ORDER);
    out.write_signed(velocity.y, VELOCITY_ORDER);
}

fn read_place(input: &mut BitReader<'_>, side: f32) -> Result<(Vec2, Vec2), BitsError> {
    let (bits, offset) = place_bits(side);
    let x = (input.read(bits)? as i64 - offset) as i32;
    let y = (input.read(bits)? as i64 - offset) as i32;
    let position = position_from_grid(GridVec { x, y });
    let x = input.read_signed(VELOCITY_ORDER)?;
    let y = input.read_signed(VELOCITY_ORDER)?;
    Ok((position, velocity_from_grid(GridVec { x, y })))
}

/// Bits of a coordinate in a sector of `side`, and what is added to make it positive.
fn place_bits(side: f32) -> (u32, i64) {
    let half = ((side / 2.0 + EDGE_SLACK) * POSITION_STEPS_PER_UNIT).ceil() as i64;
    ((2 * half).ilog2() + 1, half)
}

fn read_id(input: &mut BitReader<'_>, entries: usize) -> Result<u8, BitsError> {
    let id = input.read(CONTENT_ID_BITS)? as u8;
    if usize::from(id) < entries { Ok(id) } else { Err(BitsError) }
}

fn read_thrust(input: &mut BitReader<'_>) -> Result<Thrust, BitsError> {
    Thrust::from_code(input.read(Thrust::BITS)? as u8).ok_or(BitsError)
}

fn read_turn(input: &mut BitReader<'_>) -> Result<i16, BitsError> {
    i16::try_from(input.read_signed(AIM_ORDER)?).map_err(|_| BitsError)
}
