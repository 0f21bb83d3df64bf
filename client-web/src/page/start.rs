//! The start screen, which stood there before the module: takes over its form, says why there is no game.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, HtmlElement, HtmlInputElement};

use super::{Command, command, on, storage, with_game};
use crate::format::room_of_hash;

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

/// Listens to the form from now on; an early press of Play counts.
pub fn take_over() -> Result<(), JsValue> {
    let form: HtmlElement = element("join")?;
    on(&form, "submit", |event: Event| {
        event.prevent_default();
        join();
    })?;
    let window = window()?;
    on(&window, "online", |_: Event| command(Command::TryNow))?;
    if form.dataset().get("pressed").is_some() {
        join();
    }
    Ok(())
}

fn join() {
    if is_reload_offered() {
        return reload();
    }
    let name: Result<HtmlInputElement, JsValue> = element("name");
    let name = name.map(|input| input.value().trim().to_owned()).unwrap_or_default();
    storage::keep_name(&name);
    // Nobody is kept from playing by a name.
    let name = if name.is_empty() { "Pilot".to_owned() } else { name };
    with_game(|game| game.join(name));
}

/// The room that the address names; empty for the server's default.
pub fn room() -> String {
    let hash = window().and_then(|window| window.location().hash()).unwrap_or_default();
    let Some(id) = room_of_hash(&hash) else { return String::new() };
    js_sys::decode_uri_component(id).map_or_else(|_| id.to_owned(), String::from)
}

/// Address of the socket of a room.
pub fn socket_url(room: &str) -> Result<String, JsValue> {
    let location = window()?.location();
    let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
    let host = location.host()?;
    Ok(match room {
        "" => format!("{scheme}://{host}/ws"),
        room => {
            let room = String::from(js_sys::encode_uri_component(room));
            format!("{scheme}://{host}/ws?room={room}")
        }
    })
}

/// Address of a room, for friends.
pub fn invitation(room: &str) -> Result<String, JsValue> {
    let origin = window()?.location().origin()?;
    Ok(format!("{origin}/#room={}", String::from(js_sys::encode_uri_component(room))))
}

/// Shows the world or the start screen.
pub fn show_world(is_shown: bool) {
    let root = document().ok().and_then(|document| document.document_element());
    if let Some(root) = root {
        let _ = root.class_list().toggle_with_force("playing", is_shown);
    }
    set_busy(None);
    if is_shown {
        hide_fault();
        // Keys go to the world now, not to the name box.
        if let Ok(canvas) = element::<HtmlElement>("world") {
            let _ = canvas.focus();
        }
    }
}

/// Marks thumbs as what plays, for the layout.
pub fn show_touch() {
    if let Some(root) = document().ok().and_then(|document| document.document_element()) {
        let _ = root.class_list().add_1("touching");
    }
}

/// What the Play button says while it cannot be pressed; `None` frees it.
pub fn set_busy(label: Option<&str>) {
    if let Ok(button) = element::<Element>("play") {
        button.set_text_content(Some(label.unwrap_or("Play")));
    }
}

/// Shows a sentence on the start screen.
pub fn show_fault(sentence: &str) {
    let Ok(place) = element::<HtmlElement>("fault") else { return };
    place.set_text_content(Some(sentence));
    place.set_hidden(false);
}

fn hide_fault() {
    if let Ok(place) = element::<HtmlElement>("fault") {
        place.set_hidden(true);
    }
}

/// Turns the Play button into one that loads the page anew: this build cannot play here.
pub fn offer_reload() {
    set_busy(Some("Reload"));
    if let Ok(form) = element::<HtmlElement>("join") {
        let _ = form.dataset().set("reload", "yes");
    }
}

fn is_reload_offered() -> bool {
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
