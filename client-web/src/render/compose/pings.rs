//! Places that somebody points at: a ring in the world with the name of whoever points, and an arrow at the edge of the picture
//! towards those out of view.

use glam::Vec2;

use super::super::effects::Moment;
use super::super::labels::Labels;
use super::mark::{ARC_LEFT, ARC_RIGHT, Mark, WEDGE, push};
use super::{DrawList, FrameInfo};
use super::{edge, overlay};

/// World units: radius of the ring, and how much larger it is at first.
const RADIUS: f32 = 46.0;
const RADIUS_MORE: f32 = 150.0;
/// Share of its time in which a ring draws together, and in which it fades.
const GATHERS: f32 = 0.12;
const FADES: f32 = 0.2;
/// In pixels of a mark: the arrow's distance from the edge and half size, and the gap between a mark and its name.
const MARGIN: f32 = 34.0;
const HALF: f32 = 13.0;
const GAP: f32 = 20.0;

pub(super) fn compose(moment: &Moment, info: &FrameInfo, labels: &mut Labels, list: &mut DrawList) {
    for ping in moment.visuals.pings {
        let alpha = ((1.0 - ping.age) / FADES).min(1.0);
        let label = labels.find(&ping.name);
        let at = info.view.from_center_css(ping.place);
        let look = (ping.color, alpha);
        if info.view.shows(ping.place, 0.0) {
            let gathering = match info.reduced_motion {
                true => 0.0,
                false => (1.0 - ping.age / GATHERS).max(0.0),
            };
            let radius = RADIUS + RADIUS_MORE * gathering;
            let ([r, g, b], Vec2 { x, y }) = (ping.color, ping.place);
            list.rings.push([x, y, radius, 20.0, r, g, b, alpha, 4.0, 0.7, ping.age, 3.0]);
            if let Some(label) = label {
                let above = RADIUS / info.view.units_per_css + GAP * info.ui_scale;
                overlay::text(&mut list.overlay, &label, at - Vec2::Y * above, look, info.ui_scale);
            }
            continue;
        }
        let scale = info.ui_scale;
        let place = edge::place(at, MARGIN * scale, info.css, moment.visuals.plates);
        let mark = Mark {
            center: place,
            half: Vec2::splat(HALF * scale),
            color: ping.color,
            alpha,
            kind: WEDGE,
            value: 0.0,
            angle: libm::atan2f(at.y, at.x),
        };
        push(&mut list.overlay, &mark, [0.0; 4]);
        // In a ring: a bare arrow is a ship.
        for kind in [ARC_LEFT, ARC_RIGHT] {
            let half = Vec2::splat(HALF * 1.7 * scale);
            let ring = Mark { half, kind, value: 1.0, angle: 0.0, ..mark };
            push(&mut list.overlay, &ring, [0.0; 4]);
        }
        if let Some(label) = label {
            // Towards the inside, so that it never leaves the screen.
            let inwards = -place.normalize_or(Vec2::Y);
            let away = (HALF + GAP + label.size[0] * 0.5 * inwards.x.abs()) * scale;
            overlay::text(&mut list.overlay, &label, place + inwards * away, look, scale);
        }
    }
}
