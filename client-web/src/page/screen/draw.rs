//! One animation frame: hands to controls, time to a scene, the scene to the screen.

use std::cell::RefCell;
use std::rc::Rc;

use driftfield_shared::units::{Controls, Micros};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::hud::{Sheet, ToastKind};
use crate::input::{Device, PadPresses, PadReading};
use crate::page::{Game, start, with_game};
use crate::render::{RenderError, Visuals};
use crate::say;

/// Milliseconds between two rounds of telling the views.
const TELL_INTERVAL_MS: f64 = 100.0;
/// Frames per second below which they come too unevenly to tell the time by.
const FRAMES_PER_SECOND_MIN: f64 = 20.0;

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
        self.note_frame();
        let now_ms = self.now_ms();
        self.frames.add(now_ms, 1.0);
        self.prepare_picture();
        if self.session.is_none() {
            return;
        }
        self.poll_pads();
        self.follow_device();
        let controls = self.controls();
        let is_held = self.sent_controls.is_some_and(|controls| controls.fire);
        self.trigger_pulls += u32::from(controls.fire && !is_held);
        self.send_controls(controls);
        self.draw(&controls);
        if now_ms - self.told_ms >= TELL_INTERVAL_MS {
            self.told_ms = now_ms;
            self.tell_views(now_ms);
        }
    }

    /// Frames come evenly: that tells the time between the steps of a clock that is coarse.
    fn note_frame(&mut self) {
        let per_second = self.frames.per_second(self.now_ms());
        if per_second >= FRAMES_PER_SECOND_MIN {
            self.clock.note_wait(self.framed_at, (1e6 / per_second) as Micros);
        }
        self.framed_at = self.clock.now();
    }

    /// Goes on with the picture; lets in the player who waits for it.
    fn prepare_picture(&mut self) {
        match self.picture.prepare() {
            Ok(None) => {
                if let Some(name) = self.waiting_name.take() {
                    self.join(name);
                }
            }
            Ok(Some(progress)) if self.waiting_name.is_some() => {
                let percent = progress.percent();
                start::set_busy(move || say::preparing(percent as f64));
            }
            Ok(Some(_)) => {}
            Err(error) if self.session.is_some() => self.give_up_picture(error),
            Err(error) => {
                // It is tried again with the next frame: the sentence stays until it works.
                self.waiting_name = None;
                start::set_free();
                start::show_fault(move || error.sentence());
            }
        }
    }

    pub(in crate::page) fn give_up_picture(&mut self, error: RenderError) {
        web_sys::console::error_1(&format!("{error:?}").into());
        self.give_up(move || error.sentence());
    }

    fn controls(&mut self) -> Controls {
        let ship = self.session.as_ref().and_then(|session| {
            let predicted = session.predicted.as_ref()?;
            predicted.ship.map(|ship| ship.position)
        });
        let mouse = self.held.mouse.and_then(|place| self.picture.screen_to_world(place));
        let way = mouse.zip(ship).map(|(mouse, ship)| mouse - ship);
        let controls = self.held.controls(way);
        match self.is_flying() {
            true => controls,
            false => Controls { aim: controls.aim, ..Controls::default() },
        }
    }

    fn draw(&mut self, controls: &Controls) {
        let now = self.clock.now();
        let is_still = self.is_still();
        let pings = self.chat.pings.at(now as f64 / 1e3);
        let (Some(session), Some(parts)) = (&mut self.session, self.picture.parts()) else {
            return;
        };
        let (renderer, ui_scale, plates) = parts;
        let ship = session.own_ship().copied();
        let scene = session.interpolator.sample(now, controls);
        let boost = session.predicted.as_ref().and_then(|predicted| {
            let full = session.rules.hull(predicted.ship?.hull).boost_charge_max;
            Some(f32::from(predicted.boost_charge) / f32::from(full.max(1)))
        });
        let energy = session.predicted.as_ref().zip(ship).map(|(predicted, ship)| {
            let most = session.rules.energy(ship.hull, &ship.fit).most;
            f32::from(predicted.energy) / f32::from(most.max(1))
        });
        let shield = ship.map(|ship| {
            let most = session.rules.shield(&ship.fit).most;
            if most == 0 { 1.0 } else { f32::from(ship.shield) / f32::from(most) }
        });
        let hold = ship.map_or(0, |ship| session.rules.hold(ship.hull, &ship.fit));
        let visuals = Visuals {
            reduced_motion: is_still,
            bloom: 1.0,
            boost: boost.unwrap_or(1.0),
            shield: shield.unwrap_or(1.0),
            energy: energy.unwrap_or(1.0),
            hold: hold.into(),
            ui_scale,
            plates,
            pings,
            mates: self.party.mates(),
            quality: None,
            roster: &session.players,
        };
        renderer.draw(scene, now as f64 / 1e6, &visuals);
    }

    /// Reads the gamepads; there are no events for sticks.
    fn poll_pads(&mut self) {
        let pads = web_sys::window().and_then(|window| window.navigator().get_gamepads().ok());
        let readings: Vec<PadReading> =
            pads.iter().flat_map(Array::iter).filter_map(read_pad).collect();
        if self.held.device() != Device::Pad {
            self.pads.silence();
        }
        let poll = self.pads.update(&readings);
        self.held.set_pad(&poll);
        self.hold_wheel(poll.state.wheel, [poll.state.left, poll.state.right]);
        if poll.is_unknown {
            let (now_ms, text) = (self.now_ms(), || say::TOAST_UNKNOWN_PAD.text());
            self.toasts.show(now_ms, "pad", ToastKind::Plain, text, UNKNOWN_PAD_MS);
        }
        self.press_pad(poll.presses);
    }

    /// Start opens and closes the menu; with a menu open, the pad goes through its buttons.
    fn press_pad(&mut self, presses: PadPresses) {
        let sheet = self.model.sheet.get_untracked();
        if (presses.menu || presses.back) && sheet == Sheet::None && self.stay() {
            return;
        }
        if presses.menu {
            self.show_sheet(if sheet == Sheet::None { Sheet::Menu } else { Sheet::None });
            return;
        }
        if sheet == Sheet::None {
            if presses.point {
                self.point_ahead(false);
            }
            if presses.shop {
                self.toggle_shop();
            }
            return;
        }
        if presses.back {
            self.show_sheet(Sheet::None);
        } else if presses.confirm {
            start::press_focused();
        } else if presses.up || presses.down {
            start::focus_next(if presses.up { -1 } else { 1 });
        }
    }
}

/// How long the note on an unknown pad stays.
const UNKNOWN_PAD_MS: f64 = 8_000.0;

fn read_pad(pad: JsValue) -> Option<PadReading> {
    let pad: web_sys::Gamepad = pad.dyn_into().ok()?;
    let buttons = pad.buttons();
    let values = buttons.iter().map(|button| {
        button.dyn_into::<web_sys::GamepadButton>().map_or(0.0, |button| button.value())
    });
    pad.connected().then(|| PadReading {
        index: pad.index(),
        is_standard: pad.mapping() == web_sys::GamepadMappingType::Standard,
        axes: pad.axes().iter().filter_map(|axis| axis.as_f64()).collect(),
        buttons: values.collect(),
    })
}
