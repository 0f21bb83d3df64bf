//! Places that the player points at: with the middle button, a key, a pad's button, or a finger that stays on the radar.

use driftfield_shared::protocol::Saying;
use glam::Vec2;
use web_sys::HtmlElement;

use crate::chat::To;
use crate::hud::{RADAR_ID, Radar};
use crate::page::{Game, start, with_game};

/// How long a finger stays on the radar until it points, in milliseconds.
const FINGER_MS: i32 = 450;
/// World units ahead of the ship at which a pad points.
const AHEAD_UNITS: f32 = 420.0;

/// A finger on the radar.
#[derive(Clone, Copy, Debug)]
pub struct Finger {
    pointer: i32,
    place: Vec2,
}

impl Game {
    /// Points at what is under a place of the page: in the world, or on the radar.
    pub fn point_at(&mut self, place: Vec2) {
        let world = self.radar_place(place).or_else(|| self.picture.screen_to_world(place));
        if let Some(world) = world {
            self.point(world);
        }
    }

    /// Points at where the mouse is, or else ahead of the ship.
    pub fn point_ahead(&mut self, by_mouse: bool) {
        if let Some(mouse) = self.held.mouse.filter(|_| by_mouse) {
            return self.point_at(mouse);
        }
        let aim = self.sent_controls.unwrap_or_default().aim;
        let ship = self
            .session
            .as_ref()
            .and_then(|session| session.predicted.as_ref()?.ship.or(session.own_ship().copied()));
        if let Some(ship) = ship {
            self.point(ship.position + aim.direction() * AHEAD_UNITS);
        }
    }

    fn point(&mut self, world: Vec2) {
        if self.is_flying() && world.is_finite() {
            let Vec2 { x, y } = world.round();
            self.say(To::Room, Saying::Ping { x: x as i32, y: y as i32 });
        }
    }

    /// Where in the world a place of the page is on the radar, if it is there.
    fn radar_place(&self, place: Vec2) -> Option<Vec2> {
        let canvas: HtmlElement = start::element(RADAR_ID).ok()?;
        let rect = canvas.get_bounding_client_rect();
        let corner = Vec2::new(rect.left() as f32, rect.top() as f32);
        let size = Vec2::new(rect.width() as f32, rect.height() as f32);
        let side = self.session.as_ref()?.frame.as_ref()?.side;
        Radar::world_at(place - corner, size, side, self.picture.ui_scale())
    }

    /// A finger touches a place. Whether that is on the radar: then it is no stick.
    pub fn touch_radar(&mut self, pointer: i32, place: Vec2) -> bool {
        if self.radar_place(place).is_none() {
            return false;
        }
        self.chat.finger = Some(Finger { pointer, place });
        start::after(FINGER_MS, move || {
            with_game(|game| {
                let finger = game.chat.finger.take_if(|finger| finger.pointer == pointer);
                if let Some(finger) = finger {
                    game.point_at(finger.place);
                }
            });
        });
        true
    }

    /// A finger is lifted: one that was there only for a moment points at nothing.
    pub fn lift_finger(&mut self, pointer: i32) {
        self.chat.finger.take_if(|finger| finger.pointer == pointer);
    }
}
