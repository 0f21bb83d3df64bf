//! The time shared by page and worker: microseconds since the Unix epoch, on the browser's monotonic clock.
//!
//! ```text
//! performance.now, timers, frames --> SteadyClock (pure) --> Clock
//! ```

#[cfg(target_arch = "wasm32")]
mod browser;
mod steady;

#[cfg(target_arch = "wasm32")]
pub use browser::Clock;
pub use steady::SteadyClock;
