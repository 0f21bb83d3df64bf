//! The wheel of phrases on the page: opened with a key, a pad's button or a thumb, and turned by whatever points.
//!
//! A key that is tapped leaves the wheel open for a click or a digit; one that is held chooses by where the mouse moves, and
//! says that when it comes up. A pad's button is always held.

use driftfield_shared::protocol::Saying;
use glam::Vec2;

use crate::chat::{To, Wheel, phrase, phrase_at};
use crate::page::Game;

/// CSS pixels that the mouse must move before it chooses, and how far from the middle it must then be.
const MOUSE_TRAVEL: f32 = 24.0;
const MOUSE_REACH: f32 = 40.0;
/// Share of full deflection at which a stick chooses.
const STICK_REACH: f32 = 0.5;

/// What turns the wheel.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spin {
    /// Where the mouse was when the wheel was opened.
    mouse: Option<Vec2>,
    is_by_pad: bool,
}

impl Game {
    /// Opens the wheel, or closes it.
    pub fn toggle_wheel(&mut self) {
        if self.model.chat.wheel.get_untracked().is_some() {
            return self.close_wheel();
        }
        if self.is_flying() {
            self.chat.spin = Spin { mouse: self.held.mouse, is_by_pad: false };
            self.model.chat.wheel.set(Some(Wheel::default()));
        }
    }

    /// Closes the wheel. Returns what was chosen.
    fn take_wheel(&mut self) -> Option<usize> {
        let chosen = self.model.chat.wheel.get_untracked()?.chosen;
        self.model.chat.wheel.set(None);
        chosen
    }

    pub fn close_wheel(&mut self) {
        self.take_wheel();
    }

    /// Says the phrase at a place of the wheel.
    pub fn say_phrase(&mut self, place: usize) {
        self.close_wheel();
        self.focus_world();
        if let Some((phrase, _)) = phrase(place) {
            self.say(To::Room, Saying::Phrase(phrase));
        }
    }

    /// The key of the wheel comes up: what the mouse has chosen since is said.
    pub fn release_wheel(&mut self) {
        let chosen = self.model.chat.wheel.get_untracked().and_then(|wheel| wheel.chosen);
        if let Some(place) = chosen {
            self.say_phrase(place);
        }
    }

    /// The mouse has moved.
    pub fn turn_wheel(&mut self, mouse: Vec2) {
        if self.model.chat.wheel.get_untracked().is_none() {
            return;
        }
        let from = *self.chat.spin.mouse.get_or_insert(mouse);
        if from.distance(mouse) >= MOUSE_TRAVEL {
            let size =
                Vec2::new(self.canvas.client_width() as f32, self.canvas.client_height() as f32);
            let chosen = phrase_at(mouse - size / 2.0, MOUSE_REACH);
            self.model.chat.wheel.set_changed(Some(Wheel { chosen }));
        }
    }

    /// The pad's button is down or not, and a stick points somewhere.
    pub(in crate::page) fn hold_wheel(&mut self, is_down: bool, [left, right]: [Vec2; 2]) {
        let is_open = self.model.chat.wheel.get_untracked().is_some();
        if !is_down {
            if is_open && std::mem::take(&mut self.chat.spin.is_by_pad) {
                self.release_wheel();
                self.close_wheel();
            }
            return;
        }
        if !self.chat.spin.is_by_pad {
            self.close_wheel();
            self.toggle_wheel();
            self.chat.spin.is_by_pad = true;
        }
        let chosen = phrase_at(right, STICK_REACH).or_else(|| phrase_at(left, STICK_REACH));
        // A thumb that lets the stick go before the button keeps its choice.
        if chosen.is_some() && self.model.chat.wheel.get_untracked().is_some() {
            self.model.chat.wheel.set_changed(Some(Wheel { chosen }));
        }
    }
}
