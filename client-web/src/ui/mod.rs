//! The view layer: state in signals, and a page that follows it.
//!
//! ```text
//! set --> RwSignal --marks--> effects --one microtask--> run: texts, attributes, classes, parts of the page
//! html::div().class(..).child(..) --View::show--> the page, with an effect for each closure
//! ```
//!
//! It is our own instead of a framework: a few hundred lines do all that the views need. The framework that was used before
//! needed 140 crates and two thirds of the CPU time of the page's build.

mod signal;

#[cfg(target_arch = "wasm32")]
mod element;
#[cfg(target_arch = "wasm32")]
mod parts;
#[cfg(target_arch = "wasm32")]
mod text;
#[cfg(target_arch = "wasm32")]
mod view;

pub use signal::{RwSignal, Scope, effect, flush, render_effect};

#[cfg(target_arch = "wasm32")]
pub use element::{Element, html};
#[cfg(target_arch = "wasm32")]
pub use parts::{each, show, switch};
#[cfg(target_arch = "wasm32")]
pub use text::Text;
#[cfg(target_arch = "wasm32")]
pub use view::{Place, View};
