//! Turns the browser's events into held controls.

use driftfield_shared::protocol::Phrase;
use glam::Vec2;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, Event, EventTarget, HtmlCanvasElement, HtmlInputElement, KeyboardEvent, MouseEvent,
    PointerEvent, TouchEvent,
};

use super::{Game, on, with_game};
use crate::hud::{Command, Sheet, command};
use crate::input::{Action, Key};
use crate::net::Sign;

/// Listens from now on, as long as the page lives.
///
/// # Errors
/// When there is no window.
pub fn start(canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    on(&window, "keydown", |event: KeyboardEvent| key_down(&event))?;
    on(&window, "keyup", |event: KeyboardEvent| key_up(&event))?;
    pointers(&window, canvas)?;
    on(canvas, "contextmenu", |event: Event| event.prevent_default())?;
    keep_from_browser(&window, canvas)?;
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
    signs(&window, &document)?;
    on(&window, "blur", let_go)?;
    on(&window, "pagehide", |_: Event| {
        with_game(|game| {
            game.release_all();
            game.note_page_end();
        });
    })?;
    on(&document, "visibilitychange", let_go)?;
    // The system may cancel touches without an event for each. When no touch is left, none holds a stick.
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

/// Signs that the network may be back: they trigger an attempt at once.
fn signs(window: &EventTarget, document: &EventTarget) -> Result<(), JsValue> {
    let network = |_: Event| {
        with_game(|game| game.note_sign(Sign::Network));
    };
    on(window, "online", network)?;
    // Not every browser tells of the kind of connection.
    let navigator = web_sys::window().map(|window| window.navigator());
    let connection = navigator
        .and_then(|navigator| js_sys::Reflect::get(&navigator, &"connection".into()).ok())
        .and_then(|connection| connection.dyn_into::<EventTarget>().ok());
    if let Some(connection) = connection {
        on(&connection, "change", network)?;
    }
    let attention = |_: Event| {
        with_game(|game| {
            if game.is_waiting() {
                game.note_sign(Sign::Attention);
            }
        });
    };
    for kind in ["focus", "pageshow", "keydown", "pointerdown"] {
        on(window, kind, attention)?;
    }
    on(document, "visibilitychange", attention)
}

/// Prevents browser gestures that would take the player out of the game: scrolling with the middle button, zooming
/// with the wheel, and the back and forward buttons of a mouse.
fn keep_from_browser(window: &EventTarget, canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
    on(canvas, "mousedown", |event: MouseEvent| {
        if event.button() == MIDDLE_BUTTON {
            event.prevent_default();
        }
    })?;
    on(canvas, "auxclick", |event: MouseEvent| event.prevent_default())?;
    on(window, "wheel", |event: MouseEvent| {
        if event.ctrl_key() && with_game(|game| game.is_playing()) == Some(true) {
            event.prevent_default();
        }
    })?;
    for kind in ["mousedown", "mouseup"] {
        on(window, kind, |event: MouseEvent| {
            let is_sideways = event.button() > RIGHT_BUTTON;
            if is_sideways && with_game(|game| game.is_playing()) == Some(true) {
                event.prevent_default();
            }
        })?;
    }
    Ok(())
}

/// `MouseEvent.button` of the wheel, and of the last button that is no sideways one.
const MIDDLE_BUTTON: i16 = 1;
const RIGHT_BUTTON: i16 = 2;

/// While a system key is held, the release of other keys is not reported, so all controls are released.
fn let_go_for_system(event: &KeyboardEvent, key: Key<'_>) {
    if key.is_system() || event.meta_key() {
        with_game(Game::release_all);
    } else if !event.shift_key() {
        with_game(|game| game.held.lift_shifts());
    }
}

fn key_up(event: &KeyboardEvent) {
    let (code, key) = (event.code(), event.key());
    let key = Key { code: &code, key: &key };
    let_go_for_system(event, key);
    with_game(|game| {
        game.held.lift(key);
        let action = game.settings.keys.action(key);
        if action == Some(Action::Wheel) {
            game.release_wheel();
        }
        if action == Some(Action::Board) {
            game.model().is_board_open.set_changed(false);
        }
    });
}

fn key_down(event: &KeyboardEvent) {
    let (code, key) = (event.code(), event.key());
    let key = Key { code: &code, key: &key };
    let_go_for_system(event, key);
    // A key that is to be an action's from now on is that and nothing else.
    if !event.repeat() && with_game(|game| game.take_key(key)) == Some(true) {
        event.prevent_default();
        return;
    }
    let action = with_game(|game| game.settings.keys.action(key)).flatten();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_typing = target.as_ref().is_some_and(JsCast::has_type::<HtmlInputElement>);
    // Where the keys are the browser's: it moves between buttons and presses them.
    let is_in = |part: &str| {
        target.as_ref().is_some_and(|element| element.closest(part).is_ok_and(|it| it.is_some()))
    };
    let (is_in_chat, is_in_panel) = (is_in(".chat, .wheel"), is_in(".net, .chat, .wheel"));
    if is_in_panel && action == Some(Action::Menu) {
        event.prevent_default();
        command(if is_in_chat { Command::CloseChat } else { Command::Fly });
        return;
    }
    // Escape leaves a sheet from its fields, too.
    let is_leaving = matches!(key.key, "Escape" | "Esc") && is_in(".sheet");
    if is_typing && !is_leaving || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    with_game(|game| game.learn_layout(key));
    if let Some(place) = phrase_of(&code).filter(|_| !event.repeat())
        && with_game(|game| game.model().chat.wheel.get_untracked().is_some()) == Some(true)
    {
        event.prevent_default();
        command(Command::Phrase(place));
        return;
    }
    if let Some(digit) = digit_of(&code).filter(|_| !event.repeat())
        && with_game(|game| {
            game.model().sheet.get_untracked() == Sheet::Shop && game.outfit_by_digit(digit)
        }) == Some(true)
    {
        event.prevent_default();
        return;
    }
    let Some(action) = action else { return };
    // While the panel has the keyboard focus, these keys belong to the browser: they move between buttons and press
    // them.
    if is_in_panel && matches!(action, Action::Board | Action::Fire | Action::Boost | Action::Chat)
    {
        return;
    }
    let is_taken = with_game(|game| {
        if !game.is_playing() {
            return false;
        }
        let sheet = game.model().sheet.get_untracked();
        // While a menu is open its keys are the browser's: Tab, Space and Enter work the buttons.
        let is_for_menu = matches!(action, Action::Menu | Action::Help)
            || (action == Action::Shop && sheet == Sheet::Shop);
        if sheet != Sheet::None && !is_for_menu {
            return false;
        }
        if !event.repeat() {
            press(game, key, action, sheet);
        }
        true
    });
    if is_taken == Some(true) {
        event.prevent_default();
    }
}

/// The digit of a key.
fn digit_of(code: &str) -> Option<u8> {
    code.strip_prefix("Digit").or_else(|| code.strip_prefix("Numpad"))?.parse().ok()
}

/// The place of the wheel that a digit stands for.
fn phrase_of(code: &str) -> Option<usize> {
    let place = usize::from(digit_of(code)?).checked_sub(1)?;
    (place < Phrase::ALL.len()).then_some(place)
}

fn press(game: &mut Game, key: Key<'_>, action: Action, sheet: Sheet) {
    match action {
        Action::Board => game.model().is_board_open.set_changed(true),
        Action::Net => game.toggle_net(),
        Action::Link => game.open_bad_link(),
        Action::Chat => game.open_chat(""),
        Action::Slash => game.open_chat("/"),
        Action::Wheel => game.toggle_wheel(),
        Action::Point => game.point_ahead(true),
        Action::Shop => game.toggle_shop(),
        Action::Menu if game.model().chat.wheel.get_untracked().is_some() => game.close_wheel(),
        Action::Menu if game.stay() => {}
        Action::Menu => game.show_sheet(match sheet {
            Sheet::None => Sheet::Menu,
            _ => Sheet::None,
        }),
        Action::Help => game.show_sheet(match sheet {
            Sheet::Help => Sheet::None,
            _ => Sheet::Help,
        }),
        held => game.held.press(key, held),
    }
}

fn pointers(window: &EventTarget, canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
    let width = canvas.clone();
    on(canvas, "pointerdown", move |event: PointerEvent| {
        // Text under the finger is not to be selected, nor the page dragged.
        event.prevent_default();
        // Whoever aims again has written enough.
        command(Command::CloseChat);
        if is_mouse(&event) {
            with_game(|game| {
                game.held.set_mouse(place(&event));
                if event.button() == MIDDLE_BUTTON {
                    game.point_at(place(&event));
                }
                game.held.set_mouse_buttons(event.buttons());
            });
            return;
        }
        let is_left = f64::from(event.client_x()) < f64::from(width.client_width()) / 2.0;
        with_game(|game| {
            game.held.note_touch();
            if game.touch_radar(event.pointer_id(), place(&event)) {
                return;
            }
            let stick = if is_left { &mut game.held.left } else { &mut game.held.right };
            stick.press(event.pointer_id(), place(&event));
            game.tell_sticks();
        });
    })?;
    on(window, "pointermove", |event: PointerEvent| {
        with_game(|game| {
            if is_mouse(&event) {
                game.held.set_mouse(place(&event));
                game.turn_wheel(place(&event));
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
                    game.lift_finger(event.pointer_id());
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
