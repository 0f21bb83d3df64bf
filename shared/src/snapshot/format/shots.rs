//! The bits of a shot that comes into view. A shot that is born in view needs none of this: it follows from its ship.
//!
//! If the ship is in the list, the shot is written as a difference: to the shot that the ship would have fired then,
//! had it flown until now as it flies now. A ship that flew straight leaves a few bits, one that turned leaves many.

use glam::Vec2;

use super::parts::{expiry, position, sum, velocity};
use crate::limits::PLAYER_ID_BITS;
use crate::sim::{Rules, ShipState, ShotState, ShotTold, end_of_shot, fly_back, fly_shot, muzzle};
use crate::units::{
    Angle, GridVec, PlayerId, Tick, WeaponId, position_from_grid, position_to_grid,
    velocity_from_grid, velocity_to_grid,
};
use crate::wire::{BitReader, BitStream, BitWriter, BitsError, signed_bits};

/// Golomb order of a velocity about which nothing is known.
const VELOCITY_ORDER: u32 = 13;
/// Golomb orders of the difference, by whether the ship seems to have flown straight.
const STEADY_ORDERS: ShotOrders = ShotOrders { aim: 0, velocity: 2, position: 3 };
const OTHER_ORDERS: ShotOrders = ShotOrders { aim: 8, velocity: 9, position: 10 };

/// A shot that comes into view in tick `tick`, and whose ship is not in the list.
pub fn shot<S: BitStream>(
    stream: &mut S,
    now: &ShotState,
    tick: Tick,
    rules: &Rules,
    side: f32,
) -> Result<ShotState, BitsError> {
    let shooter = PlayerId(stream.bits(now.shooter.0.into(), PLAYER_ID_BITS)? as u16);
    let weapons = rules.content.weapons.len() as u32;
    let weapon = WeaponId(stream.below(now.weapon.0.into(), weapons)? as u8);
    let position = position(stream, now.position, side)?;
    let velocity = velocity(stream, now.velocity, GridVec::default(), VELOCITY_ORDER)?;
    let expires = expiry(stream, now.expires, tick)?;
    // Its whole path is followed to find its end, so a life without a bound would stop the client.
    if S::READS && expires.since(tick) > rules.weapon(weapon).lifetime_ticks.into() {
        return Err(BitsError);
    }
    let shot = ShotState::new(ShotTold { shooter, weapon, expires }, position, velocity);
    Ok(if S::READS { end_of_shot(shot, rules, tick) } else { shot })
}

/// Which of the shots of one firing a shot is that is born in view of its ship.
pub fn pellet<S: BitStream>(
    stream: &mut S,
    now: u8,
    ship: &ShipState,
    rules: &Rules,
) -> Result<u8, BitsError> {
    Ok(stream.below(now.into(), rules.weapon(ship.fit.weapon).pellets.into())? as u8)
}

/// Whether a ship in its present state can have fired the shot: it may have changed its gun since.
pub fn is_shot_of(shot: &ShotState, ship: &ShipState, now: Tick, rules: &Rules) -> bool {
    let weapon = ship.fit.weapon;
    (shot.shooter, shot.weapon) == (ship.player, weapon)
        && shot.expires.since(now) <= u32::from(rules.weapon(weapon).lifetime_ticks)
}

/// Writes a shot that comes into view and whose ship is in the list, as the difference to the shot that the ship
/// would have fired at that time, had it flown until now as it flies now.
pub fn write_shot_of(
    out: &mut BitWriter,
    shot: &ShotState,
    ship: &ShipState,
    now: Tick,
    rules: &Rules,
    side: f32,
) {
    let lifetime = u32::from(rules.weapon(shot.weapon).lifetime_ticks);
    let age = lifetime.saturating_sub(shot.expires.since(now));
    out.write_below(age, lifetime + 1);
    let past = fly_back(ship, age, rules);
    // Any aim would decode correctly; this one leaves the fewest bits.
    let aim = Angle::from_direction(shot.velocity - past.velocity);
    let turn = i32::from(aim.distance_from(past.aim));
    let mut expected = muzzle(&ShipState { aim, ..past }, rules, now.minus(age));
    let velocity = difference(velocity_to_grid(shot.velocity), velocity_to_grid(expected.velocity));
    fly_on_at(&mut expected, shot.velocity, age, rules, side);
    let position = difference(position_to_grid(shot.position), position_to_grid(expected.position));
    let bits = |orders: &ShotOrders| {
        signed_bits(turn, orders.aim)
            + signed_bits(velocity.x, orders.velocity)
            + signed_bits(velocity.y, orders.velocity)
            + signed_bits(position.x, orders.position)
            + signed_bits(position.y, orders.position)
    };
    let is_steady = bits(&STEADY_ORDERS) <= bits(&OTHER_ORDERS);
    let orders = ShotOrders::of(is_steady);
    out.write_bool(is_steady);
    out.write_signed(turn, orders.aim);
    out.write_signed(velocity.x, orders.velocity);
    out.write_signed(velocity.y, orders.velocity);
    out.write_signed(position.x, orders.position);
    out.write_signed(position.y, orders.position);
}

