//! The browser's Back button: during a flight it opens the menu, and only the next press leaves the page.
//!
//! ```text
//! entry of the page <--Back-- guard entry      while the world is shown and no menu is open
//! ```
//!
//! The guard is an entry with the same address. Going back from it stays on the page and opens the menu; closing the menu
//! puts it there again.

use wasm_bindgen::JsValue;
use web_sys::History;

/// Marks the guard entry.
const GUARD: &str = "driftfield.guard";

/// Adds the guard, if it is not there.
pub fn guard() {
    if let Some(history) = history().filter(|_| !is_guarded()) {
        // A browser refuses only after too many calls; then Back leaves at once.
        let _ = history.push_state(&GUARD.into(), "");
    }
}

/// Whether the present entry is the guard.
pub fn is_guarded() -> bool {
    history()
        .and_then(|history| history.state().ok()?.as_string())
        .is_some_and(|state| state == GUARD)
}

/// Removes the guard. The browser reports that like a press of Back.
pub fn unguard() {
    if let Some(history) = history().filter(|_| is_guarded()) {
        let _ = history.back();
    }
}

/// Names the room in the address, so that a reload and a copied address lead to it.
pub fn name_room(hash: &str) {
    if let Some(history) = history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(hash));
    }
}

fn history() -> Option<History> {
    web_sys::window()?.history().ok()
}
