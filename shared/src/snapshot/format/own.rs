//! The part of the state that only the owner of a ship is sent: boost, gun, credits and hold.

use crate::sim::{BOOST_STEPS_PER_TICK, OwnState, Owned, Rules, ShipState};
use crate::wire::{BitStream, BitsError};

/// Advances the own state by `ticks` to what both ends predict, given the own ship's state now and whether it is seen
/// to fire in this tick.
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
        let energy = rules.energy(ship.hull, &ship.fit);
        own.energy = own.energy.saturating_add(energy.step.saturating_mul(steps)).min(energy.most);
        if has_fired {
            let weapon = rules.weapon(ship.fit.weapon);
            own.gun_cooldown = weapon.interval_ticks;
            own.energy = own.energy.saturating_sub(weapon.energy);
        }
    }
}

/// The difference of `now` to the predicted state `own`, which becomes it.
pub fn own_state<S: BitStream>(
    stream: &mut S,
    own: &mut OwnState,
    now: &OwnState,
    rules: &Rules,
) -> Result<(), BitsError> {
    if !stream.flag(now != own)? {
        return Ok(());
    }
    if stream.flag(now.boost_charge != own.boost_charge)? {
        own.boost_charge = stream.bits(now.boost_charge.into(), 16)? as u16;
    }
    if stream.flag(now.gun_cooldown != own.gun_cooldown)? {
        own.gun_cooldown = stream.bits(now.gun_cooldown.into(), 8)? as u8;
    }
    if stream.flag(now.energy != own.energy)? {
        own.energy = stream.bits(now.energy.into(), 16)? as u16;
    }
    if stream.flag(now.credits != own.credits)? {
        own.credits = stream.bits(now.credits.into(), 32)? as u32;
    }
    if stream.flag(now.score != own.score)? {
        own.score = stream.bits(now.score.into(), 32)? as u32;
    }
    if stream.flag(now.respawn_ticks != own.respawn_ticks)? {
        own.respawn_ticks = stream.bits(now.respawn_ticks.into(), 16)? as u16;
    }
    if stream.flag(now.hold != own.hold)? {
        own.hold.resize(rules.content.ores.len(), 0);
        for (index, units) in own.hold.iter_mut().enumerate() {
            let now = now.hold.get(index).copied().unwrap_or_default();
            *units = stream.bits(now.into(), 16)? as u16;
        }
    }
    if stream.flag(now.owned != own.owned)? {
        own.owned = owned(stream, &now.owned, rules)?;
    }
    Ok(())
}

/// A bit for each thing that there is.
fn owned<S: BitStream>(stream: &mut S, now: &Owned, rules: &Rules) -> Result<Owned, BitsError> {
    let content = &rules.content;
    let parts = content.parts.each_ref().map(Vec::len);
    let counts = [content.hulls.len(), content.weapons.len()].into_iter().chain(parts);
    let mut tables = *now.tables();
    for (table, count) in tables.iter_mut().zip(counts) {
        *table = stream.bits(*table, count as u32)?;
    }
    Ok(Owned::from_tables(tables))
}
