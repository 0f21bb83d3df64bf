//! The walls in view.

use super::super::effects::Moment;
use super::super::instances::Instances;
use super::super::tables::WallPiece;
use super::FrameInfo;

/// Width of a rim: share of a wall's radius, and most units.
const RIM_SHARE: f32 = 0.22;
const RIM_UNITS_MAX: f32 = 2.2;
/// Units around a wall that its light reaches.
const GLOW_UNITS: f32 = 16.0;

/// Each piece twice: all rims first, and the bodies above them, so that pieces that meet look like one.
pub(super) fn compose(moment: &Moment, info: &FrameInfo, out: &mut Instances<8>) {
    out.clear();
    for is_body in [false, true] {
        for piece in moment.tables.wall_pieces.iter().filter(|piece| is_shown(piece, info)) {
            let [from, to] = piece.ends;
            let rim = (piece.radius * RIM_SHARE).min(RIM_UNITS_MAX);
            let radius = if is_body { piece.radius - rim } else { piece.radius };
            let is_body = f32::from(u8::from(is_body));
            out.push([from.x, from.y, to.x, to.y, radius, is_body, piece.seed, 0.0]);
        }
    }
}

fn is_shown(piece: &WallPiece, info: &FrameInfo) -> bool {
    let [from, to] = piece.ends;
    let reach = info.view.half + piece.radius + GLOW_UNITS;
    let (min, max) = (from.min(to) - info.view.center, from.max(to) - info.view.center);
    min.cmple(reach).all() && max.cmpge(-reach).all()
}
