//! What stands still: the station with its circles, and the fence round the sector.

use glam::Vec2;

use super::super::effects::Moment;
use super::super::palette;
use super::{DrawList, FrameInfo};

/// Radii of the station that its body and light reach.
const STATION_REACH: f32 = 1.6;
/// Turn of the station, radians per second.
const STATION_TURN: f32 = 0.05;
/// World units before the edge from which the fence glows.
const FENCE_DEPTH: f32 = 120.0;

pub(super) fn compose(moment: &Moment, info: &FrameInfo, list: &mut DrawList) {
    let Some(station) = &moment.tables.station else { return };
    let Vec2 { x, y } = station.position;
    let seconds = if info.reduced_motion { 0.0 } else { info.seconds };
    if info.view.shows(station.position, station.safe_radius * 1.1) {
        let [r, g, b] = palette::SAFE;
        // Dashes of about 26 units.
        let dashes = |radius: f32, units: f32| (std::f32::consts::TAU * radius / units).round();
        list.rings.push([
            x,
            y,
            station.safe_radius,
            46.0,
            r,
            g,
            b,
            0.55,
            dashes(station.safe_radius, 26.0),
            0.55,
            seconds * 0.012,
            1.5,
        ]);
        let docked = moment.tables.is_docked(moment.scene.camera);
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

/// Strips of the screen that lie beyond the edge or close before it, none over another.
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
