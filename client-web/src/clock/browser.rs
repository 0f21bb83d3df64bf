//! The browser's clock, smoothed.

use std::cell::Cell;

use driftfield_shared::units::Micros;
use wasm_bindgen::{JsCast, JsValue};

use super::SteadyClock;

/// Reads the time. Create one per page or worker.
#[derive(Clone, Debug)]
pub struct Clock {
    performance: web_sys::Performance,
    origin_ms: f64,
    steady: Cell<SteadyClock>,
}

impl Clock {
    /// The clock of this page or worker.
    ///
    /// # Errors
    /// When there is no `performance`, which every browser of the last ten years has.
    pub fn new() -> Result<Self, JsValue> {
        let performance: web_sys::Performance =
            js_sys::Reflect::get(&js_sys::global(), &"performance".into())?.dyn_into()?;
        let origin_ms = performance.time_origin();
        Ok(Clock { performance, origin_ms, steady: Cell::default() })
    }

    /// The current time.
    pub fn now(&self) -> Micros {
        let mut steady = self.steady.get();
        let now = steady.read(self.raw());
        self.steady.set(steady);
        now
    }

    /// Notes that at least `waited` has passed since the moment `from` on this clock: a timer has fired, or a frame
    /// has come.
    pub fn note_wait(&self, from: Micros, waited: Micros) {
        let mut steady = self.steady.get();
        steady.note_wait(self.raw(), from, waited);
        self.steady.set(steady);
    }

    fn raw(&self) -> Micros {
        // Until the year 2100 an `f64` holds microseconds since 1970 exactly to a quarter.
        ((self.origin_ms + self.performance.now()) * 1e3) as Micros
    }
}
