//! The browser's own notifications, for a page that is hidden.
//! [Notifications API](https://notifications.spec.whatwg.org/). Browsers have it over https and on the own machine only, and phones
//! leave it to service workers: where it is missing, nothing is shown.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;

/// Asks the player whether the page may notify him, if he was not asked before. Calls `answered` once.
pub fn ask(answered: impl FnOnce(bool) + 'static) {
    let Some(api) = api() else { return answered(false) };
    let promise = Reflect::get(&api, &"requestPermission".into())
        .ok()
        .and_then(|ask| ask.dyn_into::<Function>().ok()?.call0(&api).ok());
    let then = promise.as_ref().and_then(|promise| Reflect::get(promise, &"then".into()).ok());
    let then = then.and_then(|then| then.dyn_into::<Function>().ok());
    let (Some(promise), Some(then)) = (promise, then) else { return answered(false) };
    let heard = Closure::once_into_js(move |answer: JsValue| {
        answered(answer.as_string().as_deref() == Some("granted"));
    });
    // Fails only for what is no promise.
    let _ = then.call1(&promise, &heard);
}

/// Shows a text outside of the page, if the page is hidden and may. One with the same `tag` takes its place. A click brings the
/// page.
pub fn show(text: &str, tag: &str) {
    let is_hidden = document_hidden();
    let Some(api) = api().filter(|_| is_hidden) else { return };
    let is_allowed = Reflect::get(&api, &"permission".into())
        .is_ok_and(|it| it.as_string().as_deref() == Some("granted"));
    let Some(api) = api.dyn_ref::<Function>().filter(|_| is_allowed) else { return };
    let options = Object::new();
    for (name, value) in [("body", text), ("tag", tag)] {
        // Fails only for a frozen object.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let arguments = js_sys::Array::of2(&"Driftfield".into(), &options);
    // Refused on phones.
    let Ok(shown) = Reflect::construct(api, &arguments) else { return };
    let come = Closure::once_into_js(|_: JsValue| {
        if let Some(window) = web_sys::window() {
            // A browser may refuse to bring a page to the front.
            let _ = window.focus();
        }
    });
    let _ = Reflect::set(&shown, &"onclick".into(), &come);
}

fn document_hidden() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.hidden())
}

fn api() -> Option<JsValue> {
    let api = Reflect::get(&js_sys::global(), &"Notification".into()).ok()?;
    api.is_function().then_some(api)
}
