//! What only the owner of a ship is told: boost, gun, purse and hold.

use super::bits::{BitReader, BitWriter, BitsError};
use crate::sim::{BOOST_STEPS_PER_TICK, OwnState, Rules, ShipState};

/// Brings the own state forward by `ticks` to what both ends expect, given the own ship as it is now and
/// whether it is seen to fire in this tick.
pub fn predict_own(
    own: &mut OwnState,
    ship: Option<&ShipState>,
    has_fired: bool,
    ticks: u32,
    rules: &Rules,
) {
    let steps = u16::try_from(ticks).unwrap_or(u16::MAX);
    own.respawn_ticks = own.respawn_ticks.saturating_sub(steps);
    own.gun_cooldown = own.gun_cooldown.saturating_sub(u8::try_from(ticks).unwrap_or(u8::MAX));
    if let Some(ship) = ship {
        let hull = rules.hull(ship.hull);
        own.boost_charge = match ship.boosting {
            true => own.boost_charge.saturating_sub(steps.saturating_mul(BOOST_STEPS_PER_TICK)),
            false => own
                .boost_charge
                .saturating_add(steps.saturating_mul(hull.boost_recharge_step))
                .min(hull.boost_charge_max),
        };
        if has_fired {
            own.gun_cooldown = rules.weapon(hull.weapon).interval_ticks;
        }
    }
}

/// Writes how `now` differs from `expected`.
pub fn write_own(out: &mut BitWriter, expected: &OwnState, now: &OwnState) {
    out.write_bool(now != expected);
    if now == expected {
        return;
    }
    field(out, expected.boost_charge != now.boost_charge, u64::from(now.boost_charge), 16);
    field(out, expected.gun_cooldown != now.gun_cooldown, u64::from(now.gun_cooldown), 8);
    field(out, expected.credits != now.credits, u64::from(now.credits), 32);
    field(out, expected.score != now.score, u64::from(now.score), 32);
    field(out, expected.respawn_ticks != now.respawn_ticks, u64::from(now.respawn_ticks), 16);
    out.write_bool(now.hold != expected.hold);
    if now.hold != expected.hold {
        now.hold.iter().for_each(|units| out.write(u64::from(*units), 16));
    }
}

/// Reads what [`write_own`] wrote, into the expected state.
///
/// # Errors
/// When the bits end early.
pub fn read_own(
    input: &mut BitReader<'_>,
    own: &mut OwnState,
    rules: &Rules,
) -> Result<(), BitsError> {
    if !input.read_bool()? {
        return Ok(());
    }
    if input.read_bool()? {
        own.boost_charge = input.read(16)? as u16;
    }
    if input.read_bool()? {
        own.gun_cooldown = input.read(8)? as u8;
    }
    if input.read_bool()? {
        own.credits = input.read(32)? as u32;
    }
    if input.read_bool()? {
        own.score = input.read(32)? as u32;
    }
    if input.read_bool()? {
        own.respawn_ticks = input.read(16)? as u16;
    }
    if input.read_bool()? {
        own.hold.resize(rules.content.ores.len(), 0);
        for units in &mut own.hold {
            *units = input.read(16)? as u16;
        }
    }
    Ok(())
}

fn field(out: &mut BitWriter, has_changed: bool, value: u64, bits: u32) {
    out.write_bool(has_changed);
    if has_changed {
        out.write(value, bits);
    }
}
