//! The edge of the picture: arrows that point at ships outside of it, and darkness over areas that no snapshot
//! covers.
//!
//! The server sends every window the same box around the ship. The window's shape decides how much of the box is
//! shown; arrows point at what a narrow window cuts off.

use glam::{Vec2, Vec2Swizzles};

use super::super::effects::{Moment, ship_color};
use super::super::instances::Instances;
use super::super::palette;
use super::FrameInfo;
use super::mark::{DARKNESS, Mark, WEDGE, push};
use crate::plates::Rect;

/// Most arrows at once; the nearest ships are chosen.
const THREATS_MAX: usize = 8;
/// In pixels of a mark: an arrow's distance from the edge, and its half size for the nearest and the farthest ship.
const MARGIN: f32 = 20.0;
const HALF_NEAR: f32 = 11.0;
const HALF_FAR: f32 = 6.0;
/// Distance beyond the edge, in world units, from which a ship counts as far.
const FAR_UNITS: f32 = 500.0;
/// Units beyond what snapshots cover at which a ship may still be told of.
const SIGHT_SLACK: f32 = 250.0;
/// Gap between a mark and a plate, in CSS pixels.
const PLATE_GAP: f32 = 4.0;

/// An arrow in the ship's colour for each known ship outside of the picture.
pub(super) fn threats(moment: &Moment, info: &FrameInfo, out: &mut Instances<16>) {
    let scene = moment.scene;
    let unseen = scene
        .ships
        .iter()
        .enumerate()
        .filter(|(_, (_, ship))| ship.player != scene.player)
        // They have arrows of their own.
        .filter(|(_, (_, ship))| moment.visuals.mates.iter().all(|it| it.player != ship.player))
        // Near a gate we are told of who is at its exit; they are far away.
        .filter(|(_, (_, ship))| {
            let away = (ship.position - scene.camera).abs();
            info.sight.is_none_or(|sight| away.cmple(sight + SIGHT_SLACK).all())
        })
        .filter(|(_, (_, ship))| {
            !info.view.shows(ship.position, -moment.tables.hull(ship.hull).radius * 0.5)
        })
        .map(|(index, (_, ship))| (ship.position.distance_squared(info.view.center), index));
    // Each is put into its place among the nearest: that is less code than to sort all.
    let mut nearest: Vec<(f32, usize)> = Vec::with_capacity(THREATS_MAX + 1);
    for (distance, index) in unseen {
        let place = nearest.partition_point(|(other, _)| *other <= distance);
        nearest.insert(place, (distance, index));
        nearest.truncate(THREATS_MAX);
    }
    for (_, index) in nearest {
        let (_, ship) = &scene.ships[index];
        let beyond = (ship.position - info.view.center).abs() - info.view.half;
        let nearness = 1.0 - (beyond.max_element() / FAR_UNITS).clamp(0.0, 1.0);
        let at = info.view.from_center_css(ship.position);
        let half = (HALF_FAR + (HALF_NEAR - HALF_FAR) * nearness) * info.ui_scale;
        let mark = Mark {
            center: place(at, MARGIN * info.ui_scale, info.css, moment.visuals.plates),
            half: Vec2::splat(half),
            color: ship_color(scene, ship.player, moment.visuals.roster),
            alpha: 0.55 + 0.4 * nearness,
            kind: WEDGE,
            value: 0.0,
            angle: libm::atan2f(at.y, at.x),
        };
        push(out, &mark, [0.0; 4]);
    }
}

/// Where to draw the mark of something at `at`: there if that is on the screen, otherwise on the line towards it,
/// `margin` before the edge and not under a plate. Positions are CSS pixels from the middle of a screen of `css`
/// pixels.
pub(super) fn place(at: Vec2, margin: f32, css: Vec2, plates: &[Rect]) -> Vec2 {
    let middle = css / 2.0;
    let limit = (middle - margin).max(Vec2::ONE);
    let mut share = (limit / at.abs().max(Vec2::splat(1e-3))).min_element().min(1.0);
    for plate in plates.iter().filter(|plate| !plate.is_empty()) {
        let reach = margin.min(16.0) + PLATE_GAP;
        let (min, max) = (plate.min - middle - reach, plate.max - middle + reach);
        // A plate over the middle of the screen cannot be avoided.
        let is_over_ship = min.cmplt(Vec2::ZERO).all() && max.cmpgt(Vec2::ZERO).all();
        if let Some(enters) = entry(at, min, max).filter(|_| !is_over_ship) {
            share = share.min(enters);
        }
    }
    at * share
}

