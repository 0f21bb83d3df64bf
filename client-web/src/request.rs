//! Requests over HTTP, from the page and from its worker.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{RequestInit, Response, Window, WorkerGlobalScope};

/// What the server answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Why the server refused, as it names that for programs.
    pub refusal: Option<String>,
}

/// Sends a POST request, with a JSON body if there is one. Calls `answered` once: with the answer, or with `None` if the
/// server cannot be reached. A browser adds the page's origin to a request with this method, as it does for a socket.
pub fn post(url: &str, json: Option<&str>, answered: impl FnOnce(Option<Answer>) + 'static) {
    send(url, "POST", json, answered);
}

/// Asks for a file. Calls `answered` once, as [`post`] does.
pub fn get(url: &str, answered: impl FnOnce(Option<Answer>) + 'static) {
    send(url, "GET", None, answered);
}

/// Asks for a file. Calls `answered` once: with its bytes, or with `None` if it cannot be had.
pub fn get_bytes(url: &str, answered: impl FnOnce(Option<Vec<u8>>) + 'static) {
    let options = RequestInit::new();
    match fetch(url, &options) {
        Some(promise) => settle(
            &promise,
            |response| response.ok().then(|| response.array_buffer().ok()).flatten(),
            |_, body| Uint8Array::new(&body).to_vec(),
            answered,
        ),
        None => answered(None),
    }
}

fn send(
    url: &str,
    method: &str,
    json: Option<&str>,
    answered: impl FnOnce(Option<Answer>) + 'static,
) {
    let options = RequestInit::new();
    options.set_method(method);
    if let Some(json) = json {
        options.set_body(&json.into());
        let headers = Object::new();
        // Fails only for a frozen object.
        let _ = Reflect::set(&headers, &"content-type".into(), &"application/json".into());
        options.set_headers(&headers);
    }
    match fetch(url, &options) {
        Some(promise) => read(&promise, answered),
        None => answered(None),
    }
}

/// Reads the answer of a request that was sent by `fetch`. Calls `answered` once, as [`post`] does.
pub fn read(promise: &Promise, answered: impl FnOnce(Option<Answer>) + 'static) {
    settle(
        promise,
        |response| response.text().ok(),
        |response, body| Answer {
            status: response.status(),
            body: body.as_string().unwrap_or_default(),
            refusal: response.headers().get("driftfield-refusal").ok().flatten(),
        },
        answered,
    );
}

/// Reads the body of a response that was promised.
fn settle<T: 'static>(
    promise: &Promise,
    body_of: fn(&Response) -> Option<Promise>,
    read: fn(&Response, JsValue) -> T,
    answered: impl FnOnce(Option<T>) + 'static,
) {
    let answered = Once::new(answered);
    let failed = answered.clone();
    let heard = move |response: JsValue| {
        let response = response.dyn_into::<Response>().ok();
        let promised = response.and_then(|it| body_of(&it).map(|body| (it, body)));
        let Some((response, body)) = promised else {
            return answered.call(None);
        };
        let cut = answered.clone();
        then(
            &body,
            move |body| answered.call(Some(read(&response, body))),
            move |_| cut.call(None),
        );
    };
    then(promise, heard, move |_| failed.call(None));
}

/// Calls one of the two when the promise is settled.
fn then(
    promise: &Promise,
    kept: impl FnOnce(JsValue) + 'static,
    broken: impl FnOnce(JsValue) + 'static,
) {
    let (kept, broken) = (Closure::once_into_js(kept), Closure::once_into_js(broken));
    let promise: &JsValue = promise.as_ref();
    if let Ok(method) = Reflect::get(promise, &"then".into()) {
        // Fails only for what is no promise.
        let _ = method.unchecked_ref::<Function>().call2(promise, &kept, &broken);
    }
}

fn fetch(url: &str, options: &RequestInit) -> Option<Promise> {
    let global = js_sys::global();
    match global.dyn_ref::<Window>() {
        Some(window) => Some(window.fetch_with_str_and_init(url, options)),
        None => {
            let scope = global.dyn_ref::<WorkerGlobalScope>()?;
            Some(scope.fetch_with_str_and_init(url, options))
        }
    }
}

/// A callback that several closures share, and that is called once.
struct Once<F>(Rc<Cell<Option<F>>>);

impl<F> Once<F> {
    fn new(callback: F) -> Self {
        Once(Rc::new(Cell::new(Some(callback))))
    }

    fn call<T>(&self, answer: Option<T>)
    where
        F: FnOnce(Option<T>),
    {
        if let Some(callback) = self.0.take() {
            callback(answer);
        }
    }
}

impl<F> Clone for Once<F> {
    fn clone(&self) -> Self {
        Once(self.0.clone())
    }
}