/// Reads what [`write_shot_of`] wrote.
///
/// # Errors
/// When the bits end early or a number is out of range.
pub fn read_shot_of(
    input: &mut BitReader<'_>,
    ship: &ShipState,
    now: Tick,
    rules: &Rules,
    side: f32,
) -> Result<ShotState, BitsError> {
    let lifetime = u32::from(rules.weapon(ship.fit.weapon).lifetime_ticks);
    let age = input.read_below(lifetime + 1)?;
    let orders = ShotOrders::of(input.read_bool()?);
    let past = fly_back(ship, age, rules);
    let turn = i16::try_from(input.read_signed(orders.aim)?).map_err(|_| BitsError)?;
    let aim = past.aim.turned(turn);
    let mut shot = muzzle(&ShipState { aim, ..past }, rules, now.minus(age));
    let from = velocity_to_grid(shot.velocity);
    let velocity = sum(input, from, from, orders.velocity)?;
    fly_on_at(&mut shot, velocity_from_grid(velocity), age, rules, side);
    let from = position_to_grid(shot.position);
    let position = sum(input, from, from, orders.position)?;
    shot.position = position_from_grid(position);
    Ok(end_of_shot(shot, rules, now))
}

fn difference(to: GridVec, from: GridVec) -> GridVec {
    GridVec { x: to.x.wrapping_sub(from.x), y: to.y.wrapping_sub(from.y) }
}

/// Lets a shot fly for a number of ticks from its muzzle, ending with this velocity. A shot that bounced on its way
/// was elsewhere; the difference makes up for that.
fn fly_on_at(shot: &mut ShotState, velocity: Vec2, ticks: u32, rules: &Rules, side: f32) {
    shot.velocity = velocity;
    for _ in 0..ticks {
        fly_shot(shot, rules, side);
    }
    shot.velocity = velocity;
}

/// Golomb orders of a shot's fields.
struct ShotOrders {
    aim: u32,
    velocity: u32,
    position: u32,
}

impl ShotOrders {
    fn of(is_steady: bool) -> &'static Self {
        if is_steady { &STEADY_ORDERS } else { &OTHER_ORDERS }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::content::Content;
    use crate::sim::{Fit, fly_on};
    use crate::units::{HullId, Thrust, snap_position, snap_velocity};

    const SIDE: f32 = 4000.0;
    const NOW: Tick = Tick(1_000);

    fn rules() -> Rules {
        let content = Arc::new(Content::built_in().unwrap());
        Rules::new(content, "proving-ground", "proving-ground", 30).unwrap()
    }

    fn ship(position: Vec2, velocity: Vec2, thrust: u8, aim: u16, aim_rate: i16) -> ShipState {
        ShipState {
            player: PlayerId(7),
            hull: HullId(0),
            fit: Fit::default(),
            shield: 0,
            shield_wait: 0,
            position: snap_position(position),
            velocity: snap_velocity(velocity),
            aim: Angle::from_steps(aim),
            aim_rate,
            thrust: Thrust::from_code(thrust).unwrap(),
            boosting: false,
            protected: false,
            gate_ticks: 0,
            hit_points: 100,
        }
    }

    /// The decoded shot that was written relative to its ship, and its number of bits.
    fn through_bits(shot: &ShotState, ship: &ShipState, rules: &Rules) -> (ShotState, usize) {
        let mut out = BitWriter::default();
        write_shot_of(&mut out, shot, ship, NOW, rules, SIDE);
        let bits = out.len_bits();
        let bytes = out.finish().to_vec();
        let mut input = BitReader::new(&bytes);
        let read = read_shot_of(&mut input, ship, NOW, rules, SIDE).unwrap();
        assert!(input.is_at_end());
        (read, bits)
    }

