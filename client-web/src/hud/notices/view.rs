//! The views of all notices, from the banner at the top to the hint at the bottom.

use web_sys::Event;

use super::ToastKind;
use super::stall::stall;
use crate::hud::command::{Command, command};
use crate::hud::model::{BannerAction, Model};
use crate::input::Action;
use crate::say::{self, Message, SLOT};
use crate::ui::{View, each, html, show, switch};

/// All notices.
pub(in crate::hud) fn notices(model: Model) -> impl View {
    let Model { toasts, hint, layout, keymap, .. } = model;
    let class = |kind| match kind {
        ToastKind::Gain => "toast gain",
        ToastKind::Safe => "toast safe",
        ToastKind::Warn => "toast warn",
        ToastKind::Plain => "toast",
    };
    let toasts = html::div().class("toasts").attr("role", "status").test_id("toasts").child(each(
        move || toasts.get(),
        // The same text with a new number is a new toast.
        |toast| toast.number,
        move |toast| {
            html::div()
                .class(move || class(toast.with(|toast| toast.kind)))
                .child(move || toast.with(|toast| toast.text.clone()))
        },
    ));
    let hint = html::div().attr("role", "status").child(switch(
        move || hint.get(),
        move |hint| {
            hint.map(|(hint, device)| {
                let words = move || {
                    let flying = layout.with(|layout| keymap.with(|keymap| keymap.flying(layout)));
                    hint.words(device, flying)
                };
                html::p()
                    .class("plate hint")
                    .test_id("hint")
                    .child(html::b().child(move || words().0))
                    .child(" ")
                    .child(move || words().1)
            })
        },
    ));
    let death = html::div().attr("role", "alert").child(death(model));
    let follow = html::div().attr("role", "alert").child(follow(model));
    html::div()
        .class("notices")
        .child((stall(model), banner(model), death))
        .child((follow, toasts, hint))
}

/// The leader has gone to another room, and the player follows.
fn follow(model: Model) -> impl View {
    let follow = model.follow;
    let whom = move || follow.with(|it| it.as_ref().map(|it| (it.name.clone(), it.room.clone())));
    let seconds = move || follow.with(|it| it.as_ref().map_or(0, |it| it.seconds));
    let Model { keymap, layout, .. } = model;
    let key = move || keymap.with(|keymap| layout.with(|it| keymap.name(Action::Menu, it)));
    switch(whom, move |whom| {
        let (name, room) = whom.clone()?;
        let stay = html::button()
            .class("button")
            .test_id("stay")
            .on("click", |_: Event| command(Command::Stay))
            .child(say::PARTY_STAY)
            .child(html::kbd().class("touchless").child(key));
        Some(
            html::div()
                .class("plate banner calm")
                .test_id("follow")
                .child(move || say::party_follow(&name, &room))
                .child(html::b().attr("aria-hidden", "true").child(seconds))
                .child(stay),
        )
    })
}

fn death(model: Model) -> impl View {
    let death = model.death;
    let killer = move || death.with(|death| death.as_ref().and_then(|death| death.killer.clone()));
    let seconds = move || death.with(|death| death.as_ref().map_or(0, |death| death.seconds));
    show(
        move || death.with(Option::is_some),
        move || {
            let by_whom = switch(killer, |killer| {
                let killer = killer.clone();
                let words = || say::around_slot(&say::death_by(SLOT));
                killer.map(|killer| {
                    html::p()
                        .child(move || words().0)
                        .child(html::b().child(killer))
                        .child(move || words().1)
                })
            });
            html::div()
                .class("plate death")
                .test_id("death")
                .child(html::h2().child(say::DEATH))
                .child(by_whom)
                .child(html::p().child(move || match seconds() {
                    0 => say::DEATH_NOW.text(),
                    seconds => say::death_soon(seconds),
                }))
        },
    )
}

fn banner(model: Model) -> impl View {
    let banner = model.banner;
    let text = move || {
        banner.with(|banner| banner.as_ref().map_or_else(String::new, |banner| banner.text.clone()))
    };
    let is_calm = move || banner.with(|banner| banner.as_ref().is_some_and(|it| it.is_calm));
    // A part of its own, so that the button is not replaced while the text counts down.
    let action = move || banner.with(|banner| banner.as_ref().and_then(|banner| banner.action));
    show(
        move || banner.with(Option::is_some),
        move || {
            html::div()
                .class("plate banner")
                .class_while("calm", is_calm)
                .attr("role", "alert")
                .test_id("banner")
                .child(text)
                .child(switch(action, |action| {
                    action.map(|action| {
                        let (label, wanted): (Message, Command) = match action {
                            BannerAction::Reload => (say::RELOAD, Command::Reload),
                            BannerAction::TryNow => (say::TRY_NOW, Command::TryNow),
                            BannerAction::FlyHere => (say::BANNER_FLY_HERE, Command::FlyHere),
                            BannerAction::Back => (say::BANNER_BACK, Command::Back),
                        };
                        html::button()
                            .class("button")
                            .test_id("banner-action")
                            .on("click", move |_: Event| command(wanted))
                            .child(label)
                    })
                }))
        },
    )
}
