//! The sheet of what the player was told, and of what he wants to be told how loudly.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement};

use super::{dialog, fly_on};
use crate::hud::command::{Command, command};
use crate::hud::model::{Model, NoticesModel};
use crate::notifications::{Choice, Kind, Level};
use crate::say::{self, Message};
use crate::ui::{Element, each, html, render_effect, switch};

/// The notices, as a sheet.
pub(super) fn notices(model: Model) -> Element {
    let NoticesModel { lines, fault, .. } = model.notices;
    let list = html::ol().class("told").test_id("notices").child(each(
        move || lines.get(),
        |line| line.id,
        |line| {
            html::li()
                .class_while("new", move || line.with(|line| !line.is_read))
                .child(html::small().child(move || line.with(|line| line.when.clone())))
                .child(html::span().child(move || line.with(|line| line.text.clone())))
        },
    ));
    let empty = switch(
        move || lines.with(Vec::is_empty),
        |is_empty| is_empty.then(|| html::p().child(say::NOTICES_EMPTY)),
    );
    let choices = html::div().class("choices").attr("role", "group");
    let choices = choices
        .attr("aria-label", say::NOTICES_CHOICES)
        .child(html::h3().child(say::NOTICES_CHOICES))
        .child(Kind::SENT.map(|kind| choice(model, kind)).into_iter().collect::<Vec<_>>());
    let fault = html::p()
        .class("notice")
        .attr("role", "status")
        .test_id("notices-fault")
        .child(move || fault.get().map_or_else(String::new, |fault: Message| fault.text()));
    dialog(say::NOTICES, "notices-sheet")
        .child(fly_on("close-notices"))
        .child((empty, list, choices, fault))
}

/// How loudly the player wants to be told of one kind.
fn choice(model: Model, kind: Kind) -> Element {
    let choices = model.notices.choices;
    let chosen = move || choices.with(|choices| choices.of(kind));
    let options = Level::ALL.map(|level| {
        html::option()
            .attr("value", Level::ALL.iter().position(|it| *it == level).unwrap_or(0).to_string())
            .child(name_of_level(level))
    });
    let select = html::select()
        .test_id(format!("notices-{}", kind.name()))
        .attr("aria-label", say::NOTICES_LEVEL)
        .child(options.into_iter().collect::<Vec<_>>());
    let outside =
        html::input().attr("type", "checkbox").test_id(format!("outside-{}", kind.name()));
    let (field, tick): (HtmlSelectElement, HtmlInputElement) =
        (select.node().clone().unchecked_into(), outside.node().clone().unchecked_into());
    let (shown_field, shown_tick) = (field.clone(), tick.clone());
    render_effect(move || {
        let Choice { level, is_outside } = chosen();
        let index = Level::ALL.iter().position(|it| *it == level).unwrap_or(0);
        shown_field.set_selected_index(index as i32);
        shown_tick.set_checked(is_outside);
    });
    let choose = move |_: Event| {
        let level = Level::ALL.get(field.selected_index().max(0) as usize);
        let level = level.copied().unwrap_or(Level::Toast);
        command(Command::ChooseNotices(kind, Choice { level, is_outside: tick.checked() }));
    };
    html::div()
        .class("choice")
        .child(html::span().child(name_of_kind(kind)))
        .child(select.on("change", choose.clone()))
        .child(
            html::label()
                .class("tick")
                .child(outside.on("change", choose))
                .child(say::NOTICES_OUTSIDE),
        )
}

fn name_of_kind(kind: Kind) -> Message {
    match kind {
        Kind::Host => say::KIND_HOST,
        Kind::Friends => say::KIND_FRIENDS,
        Kind::Party => say::KIND_PARTY,
        Kind::Rounds => say::KIND_ROUNDS,
        Kind::Bounties => say::KIND_BOUNTIES,
        Kind::Trade => say::KIND_TRADE,
        Kind::Moderation => say::KIND_MODERATION,
    }
}

fn name_of_level(level: Level) -> Message {
    match level {
        Level::Silent => say::LEVEL_SILENT,
        Level::Badge => say::LEVEL_BADGE,
        Level::Toast => say::LEVEL_TOAST,
        Level::Sound => say::LEVEL_SOUND,
    }
}
