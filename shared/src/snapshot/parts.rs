//! The parts of a snapshot but for shots, each as a pair of functions: state to bits and bits to state.
//!
//! A ship's update is the difference to what both ends predict from the baseline with the game's own
//! step (`predict_ship`). Shots, asteroids and ore move exactly as predicted, so they are written once,
//! when they come into view.

use glam::Vec2;

use super::bits::{BitReader, BitWriter, BitsError};
use crate::limits::PLAYER_ID_BITS;
use crate::sim::{AsteroidState, OreState, Rules, ShipState, fly_on};
use crate::units::{
    Angle, GridVec, HullId, OreId, POSITION_STEPS_PER_UNIT, PlayerId, SizeId, Thrust, Tick,
    position_from_grid, position_to_grid, velocity_from_grid, velocity_to_grid,
};

/// Units beyond the edge of the sector at which something may be for a tick: pieces of a rock that
/// broke there, a ship pushed by one.
const EDGE_SLACK: f32 = 256.0;
/// Bits of hit points.
const HIT_POINT_BITS: u32 = 12;
/// Golomb orders, each about the logarithm of the usual value.
const PLAYER_ORDER: u32 = 1;
const LOST_HIT_POINTS_ORDER: u32 = 3;
const SHIP_VELOCITY_ORDER: u32 = 10;
const ASTEROID_VELOCITY_ORDER: u32 = 9;
const ORE_VELOCITY_ORDER: u32 = 10;
const AIM_ORDER: u32 = 4;
const POSITION_RESIDUAL_ORDER: u32 = 4;
const VELOCITY_RESIDUAL_ORDER: u32 = 4;
pub(super) const LIFETIME_ORDER: u32 = 6;
/// Share of the speed that its engines lead to which a ship has on average: it steers anew before it is there.
const CRUISE_SHARE: f32 = 0.8;

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
        let from = position_to_grid(expected.position);
        let GridVec { x, y } = difference(position_to_grid(now.position), from);
        out.write_signed(x, POSITION_RESIDUAL_ORDER);
        out.write_signed(y, POSITION_RESIDUAL_ORDER);
        let expected = velocity_to_grid(expected.velocity);
        write_velocity(out, now.velocity, expected, VELOCITY_RESIDUAL_ORDER);
    }
    out.write_bool(has_changed);
    if has_changed {
        write_condition(out, now, rules);
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
        ship.position = position_from_grid(read_sum(input, from, POSITION_RESIDUAL_ORDER)?);
        let from = velocity_to_grid(ship.velocity);
        ship.velocity = read_velocity(input, from, VELOCITY_RESIDUAL_ORDER)?;
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

/// Writes a ship that comes into view behind that of the player `before` in the list.
pub fn write_ship(
    out: &mut BitWriter,
    ship: &ShipState,
    before: Option<PlayerId>,
    rules: &Rules,
    side: f32,
) {
    let player = i32::from(ship.player.0) - next_player(before);
    out.write_signed(player, PLAYER_ORDER);
    write_condition(out, ship, rules);
    out.write(u64::from(ship.thrust.code()), Thrust::BITS);
    out.write_bool(ship.boosting);
    write_position(out, ship.position, side);
    write_velocity(out, ship.velocity, cruise(ship, rules), SHIP_VELOCITY_ORDER);
    out.write(u64::from(ship.aim.steps()), Angle::BITS);
    out.write_signed(i32::from(ship.aim_rate), AIM_ORDER);
}

/// Reads a ship that comes into view.
///
/// # Errors
/// When the bits end early or name something that does not exist.
pub fn read_ship(
    input: &mut BitReader<'_>,
    before: Option<PlayerId>,
    rules: &Rules,
    side: f32,
) -> Result<ShipState, BitsError> {
    let player = next_player(before).wrapping_add(input.read_signed(PLAYER_ORDER)?);
    let player = u16::try_from(player).ok().filter(|player| player >> PLAYER_ID_BITS == 0);
    let mut ship = ShipState {
        player: PlayerId(player.ok_or(BitsError)?),
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
    ship.thrust = read_thrust(input)?;
    ship.boosting = input.read_bool()?;
    ship.position = read_position(input, side)?;
    ship.velocity = read_velocity(input, cruise(&ship, rules), SHIP_VELOCITY_ORDER)?;
    ship.aim = Angle::from_steps(input.read(Angle::BITS)? as u16);
    ship.aim_rate = read_turn(input)?;
    Ok(ship)
}

/// The player who is expected next in a list, for those who came together sit side by side.
fn next_player(before: Option<PlayerId>) -> i32 {
    before.map_or(0, |before| i32::from(before.0) + 1)
}

/// About how a ship flies that steers as this one does.
fn cruise(ship: &ShipState, rules: &Rules) -> GridVec {
    let speed = rules.hull(ship.hull).cruise_speed(ship.boosting) * CRUISE_SHARE;
    velocity_to_grid(ship.thrust.direction() * speed)
}

/// Writes an asteroid that comes into view.
pub fn write_asteroid(out: &mut BitWriter, asteroid: &AsteroidState, rules: &Rules, side: f32) {
    out.write_below(u32::from(asteroid.size.0), rules.content.asteroid_sizes.len() as u32);
    out.write_below(u32::from(asteroid.ore.0), rules.content.ores.len() as u32);
    out.write(u64::from(asteroid.shape), 8);
    write_position(out, asteroid.position, side);
    write_velocity(out, asteroid.velocity, GridVec::default(), ASTEROID_VELOCITY_ORDER);
    let whole = rules.content.asteroid_size(asteroid.size).hit_points;
    write_hit_points_of(out, asteroid.hit_points, whole);
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
    let size = SizeId(input.read_below(rules.content.asteroid_sizes.len() as u32)? as u8);
    let ore = OreId(input.read_below(rules.content.ores.len() as u32)? as u8);
    let shape = input.read(8)? as u8;
    let position = read_position(input, side)?;
    let velocity = read_velocity(input, GridVec::default(), ASTEROID_VELOCITY_ORDER)?;
    let hit_points = read_hit_points_of(input, rules.content.asteroid_size(size).hit_points)?;
    Ok(AsteroidState { size, ore, shape, position, velocity, hit_points })
}

/// Writes ore that comes into view.
pub fn write_ore(out: &mut BitWriter, ore: &OreState, now: Tick, rules: &Rules, side: f32) {
    out.write_below(u32::from(ore.ore.0), rules.content.ores.len() as u32);
    out.write(u64::from(ore.amount), 8);
    write_position(out, ore.position, side);
    let is_moving = ore.velocity != Vec2::ZERO;
    out.write_bool(is_moving);
    if is_moving {
        write_velocity(out, ore.velocity, GridVec::default(), ORE_VELOCITY_ORDER);
    }
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
    let ore = OreId(input.read_below(rules.content.ores.len() as u32)? as u8);
    let amount = input.read(8)? as u8;
    let position = read_position(input, side)?;
    let velocity = match input.read_bool()? {
        true => read_velocity(input, GridVec::default(), ORE_VELOCITY_ORDER)?,
        false => Vec2::ZERO,
    };
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

/// Writes hit points of what has so many when it is whole.
fn write_hit_points_of(out: &mut BitWriter, hit_points: u16, whole: u16) {
    out.write_signed(i32::from(whole) - i32::from(hit_points), LOST_HIT_POINTS_ORDER);
}

fn read_hit_points_of(input: &mut BitReader<'_>, whole: u16) -> Result<u16, BitsError> {
    let lost = input.read_signed(LOST_HIT_POINTS_ORDER)?;
    u16::try_from(i32::from(whole).saturating_sub(lost)).map_err(|_| BitsError)
}

fn write_condition(out: &mut BitWriter, ship: &ShipState, rules: &Rules) {
    out.write_below(u32::from(ship.hull.0), rules.content.hulls.len() as u32);
    write_hit_points_of(out, ship.hit_points, rules.hull(ship.hull).hit_points);
    out.write_bool(ship.protected);
}

fn read_condition(
    input: &mut BitReader<'_>,
    ship: &mut ShipState,
    rules: &Rules,
) -> Result<(), BitsError> {
    ship.hull = HullId(input.read_below(rules.content.hulls.len() as u32)? as u8);
    ship.hit_points = read_hit_points_of(input, rules.hull(ship.hull).hit_points)?;
    ship.protected = input.read_bool()?;
    Ok(())
}

pub(super) fn write_position(out: &mut BitWriter, position: Vec2, side: f32) {
    let (bits, offset) = place_bits(side);
    for coordinate in [position_to_grid(position).x, position_to_grid(position).y] {
        // Nothing is ever further out than the slack; were it, the edge is the nearest there is.
        let shifted = (i64::from(coordinate) + offset).clamp(0, (1 << bits) - 1);
        out.write(shifted as u64, bits);
    }
}

pub(super) fn read_position(input: &mut BitReader<'_>, side: f32) -> Result<Vec2, BitsError> {
    let (bits, offset) = place_bits(side);
    let x = (input.read(bits)? as i64 - offset) as i32;
    let y = (input.read(bits)? as i64 - offset) as i32;
    Ok(position_from_grid(GridVec { x, y }))
}

/// Bits of a coordinate in a sector of `side`, and what is added to make it positive.
fn place_bits(side: f32) -> (u32, i64) {
    let half = ((side / 2.0 + EDGE_SLACK) * POSITION_STEPS_PER_UNIT).ceil() as i64;
    ((2 * half).ilog2() + 1, half)
}

pub(super) fn write_velocity(out: &mut BitWriter, velocity: Vec2, expected: GridVec, order: u32) {
    let GridVec { x, y } = difference(velocity_to_grid(velocity), expected);
    out.write_signed(x, order);
    out.write_signed(y, order);
}

pub(super) fn read_velocity(
    input: &mut BitReader<'_>,
    expected: GridVec,
    order: u32,
) -> Result<Vec2, BitsError> {
    Ok(velocity_from_grid(read_sum(input, expected, order)?))
}

pub(super) fn difference(to: GridVec, from: GridVec) -> GridVec {
    GridVec { x: to.x.wrapping_sub(from.x), y: to.y.wrapping_sub(from.y) }
}

/// Reads a difference and gives what it is the difference of.
pub(super) fn read_sum(
    input: &mut BitReader<'_>,
    from: GridVec,
    order: u32,
) -> Result<GridVec, BitsError> {
    let x = from.x.wrapping_add(input.read_signed(order)?);
    let y = from.y.wrapping_add(input.read_signed(order)?);
    Ok(GridVec { x, y })
}

fn read_thrust(input: &mut BitReader<'_>) -> Result<Thrust, BitsError> {
    Thrust::from_code(input.read(Thrust::BITS)? as u8).ok_or(BitsError)
}

fn read_turn(input: &mut BitReader<'_>) -> Result<i16, BitsError> {
    i16::try_from(input.read_signed(AIM_ORDER)?).map_err(|_| BitsError)
}
