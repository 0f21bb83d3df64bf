//! The settings: name, language, size of the interface, chat, motion, keys.

use web_sys::{Event, HtmlInputElement};

use super::{button, dialog, fly_on};
use crate::hud::Scale;
use crate::hud::command::{Command, command};
use crate::hud::model::{Model, Rebinding};
use crate::input::Action;
use crate::say::{self, Message};
use crate::ui::{Element, html};

/// Id of the field for the name.
pub const NAME_ID: &str = "settings-name";

/// The settings, as a sheet.
pub(super) fn settings(model: Model) -> Element {
    dialog(say::SETTINGS, "settings")
        .child(fly_on("close-settings"))
        .child(name(model))
        .child(languages())
        .child(interface_size(model))
        .child(switch("mask", say::SETTINGS_MASK, Command::Mask, move || {
            model.chat.is_masked.get()
        }))
        .child(switch("still", say::SETTINGS_STILL, Command::Still, move || model.is_still.get()))
        .child(html::h3().child(say::MENU_KEYS))
        .child(
            html::ul().class("bindings").child(
                Action::ALL.iter().map(|action| binding(model, *action)).collect::<Vec<_>>(),
            ),
        )
        .child(
            html::p()
                .class("notice")
                .attr("role", "status")
                .test_id("binding-notice")
                .child(move || model.rebinding.with(|state| state.text())),
        )
        .child(button("reset-keys", Command::ResetKeys).child(say::SETTINGS_RESET_KEYS))
}

fn name(model: Model) -> Element {
    use wasm_bindgen::JsCast;
    let input = html::input()
        .attr("id", NAME_ID)
        .test_id("settings-name")
        .attr("maxlength", "20")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("enterkeyhint", "done");
    let field: HtmlInputElement = input.node().clone().unchecked_into();
    field.set_value(&model.name.get_untracked());
    let submit = |event: Event| {
        event.prevent_default();
        command(Command::Rename);
    };
    html::form()
        .attr("autocomplete", "off")
        .on("submit", submit)
        .child(html::label().attr("for", NAME_ID).child(say::SETTINGS_NAME))
        .child(html::div().class("named").child(input).child(
            html::button().attr("type", "submit").test_id("rename").child(say::SETTINGS_RENAME),
        ))
        .child(
            html::p()
                .class("notice")
                .attr("role", "status")
                .test_id("rename-notice")
                .child(move || model.renamed.get()),
        )
}

/// A button for each language, in that language.
fn languages() -> Element {
    let language = |(tag, name): &'static (&'static str, &'static str)| {
        button("language", Command::Language(tag))
            .attr("lang", *tag)
            .attr("aria-pressed", move || say::tag() == *tag)
            .child(*name)
    };
    html::div()
        .class("languages")
        .attr("role", "group")
        .attr("aria-label", say::MENU_LANGUAGE)
        .child(say::LANGUAGES.iter().map(language).collect::<Vec<_>>())
}

/// The size of the interface, with buttons for smaller and larger.
fn interface_size(model: Model) -> Element {
    let scale = model.scale;
    let percent = move || say::percent(scale.with(|scale| scale.percent()));
    let is_last = |scale: Option<Scale>| if scale.is_none() { "true" } else { "false" };
    html::div()
        .class("size")
        .attr("role", "group")
        .attr("aria-label", say::MENU_SIZE)
        .child(html::span().child(say::MENU_SIZE))
        .child(
            button("smaller", Command::Smaller)
                .attr("aria-label", say::MENU_SMALLER)
                .attr("aria-disabled", move || is_last(scale.with(|scale| scale.smaller())))
                .child("−"),
        )
        .child(html::b().attr("role", "status").test_id("interface-size").child(percent))
        .child(
            button("larger", Command::Larger)
                .attr("aria-label", say::MENU_LARGER)
                .attr("aria-disabled", move || is_last(scale.with(|scale| scale.larger())))
                .child("+"),
        )
}

/// A button that switches something on and off.
fn switch(
    test_id: &'static str,
    what: Message,
    wanted: Command,
    is_on: impl Fn() -> bool + 'static,
) -> Element {
    button(test_id, wanted)
        .class("switch")
        .attr("role", "switch")
        .attr("aria-checked", is_on)
        .child(html::span().child(what))
        .child(html::i().attr("aria-hidden", "true"))
}

/// An action and its keys; pressed, the next key becomes the action's.
fn binding(model: Model, action: Action) -> Element {
    let names = move || {
        model.keymap.with(|keymap| model.layout.with(|layout| keymap.names(action, layout)))
    };
    let keys = move || match model.rebinding.with(|state| *state == Rebinding::Awaiting(action)) {
        true => say::SETTINGS_PRESS_KEY.text(),
        false => names().join(", "),
    };
    let label = move || say::settings_key(&action.what().text(), &names().join(", "));
    html::li().child(html::span().child(action.what())).child(
        button("bind", Command::Bind(action))
            .class_while("awaiting", move || {
                model.rebinding.with(|state| *state == Rebinding::Awaiting(action))
            })
            .attr("data-action", action.id())
            .attr("aria-label", label)
            .child(keys),
    )
}
