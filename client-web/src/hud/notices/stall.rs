//! The notice that the connection has stalled.

use crate::hud::model::Model;
use crate::say;
use crate::ui::{View, html, show};

/// The notice, shown while nothing comes from the server.
pub(super) fn stall(model: Model) -> impl View {
    let stall = model.stall;
    let seconds = move || {
        let tenths = stall.get().unwrap_or_default();
        say::stall_seconds(&say::decimal(f64::from(tenths) / 10.0))
    };
    show(
        move || stall.with(Option::is_some),
        move || {
            html::p()
                .class("plate stall")
                .test_id("stall")
                .child(html::span().attr("role", "status").child(say::STALL))
                .child(html::b().attr("aria-hidden", "true").child(seconds))
        },
    )
}
