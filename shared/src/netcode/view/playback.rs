//! Ships at a moment between, or a little beyond, the known snapshots.

use std::borrow::Borrow;
use std::collections::VecDeque;

use glam::Vec2;

use super::frame::Frame;
use crate::sim::{Rules, ShipState, fly_on};
use crate::snapshot::EntityKey;
use crate::units::Thrust;

/// Seconds beyond the newest snapshot for which ships continue with their last controls.
pub const EXTRAPOLATION_SECONDS_MAX: f32 = 0.15;
/// Seconds after that in which they coast with their engines off; then they stop.
pub const COASTING_SECONDS_MAX: f32 = 0.5;

/// The snapshots around a moment.
pub struct Around<'a> {
    /// The last one that is not after it, or else the first one.
    pub from: &'a Frame,
    /// The one after it.
    pub to: Option<&'a Frame>,
    /// Ticks from `from` to the moment.
    pub ticks: f64,
}

impl<'a> Around<'a> {
    /// The snapshots around the moment `tick`; `None` if there are none at all.
    pub fn find<F: Borrow<Frame>>(frames: &'a VecDeque<F>, tick: f64) -> Option<Self> {
        let after = frames.partition_point(|frame| f64::from(frame.borrow().tick.0) <= tick);
        let from: &Frame = frames.get(after.saturating_sub(1))?.borrow();
        let to = if after == 0 { None } else { frames.get(after).map(Borrow::borrow) };
        let ticks = (tick - f64::from(from.tick.0)).max(0.0);
        Some(Around { from, to, ticks })
    }

    /// Share of the way from one snapshot to the other, `0.0..=1.0`.
    pub fn share(&self) -> f32 {
        let gap = self.to.map_or(1, |to| to.tick.since(self.from.tick).max(1));
        (self.ticks / f64::from(gap)).min(1.0) as f32
    }

    /// A ship of `from` at the moment. `index` is where to look for it in `to` first, and is advanced.
    pub fn ship(
        &self,
        key: EntityKey,
        ship: &ShipState,
        index: &mut usize,
        rules: &Rules,
    ) -> ShipState {
        if let Some(to) = self.to {
            // Both lists keep the order of arrival, so a match is never behind the last one.
            let found = to.ships[*index..].iter().position(|(other, _)| *other == key);
            if let Some(found) = found {
                let target = &to.ships[*index + found].1;
                *index += found + 1;
                let gap = self.to.map_or(0, |to| to.tick.since(self.from.tick));
                if target.has_passed_gate(ship, gap) {
                    // It goes on to the gate, and is at the other one from its passage on; never in between.
                    return extrapolate(ship, self.ticks, rules, self.from.side);
                }
                return between(ship, target, self.share());
            }
        }
        extrapolate(ship, self.ticks, rules, self.from.side)
    }
}

/// A ship between two states.
fn between(from: &ShipState, to: &ShipState, share: f32) -> ShipState {
    let turn = f32::from(to.aim.distance_from(from.aim)) * share;
    ShipState {
        position: from.position.lerp(to.position, share),
        velocity: from.velocity.lerp(to.velocity, share),
        aim: from.aim.turned(turn as i16),
        ..*from
    }
}

/// A ship without news for `ticks`: it continues with the game's own step, then fades its engines, then stops.
fn extrapolate(ship: &ShipState, ticks: f64, rules: &Rules, side: f32) -> ShipState {
    let flying = (EXTRAPOLATION_SECONDS_MAX / rules.tick_seconds).ceil() as u32;
    let coasting = flying + (COASTING_SECONDS_MAX / rules.tick_seconds).ceil() as u32;
    let whole = (ticks as u32).min(coasting);
    let mut now = *ship;
    for tick in 0..whole {
        fade(&mut now, tick, flying);
        fly_on(&mut now, rules, side);
    }
    if whole == coasting {
        return ShipState { velocity: Vec2::ZERO, ..now };
    }
    let mut next = now;
    fade(&mut next, whole, flying);
    fly_on(&mut next, rules, side);
    if next.has_passed_gate(&now, 1) {
        return now;
    }
    between(&now, &next, (ticks - f64::from(whole)) as f32)
}

fn fade(ship: &mut ShipState, tick: u32, flying: u32) {
    if tick >= flying {
        ship.thrust = Thrust::NONE;
        ship.boosting = false;
        ship.aim_rate = 0;
    }
}
