//! The switch on the network panel that sends input commands over a second socket, too.

use leptos::prelude::*;

use super::model::Model;
use crate::page::{Command, command, set_second_socket};

/// The switch.
#[component]
pub(super) fn SecondSocket(model: Model) -> impl IntoView {
    let wants = model.wants_second_socket;
    view! {
        <button
            type="button"
            class="second-socket"
            role="switch"
            aria-checked=move || if wants.get() { "true" } else { "false" }
            title="Where packets get lost, a command that is held up on one comes in time over the other"
            data-testid="second-socket"
            on:click=move |event| {
                set_second_socket(!wants.get_untracked());
                // A key pressed it if there was no click; then keys go on here.
                if event.detail() > 0 {
                    command(Command::Fly);
                }
            }
        >
            "Second socket"
            <small>{move || if wants.get() { "on, for commands" } else { "off" }}</small>
        </button>
    }
}