    fn place() -> impl Strategy<Value = Vec2> {
        (-2000.0..2000.0_f32, -2000.0..2000.0_f32).prop_map(|(x, y)| Vec2::new(x, y))
    }

    fn speed(max: f32) -> impl Strategy<Value = Vec2> {
        (-max..max, -max..max).prop_map(|(x, y)| Vec2::new(x, y))
    }

    proptest! {
        #[test]
        fn any_shot_of_any_ship_is_read_as_it_was_written(
            at in place(), velocity in speed(600.0), thrust in 0..=32_u8, aim in 0..4096_u16,
            aim_rate in any::<i16>(), shot_at in place(), shot_velocity in speed(1300.0),
            left in 0..=45_u32,
        ) {
            let rules = rules();
            let ship = ship(at, velocity, thrust, aim, aim_rate);
            let told = ShotTold {
                shooter: ship.player,
                weapon: ship.fit.weapon,
                expires: NOW.plus(left),
            };
            let shot =
                ShotState::new(told, snap_position(shot_at), snap_velocity(shot_velocity));
            prop_assert!(is_shot_of(&shot, &ship, NOW, &rules));
            prop_assert_eq!(through_bits(&shot, &ship, &rules).0, shot);
        }

        #[test]
        fn a_ship_that_flies_straight_gives_its_shots_away(
            at in speed(500.0), velocity in speed(250.0), thrust in 0..=32_u8, aim in 0..4096_u16,
            aim_rate in -40..40_i16, age in 0..20_u32,
        ) {
            let rules = rules();
            let mut ship = ship(at, velocity, thrust, aim, aim_rate);
            let mut shot = muzzle(&ship, &rules, NOW.minus(age));
            for _ in 0..age {
                fly_on(&mut ship, &rules, SIDE);
                fly_shot(&mut shot, &rules, SIDE);
            }
            let (read, bits) = through_bits(&shot, &ship, &rules);
            prop_assert_eq!(read, shot);
            // Position and velocity in full would take 69 bits.
            prop_assert!(bits <= 48, "{} bits", bits);
        }

        #[test]
        fn any_bits_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let rules = rules();
            let ship = ship(Vec2::ZERO, Vec2::ZERO, 5, 0, i16::MIN);
            let _ = read_shot_of(&mut BitReader::new(&bytes), &ship, NOW, &rules, SIDE);
            let _ = shot(&mut BitReader::new(&bytes), &ShotState::default(), NOW, &rules, SIDE);
        }
    }

    #[test]
    fn a_shot_that_outlives_its_weapon_is_refused() {
        let rules = rules();
        let lifetime = u32::from(rules.weapon(WeaponId(0)).lifetime_ticks);
        for (life, is_read) in [(lifetime, true), (lifetime + 1, false), (u32::MAX / 2, false)] {
            let told =
                ShotTold { shooter: PlayerId(7), weapon: WeaponId(0), expires: NOW.plus(life) };
            let flying = ShotState::new(told, Vec2::ZERO, Vec2::ZERO);
            let mut out = BitWriter::default();
            shot(&mut out, &flying, NOW, &rules, SIDE).unwrap();
            let bytes = out.finish().to_vec();
            let read = shot(&mut BitReader::new(&bytes), &ShotState::default(), NOW, &rules, SIDE);
            assert_eq!(read.is_ok(), is_read, "{life} ticks");
        }
    }

    #[test]
    fn the_shot_of_another_gun_or_another_player_is_none_of_a_ship() {
        let rules = rules();
        let ship = ship(Vec2::ZERO, Vec2::ZERO, 0, 0, 0);
        let shot = muzzle(&ship, &rules, NOW);
        assert!(is_shot_of(&shot, &ship, NOW, &rules));
        let others = [
            ShotTold { shooter: PlayerId(8), ..*shot },
            ShotTold { weapon: WeaponId(1), ..*shot },
            ShotTold { expires: shot.expires.plus(1), ..*shot },
        ];
        let others = others.map(|told| ShotState::new(told, shot.position, shot.velocity));
        assert!(others.iter().all(|shot| !is_shot_of(shot, &ship, NOW, &rules)));
    }
}
