//! One animation frame: hands to controls, time to a scene, the scene to the screen.

use std::cell::RefCell;
use std::rc::Rc;

use driftfield_shared::units::Controls;
use wasm_bindgen::prelude::*;

use super::{Game, with_game};
use crate::input::PadState;
use crate::render::Visuals;

/// Milliseconds between two rounds of telling the views.
const TELL_INTERVAL_MS: f64 = 100.0;

/// A callback of animation frames.
type OnFrame = Closure<dyn FnMut(f64)>;

/// Draws from now on, as long as the page lives.
pub fn run() -> Result<(), JsValue> {
    let callback: Rc<RefCell<Option<OnFrame>>> = Rc::default();
    let again = callback.clone();
    *callback.borrow_mut() = Some(Closure::new(move |_: f64| {
        with_game(Game::frame);
        if let Some(closure) = &*again.borrow() {
            request(closure);
        }
    }));
    if let Some(closure) = &*callback.borrow() {
        request(closure);
    }
    Ok(())
}

fn request(closure: &OnFrame) {
    if let Some(window) = web_sys::window() {
        // Fails only for what is no function.
        let _ = window.request_animation_frame(closure.as_ref().unchecked_ref());
    }
}

impl Game {
    fn frame(&mut self) {
        let now_ms = self.now_ms();
        self.frames.add(now_ms, 1.0);
        if self.session.is_none() {
            return;
        }
        self.poll_pad();
        let controls = self.controls();
        self.send_controls(controls);
        self.draw(&controls);
        if now_ms - self.told_ms >= TELL_INTERVAL_MS {
            self.told_ms = now_ms;
            self.tell_views(now_ms);
        }
    }

    fn controls(&mut self) -> Controls {
        let ship = self.session.as_ref().and_then(|session| {
            let predicted = session.predicted.as_ref()?;
            predicted.ship.map(|ship| ship.position)
        });
        let mouse = self.held.mouse.zip(self.picture.as_ref()).map(|(place, picture)| {
            picture.renderer.screen_to_world(f64::from(place.x), f64::from(place.y))
        });
        let way = mouse.zip(ship).map(|(mouse, ship)| mouse - ship);
        let controls = self.held.controls(way);
        match self.is_flying() {
            true => controls,
            false => Controls { aim: controls.aim, ..Controls::default() },
        }
    }

    fn draw(&mut self, controls: &Controls) {
        let now = self.clock.now();
        let (Some(session), Some(picture)) = (&mut self.session, &mut self.picture) else { return };
        let scene = session.interpolator.sample(now, controls);
        let boost = session.predicted.as_ref().and_then(|predicted| {
            let full = session.rules.hull(predicted.ship?.hull).boost_charge_max;
            Some(f32::from(predicted.boost_charge) / f32::from(full.max(1)))
        });
        let visuals = Visuals {
            reduced_motion: self.reduced_motion.as_ref().is_some_and(|query| query.matches()),
            bloom: 1.0,
            boost: boost.unwrap_or(1.0),
            quality: None,
            roster: &session.players,
        };
        picture.renderer.draw(scene, now as f64 / 1e6, &visuals);
    }

    /// Reads the first gamepad that speaks the standard mapping; there are no events for sticks.
    fn poll_pad(&mut self) {
        let pads = web_sys::window().and_then(|window| window.navigator().get_gamepads().ok());
        let Some(pads) = pads else { return };
        if pads.length() == 0 {
            return;
        }
        let pad = pads.iter().find_map(|pad| {
            let pad: web_sys::Gamepad = pad.dyn_into().ok()?;
            let is_standard = pad.mapping() == web_sys::GamepadMappingType::Standard;
            (pad.connected() && is_standard).then_some(pad)
        });
        let state = pad.map_or_else(PadState::default, |pad| {
            let axes: Vec<f64> = pad.axes().iter().filter_map(|axis| axis.as_f64()).collect();
            let buttons: Vec<f64> = pad
                .buttons()
                .iter()
                .filter_map(|button| button.dyn_into::<web_sys::GamepadButton>().ok())
                .map(|button| button.value())
                .collect();
            PadState::read(&axes, &buttons)
        });
        self.held.set_pad(state);
    }
}
