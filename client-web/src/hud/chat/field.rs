//! The field for an own line.

use web_sys::{Event, KeyboardEvent};

use super::model::{ChatModel, ChatNote};
use crate::hud::command::{Command, command};
use crate::say;
use crate::ui::{Element, effect, html};

/// Id of the field.
pub const FIELD_ID: &str = "chat-field";
/// Id of the word about what is in it.
const NOTE_ID: &str = "chat-note";
/// `KeyboardEvent.keyCode` of a key that an input method has taken for itself.
const OF_INPUT_METHOD: u32 = 229;

/// The field with its buttons. It has the keyboard as soon as it is there.
pub(super) fn field(model: ChatModel) -> Element {
    let note = model.note;
    let input = html::input()
        .attr("id", FIELD_ID)
        .test_id("chat-field")
        .attr("aria-label", say::CHAT_FIELD)
        .attr("placeholder", say::CHAT_FIELD)
        .attr("aria-describedby", NOTE_ID)
        .attr("aria-invalid", move || note.with(ChatNote::is_fault))
        .attr("autocomplete", "off")
        .attr("enterkeyhint", "send")
        .attr("dir", "auto")
        .on("keydown", |event: KeyboardEvent| key_down(&event))
        .on("input", |_: Event| command(Command::Typed));
    let node = input.node().clone();
    effect(move || {
        // Fails only for elements that cannot have the focus, and a field can.
        let _ = node.focus();
    });
    let submit = |event: Event| {
        event.prevent_default();
        command(Command::Say);
    };
    html::form()
        .attr("autocomplete", "off")
        .on("submit", submit)
        .child(input)
        .child(html::button().attr("type", "submit").class("touch").child(say::CHAT_SEND))
        .child(
            html::button()
                .attr("type", "button")
                .class("close")
                .test_id("chat-close")
                .attr("aria-label", say::CHAT_CLOSE)
                .on("click", |_: Event| command(Command::CloseChat))
                .child("×"),
        )
        .child(
            html::p()
                .attr("id", NOTE_ID)
                .class_while("fault", move || note.with(ChatNote::is_fault))
                .attr("role", "status")
                .test_id("chat-note")
                .child(move || note.with(ChatNote::text)),
        )
}

fn key_down(event: &KeyboardEvent) {
    // While a word is put together out of several keys, Enter takes a suggestion.
    if event.is_composing() || event.key_code() == OF_INPUT_METHOD {
        return event.stop_propagation();
    }
    let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key());
    let wanted = match event.key().as_str() {
        "Enter" if event.repeat() => None,
        "Enter" => Some(Command::Say),
        "Escape" | "Esc" => Some(Command::CloseChat),
        // Of an empty field nothing can be completed: then the key leads on, as everywhere.
        "Tab" if is_plain && has_text(event) => Some(Command::Complete),
        "ArrowUp" if is_plain => Some(Command::Recall(-1)),
        "ArrowDown" if is_plain => Some(Command::Recall(1)),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(wanted) = wanted {
        command(wanted);
    }
}

fn has_text(event: &KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast;
    let field = event.target().and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok());
    field.is_some_and(|field| !field.value().is_empty())
}
