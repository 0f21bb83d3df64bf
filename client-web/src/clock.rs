//! The time that page and worker share: microseconds since the Unix epoch, on the browser's monotonic clock.

use driftfield_shared::units::Micros;
use wasm_bindgen::{JsCast, JsValue};

/// Reads the time. Made once for a page or a worker.
#[derive(Clone, Debug)]
pub struct Clock {
    performance: web_sys::Performance,
    origin_ms: f64,
}

impl Clock {
    /// The clock of this page or worker.
    ///
    /// # Errors
    /// When there is no `performance`: no browser of the last ten years.
    pub fn new() -> Result<Self, JsValue> {
        let performance: web_sys::Performance =
            js_sys::Reflect::get(&js_sys::global(), &"performance".into())?.dyn_into()?;
        let origin_ms = performance.time_origin();
        Ok(Clock { performance, origin_ms })
    }

    /// Now.
    pub fn now(&self) -> Micros {
        // An `f64` holds microseconds since 1970 exactly to a quarter until the year 2100.
        ((self.origin_ms + self.performance.now()) * 1e3) as Micros
    }
}
