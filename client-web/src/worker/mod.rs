//! The worker: owns the socket and the client ticks, so that neither a busy nor a hidden page misses one.

mod ask;
mod connection;
mod content;
mod ending;
mod lanes;
mod second;
mod signing_in;
mod socket;

use std::cell::RefCell;

use driftfield_shared::wire::codec;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::clock::Clock;
use crate::net::PageMessage;
use connection::Connection;

thread_local! {
    static CONNECTION: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

/// Starts the worker. `waiting` are the messages that came before.
///
/// # Errors
/// When this is not a worker.
#[wasm_bindgen]
pub fn run_worker(waiting: Array) -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().dyn_into()?;
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string().into();
        web_sys::console::error_1(&text);
        // A text is no parcel: the page knows by it that nothing will come any more.
        if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
            let _ = scope.post_message(&text);
        }
    }));
    let connection = Connection::new(scope.clone(), Clock::new()?);
    CONNECTION.with_borrow_mut(|slot| *slot = Some(connection));
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| take(&event.data()));
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Lives as long as the worker.
    on_message.forget();
    waiting.iter().for_each(|data| take(&data));
    Ok(())
}

/// Takes a message of the page.
fn take(data: &JsValue) {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else { return };
    match codec::decode::<PageMessage>(&bytes.to_vec()) {
        Ok(message) => with_connection(|connection| connection.handle_page(message)),
        // Page and worker are one build; this would be our own bug.
        Err(error) => web_sys::console::error_1(&format!("from the page: {error}").into()),
    }
}

/// Runs `act` on the connection. Browser events come one after the other, so it is never held already.
fn with_connection(act: impl FnOnce(&mut Connection)) {
    CONNECTION.with_borrow_mut(|slot| {
        if let Some(connection) = slot {
            act(connection);
        }
    });
}
