//! What the bits of snapshots are spent on: a line with a bar for each part.

use driftfield_shared::snapshot::SnapshotPart;

use crate::format::bit_rate;
use crate::format::css_number;
use crate::hud::model::KindRates;
use crate::say;
use crate::ui::{RwSignal, View, each, html, show};

/// The names of the parts with their bits per second, each over a bar for its share of the whole. Nothing is shown while
/// there are no figures.
pub(super) fn kinds(kinds: RwSignal<KindRates>) -> impl View {
    let total = move || kinds.with(|kinds| kinds.iter().map(|(_, rate)| rate).sum::<f64>());
    let lines = move || {
        each(
            move || kinds.get(),
            |(part, _)| *part,
            move |line| {
                let share = move || {
                    let rate = line.with(|(_, rate)| *rate);
                    format!("scaleX({})", css_number((rate / total().max(1.0)).clamp(0.0, 1.0)))
                };
                html::div()
                    .child(html::i().style("transform", share))
                    .child(html::dt().child(move || line.with(|(part, _)| part_name(*part))))
                    .child(html::dd().child(move || line.with(|(_, rate)| bit_rate(*rate))))
            },
        )
    };
    show(
        move || kinds.with(|kinds| !kinds.is_empty()),
        move || {
            html::section()
                .class("kinds")
                .attr("aria-label", say::NETWORK_KINDS_WHAT)
                .test_id("kinds")
                .child(
                    html::h3()
                        .child(say::NETWORK_KINDS)
                        .child(html::small().child(move || bit_rate(total()))),
                )
                .child(html::dl().child(lines()))
        },
    )
}

fn part_name(part: SnapshotPart) -> String {
    match part {
        SnapshotPart::Header => say::PART_HEADER.text(),
        SnapshotPart::ShipUpdates => say::PART_SHIPS.text(),
        SnapshotPart::ShipArrivals => say::PART_ARRIVALS.text(),
        SnapshotPart::Shots => say::PART_SHOTS.text(),
        SnapshotPart::Asteroids => say::PART_ASTEROIDS.text(),
        SnapshotPart::Ores => say::PART_ORES.text(),
        SnapshotPart::Own => say::PART_OWN.text(),
    }
}
