//! The lists on the right: the leaderboard and the kill feed.

use super::model::{BoardRow, FeedLine, Model};
use crate::format::name_parts;
use crate::say;
use crate::ui::{Element, RwSignal, View, each, html, show};

/// Lines of the leaderboard while it is closed.
const SHORT_BOARD: usize = 5;

/// Both lists.
pub(super) fn lists(model: Model) -> impl View {
    let Model { board, is_board_open, feed, .. } = model;
    let head = |class: &'static str| html::th().class(class);
    let rows = move || board.with(|rows| rows.iter().cloned().enumerate().collect::<Vec<_>>());
    let table = html::table()
        .child(html::thead().child(html::tr().child((
            head("place"),
            head("who").child(say::BOARD_PILOT),
            head("num").child(say::BOARD_SCORE),
            head("num").child(say::BOARD_KILLS),
        ))))
        .child(html::tbody().child(each(rows, |(index, _)| *index, board_row)));
    html::div()
        .class("right")
        .child(
            html::section()
                .class("plate board")
                .class_while("open", move || is_board_open.get())
                .test_id("leaderboard")
                .child(table),
        )
        .child(
            html::ul()
                .class("feed")
                .attr("role", "log")
                .attr("aria-label", say::FEED)
                .test_id("kill-feed")
                .child(each(move || feed.get(), |line| line.number, feed_line)),
        )
}

/// A row with its index.
fn board_row(row: RwSignal<(usize, BoardRow)>) -> Element {
    let dash = || "–".to_owned();
    let is_more = move || row.with(|(index, row)| *index >= SHORT_BOARD && !row.is_me);
    let is_bot = move || row.with(|(_, row)| row.is_bot);
    let place = move || row.with(|(_, row)| row.place.map_or_else(dash, |place| place.to_string()));
    let kills = move || row.with(|(_, row)| row.kills.map_or_else(dash, |kills| kills.to_string()));
    // In a narrow column the first part of a name is cut and the second is kept.
    let part = move |of: fn(&str) -> &str| row.with(|(_, row)| of(&row.name).to_owned());
    html::tr()
        .class_while("me", move || row.with(|(_, row)| row.is_me))
        .class_while("bot", is_bot)
        .class_while("more", is_more)
        .child(html::td().child(place))
        .child(
            html::td().class("who").child(
                html::div()
                    .child(html::span().child(move || part(|name| name_parts(name).0)))
                    .child(
                        html::span().class("tail").child(move || part(|name| name_parts(name).1)),
                    )
                    .child(show(is_bot, || html::span().class("tag").child(say::BOARD_BOT))),
            ),
        )
        .child(html::td().class("num").child(move || row.with(|(_, row)| say::number(row.score))))
        .child(html::td().class("num").child(kills))
}

fn feed_line(line: RwSignal<FeedLine>) -> Element {
    html::li()
        .class_while("mine", move || line.with(|line| line.is_mine))
        .class_while("lost", move || line.with(|line| line.is_loss))
        .class_while("old", move || line.with(|line| line.is_old))
        .child(html::b().child(move || line.with(|line| line.killer.clone())))
        .child(html::i().child(say::FEED_DESTROYED))
        .child(html::b().child(move || line.with(|line| line.victim.clone())))
}
