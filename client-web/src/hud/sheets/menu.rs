//! The menu.

use super::{button, by_hand, dialog, fly_on};
use crate::hud::Scale;
use crate::hud::command::{AccountPage, Command};
use crate::hud::model::{Invite, Model};
use crate::say;
use crate::ui::{Element, html, switch};

/// The menu, as a sheet.
pub(super) fn menu(model: Model) -> Element {
    let invite = model.invite;
    let label = move || match invite.get() {
        Invite::Copied => say::MENU_INVITE_COPIED.text(),
        _ => say::MENU_INVITE.text(),
    };
    let field = move |invite: &Invite| match invite {
        Invite::ByHand(link) => Some(by_hand(say::MENU_INVITE_BY_HAND, link.clone())),
        _ => None,
    };
    dialog(say::MENU, "menu")
        .child(fly_on("resume"))
        .child(button("help-button", Command::Help).child(say::MENU_KEYS))
        .child(button("network-button", Command::Net).child(say::MENU_NETWORK))
        .child(languages())
        .child(interface_size(model))
        .child(
            button("account-button", Command::Account(AccountPage::Overview)).child(say::ACCOUNT),
        )
        .child(button("invite", Command::Invite).child(label))
        .child(switch(move || invite.get(), field))
        .child(button("leave", Command::Leave).class("danger").child(say::MENU_LEAVE))
}

/// A button for each language, in that language.
fn languages() -> Element {
    let language = |(tag, name): &'static (&'static str, &'static str)| {
        button("language", Command::Language(tag))
            .attr("lang", *tag)
            .attr("aria-pressed", move || say::tag() == *tag)
            .child(*name)
    };
    html::div()
        .class("languages")
        .attr("role", "group")
        .attr("aria-label", say::MENU_LANGUAGE)
        .child(say::LANGUAGES.iter().map(language).collect::<Vec<_>>())
}

/// The size of the interface, with buttons for smaller and larger.
fn interface_size(model: Model) -> Element {
    let scale = model.scale;
    let percent = move || say::percent(scale.with(|scale| scale.percent()));
    let is_last = |scale: Option<Scale>| if scale.is_none() { "true" } else { "false" };
    html::div()
        .class("size")
        .attr("role", "group")
        .attr("aria-label", say::MENU_SIZE)
        .child(html::span().child(say::MENU_SIZE))
        .child(
            button("smaller", Command::Smaller)
                .attr("aria-label", say::MENU_SMALLER)
                .attr("aria-disabled", move || is_last(scale.with(|scale| scale.smaller())))
                .child("−"),
        )
        .child(html::b().attr("role", "status").test_id("interface-size").child(percent))
        .child(
            button("larger", Command::Larger)
                .attr("aria-label", say::MENU_LARGER)
                .attr("aria-disabled", move || is_last(scale.with(|scale| scale.larger())))
                .child("+"),
        )
}
