//! The menu.

use super::{button, by_hand, dialog, fly_on};
use crate::hud::command::{AccountPage, Command};
use crate::hud::model::{Invite, Model};
use crate::hud::views::badge;
use crate::say;
use crate::ui::{Element, switch};

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
        .child(
            button("notices-button", Command::Notices)
                .child(say::NOTICES)
                .child(badge(model.notices)),
        )
        .child(button("party-button", Command::Party).child(say::PARTY))
        .child(button("network-button", Command::Net).child(say::MENU_NETWORK))
        .child(button("settings-button", Command::Settings).child(say::SETTINGS))
        .child(
            button("account-button", Command::Account(AccountPage::Overview)).child(say::ACCOUNT),
        )
        .child(button("invite", Command::Invite).child(label))
        .child(switch(move || invite.get(), field))
        .child(button("leave", Command::Leave).class("danger").child(say::MENU_LEAVE))
}
