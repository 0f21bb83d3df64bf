//! The sheet of what a dock sells.

use super::{dialog, fly_on};
use crate::hud::command::{Command, command};
use crate::hud::model::{Model, ShopRow};
use crate::say;
use crate::shop::OfferState;
use crate::ui::{Element, each, html};

/// The shop, as a sheet: a button for each thing, under headings. The first nine that can be had have a digit.
pub(super) fn shop(model: Model) -> Element {
    let (rows, fault, purse) = (model.shop.rows, model.shop.fault, model.purse);
    let list = html::div().class("shop").test_id("offers").child(each(
        move || rows.get(),
        |row| row.key,
        |row| {
            let of = move |read: fn(&ShopRow) -> String| row.with(read);
            html::div()
                .child(html::h3().child(move || of(|row| row.heading.clone().unwrap_or_default())))
                .child(
                    html::button()
                        .attr("data-item", move || of(|row| row.id.clone()))
                        .class_while("mounted", move || {
                            row.with(|row| row.offer.state == OfferState::Mounted)
                        })
                        .attr("aria-disabled", move || {
                            of(|row| row.offer.order().is_none().to_string())
                        })
                        .on("click", move |_: web_sys::Event| {
                            if let Some((item, price)) = row.with(|row| row.offer.order()) {
                                command(Command::Outfit(item, price));
                            }
                        })
                        .child(html::kbd().child(move || {
                            of(|row| row.digit.map_or_else(String::new, |digit| digit.to_string()))
                        }))
                        .child(html::b().child(move || of(|row| row.offer.name.clone())))
                        .child(html::span().child(move || of(|row| row.offer.figures.clone())))
                        .child(html::i().child(move || of(|row| state(row.offer.state)))),
                )
        },
    ));
    let fault = html::p()
        .class("notice")
        .attr("role", "status")
        .test_id("shop-fault")
        .child(move || fault.get());
    let credits = html::p()
        .class("credits")
        .child(move || say::credits(&say::number(purse.with(|purse| purse.credits))));
    dialog(say::SHOP, "shop").child(fly_on("close-shop")).child((credits, fault, list))
}

fn state(state: OfferState) -> String {
    match state {
        OfferState::Mounted => say::SHOP_MOUNTED.text(),
        OfferState::Owned => say::SHOP_OWNED.text(),
        OfferState::Price(price) | OfferState::TooDear(price) => {
            say::credits(&say::number(price.0))
        }
        OfferState::NoMount => say::SHOP_NO_MOUNT.text(),
    }
}
