//! The minimap: the whole sector, with everything in it that we see.

use driftfield_shared::content::{Content, Sector, Wall};
use driftfield_shared::netcode::Frame;
use driftfield_shared::sim::ShipState;
use glam::Vec2;
use web_sys::{CanvasRenderingContext2d, Document};

use super::canvas::canvas_2d;
use crate::chat::Ping;
use crate::party::Mate;
use crate::render::{rgb_bits, ship_color};

/// The canvas on the page.
pub const CANVAS_ID: &str = "radar";
/// CSS pixels around the sector.
const MARGIN: f64 = 8.0;

/// Paints the minimap.
#[derive(Debug)]
pub struct Radar<'a> {
    /// The figures of the game.
    pub content: &'a Content,
    /// The sector.
    pub sector: &'a Sector,
    /// The newest snapshot.
    pub frame: &'a Frame,
    /// Our own ship, predicted; `None` while it is destroyed.
    pub own: Option<ShipState>,
    /// Places that somebody points at.
    pub pings: &'a [Ping],
    /// Others of the party.
    pub mates: &'a [Mate],
    /// Size of the interface; 1 is the default.
    pub ui_scale: f64,
}

impl Radar<'_> {
    /// Paints it onto the page.
    pub fn paint(&self, document: &Document, pixel_ratio: f64) {
        let Some((canvas, context)) = canvas_2d(document, CANVAS_ID, pixel_ratio) else { return };
        let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
        context.clear_rect(0.0, 0.0, width, height);
        let pixel_ratio = pixel_ratio * self.ui_scale;
        let frame = self.frame;
        if frame.side <= 0.0 {
            return;
        }
        let extent = width.min(height) - 2.0 * MARGIN * pixel_ratio;
        let map = Map { centre: width / 2.0, scale: extent / f64::from(frame.side), pixel_ratio };
        map.outline(&context, extent);
        if let Some((own, half)) = self.own.zip(self.sector.view_half) {
            map.view(&context, own.position, half, extent);
        }
        for wall in &self.sector.walls {
            map.wall(&context, wall);
        }
        for gate in &self.sector.gates {
            map.gate(&context, gate.position);
        }
        for station in &self.sector.stations {
            map.station(&context, station.position, station.safe_radius);
        }
        for (_, asteroid) in &frame.asteroids {
            let radius = self.content.asteroid_size(asteroid.size).radius;
            map.dot(&context, asteroid.position, f64::from(radius) * map.scale, "#6f86a8");
        }
        for (_, ship) in frame.ships.iter().filter(|(_, ship)| ship.player != frame.player) {
            map.dot(&context, ship.position, 2.4 * pixel_ratio, "#FF7A33");
        }
        for mate in self.mates {
            let seen = frame.ships.iter().find(|(_, ship)| ship.player == mate.player);
            if let Some(place) = seen.map(|(_, ship)| ship.position).or(mate.place) {
                map.mate(&context, place, &css(ship_color(mate.player, false)));
            }
        }
        self.pings.iter().for_each(|ping| map.ping(&context, ping));
        if let Some(own) = self.own {
            map.arrow(&context, own.position, own.aim.direction());
        }
    }

    /// The place in the world of a point on a radar of so many CSS pixels; `None` where that is not in the sector.
    pub fn world_at(point: Vec2, size: Vec2, side: f32, ui_scale: f32) -> Option<Vec2> {
        let extent = size.min_element() - 2.0 * MARGIN as f32 * ui_scale;
        let world = (point - size / 2.0) * (side / extent.max(1.0));
        let is_in = extent > 0.0 && world.abs().max_element() <= side / 2.0;
        is_in.then_some(world)
    }
}

/// A colour in CSS syntax.
fn css(color: crate::render::Rgb) -> String {
    format!("#{:06x}", rgb_bits(color))
}

/// Translates places in the world to places on the canvas.
struct Map {
    centre: f64,
    scale: f64,
    pixel_ratio: f64,
}

impl Map {
    fn place(&self, position: Vec2) -> (f64, f64) {
        let at = |along: f32| self.centre + f64::from(along) * self.scale;
        (at(position.x), at(position.y))
    }

    fn outline(&self, context: &CanvasRenderingContext2d, extent: f64) {
        context.set_stroke_style_str("rgba(86, 180, 233, .45)");
        context.set_line_width(self.pixel_ratio);
        let corner = self.centre - extent / 2.0;
        context.stroke_rect(corner, corner, extent, extent);
    }

