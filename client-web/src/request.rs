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

impl Answer {
    /// Why the server refused, as it names that for programs; empty if it does not say.
    pub fn code(&self) -> &str {
        self.refusal.as_deref().unwrap_or_default()
    }
}

/// Sends a POST request, with a JSON body if there is one. Calls `answered` once: with the answer, or with `None` if the
/// server cannot be reached. A browser adds the page's origin to a request with this method, as it does for a socket.
pub fn post(url: &str, json: Option<&str>, answered: impl FnOnce(Option<Answer>) + 'static) {
    send(url, "POST", json, Box::new(answered));
}

/// Asks for a file. Calls `answered` once, as [`post`] does.
pub fn get(url: &str, answered: impl FnOnce(Option<Answer>) + 'static) {
    send(url, "GET", None, Box::new(answered));
}

/// Asks for a file. Calls `answered` once: with its bytes, or with `None` if it cannot be had.
pub fn get_bytes(url: &str, answered: impl FnOnce(Option<Vec<u8>>) + 'static) {
    let options = RequestInit::new();
    match fetch(url, &options) {
        Some(promise) => settle(
            &promise,
            |response| response.ok().then(|| response.array_buffer().ok()).flatten(),
            Box::new(|body| answered(body.map(|(_, body)| Uint8Array::new(&body).to_vec()))),
        ),
        None => answered(None),
    }
}

/// What becomes of a response: it with its body, or `None`.
type Settled = Box<dyn FnOnce(Option<(Response, JsValue)>)>;

fn send(url: &str, method: &str, json: Option<&str>, answered: Box<dyn FnOnce(Option<Answer>)>) {
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
        Some(promise) => read_answer(&promise, answered),
        None => answered(None),
    }
}

/// Reads the answer of a request that was sent by `fetch`. Calls `answered` once, as [`post`] does.
pub fn read(promise: &Promise, answered: impl FnOnce(Option<Answer>) + 'static) {
    read_answer(promise, Box::new(answered));
}

fn read_answer(promise: &Promise, answered: Box<dyn FnOnce(Option<Answer>)>) {
    let answer = |(response, body): (Response, JsValue)| Answer {
        status: response.status(),
        body: body.as_string().unwrap_or_default(),
        refusal: response.headers().get("driftfield-refusal").ok().flatten(),
    };
    let settled = Box::new(move |body: Option<_>| answered(body.map(answer)));
    settle(promise, |response| response.text().ok(), settled);
}

/// Reads the body of a response that was promised. This part is not generic, so that the page has its closures, and what
/// JavaScript needs to call them, only once.
fn settle(promise: &Promise, body_of: fn(&Response) -> Option<Promise>, settled: Settled) {
    let settled = Once(Rc::new(Cell::new(Some(settled))));
    let failed = settled.clone();
    let heard = move |response: JsValue| {
        let response = response.dyn_into::<Response>().ok();
        let promised = response.and_then(|it| body_of(&it).map(|body| (it, body)));
        let Some((response, body)) = promised else {
            return settled.call(None);
        };
        let cut = settled.clone();
        then(&body, move |body| settled.call(Some((response, body))), move |_| cut.call(None));
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
#[derive(Clone)]
struct Once(Rc<Cell<Option<Settled>>>);

impl Once {
    fn call(&self, body: Option<(Response, JsValue)>) {
        if let Some(callback) = self.0.take() {
            callback(body);
        }
    }
}