/// The share of the line from the middle to `at` at which it enters a rectangle, if it does.
fn entry(at: Vec2, min: Vec2, max: Vec2) -> Option<f32> {
    let (mut first, mut last) = (0.0_f32, 1.0_f32);
    for axis in 0..2 {
        if at[axis].abs() < 1e-3 {
            if min[axis] > 0.0 || max[axis] < 0.0 {
                return None;
            }
            continue;
        }
        let (a, b) = (min[axis] / at[axis], max[axis] / at[axis]);
        first = first.max(a.min(b));
        last = last.min(a.max(b));
    }
    (first < last).then_some(first)
}

/// Darkens the parts of the picture that no snapshot covers, so that they are not taken for empty space.
pub(super) fn darkness(moment: &Moment, info: &FrameInfo, out: &mut Instances<16>) {
    let Some(sight) = info.sight else { return };
    let known = info.view.from_center_css(moment.scene.camera);
    let reach = sight / info.view.units_per_css;
    let (min, max) = (known - reach, known + reach);
    let half = info.css / 2.0;
    // Left, top, right, bottom: the strips between the edge of the screen and the covered box.
    let strips = [
        (Vec2::new(-half.x, -half.y), Vec2::new(min.x, half.y), 0.0),
        (Vec2::new(-half.x, -half.y), Vec2::new(half.x, min.y), std::f32::consts::FRAC_PI_2),
        (Vec2::new(max.x, -half.y), Vec2::new(half.x, half.y), std::f32::consts::PI),
        (Vec2::new(-half.x, max.y), Vec2::new(half.x, half.y), -std::f32::consts::FRAC_PI_2),
    ];
    for (from, to, angle) in strips {
        let size = to - from;
        if size.x <= 0.5 || size.y <= 0.5 {
            continue;
        }
        // A mark rotates about its middle; a quarter turn swaps width and height.
        let is_turned = angle.abs() == std::f32::consts::FRAC_PI_2;
        let mark = Mark {
            center: (from + to) / 2.0,
            half: if is_turned { size.yx() } else { size } / 2.0,
            color: palette::TEXT,
            alpha: 0.62,
            kind: DARKNESS,
            value: 0.0,
            angle,
        };
        push(out, &mark, [0.0; 4]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSS: Vec2 = Vec2::new(390.0, 844.0);

    fn plate(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
        Rect { min: Vec2::new(left, top), max: Vec2::new(right, bottom) }
    }

    #[test]
    fn a_mark_stays_on_the_screen_and_out_of_the_plates() {
        let plates = [plate(10.0, 10.0, 120.0, 200.0), plate(10.0, 740.0, 290.0, 830.0)];
        for step in 0..64 {
            let angle = step as f32 / 64.0 * std::f32::consts::TAU;
            let far = Vec2::new(libm::cosf(angle), libm::sinf(angle)) * 2_000.0;
            let mark = place(far, 20.0, CSS, &plates);
            assert!(mark.abs().cmple(CSS / 2.0 - 19.9).all(), "{mark}");
            assert!(mark.normalize().dot(far.normalize()) > 0.999, "{mark} points towards {far}");
            let on_page = mark + CSS / 2.0;
            for plate in plates {
                let is_under = on_page.cmpgt(plate.min).all() && on_page.cmplt(plate.max).all();
                assert!(!is_under, "{on_page} is under {plate:?}");
            }
        }
    }

    #[test]
    fn what_is_on_the_screen_is_marked_where_it_is() {
        let at = Vec2::new(50.0, -100.0);
        assert_eq!(place(at, 20.0, CSS, &[]), at);
        // Also when a dialog covers everything.
        assert_eq!(place(at, 20.0, CSS, &[plate(0.0, 0.0, 390.0, 844.0)]), at);
    }
}
