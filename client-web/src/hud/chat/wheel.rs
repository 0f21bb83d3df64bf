//! The wheel of phrases: eight buttons around the ship.

use driftfield_shared::protocol::Phrase;
use web_sys::Event;

use super::model::ChatModel;
use crate::chat::{direction_of, phrase};
use crate::format::css_number;
use crate::hud::command::{Command, command};
use crate::say;
use crate::ui::{Element, View, html, show};

/// The wheel, while it is open.
pub(in crate::hud) fn wheel(model: ChatModel) -> impl View {
    let wheel = model.wheel;
    let button = move |place: usize| -> Option<Element> {
        let (_, words) = phrase(place)?;
        let angle = direction_of(place).to_radians();
        let is_chosen =
            move || wheel.with(|wheel| wheel.is_some_and(|it| it.chosen == Some(place)));
        Some(
            html::button()
                .class_while("chosen", is_chosen)
                .test_id(format!("phrase-{}", place + 1))
                .style("--x", css_number(libm::sinf(angle)))
                .style("--y", css_number(-libm::cosf(angle)))
                .on("click", move |_: Event| command(Command::Phrase(place)))
                .child(html::kbd().class("touchless").child((place + 1).to_string()))
                .child(html::span().child(words)),
        )
    };
    show(
        move || wheel.with(Option::is_some),
        move || {
            html::div()
                .class("wheel")
                .attr("role", "group")
                .attr("aria-label", say::PHRASES)
                .test_id("wheel")
                .child((0..Phrase::ALL.len()).filter_map(button).collect::<Vec<_>>())
        },
    )
}
