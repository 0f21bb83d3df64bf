//! The lines of the chat.

use driftfield_shared::protocol::{VoteLine, VoteState};
use web_sys::{Element as Node, Event};

use super::model::ChatModel;
use crate::chat::{
    Fate, Receipt, ShownBody, ShownLine, Told, commands, is_action, refusal, text_of,
};
use crate::hud::command::{Command, command};
use crate::say;
use crate::ui::{Element, RwSignal, each, html, show, switch};

/// CSS pixels from the oldest line at which older ones are asked for.
const NEAR_OLDEST: i32 = 60;

/// The lines; the newest is at the bottom and stays in sight unless the player scrolls.
pub(super) fn lines(model: ChatModel) -> Element {
    let ChatModel { is_open, lines, has_older, .. } = model;
    let scrolled = |event: Event| {
        use wasm_bindgen::JsCast;
        let Some(place) = event.target().and_then(|it| it.dyn_into::<Node>().ok()) else { return };
        // Its content is laid out from the bottom: there the figure is 0, and negative above.
        let above = place.scroll_height() - place.client_height() + place.scroll_top();
        if above < NEAR_OLDEST {
            command(Command::Older);
        }
    };
    let older = move || {
        html::button()
            .class("older")
            .attr("type", "button")
            .test_id("chat-older")
            .on("click", |_: Event| command(Command::Older))
            .child(say::CHAT_OLDER)
    };
    let list = html::ol()
        .attr("role", "log")
        // Said by a line of its own: not all lines again when the history comes.
        .attr("aria-live", "off")
        .attr("aria-label", say::CHAT)
        .test_id("chat-lines")
        .child(each(move || lines.get(), |line| line.key, move |line| row(model, line)));
    html::div()
        .class("scroll")
        .on("scroll", scrolled)
        .child(html::div().child(show(move || is_open.get() && has_older.get(), older)).child(list))
}

fn row(model: ChatModel, line: RwSignal<ShownLine>) -> Element {
    let is = move |check: fn(&ShownLine) -> bool| move || line.with(check);
    html::li()
        .class_while(
            "whisper",
            is(|line| matches!(&line.body, ShownBody::Said { listener: Some(_), .. })),
        )
        .class_while(
            "party",
            is(|line| matches!(&line.body, ShownBody::Said { is_party: true, .. })),
        )
        .class_while("failed", is(|line| matches!(line.receipt, Some(Receipt::Failed(..)))))
        .class_while("sending", is(|line| line.receipt == Some(Receipt::Sending)))
        .class_while("old", is(|line| line.is_old))
        .style("--name", move || match line.with(|line| line.color) {
            Some(color) => format!("#{color:06x}"),
            None => String::new(),
        })
        .child(switch(
            move || line.with(|line| line.body.clone()),
            move |body| match body {
                ShownBody::Said { .. } => said(model, line, body),
                ShownBody::Help => {
                    let help = commands().map(|command| html::li().child(command.help));
                    html::ul().child(help.collect::<Vec<_>>())
                }
                ShownBody::Told(what) => told(what),
            },
        ))
        .child(switch(move || line.with(|line| line.receipt), |receipt| receipt.map(mark)))
}

/// Who says what.
fn said(model: ChatModel, line: RwSignal<ShownLine>, body: &ShownBody) -> Element {
    let ShownBody::Said { speaker, is_own, listener, is_party, saying, masked } = body else {
        return html::span();
    };
    let id = line.with_untracked(|line| line.key.0);
    let other = move |name: String| {
        let label = name.clone();
        html::button()
            .class("name")
            .attr("type", "button")
            .attr("tabindex", move || if model.is_open.get() { "0" } else { "-1" })
            .attr("title", move || say::chat_whisper(&label))
            .on("click", move |_: Event| command(Command::Whisper(id)))
            .child(html::bdi().child(name))
    };
    let own = |name: String| html::b().class("name").child(html::bdi().child(name));
    let speaker = speaker.clone();
    let head = match (listener.clone(), *is_own) {
        (None, true) => vec![own(speaker)],
        (None, false) => vec![other(speaker)],
        (Some(listener), true) => vec![arrow(html::b().child(say::CHAT_YOU)), other(listener)],
        (Some(_), false) => vec![arrow(other(speaker)), html::b().child(say::CHAT_YOU)],
    };
    let gap = if is_action(saying) && listener.is_none() { " " } else { ": " };
    let (saying, masked) = (saying.clone(), masked.clone());
    let text = move || match model.is_masked.get() {
        true => text_of(&saying, &masked),
        false => text_of(&saying, &[]),
    };
    let place = is_party.then(|| html::small().class("place").child(say::CHAT_PARTY));
    html::span().child(place).child(head).child(gap).child(html::bdi().class("text").child(text))
}

/// What the player alone is told; a vote that runs has a button for each vote.
fn told(what: &Told) -> Element {
    let text = what.clone();
    let line = html::span().class("told").test_id("chat-told").child(move || text.text());
    let button = |test_id: &'static str, wanted: Command, label: say::Message| {
        html::button()
            .attr("type", "button")
            .test_id(test_id)
            .on("click", move |_: Event| command(wanted))
            .child(label)
    };
    let (yes, no) = match what {
        Told::Vote(VoteLine { id, state: VoteState::Open, .. }) => (
            button("vote-yes", Command::Vote(*id, true), say::VOTE_YES),
            button("vote-no", Command::Vote(*id, false), say::VOTE_NO),
        ),
        Told::Invited(who) => {
            let answer = |yes| Command::AnswerParty(who.account, yes);
            (
                button("party-accept", answer(true), say::PARTY_ACCEPT),
                button("party-decline", answer(false), say::PARTY_DECLINE),
            )
        }
        _ => return line,
    };
    html::div().child(line).child(html::div().class("why").child((yes, no)))
}

/// A name, and a sign for "to".
fn arrow(name: Element) -> Element {
    html::span().child(name).child(" → ")
}

/// What has become of an own line.
fn mark(receipt: Receipt) -> Element {
    let sign = |what: say::Message, sign: &'static str| {
        html::span().class("receipt").attr("role", "img").attr("aria-label", what).child(sign)
    };
    match receipt {
        Receipt::Sending => sign(say::CHAT_SENDING, "…"),
        Receipt::Sent => sign(say::CHAT_SENT, "✓"),
        Receipt::Failed(number, fate) => {
            let button = |test_id: &'static str, wanted: Command, label: say::Message| {
                html::button()
                    .attr("type", "button")
                    .test_id(test_id)
                    .on("click", move |_: Event| command(wanted))
                    .child(label)
            };
            html::div()
                .class("why")
                .child(html::span().test_id("chat-refused").child(move || match fate {
                    Fate::Refused(reason) => refusal(reason),
                    _ => say::CHAT_LEFT_ROOM.text(),
                }))
                .child(button("chat-retry", Command::Retry(number), say::CHAT_RETRY))
                .child(button("chat-discard", Command::Discard(number), say::CHAT_DISCARD))
        }
    }
}
