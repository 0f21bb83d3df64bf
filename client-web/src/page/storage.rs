//! What the browser keeps for us: the name for good, the seat's token for as long as the tab lives.
//!
//! Storage may be switched off; then nothing is kept, and nothing else changes.

use driftfield_shared::protocol::Token;
use web_sys::Storage;

use crate::format::{hex, unhex};

const NAME_KEY: &str = "driftfield.name";

/// Keeps the name.
pub fn keep_name(name: &str) {
    if let Some(storage) = local() {
        let _ = storage.set_item(NAME_KEY, name);
    }
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
