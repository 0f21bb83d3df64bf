//! The page's own address, and the addresses that follow from it.

use wasm_bindgen::JsValue;

use driftfield_shared::protocol::PartySecret;

use super::storage;
use crate::format::{invite_of_hash, party_of_hash, room_of_hash};

/// The room that the address names; empty for the server's default.
pub fn room() -> String {
    let hash = location().and_then(|location| location.hash()).unwrap_or_default();
    let Some(id) = room_of_hash(&hash) else { return String::new() };
    js_sys::decode_uri_component(id).map_or_else(|_| id.to_owned(), String::from)
}

/// Address of the socket of a room.
pub fn socket_url(room: &str) -> Result<String, JsValue> {
    let location = location()?;
    let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
    let (host, folder) = (location.host()?, folder()?);
    Ok(match room {
        "" => format!("{scheme}://{host}{folder}ws"),
        room => {
            let room = String::from(js_sys::encode_uri_component(room));
            format!("{scheme}://{host}{folder}ws?room={room}")
        }
    })
}

/// Address of a request to the server, such as `session`.
pub fn api_url(name: &str) -> Result<String, JsValue> {
    let origin = location()?.origin()?;
    Ok(format!("{origin}{}api/{name}", folder()?))
}

/// The folder that the page is served from, with its slashes: the server may stand below a path of another one.
fn folder() -> Result<String, JsValue> {
    let path = location()?.pathname()?;
    Ok(path.rsplit_once('/').map_or_else(|| "/".to_owned(), |(folder, _)| format!("{folder}/")))
}

/// The hash of a room's address.
pub fn hash_of(room: &str) -> String {
    format!("#room={}", String::from(js_sys::encode_uri_component(room)))
}

/// Address of a room, for friends. It lets them in, if that needs an invitation and this browser has it.
pub fn invitation(room: &str) -> Result<String, JsValue> {
    let origin = location()?.origin()?;
    let invite = storage::invite(room).map_or_else(String::new, |it| format!("&invite={it}"));
    Ok(format!("{origin}{}{}{invite}", folder()?, hash_of(room)))
}

/// Address of a party, for friends; with a room it leads there.
pub fn party_link(secret: PartySecret, room: Option<&str>) -> Result<String, JsValue> {
    let link = match room {
        Some(room) => format!("{}&party=", invitation(room)?),
        None => format!("{}{}#party=", location()?.origin()?, folder()?),
    };
    Ok(link + &secret.to_text())
}

/// The secret of a party that the address carries.
pub fn party() -> Option<PartySecret> {
    PartySecret::of_text(party_of_hash(&location().ok()?.hash().ok()?)?)
}

/// Leads the page into another room. The Back button leads back.
pub fn go(room: &str) {
    if let Ok(location) = location() {
        // Fails only for a page that is gone.
        let _ = location.set_hash(&hash_of(room));
    }
}

/// The invitation that the address carries.
pub fn invite() -> Option<String> {
    invite_of_hash(&location().ok()?.hash().ok()?).map(str::to_owned)
}

fn location() -> Result<web_sys::Location, JsValue> {
    web_sys::window().map(|window| window.location()).ok_or_else(|| "no window".into())
}
