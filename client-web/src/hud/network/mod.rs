//! The network panel: the figures of the connection, and a simulated bad link.

mod bad_link;
mod graph;
mod kinds;

pub use graph::paint as paint_graph;

use web_sys::Event;

use super::command::{Command, command};
use super::model::{Model, NetFigures};
use crate::say;
use crate::ui::{RwSignal, View, html, show, switch};
use bad_link::bad_link;
use kinds::kinds;

/// The panel, while it is open.
pub(super) fn network(model: Model) -> impl View {
    let Model { is_net_open, net, .. } = model;
    let close = || {
        html::button()
            .class("close")
            .attr("aria-label", say::NETWORK_CLOSE)
            .test_id("network-close")
            .on("click", |_: Event| command(Command::Net))
            .child("×")
    };
    show(
        move || is_net_open.get(),
        move || {
            html::section()
                .class("plate net")
                .attr("aria-label", say::NETWORK)
                .test_id("network-panel")
                .child(html::h2().child(say::NETWORK).child(close()))
                .child(html::dl().child(figures(net)))
                .child(html::canvas().attr("id", graph::CANVAS_ID).attr("aria-hidden", "true"))
                .child(html::small().child(say::NETWORK_INTERVALS))
                .child(kinds(model.kinds))
                .child(bad_link(model))
        },
    )
}

/// Names and values. The elements stay while the values change.
fn figures(net: RwSignal<NetFigures>) -> impl View {
    let names =
        move || net.with(|net| net.lines.iter().map(|line| line.0.clone()).collect::<Vec<_>>());
    switch(names, move |names| {
        let lines = names.iter().enumerate().map(|(index, name)| {
            let value = move || {
                net.with(|net| net.lines.get(index).map_or_else(String::new, |line| line.1.clone()))
            };
            (html::dt().child(name.clone()), html::dd().child(value))
        });
        lines.collect::<Vec<_>>()
    })
}
