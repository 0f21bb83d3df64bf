//! The section of the network panel that puts a bad link between the game and its socket.
//!
//! A key opens it and puts the keyboard here; a press by mouse or thumb, a profile that is taken and Escape
//! give the keyboard back to the ship.

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::model::Model;
use crate::link::PRESETS;
use crate::page::{Command, command, set_link};

/// Id of the text field, for its label.
const FIELD_ID: &str = "link-profile";
/// Id of the sentence on what is wrong with the text, for the field to refer to.
const FAULT_ID: &str = "link-fault";

/// The section.
#[component]
pub(super) fn BadLink(model: Model) -> impl IntoView {
    let Model { bad_link, wants_bad_link, .. } = model;
    let fault = RwSignal::<Option<String>>::default();
    let field = NodeRef::<html::Input>::new();
    let first = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let Some(presets) = first.get().filter(|_| wants_bad_link.get()) else { return };
        wants_bad_link.set(false);
        let find = |selector| presets.query_selector(selector).ok().flatten();
        let button = find("[aria-pressed=true]").or_else(|| find("button"));
        if let Some(button) = button.as_ref().and_then(|button| button.dyn_ref::<HtmlElement>()) {
            // Fails only for what cannot have it, and a button can.
            let _ = button.focus();
        }
    });
    // What is on, in words, however it was set.
    Effect::new(move |_| {
        let text = bad_link.with(ToString::to_string);
        if let Some(field) = field.get() {
            field.set_value(&text);
        }
        fault.set(None);
    });
    // A panel that scrolls shows the sentence that it has just got.
    let sentence = NodeRef::<html::P>::new();
    Effect::new(move |_| {
        if fault.with(Option::is_some) {
            request_animation_frame(move || {
                if let Some(sentence) = sentence.get_untracked() {
                    sentence.scroll_into_view_with_bool(false);
                }
            });
        }
    });
    let choose = move |event: &MouseEvent, profile: &'static str| {
        fault.set(set_link(profile).err());
        // A key pressed it if there was no click; then keys go on here.
        if event.detail() > 0 {
            command(Command::Fly);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        let outcome = set_link(&field.value());
        if outcome.is_ok() {
            command(Command::Fly);
        }
        fault.set(outcome.err());
    };
    let is_wrong = move || fault.with(Option::is_some);
    view! {
        <form
            class="bad-link"
            class:on=move || bad_link.with(|profile| !profile.is_perfect())
            aria-label="Bad link"
            autocomplete="off"
            data-testid="bad-link"
            on:submit=submit
        >
            <h3>"Bad link"<small>"in each direction"</small></h3>
            <div class="presets" role="group" aria-label="Ready-made bad links" node_ref=first>
                {PRESETS.iter().map(|preset| {
                    let is_on = move || {
                        preset.profile.parse().is_ok_and(|profile| bad_link.get() == profile)
                    };
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || if is_on() { "true" } else { "false" }
                            title=preset.profile
                            data-testid=format!("link-{}", preset.word)
                            on:click=move |event| choose(&event, preset.profile)
                        >
                            {preset.label}
                        </button>
                    }
                }).collect_view()}
            </div>
            <label for=FIELD_ID>"In words"</label>
            <div class="spelled">
                <input
                    id=FIELD_ID
                    node_ref=field
                    data-testid="link-profile"
                    placeholder="latency=80ms,jitter=20ms"
                    spellcheck="false"
                    autocapitalize="off"
                    enterkeyhint="done"
                    aria-invalid=move || if is_wrong() { "true" } else { "false" }
                    aria-describedby=FAULT_ID
                />
                <button type="submit" data-testid="link-set">"Set"</button>
            </div>
            <p id=FAULT_ID node_ref=sentence class="fault" role="alert" data-testid="link-fault">
                {move || fault.get()}
            </p>
        </form>
    }
}
