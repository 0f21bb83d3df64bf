//! What the browser keeps for us: the name and the wish for a second socket for good, the seat's token for as long as the tab lives.
//!
//! Storage may be switched off; then nothing is kept, and nothing else changes.

use driftfield_shared::protocol::Token;
use web_sys::Storage;

use crate::format::{hex, unhex};

const NAME_KEY: &str = "driftfield.name";
const SECOND_SOCKET_KEY: &str = "driftfield.second_socket";

/// Keeps the name.
pub fn keep_name(name: &str) {
    if let Some(storage) = local() {
        let _ = storage.set_item(NAME_KEY, name);
    }
}

/// Keeps whether a second socket is wanted.
pub fn keep_second_socket(is_wanted: bool) {
    let Some(storage) = local() else { return };
    let _ = match is_wanted {
        true => storage.set_item(SECOND_SOCKET_KEY, "on"),
        false => storage.remove_item(SECOND_SOCKET_KEY),
    };
}

/// Whether a second socket is wanted; not unless it was said.
pub fn wants_second_socket() -> bool {
    let Some(storage) = local() else { return false };
    storage.get_item(SECOND_SOCKET_KEY).is_ok_and(|value| value.is_some())
}

/// Keeps the token of the seat in a room; `None` forgets it.
pub fn keep_token(room: &str, token: Option<Token>) {
    let Some(storage) = session() else { return };
    let _ = match token {
        Some(token) => storage.set_item(&token_key(room), &hex(&token.0)),
        None => storage.remove_item(&token_key(room)),
    };
}

/// The token of the seat in a room.
pub fn token(room: &str) -> Option<Token> {
    let text = session()?.get_item(&token_key(room)).ok()??;
    unhex(&text).map(Token)
}

fn token_key(room: &str) -> String {
    format!("driftfield.token.{room}")
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
