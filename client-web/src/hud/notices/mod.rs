//! Notices: news of the player's ship, hints for newcomers, a stalled connection.
//!
//! ```text
//! Look ------> Watch --> Toasts --> Model --> view
//! Situation -> Hints -------------/
//! ```

mod hints;
mod toasts;
mod watch;

#[cfg(target_arch = "wasm32")]
mod stall;
#[cfg(target_arch = "wasm32")]
mod view;

pub use hints::{Hint, Hints, Situation};
pub use toasts::{Toast, ToastKind, Toasts};
pub use watch::{Look, Watch};

#[cfg(target_arch = "wasm32")]
pub(super) use view::notices;
