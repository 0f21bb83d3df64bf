//! Sheets, which cover the middle of the screen: the menu, the list of keys, the settings, the account, a room of one's own,
//! the party, what the player was told.

mod account;
mod help;
mod menu;
mod notices;
mod own_room;
mod party;
mod settings;
mod shop;

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::command::{Command, command};
use super::model::{Model, Sheet};
use crate::say::{self, Message};
use crate::ui::{Element, View, effect, html, switch};
use account::account;
use help::help;
use menu::menu;
use notices::notices;
use own_room::own_room;
use party::party;
use settings::settings;
use shop::shop;

pub use settings::NAME_ID;

/// The open sheet, if any.
pub(super) fn sheets(model: Model) -> impl View {
    let sheet = model.sheet;
    switch(
        move || sheet.get(),
        move |sheet| {
            let sheet = match sheet {
                Sheet::None => None,
                Sheet::Menu => Some(menu(model)),
                Sheet::Help => Some(help(model)),
                Sheet::Account => Some(account(model)),
                Sheet::OwnRoom => Some(own_room(model)),
                Sheet::Settings => Some(settings(model)),
                Sheet::Notices => Some(notices(model)),
                Sheet::Party => Some(party(model)),
                Sheet::Shop => Some(shop(model)),
            };
            sheet.map(|sheet| html::div().class("veil").child(sheet))
        },
    )
}

fn dialog(title: Message, test_id: &'static str) -> Element {
    html::section()
        .class("plate sheet")
        .attr("role", "dialog")
        .attr("aria-modal", "true")
        .attr("aria-label", title)
        .test_id(test_id)
        .child(html::h2().child(title))
}

fn button(test_id: &'static str, wanted: Command) -> Element {
    html::button().test_id(test_id).on("click", move |_: Event| command(wanted))
}

/// The button that closes the sheet. It gets the focus, so that a player who opened the sheet with a key can go on with keys.
fn fly_on(test_id: &'static str) -> Element {
    let button = button(test_id, Command::Resume).child(say::FLY_ON);
    let node = button.node().clone();
    effect(move || {
        // Fails only for elements that cannot have the focus, and a button can.
        let _ = node.focus();
    });
    button
}

/// A link in a selected text field, to be copied by hand.
fn by_hand(label: Message, link: String) -> Element {
    let input = html::input().attr("readonly", "").test_id("invite-link");
    let field: HtmlInputElement = input.node().clone().unchecked_into();
    field.set_value(&link);
    effect(move || {
        // Fails only for elements that cannot have the focus, and a field can.
        let _ = field.focus();
        field.select();
    });
    html::label().class("by-hand").child(label).child(input)
}