    fn view(&self, context: &CanvasRenderingContext2d, camera: Vec2, half: Vec2, extent: f64) {
        let (x, y) = self.place(camera - half);
        let (width, height) =
            (f64::from(half.x) * 2.0 * self.scale, f64::from(half.y) * 2.0 * self.scale);
        // Clipped to the sector, because there is nothing to see beyond it.
        let (low, high) = (self.centre - extent / 2.0, self.centre + extent / 2.0);
        let (left, top) = (x.max(low), y.max(low));
        let (right, bottom) = ((x + width).min(high), (y + height).min(high));
        context.set_fill_style_str("rgba(126, 178, 224, .09)");
        context.fill_rect(left, top, right - left, bottom - top);
    }

    fn station(&self, context: &CanvasRenderingContext2d, position: Vec2, safe_radius: f32) {
        let (x, y) = self.place(position);
        let circle = |radius: f64| {
            context.begin_path();
            // Fails only for a negative radius.
            let _ = context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
        };
        circle(f64::from(safe_radius) * self.scale);
        context.set_fill_style_str("rgba(59, 217, 180, .14)");
        context.fill();
        context.set_stroke_style_str("rgba(59, 217, 180, .6)");
        context.stroke();
        let half = 3.2 * self.pixel_ratio;
        context.set_fill_style_str("#3BD9B4");
        context.fill_rect(x - half, y - half, 2.0 * half, 2.0 * half);
    }

    fn wall(&self, context: &CanvasRenderingContext2d, wall: &Wall) {
        context.set_stroke_style_str("rgba(168, 190, 224, .75)");
        context.set_line_width(
            (f64::from(wall.radius) * 2.0 * self.scale).max(1.2 * self.pixel_ratio),
        );
        context.begin_path();
        for (from, to) in wall.pieces() {
            let ((x, y), (to_x, to_y)) = (self.place(from), self.place(to));
            context.move_to(x, y);
            context.line_to(to_x, to_y);
        }
        context.stroke();
    }

    /// A ring of its own colour, and a shape that nothing else has: a diamond.
    fn gate(&self, context: &CanvasRenderingContext2d, position: Vec2) {
        let (x, y) = self.place(position);
        let half = 4.2 * self.pixel_ratio;
        context.begin_path();
        context.move_to(x, y - half);
        context.line_to(x + half, y);
        context.line_to(x, y + half);
        context.line_to(x - half, y);
        context.close_path();
        context.set_fill_style_str("rgba(180, 156, 255, .3)");
        context.fill();
        context.set_stroke_style_str("#B49CFF");
        context.set_line_width(1.2 * self.pixel_ratio);
        context.stroke();
    }

    fn dot(&self, context: &CanvasRenderingContext2d, position: Vec2, radius: f64, color: &str) {
        let (x, y) = self.place(position);
        context.set_fill_style_str(color);
        context.begin_path();
        let _ = context.arc(x, y, radius.max(self.pixel_ratio), 0.0, std::f64::consts::TAU);
        context.fill();
    }

    /// A dot in a ring, in the member's own colour: larger than any other ship.
    fn mate(&self, context: &CanvasRenderingContext2d, position: Vec2, color: &str) {
        self.dot(context, position, 3.0 * self.pixel_ratio, color);
        let (x, y) = self.place(position);
        context.set_stroke_style_str(color);
        context.set_line_width(1.4 * self.pixel_ratio);
        context.begin_path();
        let _ = context.arc(x, y, 5.6 * self.pixel_ratio, 0.0, std::f64::consts::TAU);
        context.stroke();
    }

    /// A ring that draws together on the place.
    fn ping(&self, context: &CanvasRenderingContext2d, ping: &Ping) {
        let (x, y) = self.place(ping.place);
        context.set_stroke_style_str(&css(ping.color));
        context.set_line_width(1.6 * self.pixel_ratio);
        let radius = 3.5 + 9.0 * f64::from((1.0 - 4.0 * ping.age).max(0.0));
        context.begin_path();
        let _ = context.arc(x, y, radius * self.pixel_ratio, 0.0, std::f64::consts::TAU);
        context.stroke();
        context.set_line_width(self.pixel_ratio);
    }

    fn arrow(&self, context: &CanvasRenderingContext2d, position: Vec2, heading: Vec2) {
        let (x, y) = self.place(position);
        let (dx, dy) = (f64::from(heading.x), f64::from(heading.y));
        let size = 6.0 * self.pixel_ratio;
        context.set_fill_style_str("#E8F6FF");
        context.begin_path();
        context.move_to(x + dx * size, y + dy * size);
        context.line_to(x - (dx * 0.7 + dy * 0.65) * size, y - (dy * 0.7 - dx * 0.65) * size);
        context.line_to(x - dx * size * 0.25, y - dy * size * 0.25);
        context.line_to(x - (dx * 0.7 - dy * 0.65) * size, y - (dy * 0.7 + dx * 0.65) * size);
        context.close_path();
        context.fill();
    }
}
