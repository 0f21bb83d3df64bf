//! The state of the page as figures: for the views, and for `window.driftfield`.

mod stats;
mod views;

pub use stats::publish;
