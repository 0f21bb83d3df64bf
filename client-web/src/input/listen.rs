//! The browser's events, turned into what is held.

use glam::Vec2;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, Event, EventTarget, HtmlCanvasElement, HtmlInputElement, KeyboardEvent, MouseEvent,
    PointerEvent, TouchEvent,
};

use super::{Action, action};
use crate::hud::{SetChanged, Sheet};
use crate::page::{Command, Game, command, on, show_touch, with_game};
use leptos::prelude::GetUntracked;

/// Listens from now on, as long as the page lives.
///
/// # Errors
/// When there is no window.
pub fn start(canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    on(&window, "keydown", |event: KeyboardEvent| key_down(&event))?;
    on(&window, "keyup", |event: KeyboardEvent| {
        let Some(action) = action(&event.code()) else { return };
        with_game(|game| {
            game.held.lift(action);
            if action == Action::Board {
                game.model().is_board_open.set_changed(false);
            }
        });
    })?;
    pointers(&window, canvas)?;
    on(canvas, "contextmenu", |event: Event| event.prevent_default())?;
    on(&window, "resize", |_: Event| {
        with_game(|game| {
            // A turned phone has its thumbs elsewhere.
            game.held.left.release();
            game.held.right.release();
            game.resize();
        });
    })?;
    let let_go = |_: Event| {
        with_game(Game::release_all);
    };
    on(&window, "blur", let_go)?;
    on(&window, "pagehide", let_go)?;
    on(&document, "visibilitychange", let_go)?;
    // The system may take fingers away without a word on each: when none is left, none holds a stick.
    for kind in ["touchend", "touchcancel"] {
        on(&window, kind, |event: TouchEvent| {
            if event.touches().length() == 0 {
                with_game(|game| {
                    game.held.left.release();
                    game.held.right.release();
                    game.held.touch_boosts = false;
                    game.tell_sticks();
                });
            }
        })?;
    }
    Ok(())
}

fn key_down(event: &KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_typing = target.as_ref().is_some_and(JsCast::has_type::<HtmlInputElement>);
    let is_in_panel =
        target.is_some_and(|element| element.closest(".net").is_ok_and(|n| n.is_some()));
    if is_in_panel && event.code() == "Escape" {
        event.prevent_default();
        command(Command::Fly);
        return;
    }
    if is_typing || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(action) = action(&event.code()) else { return };
    // With the keyboard in the panel these keys are the browser's: they go from button to button and press.
    if is_in_panel && matches!(action, Action::Board | Action::Fire | Action::Boost) {
        return;
    }
    let is_taken = with_game(|game| {
        if !game.is_playing() {
            return false;
        }
        let sheet = game.model().sheet.get_untracked();
        // While a menu is open its keys are the browser's: Tab, Space and Enter work the buttons.
        let is_for_menu = matches!(action, Action::Menu | Action::Help);
        if sheet != Sheet::None && !is_for_menu {
            return false;
        }
        if !event.repeat() {
            press(game, action, sheet);
        }
        true
    });
    if is_taken == Some(true) {
        event.prevent_default();
    }
}

fn press(game: &mut Game, action: Action, sheet: Sheet) {
    match action {
        Action::Board => game.model().is_board_open.set_changed(true),
        Action::Net => game.toggle_net(),
        Action::Link => game.open_bad_link(),
        Action::Menu => game.show_sheet(match sheet {
            Sheet::None => Sheet::Menu,
            _ => Sheet::None,
        }),
        Action::Help => game.show_sheet(match sheet {
            Sheet::Help => Sheet::None,
            _ => Sheet::Help,
        }),
        held => game.held.press(held),
    }
}

fn pointers(window: &EventTarget, canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
    let width = canvas.clone();
    on(canvas, "pointerdown", move |event: PointerEvent| {
        // Text under the finger is not to be selected, nor the page dragged.
        event.prevent_default();
        if is_mouse(&event) {
            with_game(|game| {
                game.held.set_mouse(place(&event));
                game.held.set_mouse_buttons(event.buttons());
            });
            return;
        }
        show_touch();
        let is_left = f64::from(event.client_x()) < f64::from(width.client_width()) / 2.0;
        with_game(|game| {
            game.held.note_touch();
            let stick = if is_left { &mut game.held.left } else { &mut game.held.right };
            stick.press(event.pointer_id(), place(&event));
            game.tell_sticks();
        });
    })?;
    on(window, "pointermove", |event: PointerEvent| {
        with_game(|game| {
            if is_mouse(&event) {
                game.held.set_mouse(place(&event));
                // A button may have come up outside the window.
                if event.buttons() == 0 {
                    game.held.set_mouse_buttons(0);
                }
            } else {
                game.held.left.drag(event.pointer_id(), place(&event));
                game.held.right.drag(event.pointer_id(), place(&event));
                game.tell_sticks();
            }
        });
    })?;
    on(window, "pointerdown", |event: PointerEvent| {
        if is_boost_pad(&event) {
            with_game(|game| {
                game.held.note_touch();
                game.held.touch_boosts = true;
            });
        }
    })?;
    for kind in ["pointerup", "pointercancel"] {
        on(window, kind, |event: PointerEvent| {
            let is_boost = is_boost_pad(&event);
            with_game(|game| {
                if is_mouse(&event) {
                    game.held.set_mouse_buttons(event.buttons());
                } else {
                    game.held.left.lift(event.pointer_id());
                    game.held.right.lift(event.pointer_id());
                    game.held.touch_boosts &= !is_boost;
                    game.tell_sticks();
                }
            });
        })?;
    }
    // With two buttons down only this one is told when the first comes up.
    on(window, "mouseup", |event: MouseEvent| {
        with_game(|game| game.held.set_mouse_buttons(event.buttons()));
    })?;
    on(canvas, "mousedown", |event: MouseEvent| {
        with_game(|game| game.held.set_mouse_buttons(event.buttons()));
    })
}

fn is_mouse(event: &PointerEvent) -> bool {
    event.pointer_type() == "mouse"
}

fn is_boost_pad(event: &PointerEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| element.id() == "boostpad")
}

fn place(event: &MouseEvent) -> Vec2 {
    Vec2::new(event.client_x() as f32, event.client_y() as f32)
}
