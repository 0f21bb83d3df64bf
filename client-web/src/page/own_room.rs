//! A room of one's own: opened on the start page, and entered by friends who have its invitation.
//!
//! ```text
//! sheet --OpenRoom--> POST /api/rooms/open --> the room, with its invitation --> join
//! link with an invitation --> join --POST /api/rooms/enter--> the account is a guest --> join
//! ```
//!
//! An invitation stands behind the `#` of a link, which browsers send to nobody, and is taken out of the address once it is
//! used.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;

use super::browser::{address, history, storage};
use super::{Game, arrival, start, with_game};
use crate::hud::{OwnRoomPage, OwnRoomSheet, RoomWish, Sheet};
use crate::request::{Answer, post};
use crate::say;
use crate::sign_in::sign_in;

/// How far the page has come with the invitation of its address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Entering {
    /// There was none so far.
    #[default]
    NotAsked,
    /// The server was asked to let us in with this one.
    Asked(String),
}

impl Game {
    /// Shows what can be done about a room of one's own.
    pub fn show_own_room(&mut self) {
        self.show_sheet(Sheet::OwnRoom);
        self.model.own_room.set_changed(OwnRoomSheet::default());
        if self.is_signed_in() {
            return self.ask_for_own_room();
        }
        // A first account is made first. The ticket for the flight is on its way beside this.
        let (Some(secret), Ok(url)) = (self.own_secret(), address::api_url("session")) else {
            return self.take_mine(None);
        };
        sign_in(&url, &secret, |_| {
            with_game(Game::ask_for_own_room);
        });
    }

    fn ask_for_own_room(&mut self) {
        let body = self.own_room_body(&[]);
        self.ask_about_rooms("rooms/mine", body, Game::take_mine);
    }

    /// Opens a room as the player wishes.
    pub fn open_room(&mut self) {
        let RoomWish { name, seats, bots, is_locked } = self.model.room_wish.get_untracked();
        let owner = arrival::name_or_pilot(start::typed_name());
        let name = if name.trim().is_empty() { say::own_room_name_of(&owner) } else { name };
        self.model.own_room.update(|sheet| {
            sheet.is_busy = true;
            sheet.notice = None;
        });
        let body = self.own_room_body(&[
            ("like", start::room_to_be_like().into()),
            ("name", name.into()),
            ("owner_name", owner.into()),
            ("seats", seats.into()),
            ("bots", bots.into()),
            ("is_locked", is_locked.into()),
        ]);
        self.ask_about_rooms("rooms/open", body, Game::take_opened);
    }

    /// Flies in the own room.
    pub fn enter_own_room(&mut self) {
        let sheet = self.model.own_room.get_untracked();
        let OwnRoomPage::Open { room, .. } = sheet.page else { return };
        let name = start::typed_name();
        storage::keep_name(&name);
        self.show_sheet(Sheet::None);
        history::name_room(&address::hash_of(&room));
        self.join(arrival::name_or_pilot(name));
    }

    /// Whether nothing stands between the player and the room of the address. If an invitation must be used first, it is.
    pub(super) fn is_let_in(&mut self) -> bool {
        let Some(invite) = address::invite() else { return true };
        if self.entering == Entering::Asked(invite.clone()) {
            return false;
        }
        self.entering = Entering::Asked(invite.clone());
        let room = address::room();
        let fields = [("room", room.as_str().into()), ("invite", invite.as_str().into())];
        let body = self.own_room_body(&fields);
        self.ask_about_rooms("rooms/enter", body, move |game, answer| {
            game.take_entry(&room, &invite, answer);
        });
        false
    }

    fn take_entry(&mut self, room: &str, invite: &str, answer: Option<Answer>) {
        // The player may have gone elsewhere meanwhile.
        if std::mem::take(&mut self.entering) != Entering::Asked(invite.to_owned())
            || address::room() != room
        {
            return;
        }
        if answer.as_ref().is_some_and(|answer| answer.status == 204) {
            storage::keep_invite(room, invite);
            // Now the account is a guest, so the address needs it no more.
            history::name_room(&address::hash_of(room));
            return;
        }
        self.waiting_name = None;
        start::set_free();
        start::show_fault(move || refusal_sentence(answer.as_ref()));
    }

