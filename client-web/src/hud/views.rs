//! The views that follow the signals of the model.

use web_sys::{Event, HtmlElement};

use super::chat::{chat, pads, wheel};
use super::command::{Command, command};
use super::lists::lists;
use super::model::{Model, NoticesModel, Sheet, Vitals};
use super::network::network;
use super::notices::notices;
use super::radar;
use super::sheets::sheets;
use crate::format::css_number;
use crate::input::{Action, Keymap};
use crate::say::{self, Message, SLOT};
use crate::ui::{Element, Place, RwSignal, View, each, html, render_effect, show, switch};

/// Puts the views into `place`. They stay as long as the page lives.
pub fn mount(place: &HtmlElement, model: Model) {
    let frame = html::div()
        .class("frame")
        .child((corners(model), vitals(model), lists(model), network(model)))
        .child((notices(model), left(model), wheel(model.chat), touch(model)));
    // While a sheet is open, neither the keyboard nor a screen reader reaches what is behind it.
    let node = frame.node().clone();
    render_effect(move || {
        let is_behind = model.sheet.with(|sheet| *sheet != Sheet::None);
        let set = node.toggle_attribute_with_force("inert", is_behind);
        debug_assert!(set.is_ok(), "an attribute of HTML is a valid name");
    });
    (frame, sheets(model)).show(&Place::end_of(place));
}

fn corners(model: Model) -> impl View {
    let Model { purse, .. } = model;
    let credits = move || say::number(purse.with(|purse| purse.credits));
    let score = move || say::number(purse.with(|purse| purse.score));
    // Around the number, which looks different.
    let credits_words = || say::around_slot(&say::credits(SLOT));
    let score_words = || say::around_slot(&say::score(SLOT));
    (
        html::section()
            .class("plate purse")
            .test_id("purse")
            .child(
                html::div()
                    .class("credits")
                    .test_id("credits")
                    .child(move || credits_words().0)
                    .child(credits)
                    .child(html::small().child(move || credits_words().1)),
            )
            .child(
                html::p()
                    .child(move || score_words().0)
                    .child(html::b().test_id("score").child(score))
                    .child(move || score_words().1),
            )
            .child(html::p().test_id("room").child(move || purse.with(|purse| purse.room.clone()))),
        html::div()
            .class("plate radar")
            .test_id("minimap")
            .child(html::canvas().attr("id", radar::CANVAS_ID).attr("aria-hidden", "true")),
    )
}

/// The chat, and below it the keys to know.
fn left(model: Model) -> Element {
    let key = move |action: Action, what: Message| {
        let name = move || {
            model.keymap.with(|keymap| model.layout.with(|layout| keymap.name(action, layout)))
        };
        html::span().child(html::kbd().child(name)).child(what)
    };
    html::div().class("left").child(chat(model.chat)).child(html::div().class("corner").child((
        key(Action::Chat, say::CORNER_CHAT),
        key(Action::Wheel, say::CORNER_PHRASES),
        key(Action::Board, say::CORNER_BOARD),
        key(Action::Net, say::CORNER_NETWORK),
        key(Action::Help, say::CORNER_KEYS),
        key(Action::Menu, say::CORNER_MENU).child(badge(model.notices)),
    )))
}

/// The way into the shop, while the ship is docked.
fn dock(model: Model) -> impl View {
    let shop = model.shop;
    switch(
        move || shop.is_docked.get(),
        move |is_docked| {
            is_docked.then(|| {
                let name = move || {
                    let layout = |keymap: &Keymap| {
                        model.layout.with(|layout| keymap.name(Action::Shop, layout))
                    };
                    model.keymap.with(layout)
                };
                html::button()
                    .class("dock")
                    .class_while("news", move || shop.can_buy.get())
                    .test_id("dock")
                    .on("click", |_: Event| command(Command::Shop))
                    .child(html::kbd().child(name))
                    .child(say::SHOP_OPEN)
            })
        },
    )
}

/// How many notices are new, if any are.
pub(super) fn badge(notices: NoticesModel) -> impl View {
    let unread = notices.unread;
    switch(
        move || unread.get(),
        |unread| {
            let unread = *unread;
            (unread > 0).then(|| {
                html::span()
                    .class("badge")
                    .test_id("badge")
                    .attr("aria-label", move || say::notices_unread(unread))
                    .child(move || say::number(unread))
            })
        },
    )
}

/// The CSS transform of a bar that shows a share.
fn scale(part: f64, whole: f64) -> String {
    let share = if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
    format!("scaleX({})", css_number(share))
}

