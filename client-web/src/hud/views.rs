//! The views, on the signals of the model.

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::model::{BannerAction, Model, Sheet};
use super::network::Network;
use super::{ToastKind, radar};
use crate::format::grouped;
use crate::input::BINDINGS;
use crate::page::{Command, command};

/// Puts the views into `place`, for good.
pub fn mount(place: HtmlElement, model: Model) {
    mount_to(place, move || view! { <Hud model/> }).forget();
}

#[component]
fn Hud(model: Model) -> impl IntoView {
    view! {
        <Corners model/>
        <Vitals model/>
        <Lists model/>
        <Network model/>
        <Notices model/>
        <Touch model/>
        <Sheets model/>
    }
}

#[component]
fn Corners(model: Model) -> impl IntoView {
    let Model { purse, .. } = model;
    view! {
        <section class="plate purse" data-testid="purse">
            <div class="credits" data-testid="credits">
                {move || grouped(purse.with(|purse| purse.credits))}<small>"cr"</small>
            </div>
            <p>"Score "<b data-testid="score">{move || grouped(purse.with(|purse| purse.score))}</b></p>
            <p data-testid="room">{move || purse.with(|purse| purse.room.clone())}</p>
        </section>
        <div class="corner">
            <span><kbd>"Tab"</kbd>"board"</span>
            <span><kbd>"N"</kbd>"network"</span>
            <span><kbd>"H"</kbd>"keys"</span>
            <span><kbd>"Esc"</kbd>"menu"</span>
        </div>
        <div class="plate radar" data-testid="minimap">
            <canvas id=radar::CANVAS_ID aria-hidden="true"></canvas>
        </div>
    }
}

/// A share as the transform of a bar.
fn scale(part: f64, whole: f64) -> String {
    let share = if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
    format!("scaleX({share:.3})")
}

#[component]
fn Vitals(model: Model) -> impl IntoView {
    let Model { vitals, ores, .. } = model;
    let is_low = move || vitals.with(|v| u32::from(v.hull) * 10 < u32::from(v.hull_max) * 3);
    let is_full = move || vitals.with(|v| v.cargo >= u32::from(v.hold_max));
    view! {
        <section
            class="plate vitals"
            class:shielded=move || vitals.with(|v| v.is_protected)
            aria-label="Your ship"
        >
            <div class="gauge hull" class:low=is_low data-testid="hull">
                <span>"Hull"</span>
                <div class="track"><i style:transform=move || {
                    vitals.with(|v| scale(v.hull.into(), v.hull_max.into()))
                }></i></div>
                <b>{move || vitals.with(|v| v.hull)}</b>
            </div>
            <div class="gauge boost" data-testid="boost">
                <span>"Boost"</span>
                <div class="track slim"><i style:transform=move || {
                    vitals.with(|v| scale(v.boost.into(), 1000.0))
                }></i></div>
                <b>{move || format!("{}%", vitals.with(|v| v.boost) / 10)}</b>
            </div>
            <div class="gauge cargo" class:full=is_full data-testid="hold">
                <span>"Hold"</span>
                <div class="track slim"><i style:transform=move || {
                    vitals.with(|v| scale(v.cargo.into(), v.hold_max.into()))
                }></i></div>
                <b>{move || vitals.with(|v| format!("{}/{}", v.cargo, v.hold_max))}</b>
            </div>
            <ul class="ores" data-testid="ores">
                {move || ores.with(|ores| {
                    ores.iter()
                        .map(|ore| view! {
                            <li>
                                <span class="gem" style:background=ore.color.clone()></span>
                                {ore.name.clone()}
                                <b>{ore.amount}</b>
                            </li>
                        })
                        .collect_view()
                })}
            </ul>
        </section>
    }
}

#[component]
fn Lists(model: Model) -> impl IntoView {
    /// Lines of the leaderboard while it is not opened.
    const SHORT_BOARD: usize = 5;
    let dash = || "–".to_owned();
    let Model { board, is_board_open, feed, .. } = model;
    view! {
        <div class="right">
            <section class="plate board" class:open=move || is_board_open.get() data-testid="leaderboard">
                <table>
                    <thead><tr><th class="place"></th><th class="who">"Pilot"</th><th class="num">"Score"</th><th class="num">"Kills"</th></tr></thead>
                    <tbody>
                        {move || board.with(|rows| {
                            rows.iter()
                                .enumerate()
                                .map(|(index, row)| {
                                    let is_more = index >= SHORT_BOARD && !row.is_me;
                                    view! {
                                        <tr class:me=row.is_me class:bot=row.is_bot class:more=is_more>
                                            <td>{row.place.map_or_else(dash, |place| place.to_string())}</td>
                                            <td class="who"><div>
                                                <span>{row.name.clone()}</span>
                                                {row.is_bot.then(|| view! { <span class="tag">"bot"</span> })}
                                            </div></td>
                                            <td class="num">{grouped(row.score)}</td>
                                            <td class="num">{row.kills.map_or_else(dash, |kills| kills.to_string())}</td>
                                        </tr>
                                    }
                                })
                                .collect_view()
                        })}
                    </tbody>
                </table>
            </section>
            <ul class="feed" role="log" aria-label="Ships destroyed" data-testid="kill-feed">
                <For each=move || feed.get() key=|line| (line.number, line.is_old) let:line>
                    <li class:mine=line.is_mine class:lost=line.is_loss class:old=line.is_old>
                        <b>{line.killer}</b><i>"destroyed"</i><b>{line.victim}</b>
                    </li>
                </For>
            </ul>
        </div>
    }
}

