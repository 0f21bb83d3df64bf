//! Marks over the world that have the same size at every zoom: names, hit point bars, and the direction of the
//! station.

use glam::Vec2;

use driftfield_shared::content::{Gate, Station};
use driftfield_shared::sim::ShipState;

use super::super::effects::{Moment, ship_color};
use super::super::instances::Instances;
use super::super::labels::{Label, Labels};
use super::super::palette::{self, Rgb, mix};
use super::FrameInfo;
use super::mark::{ARC_LEFT, ARC_RIGHT, BAR, Mark, TEXT, WEDGE, push};
use crate::say;

/// In pixels of a mark: size of a bar, its gap to the ship, and the wedge's distance from the edge of the screen.
const BAR_HALF: Vec2 = Vec2::new(17.0, 2.0);
const GAP: f32 = 9.0;
const WEDGE_MARGIN: f32 = 46.0;
const WEDGE_HALF: f32 = 15.0;
/// Gap between our ship and the arcs beside it, in pixels of a mark.
const ARC_GAP: f32 = 13.0;

pub(super) fn text(
    out: &mut Instances<16>,
    label: &Label,
    center: Vec2,
    (color, alpha): (Rgb, f32),
    scale: f32,
) {
    let half = Vec2::from(label.size) * (0.5 * scale);
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
            own(moment, center, radius, share, info.ui_scale, out);
        } else {
            let at = center - Vec2::Y * (radius * 1.4 + GAP * info.ui_scale);
            other(moment, ship, at, share, info.ui_scale, labels, out);
        }
    }
}

/// The name above another ship, and a bar while it is damaged.
fn other(
    moment: &Moment,
    ship: &ShipState,
    at: Vec2,
    share: f32,
    scale: f32,
    labels: &mut Labels,
    out: &mut Instances<16>,
) {
    let look = moment.visuals.roster.look(ship.player);
    let color = ship_color(moment.scene, ship.player, moment.visuals.roster);
    if share < 0.995 {
        let bar = Mark {
            center: at,
            half: BAR_HALF * scale,
            color: if share < 0.35 { palette::LOW } else { mix(color, palette::TEXT, 0.25) },
            alpha: 0.95,
            kind: BAR,
            value: share,
            angle: 0.0,
        };
        push(out, &bar, [0.0; 4]);
    }
    let Some(look) = look else { return };
    let is_mate = moment.visuals.mates.iter().any(|mate| mate.player == ship.player);
    if is_mate {
        let name = super::mates::label(look.name);
        if let Some(label) = labels.find(&name) {
            let look = (palette::PARTY, 1.0);
            text(out, &label, at - Vec2::Y * (11.0 * scale), look, scale);
        }
    } else if let Some(label) = labels.find(look.name) {
        let alpha = if look.is_bot { 0.6 } else { 0.95 };
        let look = (mix(palette::TEXT, color, 0.4), alpha);
        text(out, &label, at - Vec2::Y * (11.0 * scale), look, scale);
    }
}

/// Arcs beside our own ship: hull on the left and the shield outside of it, boost on the right and energy outside of it. Each
/// is shown while it is not full.
fn own(
    moment: &Moment,
    center: Vec2,
    radius: f32,
    share: f32,
    scale: f32,
    out: &mut Instances<16>,
) {
    let half = Vec2::splat(radius * 1.35 + ARC_GAP * scale);
    let mut arc = |kind: f32, value: f32, color: Rgb| {
        if value < 0.995 {
            let mark = Mark { center, half, color, alpha: 0.8, kind, value, angle: 0.0 };
            push(out, &mark, [0.0; 4]);
        }
    };
    arc(ARC_LEFT, share, if share < 0.35 { palette::LOW } else { palette::TEXT });
    arc(ARC_RIGHT, moment.visuals.boost.clamp(0.0, 1.0), palette::OWN);
    let half = half + Vec2::splat(ARC_GAP * scale);
    let mut outer = |kind: f32, value: f32, color: Rgb| {
        if value < 0.995 {
            let mark = Mark { center, half, color, alpha: 0.8, kind, value, angle: 0.0 };
            push(out, &mark, [0.0; 4]);
        }
    };
    outer(ARC_LEFT, moment.visuals.shield.clamp(0.0, 1.0), palette::SAFE);
    outer(ARC_RIGHT, moment.visuals.energy.clamp(0.0, 1.0), palette::STATION);
}

