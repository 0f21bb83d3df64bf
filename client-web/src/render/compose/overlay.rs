//! Marks over the world, the same size at every zoom: names, hit point bars, the way to the station.

use glam::Vec2;

use driftfield_shared::sim::ShipState;

use super::super::effects::{Moment, ship_color};
use super::super::instances::Instances;
use super::super::labels::{Label, Labels};
use super::super::palette::{self, Rgb, mix};
use super::FrameInfo;

/// Kinds of mark; the numbers are those in `overlay.frag`.
const TEXT: f32 = 0.0;
const BAR: f32 = 1.0;
const WEDGE: f32 = 2.0;
const ARC_RIGHT: f32 = 3.0;
const ARC_LEFT: f32 = 4.0;

/// CSS pixels: size of a bar, gap to the ship, distance of the wedge from the edge of the screen.
const BAR_HALF: Vec2 = Vec2::new(17.0, 2.0);
const GAP: f32 = 9.0;
const WEDGE_MARGIN: Vec2 = Vec2::new(46.0, 46.0);
const WEDGE_HALF: f32 = 15.0;
/// CSS pixels between our ship and the arcs beside it.
const ARC_GAP: f32 = 13.0;

struct Mark {
    center: Vec2,
    half: Vec2,
    color: Rgb,
    alpha: f32,
    kind: f32,
    value: f32,
    angle: f32,
}

fn push(out: &mut Instances<16>, mark: &Mark, place: [f32; 4]) {
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

fn text(out: &mut Instances<16>, label: &Label, center: Vec2, color: Rgb, alpha: f32) {
    let half = Vec2::from(label.size) / 2.0;
    let mark = Mark { center, half, color, alpha, kind: TEXT, value: 0.0, angle: 0.0 };
    push(out, &mark, label.place);
}

pub(super) fn ships(
    moment: &Moment,
    info: &FrameInfo,
    labels: &mut Labels,
    out: &mut Instances<16>,
) {
    for (_, ship) in &moment.scene.ships {
        let look = moment.tables.hull(ship.hull);
        if !info.view.shows(ship.position, look.radius) {
            continue;
        }
        let center = info.view.from_center_css(ship.position);
        let radius = look.radius / info.view.units_per_css;
        let share = (f32::from(ship.hit_points) / look.hit_points).min(1.0);
        if ship.player == moment.scene.player {
            own(moment, center, radius, share, out);
        } else {
            other(moment, ship, center - Vec2::Y * (radius * 1.4 + GAP), share, labels, out);
        }
    }
}

/// Name over somebody else's ship, and a bar while it is hurt.
fn other(
    moment: &Moment,
    ship: &ShipState,
    at: Vec2,
    share: f32,
    labels: &mut Labels,
    out: &mut Instances<16>,
) {
    let look = moment.visuals.roster.look(ship.player);
    let color = ship_color(moment.scene, ship.player, moment.visuals.roster);
    if share < 0.995 {
        let bar = Mark {
            center: at,
            half: BAR_HALF,
            color: if share < 0.35 { palette::LOW } else { mix(color, palette::TEXT, 0.25) },
            alpha: 0.95,
            kind: BAR,
            value: share,
            angle: 0.0,
        };
        push(out, &bar, [0.0; 4]);
    }
    let Some(look) = look else { return };
    if let Some(label) = labels.find(look.name) {
        let alpha = if look.is_bot { 0.6 } else { 0.95 };
        text(out, &label, at - Vec2::Y * 11.0, mix(palette::TEXT, color, 0.4), alpha);
    }
}

/// Arcs beside our own ship, hull left and boost right, shown while there is something to watch.
fn own(moment: &Moment, center: Vec2, radius: f32, share: f32, out: &mut Instances<16>) {
    let half = Vec2::splat(radius * 1.35 + ARC_GAP);
    let mut arc = |kind: f32, value: f32, color: Rgb| {
        if value < 0.995 {
            let mark = Mark { center, half, color, alpha: 0.8, kind, value, angle: 0.0 };
            push(out, &mark, [0.0; 4]);
        }
    };
    arc(ARC_LEFT, share, if share < 0.35 { palette::LOW } else { palette::TEXT });
    arc(ARC_RIGHT, moment.visuals.boost.clamp(0.0, 1.0), palette::OWN);
}

/// The station's name, and the way there while it is out of sight.
pub(super) fn station(
    moment: &Moment,
    info: &FrameInfo,
    labels: &mut Labels,
    out: &mut Instances<16>,
) {
    let Some(station) = &moment.tables.station else { return };
    let at = info.view.from_center_css(station.position);
    let label = labels.find(&station.name);
    if info.view.shows(station.position, station.radius * 0.4) {
        let under = at + Vec2::Y * (station.radius * 1.22 / info.view.units_per_css + 14.0);
        if let Some(label) = label {
            text(out, &label, under, mix(palette::STATION, palette::TEXT, 0.35), 0.85);
        }
        return;
    }
    // A full hold makes the way there urgent.
    let held: u32 = moment.scene.own.hold.iter().map(|&units| u32::from(units)).sum();
    let own = moment.scene.ships.iter().find(|(_, ship)| ship.player == moment.scene.player);
    let hold = own.map_or(0, |(_, ship)| moment.tables.hull(ship.hull).hold);
    let is_full = hold > 0 && held >= hold;
    let pulse = match info.reduced_motion {
        true => 0.9,
        false => 0.75 + 0.25 * libm::sinf(info.seconds * 5.0),
    };
    let (color, alpha) = match is_full {
        true => (palette::STATION, pulse),
        false => (palette::SAFE, 0.62),
    };
    let limit = (info.css / 2.0 - WEDGE_MARGIN).max(Vec2::ONE);
    let place = at * (limit / at.abs().max(Vec2::splat(1e-3))).min_element().min(1.0);
    let half = Vec2::splat(WEDGE_HALF * if is_full { 1.25 } else { 1.0 });
    let angle = libm::atan2f(at.y, at.x);
    push(
        out,
        &Mark { center: place, half, color, alpha, kind: WEDGE, value: 0.0, angle },
        [0.0; 4],
    );
    if let Some(label) = label {
        // Inwards from the wedge, so that it never leaves the screen.
        let inwards = -place.normalize_or(Vec2::Y);
        let away = WEDGE_HALF + 10.0 + label.size[0] * 0.5 * inwards.x.abs();
        text(out, &label, place + inwards * away, color, alpha * 0.9);
    }
}
