//! What the browser stores for the page: the account, the name, the interface size and the last flight permanently, seats for
//! the life of the tab.
//!
//! A seat is stored under the id of the room that was really entered, whatever the address said. If storage is
//! switched off, nothing is stored, and nothing else changes.

use driftfield_shared::protocol::Token;
use web_sys::Storage;

use crate::account::Secret;
use crate::format::player_name;
use crate::hud::Scale;
use crate::net::{LastFlight, Seat};
use crate::notifications::Choices;
use crate::settings::{InAccount, Settings};

const NAME_KEY: &str = "driftfield.name";
/// The secret of the account. Read by `boot.js`, too.
const ACCOUNT_KEY: &str = "driftfield.account";
/// The secret that the account is about to get. `boot.js` looks whether there is one.
const NEXT_ACCOUNT_KEY: &str = "driftfield.account.next";
/// Read by `boot.js`, too, before the first frame.
const SCALE_KEY: &str = "driftfield.scale";
/// Read by `boot.js`, too, before the first frame.
const SETTINGS_KEY: &str = "driftfield.settings";
/// How the settings stand to those of the account.
const IN_ACCOUNT_KEY: &str = "driftfield.settings.account";
/// Kept by `boot.js`.
const LANGUAGE_KEY: &str = "driftfield.language";
/// The last flight of any tab.
const LAST_FLIGHT_KEY: &str = "driftfield.last_flight";
/// How loudly the player wants to be told of what.
const NOTICES_KEY: &str = "driftfield.notices";
/// A room that is entered by invitation, and the invitation.
const INVITE_KEY: &str = "driftfield.invite";
/// The room that the server chose when none was named.
const DEFAULT_ROOM_KEY: &str = "driftfield.default_room";

/// Keeps the name.
pub fn keep_name(name: &str) {
    if let Some(storage) = local() {
        let _ = storage.set_item(NAME_KEY, name);
    }
}

/// The name, as far as a server takes it; empty if there is none.
pub fn name() -> String {
    let kept = local().and_then(|storage| storage.get_item(NAME_KEY).ok()?);
    player_name(&kept.unwrap_or_default())
}

/// Forgets the name.
pub fn forget_name() {
    if let Some(storage) = local() {
        let _ = storage.remove_item(NAME_KEY);
    }
}

/// Keeps the account. Returns whether the browser has really kept it.
pub fn keep_account(secret: &Secret) -> bool {
    keep_secret(ACCOUNT_KEY, secret)
}

/// The account that was kept.
pub fn account() -> Option<Secret> {
    secret(ACCOUNT_KEY)
}

/// Forgets the account.
pub fn forget_account() {
    if let Some(storage) = local() {
        let _ = storage.remove_item(ACCOUNT_KEY);
    }
}

/// Keeps the secret that the account is about to get, so that no answer that is lost can lose the account. Returns whether
/// the browser has really kept it.
pub fn keep_next_account(secret: &Secret) -> bool {
    keep_secret(NEXT_ACCOUNT_KEY, secret)
}

/// The secret that the account was about to get when the page last changed it.
pub fn next_account() -> Option<Secret> {
    secret(NEXT_ACCOUNT_KEY)
}

/// Forgets that secret.
pub fn forget_next_account() {
    if let Some(storage) = local() {
        let _ = storage.remove_item(NEXT_ACCOUNT_KEY);
    }
}

fn keep_secret(key: &str, secret: &Secret) -> bool {
    local().is_some_and(|storage| storage.set_item(key, &secret.to_text()).is_ok())
}

fn secret(key: &str) -> Option<Secret> {
    let kept = local().and_then(|storage| storage.get_item(key).ok()?)?;
    Secret::from_text(&kept)
}

/// Keeps the invitation to a room. Only the last one is kept.
pub fn keep_invite(room: &str, invite: &str) {
    if let Some(storage) = local() {
        let _ = storage.set_item(INVITE_KEY, &format!("{room} {invite}"));
    }
}

/// The invitation to a room, if it is the last one that was kept.
pub fn invite(room: &str) -> Option<String> {
    let kept = local().and_then(|storage| storage.get_item(INVITE_KEY).ok()?)?;
    let (of, invite) = kept.split_once(' ')?;
    (of == room).then(|| invite.to_owned())
}

/// Keeps how loudly the player wants to be told of what.
pub fn keep_notice_choices(choices: &Choices) {
    if let Some(storage) = local() {
        let _ = storage.set_item(NOTICES_KEY, &choices.to_text());
    }
}

