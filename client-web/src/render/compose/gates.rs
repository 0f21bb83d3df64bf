//! The gates in view.

use std::f32::consts::TAU;

use super::super::effects::{Effects, Moment};
use super::super::instances::Instances;
use super::FrameInfo;

/// Reach of a gate's body and light, in its radii.
const REACH: f32 = 1.6;

pub(super) fn compose(
    moment: &Moment,
    effects: &Effects,
    info: &FrameInfo,
    out: &mut Instances<8>,
) {
    out.clear();
    let scene = moment.scene;
    let own = scene.ships.iter().map(|(_, ship)| ship).find(|ship| ship.player == scene.player);
    let is_shut = f32::from(u8::from(own.is_some_and(|ship| ship.gate_ticks > 0)));
    for (index, gate) in (0_u16..).zip(&moment.tables.gates) {
        if info.view.shows(gate.position, gate.radius * REACH) {
            let seed = (f32::from(index) * 0.618_034).fract();
            let flash = effects.gate_flash(gate.position, gate.radius);
            let (x, y) = (gate.position.x, gate.position.y);
            out.push([x, y, gate.radius, gate.turn * TAU, seed, is_shut, flash, 0.0]);
        }
    }
}
