//! The list of keys.

use super::{dialog, fly_on};
use crate::hud::model::Model;
use crate::input::{Action, BINDINGS, Binding};
use crate::say::{self, Message};
use crate::ui::{Element, html, switch};

/// The list of keys, as a sheet.
pub(super) fn help(model: Model) -> Element {
    let names = move |action: Action| {
        model.keymap.with(|keymap| model.layout.with(|layout| keymap.names(action, layout)))
    };
    let row = |binding: &'static Binding| {
        let keys = move || {
            let others = model.layout.with(|layout| {
                binding.others.iter().map(|key| key.text(layout)).collect::<Vec<_>>()
            });
            // The first key of each, then the second of each: "W A S D ↑ ← ↓ →".
            let all: Vec<_> = binding.actions.iter().map(|action| names(*action)).collect();
            let first = all.iter().filter_map(|names| names.first());
            let rest = all.iter().flat_map(|names| names.iter().skip(1));
            first.chain(rest).cloned().chain(others).collect::<Vec<_>>()
        };
        let keys = switch(keys, |keys| {
            keys.iter().map(|key| html::kbd().child(key.clone())).collect::<Vec<_>>()
        });
        html::tr().child(html::td().child(binding.what)).child(html::td().child(keys))
    };
    let device = |device: Message, how: Message| {
        html::tr().child(html::td().child(device)).child(html::td().child(how))
    };
    let rows = html::tbody()
        .child(BINDINGS.iter().map(row).collect::<Vec<_>>())
        .child(device(say::HELP_PAD, say::HELP_PAD_HOW))
        .child(device(say::HELP_TOUCH, say::HELP_TOUCH_HOW));
    dialog(say::MENU_KEYS, "help").child(html::table().child(rows)).child(fly_on("close-help"))
}
