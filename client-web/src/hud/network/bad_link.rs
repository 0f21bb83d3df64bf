//! The section of the network panel that simulates a bad link between the game and its socket.
//!
//! A key opens the panel and moves the keyboard focus here. The focus returns to the ship after a click or a touch, after a
//! valid profile was entered, and after Escape.

use driftfield_shared::netsim::LinkProfileError;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlInputElement, MouseEvent};

use crate::hud::command::{Command, command, set_link};
use crate::hud::model::Model;
use crate::net::{PRESETS, Preset};
use crate::say;
use crate::ui::{Element, RwSignal, View, effect, html};

/// Id of the text field, for its label.
const FIELD_ID: &str = "link-profile";
/// Id of the sentence that says what is wrong with the text; the field refers to it.
const FAULT_ID: &str = "link-fault";

/// What is wrong with the text.
type Fault = Option<LinkProfileError>;

/// The section.
pub(super) fn bad_link(model: Model) -> impl View {
    let Model { bad_link, .. } = model;
    let fault = RwSignal::<Fault>::default();
    html::form()
        .class("bad-link")
        .class_while("on", move || bad_link.with(|profile| !profile.is_perfect()))
        .attr("aria-label", say::BAD_LINK)
        .attr("autocomplete", "off")
        .test_id("bad-link")
        .child(html::h3().child(say::BAD_LINK).child(html::small().child(say::BAD_LINK_EACH_WAY)))
        .child(presets(model, fault))
        .child(html::label().attr("for", FIELD_ID).child(say::BAD_LINK_SPELLED))
        .with(|form| spelled(form, model, fault))
        .child(sentence(fault))
}

/// The ready-made links.
fn presets(model: Model, fault: RwSignal<Fault>) -> impl View {
    let Model { bad_link, wants_bad_link, .. } = model;
    let choose = move |event: &MouseEvent, profile: &'static str| {
        fault.set(set_link(profile).err());
        // Without a click a key pressed the button; then the keyboard focus stays here.
        if event.detail() > 0 {
            command(Command::Fly);
        }
    };
    let button = move |preset: &'static Preset| {
        let is_on = move || preset.profile.parse().is_ok_and(|profile| bad_link.get() == profile);
        html::button()
            .attr("type", "button")
            .attr("aria-pressed", is_on)
            .attr("title", preset.profile)
            .test_id(format!("link-{}", preset.word))
            .on("click", move |event: MouseEvent| choose(&event, preset.profile))
            .child(preset.label)
    };
    let presets = html::div()
        .class("presets")
        .attr("role", "group")
        .attr("aria-label", say::BAD_LINK_PRESETS)
        .child(PRESETS.iter().map(button).collect::<Vec<_>>());
    let group = presets.node().clone();
    effect(move || {
        if !wants_bad_link.get() {
            return;
        }
        wants_bad_link.set(false);
        let find = |selector| group.query_selector(selector).ok().flatten();
        let button = find("[aria-pressed=true]").or_else(|| find("button"));
        if let Some(button) = button.as_ref().and_then(|button| button.dyn_ref::<HtmlElement>()) {
            // Fails only for elements that cannot have the focus, and a button can.
            let _ = button.focus();
        }
    });
    presets
}

/// The text field for a profile, with its button.
fn spelled(form: Element, model: Model, fault: RwSignal<Fault>) -> Element {
    let bad_link = model.bad_link;
    let input = html::input()
        .attr("id", FIELD_ID)
        .test_id("link-profile")
        .attr("placeholder", "latency=80ms,jitter=20ms")
        .attr("spellcheck", "false")
        .attr("autocapitalize", "off")
        .attr("enterkeyhint", "done")
        .attr("aria-invalid", move || fault.with(Option::is_some))
        .attr("aria-describedby", FAULT_ID);
    let field: HtmlInputElement = input.node().clone().unchecked_into();
    // The field shows the current profile, however it was set.
    let shown = field.clone();
    effect(move || {
        shown.set_value(&bad_link.with(ToString::to_string));
        fault.set(None);
    });
    let submit = move |event: Event| {
        event.prevent_default();
        let outcome = set_link(&field.value());
        if outcome.is_ok() {
            command(Command::Fly);
        }
        fault.set(outcome.err());
    };
    let set = html::button().attr("type", "submit").test_id("link-set").child(say::BAD_LINK_SET);
    form.on("submit", submit).child(html::div().class("spelled").child(input).child(set))
}

/// The sentence that says what is wrong with the text.
fn sentence(fault: RwSignal<Fault>) -> impl View {
    let sentence = html::p()
        .attr("id", FAULT_ID)
        .class("fault")
        .attr("role", "alert")
        .test_id("link-fault")
        .child(move || fault.with(|fault| fault.as_ref().map_or_else(String::new, fault_sentence)));
    // Scrolls a new sentence into view. This effect is younger than that of the text, so the text is there already.
    let node = sentence.node().clone();
    effect(move || {
        if fault.with(Option::is_some) {
            node.scroll_into_view_with_bool(false);
        }
    });
    sentence
}

fn fault_sentence(fault: &LinkProfileError) -> String {
    match fault {
        LinkProfileError::Form(part) => say::bad_link_form(part),
        LinkProfileError::UnknownName(name) => say::bad_link_name(name),
        LinkProfileError::Duration(value) => say::bad_link_duration(value),
        LinkProfileError::Rate(value) => say::bad_link_rate(value),
        LinkProfileError::StallsOverlap => say::BAD_LINK_STALLS_OVERLAP.text(),
    }
}
