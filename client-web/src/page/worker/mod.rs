//! The page's end of the worker.

mod notes;

use driftfield_shared::wire::codec;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::on;
use crate::net::{PageMessage, Parcel};

/// An event from the worker.
#[derive(Debug)]
pub enum Heard {
    /// What it has to say.
    Parcel(Box<Parcel>),
    /// The worker could not start, or has stopped; no more notes will come.
    Failed,
}

/// A running worker.
#[derive(Debug)]
pub struct WorkerPort {
    worker: Worker,
}

impl WorkerPort {
    /// Starts the worker with the compiled module.
    /// Passes its events to `heard`.
    pub fn start(module: &JsValue, url: &str, heard: fn(Heard)) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;
        on(&worker, "message", move |event: MessageEvent| {
            if let Some(news) = read(&event.data()) {
                heard(news);
            }
        })?;
        // Its script was not loaded: blocked by an extension or a filter, or gone from the server.
        on(&worker, "error", move |_: Event| heard(failed("its script could not be loaded")))?;
        worker.post_message(module)?;
        Ok(WorkerPort { worker })
    }

    /// Tells the worker something.
    pub fn post(&self, message: &PageMessage) {
        let array = Uint8Array::from(&codec::encode(message)[..]);
        let transferred = Array::of1(&array.buffer());
        // Fails only for values that cannot be transferred.
        let _ = self.worker.post_message_with_transfer(&array, &transferred);
    }
}

/// Decodes a message of the worker; `None` if it is not one of ours.
fn read(data: &JsValue) -> Option<Heard> {
    // A text is the last message of a worker that has failed.
    if let Some(text) = data.as_string() {
        return Some(failed(&text));
    }
    let bytes = data.dyn_ref::<Uint8Array>()?;
    Some(match codec::decode::<Parcel>(&bytes.to_vec()) {
        Ok(parcel) => Heard::Parcel(Box::new(parcel)),
        // Page and worker are one build; this would be our own bug.
        Err(error) => failed(&format!("its message cannot be read: {error}")),
    })
}

fn failed(why: &str) -> Heard {
    web_sys::console::error_1(&format!("the worker: {why}").into());
    Heard::Failed
}
