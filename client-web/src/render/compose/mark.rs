//! One mark drawn over the world, in the form that the overlay's shader takes.

use glam::Vec2;

use super::super::instances::Instances;
use super::super::palette::Rgb;

/// Kinds of mark; the numbers are those in `overlay.glsl`.
pub(super) const TEXT: f32 = 0.0;
pub(super) const BAR: f32 = 1.0;
pub(super) const WEDGE: f32 = 2.0;
pub(super) const ARC_RIGHT: f32 = 3.0;
pub(super) const ARC_LEFT: f32 = 4.0;
pub(super) const DARKNESS: f32 = 5.0;

/// A mark drawn over the world. Lengths are in CSS pixels; positions are measured from the middle of the screen.
pub(super) struct Mark {
    pub center: Vec2,
    pub half: Vec2,
    pub color: Rgb,
    pub alpha: f32,
    pub kind: f32,
    pub value: f32,
    pub angle: f32,
}

pub(super) fn push(out: &mut Instances<16>, mark: &Mark, place: [f32; 4]) {
    let [r, g, b] = mark.color;
    let [left, top, right, bottom] = place;
    out.push([
        mark.center.x,
        mark.center.y,
        mark.half.x,
        mark.half.y,
        left,
        top,
        right,
        bottom,
        r,
        g,
        b,
        mark.alpha,
        mark.kind,
        mark.value,
        mark.angle,
        0.0,
    ]);
}