    fn take_mine(&mut self, answer: Option<Answer>) {
        let page = answer.as_ref().and_then(|answer| {
            let fields = Fields::of(answer)?;
            Some(match fields.text("room") {
                Some(room) => OwnRoomPage::Open { room, link: fields.link()? },
                None if fields.number("rooms_max")? == 0.0 => OwnRoomPage::None,
                None => OwnRoomPage::Form { seats_max: fields.number("seats_max")? as u16 },
            })
        });
        self.tell_own_room(page, answer);
    }

    fn take_opened(&mut self, answer: Option<Answer>) {
        let page = answer.as_ref().and_then(|answer| {
            let fields = Fields::of(answer)?;
            Some(OwnRoomPage::Open { room: fields.text("room")?, link: fields.link()? })
        });
        self.tell_own_room(page, answer);
    }

    /// Shows the page that follows from an answer, or why there is none.
    fn tell_own_room(&mut self, page: Option<OwnRoomPage>, answer: Option<Answer>) {
        self.model.own_room.update(|sheet| {
            sheet.is_busy = false;
            match page {
                Some(page) => sheet.page = page,
                None => sheet.notice = Some(refusal_sentence(answer.as_ref())),
            }
        });
    }

    /// The body of a request about rooms, as JSON.
    fn own_room_body(&mut self, fields: &[(&str, JsValue)]) -> Option<String> {
        let secret = self.own_secret()?.to_text();
        let body = Object::new();
        let secret = ("secret", JsValue::from(secret));
        for (name, value) in [secret].iter().chain(fields) {
            // Fails only for a frozen object.
            let _ = Reflect::set(&body, &JsValue::from(*name), value);
        }
        JSON::stringify(&body).ok().map(String::from)
    }

    fn ask_about_rooms(
        &mut self,
        path: &str,
        body: Option<String>,
        take: impl FnOnce(&mut Game, Option<Answer>) + 'static,
    ) {
        let (Some(body), Ok(url)) = (body, address::api_url(path)) else {
            return take(self, None);
        };
        post(&url, Some(&body), move |answer| {
            with_game(|game| take(game, answer));
        });
    }
}

/// The fields of an answer.
struct Fields(JsValue);

impl Fields {
    fn of(answer: &Answer) -> Option<Self> {
        if answer.status != 200 {
            return None;
        }
        JSON::parse(&answer.body).ok().map(Fields)
    }

    fn field(&self, name: &str) -> Option<JsValue> {
        Reflect::get(&self.0, &JsValue::from(name)).ok()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.field(name)?.as_string()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.field(name)?.as_f64()
    }

    /// The link for friends. The invitation is kept, for the menu of a player in flight.
    fn link(&self) -> Option<String> {
        let room = self.text("room")?;
        if let Some(invite) = self.text("invite") {
            storage::keep_invite(&room, &invite);
        }
        address::invitation(&room).ok()
    }
}

/// Why the server refused something about a room.
fn refusal_sentence(answer: Option<&Answer>) -> String {
    let Some(answer) = answer else { return say::WHY_UNREACHABLE.text() };
    let code = answer.refusal.as_deref().unwrap_or_default();
    let (label, number) = code.split_once(' ').unwrap_or((code, ""));
    let number = number.parse::<u32>().unwrap_or(0);
    match label {
        "own_rooms_none" => say::OWN_ROOM_NONE.text(),
        "own_room_name" => say::OWN_ROOM_BAD_NAME.text(),
        "own_room_seats" => say::own_room_bad_seats(number),
        "own_room_bots" => say::OWN_ROOM_BAD_BOTS.text(),
        "own_room_has_one" => say::OWN_ROOM_HAS_ONE.text(),
        "own_rooms_full" => say::OWN_ROOM_FULL.text(),
        "own_room_too_soon" => say::own_room_too_soon(number),
        "own_room_gone" => say::OWN_ROOM_GONE.text(),
        "own_room_invitation" => say::OWN_ROOM_BAD_INVITATION.text(),
        "own_room_guests" => say::OWN_ROOM_TOO_MANY_GUESTS.text(),
        _ => say::OWN_ROOM_UNAVAILABLE.text(),
    }
}
