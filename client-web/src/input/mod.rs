//! What the player's hands do, on whatever device, as the controls of a ship.
//!
//! ```text
//! keys, mouse --+
//! touch sticks -+--> Held --controls()--> Controls --> worker
//! gamepad ------+
//! ```
//!
//! Everything is state and nothing an event: what is lost (a key-up behind another window) is cured by
//! releasing all.

mod held;
mod keys;
#[cfg(target_arch = "wasm32")]
pub mod listen;
mod pad;
mod stick;

pub use held::{Device, Held};
pub use keys::{Action, BINDINGS, Binding, action};
pub use pad::PadState;
pub use stick::Stick;