fn name(station: &Station) -> String {
    say::name(&format!("station-{}", station.id), &station.name)
}

fn nearest_station<'a>(moment: &Moment<'a>) -> Option<&'a Station> {
    let distance = |station: &Station| station.position.distance(moment.scene.camera);
    moment.tables.stations.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The names of the stations in view, and an arrow towards the nearest one while it is out of view.
pub(super) fn stations(
    moment: &Moment,
    info: &FrameInfo,
    labels: &mut Labels,
    out: &mut Instances<16>,
) {
    let scale = info.ui_scale;
    let is_shown = |station: &Station| info.view.shows(station.position, station.radius * 0.4);
    for station in moment.tables.stations.iter().filter(|station| is_shown(station)) {
        let at = info.view.from_center_css(station.position);
        let under = at + Vec2::Y * (station.radius * 1.22 / info.view.units_per_css + 14.0 * scale);
        if let Some(label) = labels.find(&name(station)) {
            let look = (mix(palette::STATION, palette::TEXT, 0.35), 0.85);
            text(out, &label, under, look, scale);
        }
    }
    let Some(station) = nearest_station(moment).filter(|station| !is_shown(station)) else {
        return;
    };
    let at = info.view.from_center_css(station.position);
    let label = labels.find(&name(station));
    // When the hold is full, the arrow is highlighted.
    let held: u32 = moment.scene.own.hold.iter().map(|&units| u32::from(units)).sum();
    let own = moment.scene.ships.iter().find(|(_, ship)| ship.player == moment.scene.player);
    let hold = own.map_or(0, |_| moment.visuals.hold);
    let is_full = hold > 0 && held >= hold;
    let pulse = match info.reduced_motion {
        true => 0.9,
        false => 0.75 + 0.25 * libm::sinf(info.seconds * 5.0),
    };
    let (color, alpha) = match is_full {
        true => (palette::STATION, pulse),
        false => (palette::SAFE, 0.62),
    };
    let place = super::edge::place(at, WEDGE_MARGIN * scale, info.css, moment.visuals.plates);
    let half = Vec2::splat(WEDGE_HALF * scale * if is_full { 1.25 } else { 1.0 });
    let angle = libm::atan2f(at.y, at.x);
    push(
        out,
        &Mark { center: place, half, color, alpha, kind: WEDGE, value: 0.0, angle },
        [0.0; 4],
    );
    if let Some(label) = label {
        // Towards the inside, so that it never leaves the screen.
        let inwards = -place.normalize_or(Vec2::Y);
        let away = (WEDGE_HALF + 10.0 + label.size[0] * 0.5 * inwards.x.abs()) * scale;
        text(out, &label, place + inwards * away, (color, alpha * 0.9), scale);
    }
}

/// Where each gate in view leads.
pub(super) fn gates(
    moment: &Moment,
    info: &FrameInfo,
    labels: &mut Labels,
    out: &mut Instances<16>,
) {
    let is_shown = |gate: &&Gate| info.view.shows(gate.position, gate.radius * 0.4);
    for gate in moment.tables.gates.iter().filter(is_shown) {
        let at = info.view.from_center_css(gate.position);
        let gap = gate.radius * 1.42 / info.view.units_per_css + 12.0 * info.ui_scale;
        if let Some(label) = labels.find(&say::name(&format!("gate-{}", gate.id), &gate.name)) {
            let look = (mix(palette::GATE, palette::TEXT, 0.35), 0.85);
            text(out, &label, at + Vec2::Y * gap, look, info.ui_scale);
        }
    }
}