/// A bar with its name. Screen readers are given the share in per cent.
fn gauge(
    vitals: RwSignal<Vitals>,
    name: Message,
    track: &'static str,
    share: fn(&Vitals) -> (f64, f64),
) -> Element {
    let part = move || vitals.with(share);
    let percent = move || {
        let (part, whole) = part();
        (100.0 * part / whole.max(1.0)).clamp(0.0, 100.0).round()
    };
    let bar = move || {
        let (part, whole) = part();
        scale(part, whole)
    };
    html::div()
        .attr("role", "meter")
        .attr("aria-label", name)
        .attr("aria-valuemin", "0")
        .attr("aria-valuemax", "100")
        .attr("aria-valuenow", percent)
        .child(html::span().child(name))
        .child(html::div().class(track).child(html::i().style("transform", bar)))
}

fn vitals(model: Model) -> impl View {
    let Model { vitals, ores, .. } = model;
    let is_low = move || vitals.with(|v| u32::from(v.hull) * 10 < u32::from(v.hull_max) * 3);
    let is_full = move || vitals.with(|v| v.cargo >= u32::from(v.hold_max));
    html::section()
        .class("plate vitals")
        .class_while("shielded", move || vitals.with(|v| v.is_protected))
        .attr("aria-label", say::SHIP)
        .child(
            gauge(vitals, say::HULL, "track", |v| (v.hull.into(), v.hull_max.into()))
                .class("gauge hull")
                .class_while("low", is_low)
                .test_id("hull")
                .child(html::b().child(move || vitals.with(|v| v.hull))),
        )
        .child(
            gauge(vitals, say::SHIELD, "track", |v| (v.shield.into(), v.shield_max.into()))
                .class("gauge shield")
                .class_while("none", move || vitals.with(|v| v.shield_max == 0))
                .test_id("shield")
                .child(html::b().child(move || vitals.with(|v| v.shield))),
        )
        .child(
            gauge(vitals, say::ENERGY, "track slim", |v| (v.energy.into(), 1_000.0))
                .class("gauge energy")
                .test_id("energy")
                .child(html::b().child(move || say::percent(vitals.with(|v| v.energy) / 10))),
        )
        .child(
            gauge(vitals, say::BOOST, "track slim", |v| (v.boost.into(), 1_000.0))
                .class("gauge boost")
                .test_id("boost")
                .child(html::b().child(move || say::percent(vitals.with(|v| v.boost) / 10))),
        )
        .child(
            gauge(vitals, say::HOLD, "track slim", |v| (v.cargo.into(), v.hold_max.into()))
                .class("gauge cargo")
                .class_while("full", is_full)
                .test_id("hold")
                .child(
                    html::b().child(move || vitals.with(|v| format!("{}/{}", v.cargo, v.hold_max))),
                ),
        )
        .child(html::ul().class("ores").test_id("ores").child(each(
            move || ores.get(),
            |ore| ore.name.clone(),
            |ore| {
                let color = move || ore.with(|ore| ore.color.clone());
                html::li()
                    .child(html::span().class("gem").style("background", color))
                    .child(move || ore.with(|ore| ore.name.clone()))
                    .child(html::b().child(move || ore.with(|ore| ore.amount)))
            },
        )))
        .child(dock(model))
}

fn touch(model: Model) -> impl View {
    let Model { sticks, .. } = model;
    let place = |x: f32, y: f32| format!("translate({}px, {}px)", css_number(x), css_number(y));
    let stick = move |pick: fn(&super::Sticks) -> Option<[f32; 4]>| {
        let drawing = move || sticks.with(pick).unwrap_or_default();
        show(
            move || sticks.with(pick).is_some(),
            move || {
                let centre = move || place(drawing()[0], drawing()[1]);
                let thumb = move || place(drawing()[2], drawing()[3]);
                html::div()
                    .class("stick")
                    .style("transform", centre)
                    .child(html::i().style("transform", thumb))
            },
        )
    };
    html::div()
        .class("sticks")
        .class_while("firing", move || sticks.with(|sticks| sticks.is_firing))
        .child(stick(|sticks| sticks.left))
        .child(stick(|sticks| sticks.right))
        .child(
            html::button()
                .class("boostpad")
                .attr("id", "boostpad")
                .attr("tabindex", "-1")
                .child(say::BOOST),
        )
        .child(pads())
        .child(
            html::button()
                .class("menupad")
                .test_id("menu-pad")
                .attr("aria-label", say::MENU)
                .attr("tabindex", "-1")
                .on("click", |_: Event| command(Command::Menu))
                .child("≡")
                .child(badge(model.notices)),
        )
}
