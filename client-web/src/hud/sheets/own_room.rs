//! The sheet of a room of one's own: what it is to be, and then its link for friends.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::{button, by_hand, dialog};
use crate::hud::command::{Command, command};
use crate::hud::model::{Invite, Model, OwnRoomPage, RoomWish};
use crate::say::{self, Message};
use crate::ui::{Element, RwSignal, html, switch};

/// Seats of a room if the player chooses nothing else: some friends.
const SEATS_USUAL: u16 = 8;
const BOTS_USUAL: u16 = 3;

/// A room of one's own, as a sheet.
pub(super) fn own_room(model: Model) -> Element {
    let sheet = model.own_room;
    let notice = html::p()
        .class("notice")
        .attr("role", "status")
        .test_id("own-room-notice")
        .child(move || sheet.with(|sheet| sheet.notice.clone().unwrap_or_default()));
    dialog(say::OWN_ROOM, "own-room")
        .class_while("busy", move || sheet.with(|sheet| sheet.is_busy))
        .child(switch(
            move || sheet.with(|sheet| sheet.page.clone()),
            move |page| match page {
                OwnRoomPage::Asking => html::div(),
                OwnRoomPage::None => html::div().child(html::p().child(say::OWN_ROOM_NONE)),
                OwnRoomPage::Form { seats_max } => form(model, *seats_max),
                OwnRoomPage::Open { link, .. } => open(model, link),
            },
        ))
        .child(notice)
        .child(button("close-own-room", Command::Resume).child(say::OWN_ROOM_CLOSE))
}

fn form(model: Model, seats_max: u16) -> Element {
    let seats = RwSignal::new(SEATS_USUAL.min(seats_max));
    let bots = RwSignal::new(BOTS_USUAL.min(seats.get_untracked().saturating_sub(1)));
    let name = html::input()
        .test_id("own-room-name")
        .attr("maxlength", "32")
        .attr("autocomplete", "off")
        .attr("placeholder", say::OWN_ROOM_NAME_EXAMPLE);
    let is_locked = html::input().attr("type", "checkbox").test_id("own-room-locked");
    let (name_field, lock): (HtmlInputElement, HtmlInputElement) =
        (name.node().clone().unchecked_into(), is_locked.node().clone().unchecked_into());
    let submit = move |event: Event| {
        event.prevent_default();
        model.room_wish.set(RoomWish {
            name: name_field.value(),
            seats: seats.get_untracked(),
            bots: bots.get_untracked(),
            is_locked: lock.checked(),
        });
        command(Command::OpenRoom);
    };
    html::form()
        .attr("autocomplete", "off")
        .on("submit", submit)
        .child(html::p().child(say::OWN_ROOM_WHAT))
        .child(html::label().class("by-hand").child(say::OWN_ROOM_NAME).child(name))
        .child(slider(say::OWN_ROOM_SEATS, "own-room-seats", seats, 2, move || seats_max))
        .child(slider(say::OWN_ROOM_BOTS, "own-room-bots", bots, 0, move || seats.get() - 1))
        .child(html::label().class("tick").child(is_locked).child(say::OWN_ROOM_LOCKED))
        .child(
            html::button()
                .attr("type", "submit")
                .test_id("own-room-open")
                .child(say::OWN_ROOM_OPEN),
        )
}

/// A number that is chosen by a slider. It follows its largest value down.
fn slider(
    label: Message,
    test_id: &'static str,
    value: RwSignal<u16>,
    min: u16,
    max: impl Fn() -> u16 + Copy + 'static,
) -> Element {
    let input = html::input()
        .attr("type", "range")
        .test_id(test_id)
        .attr("min", min.to_string())
        .attr("max", move || max().to_string());
    let field: HtmlInputElement = input.node().clone().unchecked_into();
    let shown = field.clone();
    crate::ui::render_effect(move || {
        let fitting = value.get().min(max());
        value.set_changed(fitting);
        shown.set_value_as_number(fitting.into());
    });
    let input = input.on("input", move |_: Event| {
        value.set_changed(field.value_as_number() as u16);
    });
    html::label()
        .class("slider")
        .child(html::span().child(label))
        .child(input)
        .child(html::b().child(move || say::number(u32::from(value.get()))))
}

fn open(model: Model, link: &str) -> Element {
    let invite = model.invite;
    let label = move || match invite.get() {
        Invite::Copied => say::MENU_INVITE_COPIED.text(),
        _ => say::OWN_ROOM_COPY.text(),
    };
    html::div()
        .child(html::p().child(say::OWN_ROOM_IS_OPEN))
        .child(by_hand(say::OWN_ROOM_LINK, link.to_owned()))
        .child(button("own-room-copy", Command::CopyOwnRoom).child(label))
        .child(button("own-room-enter", Command::EnterOwnRoom).child(say::OWN_ROOM_ENTER))
}
