//! What people write, made fit to be shown to others.
//!
//! ```text
//! what a peer sent --visible--> characters that can be seen, single spaces between words --cut--> a name
//!                                                                \--Line::new--> a line --WordList--> parts to mask
//! ```
//!
//! Characters are judged by Unicode's own properties: general categories, emoji (UTS 51), and identifier types (UTS 39).

mod line;
#[cfg(test)]
pub mod tricks;
mod visible;
mod word_list;

pub use line::{Line, LineFault};
pub use visible::{cut, visible};
pub use word_list::{Severity, WordList};
