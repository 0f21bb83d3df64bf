//! The start screen, which stood there before the module: its form, and the sentence that says why there is no game.
//!
//! `boot.js` says all that stands there by itself. What the module says there, it says again when the language changes.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement};

use super::browser::address;
use crate::format::{css_number, player_name};
use crate::hud::Scale;
use crate::input::{Key, Layout};
use crate::say;
use crate::ui::{RwSignal, render_effect};

/// A text that can be said again.
type Said = Option<Rc<dyn Fn() -> String>>;

thread_local! {
    /// What the Play button says instead of its name.
    static BUSY: RwSignal<Said> = RwSignal::without_scope(None);
    /// Why there is no game.
    static FAULT: RwSignal<Said> = RwSignal::without_scope(None);
}

/// Says from now on what the module has to say here, in the language of the moment.
pub fn follow() -> Result<(), JsValue> {
    let (play, place): (Element, HtmlElement) = (element("play")?, element("fault")?);
    // `boot.js` leaves them alone from now on.
    for element in [&play, &place] {
        element.remove_attribute("data-say")?;
    }
    render_effect(move || {
        let said = BUSY.with(RwSignal::get);
        play.set_text_content(Some(&said.map_or_else(|| say::PLAY.text(), |said| said())));
    });
    render_effect(move || {
        let said = FAULT.with(RwSignal::get);
        place.set_hidden(said.is_none());
        if let Some(said) = said {
            place.set_text_content(Some(&said()));
        }
    });
    Ok(())
}

/// The document.
pub fn document() -> Result<Document, JsValue> {
    web_sys::window().and_then(|window| window.document()).ok_or_else(|| "no page".into())
}

/// An element that the page is known to have.
pub fn element<T: JsCast>(id: &str) -> Result<T, JsValue> {
    let element = document()?
        .get_element_by_id(id)
        .ok_or_else(|| JsValue::from(format!("the page has no #{id}")))?;
    element.dyn_into().map_err(Into::into)
}

/// What is printed on the keys, as far as the browser has told the start screen.
pub fn layout() -> Layout {
    let mut layout = Layout::default();
    let told = document().ok().and_then(|document| document.document_element());
    let told = told.and_then(|root| root.get_attribute("data-keys")).unwrap_or_default();
    for (code, key) in told.split_whitespace().filter_map(|pair| pair.split_once('=')) {
        layout.learn(Key { code, key });
    }
    layout
}

/// Presses the button that has the keyboard.
pub fn press_focused() {
    let focused = document().ok().and_then(|document| document.active_element());
    if let Some(button) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Later: the game is in use while it reads the pads, and the button will ask for it.
        after(0, move || button.click());
    }
}

/// Gives the keyboard to the next button of the open menu, or to the one before.
pub fn focus_next(step: i32) {
    let Ok(document) = document() else { return };
    let Ok(found) = document.query_selector_all(".sheet button, .sheet input") else { return };
    let count = i32::try_from(found.length()).unwrap_or(0);
    let active = document.active_element();
    let place = (0..count).find(|index| {
        let element = found.item(*index as u32).and_then(|node| node.dyn_into::<Element>().ok());
        element == active
    });
    let next = place.map_or(0, |place| (place + step).rem_euclid(count.max(1)));
    let element = found.item(next as u32).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        // Fails only for what cannot have it, and a button can.
        let _ = element.focus();
    }
}

/// Runs `act` after so many milliseconds.
pub fn after(milliseconds: i32, act: impl FnOnce() + 'static) {
    let closure = Closure::once_into_js(act);
    if let Ok(window) = window() {
        // Fails only for what is no function.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(
            closure.unchecked_ref(),
            milliseconds,
        );
    }
}

/// Whether Play was pressed before the module was there.
pub fn was_pressed() -> bool {
    element::<HtmlElement>("join").is_ok_and(|form| form.dataset().get("pressed").is_some())
}

/// The button beside Play that was pressed before the module was there.
pub fn early_button() -> Option<HtmlElement> {
    let form = element::<HtmlElement>("join").ok()?;
    element(&form.dataset().get("wanted")?).ok()
}

/// The name that was typed, as far as a server takes it.
pub fn typed_name() -> String {
    let field: Result<HtmlInputElement, JsValue> = element("name");
    field.map(|field| player_name(&field.value())).unwrap_or_default()
}

