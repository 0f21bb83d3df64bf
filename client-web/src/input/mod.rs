//! Turns keys, mouse, touches and gamepads into the controls of a ship.
//!
//! ```text
//! keys, mouse --+
//! touch sticks -+--> Held --controls()--> Controls --> worker
//! gamepad ------+
//! ```
//!
//! Only states are kept, no events. If the browser does not report a release (the page was in the background), releasing
//! everything repairs it.

mod held;
mod keymap;
mod keys;
mod layout;
mod pad;
mod stick;

pub use held::{Device, Held};
pub use keymap::{KeyFault, Keymap};
pub use keys::{Action, BINDINGS, Binding, Key, KeyName};
pub use layout::Layout;
pub use pad::{PadPoll, PadPresses, PadReading, PadState, Pads};
pub use stick::Stick;
