//! The Driftfield browser client.
//!
//! ```text
//! worker:  WebSocket <-> netcode::Client, on its own clock      (hidden and busy pages keep their seat)
//!             | frames, predictions, control messages, figures
//! page:       v
//!          netcode::Interpolator --> render (WebGL2), each animation frame
//!          own state, messages   --> hud (leptos), at most ten times a second
//!          keys, mouse, touch, pad --> controls --> worker, on change
//! ```
//!
//! One WASM module serves both; the page compiles it once. Natively only the parts without a browser are
//! compiled, for their tests.

#[cfg(target_arch = "wasm32")]
mod clock;
pub mod format;
pub mod hud;
pub mod input;
pub mod link;
pub mod meter;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod render;
#[cfg(target_arch = "wasm32")]
pub mod worker;