/// How loudly the player wants to be told of what.
pub fn notice_choices() -> Choices {
    let kept = local().and_then(|storage| storage.get_item(NOTICES_KEY).ok()?);
    Choices::of_text(&kept.unwrap_or_default())
}

/// Keeps the size of the interface.
pub fn keep_scale(scale: Scale) {
    if let Some(storage) = local() {
        let _ = storage.set_item(SCALE_KEY, &scale.percent().to_string());
    }
}

/// The size of the interface that was kept.
pub fn scale() -> Scale {
    let kept = local().and_then(|storage| storage.get_item(SCALE_KEY).ok()?);
    kept.map_or_else(Scale::default, |text| Scale::parse(&text))
}

/// Keeps the settings.
pub fn keep_settings(settings: &Settings) {
    if let Some(storage) = local() {
        let _ = storage.set_item(SETTINGS_KEY, &settings.to_text());
    }
}

/// The settings that were kept.
pub fn settings() -> Settings {
    let kept = local().and_then(|storage| storage.get_item(SETTINGS_KEY).ok()?);
    Settings::from_text(&kept.unwrap_or_default())
}

/// Keeps how the settings stand to those of the account.
pub fn keep_in_account(state: InAccount) {
    if let Some(storage) = local() {
        let _ = match state == InAccount::default() {
            true => storage.remove_item(IN_ACCOUNT_KEY),
            false => storage.set_item(IN_ACCOUNT_KEY, &state.to_text()),
        };
    }
}

/// How the settings stand to those of the account.
pub fn in_account() -> InAccount {
    let kept = local().and_then(|storage| storage.get_item(IN_ACCOUNT_KEY).ok()?);
    InAccount::from_text(&kept.unwrap_or_default())
}

/// The language that the player has chosen; `boot.js` keeps it.
pub fn language() -> Option<String> {
    local().and_then(|storage| storage.get_item(LANGUAGE_KEY).ok()?)
}

/// Keeps which room the server chose when none was named.
pub fn keep_default_room(room: &str) {
    if let Some(storage) = session() {
        let _ = storage.set_item(DEFAULT_ROOM_KEY, room);
    }
}

/// Keeps the seat in a room, as held now: for this tab, and for a new one after this one is gone. `is_open` is false when the
/// tab is being closed.
pub fn keep_seat(room: &str, token: Token, is_open: bool) {
    let seat = Seat { token, held_ms: js_sys::Date::now() };
    if let Some(storage) = session() {
        let _ = storage.set_item(&seat_key(room), &seat.to_text());
    }
    let flight = LastFlight { room: room.to_owned(), seat, is_open };
    if let Some(storage) = local() {
        let _ = storage.set_item(LAST_FLIGHT_KEY, &flight.to_text());
    }
}

/// Forgets the seat in a room.
pub fn forget_seat(room: &str) {
    if let Some(storage) = session() {
        let _ = storage.remove_item(&seat_key(room));
    }
    if let Some(storage) = local().filter(|_| last_flight().is_some_and(|it| it.room == room)) {
        let _ = storage.remove_item(LAST_FLIGHT_KEY);
    }
}

/// The flight of a tab that is gone, if the server most likely still holds its ship.
pub fn free_flight() -> Option<LastFlight> {
    last_flight().filter(|flight| flight.is_free(js_sys::Date::now()))
}

fn last_flight() -> Option<LastFlight> {
    let kept = local().and_then(|storage| storage.get_item(LAST_FLIGHT_KEY).ok()?)?;
    LastFlight::from_text(&kept)
}

/// The newest seat of this browser in a room: another tab that has taken the ship over has a newer token for it. An empty room
/// is the one that the server chose last.
pub fn seat(room: &str) -> Option<Seat> {
    let elsewhere = last_flight().filter(|flight| room.is_empty() || flight.room == room);
    let seats = [tab_seat(room), elsewhere.map(|flight| flight.seat)];
    seats.into_iter().flatten().max_by(|a, b| a.held_ms.total_cmp(&b.held_ms))
}

/// Whether the server most likely still holds a seat of this tab in a room.
pub fn has_live_tab_seat(room: &str) -> bool {
    tab_seat(room).is_some_and(|seat| seat.is_live(js_sys::Date::now()))
}

fn tab_seat(room: &str) -> Option<Seat> {
    let storage = session()?;
    let room = match room {
        "" => storage.get_item(DEFAULT_ROOM_KEY).ok()??,
        room => room.to_owned(),
    };
    Seat::from_text(&storage.get_item(&seat_key(&room)).ok()??)
}

fn seat_key(room: &str) -> String {
    format!("driftfield.seat.{room}")
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
