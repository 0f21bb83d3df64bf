//! The clipboard, which a browser may refuse.

use wasm_bindgen::prelude::*;

/// Asks the browser to copy a text; calls one of the two when that is settled. Returns whether it could be asked: where
/// pages are not allowed to (plain http to another host) there is no clipboard at all.
pub fn copy(text: &str, copied: impl FnOnce() + 'static, refused: impl FnOnce() + 'static) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into())
        .is_ok_and(|clipboard| !clipboard.is_undefined());
    if !has_clipboard {
        return false;
    }
    let promise: JsValue = navigator.clipboard().write_text(text).into();
    let copied = Closure::once_into_js(move |_: JsValue| copied());
    let refused = Closure::once_into_js(move |_: JsValue| refused());
    let then = js_sys::Reflect::get(&promise, &"then".into());
    then.is_ok_and(|then| {
        then.unchecked_ref::<js_sys::Function>().call2(&promise, &copied, &refused).is_ok()
    })
}
