//! Where the bytes go: a line with a bar for each kind of thing that snapshots tell of.

use leptos::prelude::*;

use super::model::KindRates;
use crate::format::bit_rate;

/// Names of kinds with their bits per second, in the order in which they come, behind each a bar for its share
/// of the whole. Shows nothing while there are none.
#[component]
pub(super) fn Kinds(kinds: RwSignal<KindRates>) -> impl IntoView {
    let total = move || kinds.with(|kinds| kinds.iter().map(|(_, rate)| rate).sum::<f64>());
    view! {
        <Show when=move || kinds.with(|kinds| !kinds.is_empty())>
            <section class="kinds" aria-label="Received, by kind" data-testid="kinds">
                <h3>"By kind"<small>{move || bit_rate(total())}</small></h3>
                <dl>
                    {move || kinds.with(|kinds| {
                        let total = total().max(1.0);
                        kinds
                            .iter()
                            .map(|(name, rate)| {
                                let share = format!("scaleX({:.3})", (rate / total).clamp(0.0, 1.0));
                                view! {
                                    <div>
                                        <i style:transform=share></i>
                                        <dt>{*name}</dt>
                                        <dd>{bit_rate(*rate)}</dd>
                                    </div>
                                }
                            })
                            .collect_view()
                    })}
                </dl>
            </section>
        </Show>
    }
}
