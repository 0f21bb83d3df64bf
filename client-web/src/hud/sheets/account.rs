//! The account sheet: what an account is, its words, and what can be done with it. Each step says what it does.
//!
//! ```text
//! Overview -> Words
//!          -> Enter  -> the account of another device
//!          -> Rotate -> Words, new ones
//!          -> Delete -> the start screen
//! ```

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::{button, dialog, fly_on};
use crate::hud::command::{AccountPage, Command, command};
use crate::hud::model::Model;
use crate::say;
use crate::ui::{Element, View, effect, html, switch};

/// Id of the field for words, for its label.
const FIELD_ID: &str = "account-words";

/// The account, as a sheet.
pub(super) fn account(model: Model) -> Element {
    let sheet = model.account;
    let notice = html::p()
        .class("notice")
        .attr("role", "status")
        .test_id("account-notice")
        .child(move || sheet.with(|sheet| sheet.notice.clone().unwrap_or_default()));
    dialog(say::ACCOUNT, "account")
        .class_while("busy", move || sheet.with(|sheet| sheet.is_busy))
        .child(switch(
            move || sheet.with(|sheet| sheet.page),
            move |page| match page {
                AccountPage::Overview => overview(),
                AccountPage::Words => words(model),
                AccountPage::Enter => enter(model),
                AccountPage::Rotate => rotate(),
                AccountPage::Delete => delete(),
            },
        ))
        .child(notice)
}

fn overview() -> Element {
    let page = |test_id, page| button(test_id, Command::Account(page));
    html::div()
        .child(html::p().child(say::ACCOUNT_WHAT))
        .child(page("account-show", AccountPage::Words).child(say::ACCOUNT_SHOW))
        .child(page("account-enter", AccountPage::Enter).child(say::ACCOUNT_ENTER))
        .child(page("account-rotate", AccountPage::Rotate).child(say::ACCOUNT_ROTATE))
        .child(
            page("account-delete", AccountPage::Delete).class("danger").child(say::ACCOUNT_DELETE),
        )
        .child(fly_on("close-account"))
}

fn words(model: Model) -> Element {
    let sheet = model.account;
    let list = switch(
        move || sheet.with(|sheet| sheet.words.clone()),
        |words| {
            let items = words.iter().map(|word| html::li().child(word.clone()));
            html::ol().class("words").test_id("words").child(items.collect::<Vec<_>>())
        },
    );
    html::div().child(html::p().child(say::ACCOUNT_SHOW_WHAT)).child(list).child(back())
}

fn enter(model: Model) -> Element {
    let input = html::input()
        .attr("id", FIELD_ID)
        .test_id("account-words")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("autocapitalize", "off")
        .attr("enterkeyhint", "go");
    let field: HtmlInputElement = input.node().clone().unchecked_into();
    let focused = field.clone();
    effect(move || {
        // Fails only for elements that cannot have the focus, and a field can.
        let _ = focused.focus();
    });
    let submit = move |event: Event| {
        event.prevent_default();
        model.entered_words.set(field.value());
        command(Command::UseWords);
    };
    html::form()
        .attr("autocomplete", "off")
        .on("submit", submit)
        .child(html::p().child(say::ACCOUNT_ENTER_WHAT))
        .child(html::label().class("by-hand").attr("for", FIELD_ID).child(say::ACCOUNT_ENTER_FIELD))
        .child(html::div().class("by-hand").child(input))
        .child(
            html::button()
                .attr("type", "submit")
                .test_id("account-use")
                .child(say::ACCOUNT_ENTER_NOW),
        )
        .child(back())
}

fn rotate() -> Element {
    html::div()
        .child(html::p().child(say::ACCOUNT_ROTATE_WHAT))
        .child(
            button("account-rotate-now", Command::ChangeWords)
                .class("danger")
                .child(say::ACCOUNT_ROTATE),
        )
        .child(back())
}

fn delete() -> Element {
    html::div()
        .child(html::p().child(say::ACCOUNT_DELETE_WHAT))
        .child(
            button("account-delete-now", Command::DeleteAccount)
                .class("danger")
                .child(say::ACCOUNT_DELETE_NOW),
        )
        .child(back())
}

/// The button that leads back to the overview.
fn back() -> impl View {
    button("account-back", Command::Account(AccountPage::Overview))
        .attr("type", "button")
        .child(say::ACCOUNT_BACK)
}
