//! The page's end of the worker.

use driftfield_shared::protocol::codec;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use super::with_game;
use crate::link::{PageMessage, Parcel};

/// A running worker.
#[derive(Debug)]
pub struct WorkerPort {
    worker: Worker,
}

impl WorkerPort {
    /// Starts the worker with the compiled module.
    pub fn start(module: &JsValue, url: &str) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
            let data = event.data();
            let Some(bytes) = data.dyn_ref::<Uint8Array>() else { return };
            match codec::decode::<Parcel>(&bytes.to_vec()) {
                Ok(parcel) => {
                    with_game(|game| game.take(parcel));
                }
                // Page and worker are one build; this would be our own bug.
                Err(error) => {
                    web_sys::console::error_1(&format!("from the worker: {error}").into());
                }
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        worker.post_message(module)?;
        Ok(WorkerPort { worker })
    }

    /// Tells the worker something.
    pub fn post(&self, message: &PageMessage) {
        let array = Uint8Array::from(&codec::encode(message)[..]);
        let transferred = Array::of1(&array.buffer());
        // Fails only for what cannot be transferred.
        let _ = self.worker.post_message_with_transfer(&array, &transferred);
    }
}