#[component]
fn Notices(model: Model) -> impl IntoView {
    let Model { toasts, hint, death, banner, .. } = model;
    let class = |kind| match kind {
        ToastKind::Gain => "toast gain",
        ToastKind::Safe => "toast safe",
        ToastKind::Warn => "toast warn",
        ToastKind::Plain => "toast",
    };
    view! {
        <div class="toasts" role="status" data-testid="toasts">
            {move || toasts.with(|toasts| {
                toasts
                    .iter()
                    .map(|toast| view! { <div class=class(toast.kind)>{toast.text.clone()}</div> })
                    .collect_view()
            })}
        </div>
        {move || hint.get().map(|(hint, device)| {
            let (what, why) = hint.words(device);
            view! { <p class="plate hint" data-testid="hint"><b>{what}</b>" "{why}</p> }
        })}
        <div role="alert">
            {move || death.with(|death| death.is_some()).then(|| view! {
                <div class="death" data-testid="death">
                    <div class="plate">
                        <h2>"Ship destroyed"</h2>
                        {move || death.with(|death| death.as_ref().and_then(|d| d.killer.clone()))
                            .map(|killer| view! { <p>"by "<b>{killer}</b></p> })}
                        <p>{move || match death.with(|death| death.as_ref().map_or(0, |d| d.seconds)) {
                            0 => "Launching now".to_owned(),
                            seconds => format!("A new ship in {seconds} s"),
                        }}</p>
                    </div>
                </div>
            })}
        </div>
        {move || banner.get().map(|banner| view! {
            <div class="plate banner" class:calm=banner.is_calm role="alert" data-testid="banner">
                {banner.text}
                {banner.action.map(|action| {
                    let (label, wanted) = match action {
                        BannerAction::Reload => ("Reload", Command::Reload),
                        BannerAction::TryNow => ("Try now", Command::TryNow),
                        BannerAction::Back => ("Back to start", Command::Back),
                    };
                    view! {
                        <button class="button" data-testid="banner-action" on:click=move |_| command(wanted)>
                            {label}
                        </button>
                    }
                })}
            </div>
        })}
    }
}

#[component]
fn Touch(model: Model) -> impl IntoView {
    let Model { sticks, .. } = model;
    let place = |x: f32, y: f32| format!("translate({x:.1}px, {y:.1}px)");
    let stick = move |pick: fn(&super::Sticks) -> Option<[f32; 4]>| {
        move || {
            sticks.with(pick).map(|[x, y, dx, dy]| {
                view! {
                    <div class="stick" style:transform=place(x, y)>
                        <i style:transform=place(dx, dy)></i>
                    </div>
                }
            })
        }
    };
    view! {
        <div class="sticks" class:firing=move || sticks.with(|s| s.is_firing)>
            {stick(|sticks| sticks.left)}
            {stick(|sticks| sticks.right)}
            <button class="boostpad" id="boostpad" tabindex="-1">"Boost"</button>
            <button class="menupad" aria-label="Menu" tabindex="-1" on:click=|_| command(Command::Menu)>
                "≡"
            </button>
        </div>
    }
}

#[component]
fn Sheets(model: Model) -> impl IntoView {
    let Model { sheet, is_invite_copied, .. } = model;
    let button = |label: &'static str, testid: &'static str, wanted| {
        view! {
            <button data-testid=testid on:click=move |_| command(wanted)>{label}</button>
        }
    };
    // Whoever opened it with a key goes on with keys.
    let first = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if let Some(button) = first.get() {
            let _ = button.focus();
        }
    });
    let fly_on = move |testid: &'static str| {
        view! {
            <button node_ref=first data-testid=testid on:click=move |_| command(Command::Resume)>"Fly on"</button>
        }
    };
    view! {
        <Show when=move || sheet.get() == Sheet::Menu>
            <div class="veil">
                <section class="plate sheet" role="dialog" aria-modal="true" aria-label="Menu" data-testid="menu">
                    <h2>"Menu"</h2>
                    {fly_on("resume")}
                    {button("Keys", "help-button", Command::Help)}
                    {button("Network figures", "network-button", Command::Net)}
                    <button data-testid="invite" on:click=move |_| command(Command::Invite)>
                        {move || if is_invite_copied.get() { "Link copied" } else { "Copy a link to this room" }}
                    </button>
                    <button class="danger" data-testid="leave" on:click=move |_| command(Command::Leave)>
                        "Leave the room"
                    </button>
                </section>
            </div>
        </Show>
        <Show when=move || sheet.get() == Sheet::Help>
            <div class="veil">
                <section class="plate sheet" role="dialog" aria-modal="true" aria-label="Keys" data-testid="help">
                    <h2>"Keys"</h2>
                    <table><tbody>
                        {BINDINGS.iter().map(|binding| view! {
                            <tr>
                                <td>{binding.what}</td>
                                <td>{binding.keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view()}</td>
                            </tr>
                        }).collect_view()}
                        <tr><td>"Gamepad"</td><td>"sticks fly and aim, triggers fire and boost"</td></tr>
                        <tr><td>"Touch"</td><td>"left thumb flies, right thumb aims and fires"</td></tr>
                    </tbody></table>
                    {fly_on("close-help")}
                </section>
            </div>
        </Show>
    }
}
