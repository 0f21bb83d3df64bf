//! Ways into a room: the form of the start screen, the address, a reload during a flight, or a new tab after it.

use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget, HtmlElement};

use super::browser::{address, history, storage};
use super::{Game, on, start, with_game};
use crate::hud::{AccountPage, Command, command};
use crate::say;

/// Listens from now on, as long as the page lives. An early press of Play counts.
///
/// # Errors
/// When there is no window, or the page is not the game's.
pub fn listen() -> Result<(), JsValue> {
    let form: HtmlElement = start::element("join")?;
    on(&form, "submit", |event: Event| {
        event.prevent_default();
        join();
    })?;
    // Who begins to type a name or to press Play will play: a first account is made meanwhile.
    let begins = |_: Event| {
        with_game(|game| game.is_signed_in());
    };
    on(&start::element::<EventTarget>("play")?, "pointerdown", begins)?;
    on(&start::element::<EventTarget>("name")?, "input", begins)?;
    on(&start::element::<EventTarget>("account")?, "click", |_: Event| {
        command(Command::Account(AccountPage::Overview));
    })?;
    on(&start::element::<EventTarget>("own-room")?, "click", |_: Event| {
        command(Command::OwnRoom);
    })?;
    if let Some(button) = start::early_button() {
        start::after(0, move || button.click());
    }
    let window = web_sys::window().ok_or("no window")?;
    on(&window, "hashchange", |_: Event| {
        with_game(Game::follow_address);
    })?;
    on(&window, "popstate", |_: Event| {
        with_game(Game::go_back);
    })?;
    on(&window, "storage", |_: Event| {
        with_game(Game::follow_account);
        with_game(Game::follow_settings);
    })?;
    if start::was_pressed() {
        join();
    } else if may_go_on() {
        with_game(|game| game.join(name_or_pilot(storage::name())));
    }
    Ok(())
}

/// Whether the server still holds a ship of this browser that no other tab flies: after a reload, or in a new tab after one
/// was closed or has crashed. The address then leads to it.
fn may_go_on() -> bool {
    let wanted = address::room();
    if storage::has_live_tab_seat(&wanted) {
        return true;
    }
    let flight = storage::free_flight();
    let Some(flight) = flight.filter(|it| wanted.is_empty() || wanted == it.room) else {
        return false;
    };
    storage::keep_seat(&flight.room, flight.seat.token, true);
    history::name_room(&address::hash_of(&flight.room));
    true
}

fn join() {
    if start::is_reload_offered() {
        return start::reload();
    }
    let name = start::typed_name();
    storage::keep_name(&name);
    with_game(|game| game.join(name_or_pilot(name)));
}

/// A missing name must not keep anyone from playing.
pub(super) fn name_or_pilot(name: String) -> String {
    if name.is_empty() { say::PILOT.text() } else { name }
}
