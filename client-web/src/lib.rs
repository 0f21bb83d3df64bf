//! The Driftfield browser client.
//!
//! ```text
//! worker:  WebSocket <-> netcode::Client, on its own clock      (hidden and busy pages keep their seat)
//!             | frames, predictions, control messages, figures
//! page:       v
//!          netcode::Interpolator --> render (WebGL2), each animation frame
//!          own state, messages   --> hud (on ui), at most ten times a second
//!          keys, mouse, touch, pad --> controls --> worker, on change
//! ```
//!
//! One WASM module serves both; the page compiles it once. Natively only the parts without a browser are
//! compiled, for their tests.

pub mod account;
pub mod chat;
pub mod clock;
pub mod format;
pub mod hud;
pub mod input;
pub mod letters;
pub mod net;
pub mod notifications;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod party;
pub mod plates;
pub mod players;
pub mod rate;
pub mod render;
#[cfg(target_arch = "wasm32")]
pub mod request;
pub mod say;
pub mod settings;
pub mod shop;
#[cfg(target_arch = "wasm32")]
pub mod sign_in;
pub mod sorted_map;
pub mod ui;
#[cfg(target_arch = "wasm32")]
pub mod worker;
