//! The list of keys.

use super::{dialog, fly_on};
use crate::input::{BINDINGS, Binding, KeyName, Layout};
use crate::say::{self, Message};
use crate::ui::{Element, RwSignal, html};

/// The list of keys, as a sheet.
pub(super) fn help(layout: RwSignal<Layout>) -> Element {
    let row = |binding: &'static Binding| {
        let keys = binding.keys.iter().map(|key| {
            html::kbd().child(move || match key {
                KeyName::Printed(key) => layout.with(|layout| layout.label(key).to_owned()),
                KeyName::Word(word) => word.text(),
            })
        });
        html::tr()
            .child(html::td().child(binding.what))
            .child(html::td().child(keys.collect::<Vec<_>>()))
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
