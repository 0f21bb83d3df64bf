//! The network panel: how the connection does, and how it would on a worse link.

use leptos::prelude::*;

use super::bad_link::BadLink;
use super::graph;
use super::kinds::Kinds;
use super::model::Model;
use super::second_socket::SecondSocket;
use crate::page::{Command, command};

/// The panel, while it is open.
#[component]
pub(super) fn Network(model: Model) -> impl IntoView {
    let Model { is_net_open, net, kinds, .. } = model;
    view! {
        <Show when=move || is_net_open.get()>
            <section class="plate net" aria-label="Network" data-testid="network-panel">
                <h2>
                    "Network"
                    <button
                        class="close"
                        aria-label="Close the network panel"
                        data-testid="network-close"
                        on:click=|_| command(Command::Net)
                    >
                        "×"
                    </button>
                </h2>
                <dl>
                    {move || net.with(|net| {
                        net.lines
                            .iter()
                            .map(|(name, value)| view! { <dt>{*name}</dt><dd>{value.clone()}</dd> })
                            .collect_view()
                    })}
                </dl>
                <canvas id=graph::CANVAS_ID aria-hidden="true"></canvas>
                <small>"Time between snapshots"</small>
                <Kinds kinds/>
                <SecondSocket model/>
                <BadLink model/>
            </section>
        </Show>
    }
}
