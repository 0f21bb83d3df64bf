//! The chat: lines over the lower left of the picture, the field for an own one, and the wheel of phrases.
//!
//! ```text
//! page::chat --ChatModel--> lines: the newest, or all while it is open
//!                       \-> field: while it is open       --Command--> page::chat
//!                       \-> wheel
//! ```

mod field;
mod lines;
mod model;
mod wheel;

use web_sys::Event;

use super::command::{Command, command};
use crate::say;
use crate::ui::{Element, html, show};
use field::field;
use lines::lines;

pub use field::FIELD_ID;
pub use model::{ChatModel, ChatNote};
pub(super) use wheel::wheel;

/// The chat.
pub(super) fn chat(model: ChatModel) -> Element {
    let is_open = model.is_open;
    html::section()
        .class("chat")
        .class_while("open", move || is_open.get())
        .class_while("plate", move || is_open.get())
        .attr("aria-label", say::CHAT)
        .test_id("chat")
        .child(lines(model))
        .child(
            html::p()
                .class("unseen")
                .attr("role", "status")
                .test_id("chat-spoken")
                .child(move || model.spoken.get()),
        )
        .child(show(move || is_open.get(), move || field(model)))
}

/// The buttons for thumbs.
pub(super) fn pads() -> Element {
    let pad = |class: &'static str, test_id: &'static str, label: say::Message, wanted: Command| {
        html::button()
            .class(class)
            .test_id(test_id)
            .attr("aria-label", label)
            .attr("tabindex", "-1")
            .on("click", move |_: Event| command(wanted))
            .child(html::i())
    };
    html::div()
        .class("talkpads")
        .child(pad("chatpad", "chat-pad", say::CHAT, Command::OpenChat))
        .child(pad("wheelpad", "wheel-pad", say::PHRASES, Command::Wheel))
}