/// The room to enter: that of the address, or else the one that `boot.js` thinks best; empty for the server's default.
pub fn wanted_room() -> String {
    let named = address::room();
    if named.is_empty() { told("best") } else { named }
}

/// The host's room that a room of one's own is to be like.
pub fn room_to_be_like() -> String {
    told("like")
}

/// What `boot.js` says of the rooms.
fn told(name: &str) -> String {
    let list: Result<HtmlElement, JsValue> = element("rooms");
    list.ok().and_then(|list| list.dataset().get(name)).unwrap_or_default()
}

/// Shows the world or the start screen.
pub fn show_world(is_shown: bool) {
    show_playing(is_shown);
    set_free();
    if !is_shown {
        // The canvas that had the keyboard is hidden now.
        if let Ok(play) = element::<HtmlElement>("play") {
            let _ = play.focus();
        }
    } else {
        hide_fault();
        // Keys go to the world now, not to the name box.
        if let Ok(canvas) = element::<HtmlElement>("world") {
            let _ = canvas.focus();
        }
    }
}

fn show_playing(is_playing: bool) {
    let root = document().ok().and_then(|document| document.document_element());
    if let Some(root) = root {
        let _ = root.class_list().toggle_with_force("playing", is_playing);
    }
}

/// The class of a page that is laid out for thumbs.
const TOUCH: &str = "touching";

/// Lays the page out for thumbs, or for keys and a mouse.
pub fn show_touch(is_touch: bool) {
    if let Some(root) = document().ok().and_then(|document| document.document_element()) {
        // Fails only for a name that is none.
        let _ = root.class_list().toggle_with_force(TOUCH, is_touch);
    }
}

/// Whether the page is laid out for thumbs. Before the game, `boot.js` decides: by the screen, and by what presses Play.
pub fn is_touch() -> bool {
    let root = document().ok().and_then(|document| document.document_element());
    root.is_some_and(|root| root.class_list().contains(TOUCH))
}

/// Lets the page move, or keeps it still; `None`: as the system asks for, now and later.
pub fn show_still(is_still: Option<bool>) {
    if let Some(root) = document().ok().and_then(|document| document.document_element()) {
        let list = root.class_list();
        // Fails only for a name that is none.
        let _ = list.toggle_with_force("still", is_still == Some(true));
        let _ = list.toggle_with_force("moving", is_still == Some(false));
    }
}

/// Gives the interface a size.
pub fn show_scale(scale: Scale) {
    let root = document().ok().and_then(|document| document.document_element());
    if let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        // What is no number is ignored, as in a style sheet.
        let _ = root.style().set_property("--ui", &css_number(scale.factor()));
    }
}

/// What the Play button says while it cannot be pressed.
pub fn set_busy(label: impl Fn() -> String + 'static) {
    BUSY.with(|busy| busy.set(Some(Rc::new(label))));
}

/// Frees the Play button.
pub fn set_free() {
    BUSY.with(|busy| busy.set(None));
}

/// Shows a sentence on the start screen.
pub fn show_fault(sentence: impl Fn() -> String + 'static) {
    FAULT.with(|fault| fault.set(Some(Rc::new(sentence))));
}

/// Shows that the game has stopped, with the words that `boot.js` has left there: nothing of the module can be relied on.
pub fn show_stop() {
    let Ok(place) = element::<HtmlElement>("fault") else { return };
    let sentence = element::<Element>("start").ok().and_then(|it| it.get_attribute("data-stopped"));
    place.set_text_content(sentence.as_deref());
    place.set_hidden(false);
    show_playing(false);
}

/// Takes the sentence away.
pub fn hide_fault() {
    FAULT.with(|fault| fault.set(None));
}

/// Turns the Play button into one that loads the page anew: this build cannot play here.
pub fn offer_reload() {
    set_busy(|| say::RELOAD.text());
    if let Ok(form) = element::<HtmlElement>("join") {
        let _ = form.dataset().set("reload", "yes");
    }
}

/// Whether the Play button loads the page anew.
pub fn is_reload_offered() -> bool {
    element::<HtmlElement>("join").is_ok_and(|form| form.dataset().get("reload").is_some())
}

/// Loads the page anew.
pub fn reload() {
    if let Ok(window) = window() {
        let _ = window.location().reload();
    }
}

fn window() -> Result<web_sys::Window, JsValue> {
    web_sys::window().ok_or_else(|| "no window".into())
}
