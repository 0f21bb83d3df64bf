//! The shop on the page: shown while the ship is docked, and what is bought there.

use driftfield_shared::netcode::Asked;
use driftfield_shared::protocol::{Done, Outcome, RefusalReason, RequestBody};
use driftfield_shared::sim::Item;
use driftfield_shared::units::Credits;

use super::Game;
use super::chat::Question;
use crate::chat::refusal;
use crate::hud::{Sheet, ShopRow, ToastKind};
use crate::say;
use crate::shop::{Offer, offers};

/// How long a toast stays, in milliseconds.
const TOAST_MS: f64 = 3_000.0;
/// Things that have a digit.
const DIGITS: u8 = 9;

impl Game {
    /// Opens the shop, or closes it. Away from a dock it says so.
    pub fn toggle_shop(&mut self) {
        if self.model.sheet.get_untracked() == Sheet::Shop {
            return self.show_sheet(Sheet::None);
        }
        self.model.shop.fault.set_changed(String::new());
        if !self.model.shop.is_docked.get_untracked() {
            let now_ms = self.now_ms();
            let text = || say::TOAST_NOT_DOCKED.text();
            return self.toasts.show(now_ms, "zone", ToastKind::Warn, text, TOAST_MS);
        }
        self.show_sheet(Sheet::Shop);
        self.tell_shop();
    }

    /// Whether there is a shop here, and what it has. A shop that the ship leaves closes.
    pub(super) fn tell_shop(&mut self) {
        let Some(session) = &self.session else { return };
        let ship = session.own_ship();
        let is_docked = ship.is_some_and(|ship| session.rules.is_docked(ship.position));
        let model = self.model;
        model.shop.is_docked.set_changed(is_docked);
        let is_open = model.sheet.get_untracked() == Sheet::Shop;
        let (Some(ship), Some(frame), true) = (ship, &session.frame, is_docked) else {
            if is_open {
                self.show_sheet(Sheet::None);
            }
            return;
        };
        let offers = offers(&session.rules, &frame.own, ship);
        let can_buy = offers
            .iter()
            .any(|offer| matches!(offer.order(), Some((_, price)) if price > Credits(0)));
        model.shop.can_buy.set_changed(can_buy);
        if is_open {
            let named = |item: Item| session.rules.name_of(item).unwrap_or_default();
            model.shop.rows.set_changed(rows(offers, named));
        }
    }

    /// Buys or mounts something.
    pub fn outfit(&mut self, item: Item, price: Credits) {
        self.model.shop.fault.set_changed(String::new());
        let number = self.ask(Asked::OfRoom(RequestBody::Outfit { item, price }));
        self.chat.note_question(number, Question::Outfit);
    }

    /// The same by the digit of the sheet. Returns whether there is such a thing.
    pub fn outfit_by_digit(&mut self, digit: u8) -> bool {
        let rows = self.model.shop.rows.get_untracked();
        let row = rows.iter().find(|row| row.digit == Some(digit));
        let order = row.and_then(|row| row.offer.order());
        order.is_some_and(|(item, price)| {
            self.outfit(item, price);
            true
        })
    }

    pub(super) fn take_outfit(&mut self, outcome: Option<Outcome>) {
        let fault = match outcome {
            Some(Outcome::Done(Done::Outfitted { .. })) => String::new(),
            Some(Outcome::Refused(reason)) => refusal(reason),
            _ => refusal(RefusalReason::Busy),
        };
        self.model.shop.fault.set_changed(fault);
        self.tell_shop();
    }
}

/// The rows of the sheet. The first of each shelf has the heading; the first few that can be had have digits.
fn rows(offers: Vec<Offer>, named: impl Fn(Item) -> String) -> Vec<ShopRow> {
    let mut digits = 1..=DIGITS;
    let mut shelf = String::new();
    let row = |(key, offer): (usize, Offer)| {
        let heading = offer.shelf.text();
        let is_first = heading != shelf;
        shelf.clone_from(&heading);
        let digit = offer.order().and_then(|_| digits.next());
        let id = named(offer.item);
        ShopRow { key, id, heading: is_first.then_some(heading), digit, offer }
    };
    offers.into_iter().enumerate().map(row).collect()
}
