//! The static parts of the scene: stations with their circles, safe zones, and the fence around the sector.

use glam::Vec2;

use super::super::effects::Moment;
use super::super::palette;
use super::{DrawList, FrameInfo};

/// Reach of the station's body and light, in station radii.
const STATION_REACH: f32 = 1.6;
/// Turn of the station, radians per second.
const STATION_TURN: f32 = 0.05;
/// Distance from the edge, in world units, within which the fence glows.
const FENCE_DEPTH: f32 = 120.0;

pub(super) fn compose(moment: &Moment, info: &FrameInfo, list: &mut DrawList) {
    let seconds = if info.reduced_motion { 0.0 } else { info.seconds };
    for (position, radius) in &moment.tables.safe_zones {
        safe_zone(info, list, *position, *radius, seconds);
    }
    for station in &moment.tables.stations {
        let Vec2 { x, y } = station.position;
        safe_zone(info, list, station.position, station.safe_radius, seconds);
        if info.view.shows(station.position, station.dock_radius * 1.1) {
            let camera = moment.scene.camera;
            let docked = station.position.distance(camera) < station.dock_radius;
            let alpha = if docked { 0.95 } else { 0.42 };
            let [r, g, b] = palette::STATION;
            list.rings.push([
                x,
                y,
                station.dock_radius,
                if docked { 34.0 } else { 16.0 },
                r,
                g,
                b,
                alpha,
                dashes(station.dock_radius, 63.0),
                0.18,
                -seconds * 0.03,
                3.0,
            ]);
        }
        if info.view.shows(station.position, station.radius * STATION_REACH) {
            list.station.push([x, y, station.radius, seconds * STATION_TURN]);
        }
    }
}

/// The border of a safe zone, in dashes of about 26 units.
fn safe_zone(info: &FrameInfo, list: &mut DrawList, position: Vec2, radius: f32, seconds: f32) {
    if info.view.shows(position, radius * 1.1) {
        let (Vec2 { x, y }, [r, g, b]) = (position, palette::SAFE);
        let count = dashes(radius, 26.0);
        list.rings.push([x, y, radius, 46.0, r, g, b, 0.55, count, 0.55, seconds * 0.012, 1.5]);
    }
}

/// Number of dashes of about `units` on a circle.
fn dashes(radius: f32, units: f32) -> f32 {
    (std::f32::consts::TAU * radius / units).round()
}

/// Strips of the screen beyond the sector's edge or close to it. They do not overlap.
pub(super) fn fence(info: &FrameInfo, list: &mut DrawList) {
    let (min, max) = (info.view.center - info.view.half, info.view.center + info.view.half);
    let inner = info.half_side - FENCE_DEPTH;
    if inner <= 0.0 {
        return;
    }
    let top = min.y.max(-inner).min(max.y);
    let bottom = max.y.min(inner).max(top);
    let mut strip = |left: f32, top: f32, right: f32, bottom: f32| {
        if right > left && bottom > top {
            list.fence.push([left, top, right, bottom]);
        }
    };
    strip(min.x, min.y, max.x, top);
    strip(min.x, bottom, max.x, max.y);
    strip(min.x, top, (-inner).min(max.x), bottom);
    strip(inner.max(min.x), top, max.x, bottom);
}
